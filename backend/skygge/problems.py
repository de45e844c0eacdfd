"""Turning problems into answers: application/problem+json that never repeats what was sent."""

import errno
import re
import sqlite3
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException as StarletteProblem

from skygge.core.changes import ChangeRefused
from skygge.core.codebook import CodebookInvalid
from skygge.errors import (
    AddressUnknown,
    BodyTooLarge,
    BodyUnreadable,
    CodebookFileInvalid,
    MethodNotAllowed,
    NotReady,
    Problem,
    RequestInvalid,
    ServerBusy,
    ServerFailed,
    ServerFull,
)

# A place in a body may be told when it looks like a field of ours; a key that somebody made up is their text.
FIELD_NAME = re.compile(r"[a-z][a-z_]{0,39}")
MAX_ERRORS = 20
SOON = {"Retry-After": "10"}
# How the operating system, SQLite and PostgreSQL say that there is no room.
FULL = ([errno.ENOSPC, None, None], [None, sqlite3.SQLITE_FULL, None], [None, None, "53100"])
BY_STATUS: dict[int, type[Problem]] = {
    400: BodyUnreadable,
    404: AddressUnknown,
    405: MethodNotAllowed,
    413: BodyTooLarge,
}


class FieldProblem(BaseModel):
    """Where something is wrong, and what kind of wrong it is."""

    loc: list[str | int]
    kind: str


class ProblemBody(BaseModel):
    """RFC 9457, with a stable `code`."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] | None = None


def to_response(problem: Problem) -> JSONResponse:
    """The answer that says this problem."""
    return JSONResponse(problem.body(), problem.status, headers=problem.headers, media_type="application/problem+json")


def problem_of(error: Exception) -> Problem:
    """What a failure is called to whoever asked: the database's and the disk's own ones are no fault of the program.

    Of the transaction nothing was kept, and asking again is right: a phone keeps what it could not send.
    """
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, PoolTimeout) or getattr(origin, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return ServerBusy(headers=SOON)
    codes = [getattr(origin, name, None) for name in ("errno", "sqlite_errorcode", "sqlstate")]
    if codes in FULL:
        return ServerFull(headers=SOON)
    is_away = isinstance(error, OperationalError | InterfaceError | sqlite3.OperationalError)
    return NotReady(headers=SOON) if is_away else ServerFailed()


def install_handlers(app: FastAPI) -> None:
    """Make every error of this application an answer from the catalogue."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(StarletteProblem, _answer_framework)
    app.add_exception_handler(ChangeRefused, _answer_core)
    app.add_exception_handler(CodebookInvalid, _answer_core)


def document_problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for OpenAPI: one line a status, naming the codes."""
    codes: dict[int, list[str]] = {}
    for kind in kinds:
        codes.setdefault(kind.status, []).append(kind.code)
    return {
        status: {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(found)}",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status, found in sorted(codes.items())
    }


def describe_openapi(app: FastAPI) -> None:
    """Put the shape of a problem into the OpenAPI document, which the `responses` of every route refer to."""
    describe = app.openapi

    def with_problems() -> dict[str, Any]:
        document = describe()
        shape = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = shape.pop("$defs")
        document["components"]["schemas"].update({"ProblemBody": shape, **parts})
        return document

    app.openapi = with_problems  # type: ignore[method-assign]  # FastAPI's own way of extending the document


def _answer_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return to_response(error)


def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return to_response(RequestInvalid(errors=[_describe(one) for one in error.errors()[:MAX_ERRORS]]))


def _describe(error: dict[str, Any]) -> dict[str, Any]:
    loc: Sequence[str | int] = error["loc"]
    if error["type"] == "extra_forbidden" and loc[0] != "query":  # an unknown parameter is named, an unknown key is not
        loc = [*loc[:-1], "?"]
    places = [part if isinstance(part, int) or FIELD_NAME.fullmatch(part) else "?" for part in loc]
    return {"loc": places, "kind": error["type"]}


def _answer_framework(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteProblem)
    kind = BY_STATUS.get(error.status_code, AddressUnknown)
    return to_response(kind(headers=error.headers))


def _answer_core(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ChangeRefused):
        return to_response(RequestInvalid(change_code=error.code))
    return to_response(CodebookFileInvalid())
