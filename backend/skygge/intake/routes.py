"""Importing a file over HTTP. The lead's, because a file speaks in everybody's name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from threading import Event
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlmodel import Session

from skygge.accounts.access import SignedIn
from skygge.clock import clock_of
from skygge.core.importing import NOTED, FileUnsafe, ImportRefused, RowError, all_imports
from skygge.core.imports.codebook_yaml import read_yaml_codes
from skygge.core.model import Code, Codebook
from skygge.db import DatabaseDep, ReadSession
from skygge.errors import (
    BodyTooLarge,
    FileHostile,
    FileRefused,
    ImportUnknown,
    RoleInsufficient,
    SessionMissing,
    StudyUnknown,
    TokenReadOnly,
)
from skygge.fieldlog.append import Author
from skygge.intake.ingest_file import Order, import_lines, record_import
from skygge.paging import Page, PageQuery, to_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require

LOOKS_EVERY_S = 0.2


class FileRoute(StrictRoute):
    """Takes whole studies, packed or not."""

    max_bytes = 64 * 1024 * 1024
    accepts_gzip = True


class ImportQuery(BaseModel):
    """With `dry_run` everything is tried and nothing kept."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    dry_run: bool = False


class RowOut(BaseModel):
    """A row of the file (counted from 1), and what is to be said of it."""

    row: int
    code: str
    where: str


class NotedOut(RowOut):
    """A row that comes in otherwise than it stood there, in words."""

    text: dict[str, str]


class FormatOut(BaseModel):
    """A format that can be read, and what its files end in."""

    name: str
    suffix: str
    purpose: dict[str, str]


class ImportOut(BaseModel):
    """What an import made, or would make: changes stored and known, things created by type, new observers.

    `quarantined`: change lines that could not be taken. `differing`: things the study has, with a value it never had;
    `noted`: what the study has no like of, and what becomes of it.
    """

    name: str
    dry_run: bool
    stored: int
    known: int
    created: dict[str, int]
    quarantined: list[RowOut]
    differing: list[RowOut]
    noted: list[NotedOut]
    observers: list[str]


router = APIRouter(route_class=FileRoute, tags=["imports"])


@router.get(
    "/studies/{study_id}/imports",
    response_model=Page[FormatOut],
    responses=document_problems(SessionMissing, StudyUnknown, RoleInsufficient, TokenReadOnly),
)
def list_imports(study_id: UUID, who: SignedIn, session: ReadSession, paging: Annotated[PageQuery, Query()]) -> Any:
    """Every format that can be read."""
    require(session, who, study_id, Permission.LEAD)
    items = [{"name": one.name, "suffix": one.suffix, "purpose": one.purpose} for one in all_imports().values()]
    return to_page(items, paging)


@router.post(
    "/studies/{study_id}/imports/{name}",
    response_model=ImportOut,
    responses=document_problems(
        SessionMissing,
        StudyUnknown,
        RoleInsufficient,
        TokenReadOnly,
        ImportUnknown,
        FileHostile,
        FileRefused,
        BodyTooLarge,
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def import_file(
    study_id: UUID,
    name: str,
    asked: Annotated[ImportQuery, Query()],
    who: SignedIn,
    database: DatabaseDep,
    request: Request,
) -> Any:
    """Import a file: all of it or nothing, nothing too when whoever asked has gone. The body is the file."""
    await database.run_read(lambda session: require(session, who, study_id, Permission.LEAD))
    content, clock, has_left = await request.body(), clock_of(request), Event()

    def work(session: Session) -> dict[str, Any]:
        lead = require(session, who, study_id, Permission.LEAD)
        author = Author(lead.account_id, lead.member_id, lead.observer, lead.role)
        order = Order(name, study_id, author, dry_run=asked.dry_run)
        try:
            report = import_lines(session, order, BytesIO(content), clock)
        except ImportRefused as refusal:
            raise FileRefused(
                errors=[_describe(error.row, error.where, error.code) for error in refusal.errors]
            ) from None
        if asked.dry_run or has_left.is_set():
            session.rollback()
        else:
            record_import(session, report, study_id, clock(), lead)
        return {
            **report.__dict__,
            "quarantined": [_tell(row) for row in report.quarantined],
            "differing": [_tell(row) for row in report.differing],
            "noted": [{**_tell(row), "text": NOTED[row.code]} for row in report.noted],
        }

    async with _attending(request, has_left):
        return await database.run_write(work)


@asynccontextmanager
async def _attending(request: Request, has_left: Event) -> AsyncIterator[None]:
    """Notice meanwhile when nobody waits for the answer any more."""

    async def attend() -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(LOOKS_EVERY_S)
        has_left.set()

    attending = asyncio.create_task(attend())
    try:
        yield
    finally:
        attending.cancel()


class CodebookRead(BaseModel):
    """What a codebook file says, to begin a draft with; nothing of it is kept here."""

    note: str
    codes: list[Code]


@router.post(
    "/studies/{study_id}/codebooks/read",
    response_model=CodebookRead,
    responses=document_problems(
        SessionMissing, StudyUnknown, RoleInsufficient, TokenReadOnly, FileHostile, FileRefused, BodyTooLarge
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def read_codebook_file(study_id: UUID, who: SignedIn, database: DatabaseDep, request: Request) -> Any:
    """Read a codebook in YAML for a draft, and keep nothing. Whoever writes in the study may. The body is the file."""
    await database.run_read(lambda session: require(session, who, study_id, Permission.WRITE))
    content = await request.body()
    try:
        note, codes = await run_in_threadpool(read_yaml_codes, content)
        read = Codebook.model_validate({"version": 1, "note": note, "codes": [code for _, code in codes]})
    except ImportRefused as refusal:
        raise FileRefused(errors=[_describe(error.row, error.where, error.code) for error in refusal.errors]) from None
    except FileUnsafe:
        raise FileHostile from None
    except ValidationError:
        raise FileRefused(errors=[_describe(1, "codes", "change.content_invalid")]) from None
    return {"note": read.note, "codes": read.codes}


def _tell(row: RowError) -> dict[str, Any]:
    return {"row": row.row, "code": row.code, "where": row.where}


def _describe(row: int, where: str, code: str) -> dict[str, Any]:
    return {"loc": [row, where] if where else [row], "kind": code}
