"""What the server says of its work on standard error: one line for each request, and nothing that somebody wrote.

A request has an id, the one its phone gave it or one of ours; answer and log carry it, so that what a phone could not
do is found here. An address is told by its pattern, without ids and questions; of an exception its type and place.
"""

import logging
import re
import sys
import traceback
from contextlib import suppress
from contextvars import ContextVar
from time import perf_counter
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
ELSEWHERE = "(the web app, or nothing)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked every few seconds by whoever watches, or a file of the web app: told of only when it fails.
QUIET = frozenset({ELSEWHERE, "/healthz", "/readyz", "/metrics"})
# UUIDs and what proxies make. Letters beyond these could spell a name.
PLAIN_ID = re.compile(r"[0-9A-Fa-f-]{16,64}")
INNERMOST = 6
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestLog:
    """ASGI middleware outside the guard: gives each request its id and tells of its end, a stream's end too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), None
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if PLAIN_ID.fullmatch(given) else str(uuid4())
        # Never taken back: the request has a task of its own, in which the server may still speak of it afterwards.
        _request_id.set(request_id)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            _tell(scope, status, perf_counter() - began)


class Quoteless(logging.Handler):
    """What libraries log, as lines like ours: their sentence without what they filled into it, which may be a text."""

    def emit(self, record: logging.LogRecord) -> None:
        facts = {"by": record.name}
        error = record.exc_info[1] if record.exc_info else None
        sentence = str(record.msg).partition("\n")[0]
        say(record.levelname.lower(), sentence, **facts, **(describe_failure(error) if error else {}))


# For the web server, whose own would print exceptions with their messages.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"lines": {"class": "skygge.logs.Quoteless"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
}


def say(level: str, event: str, **facts: Any) -> None:
    """Write one line: JSON, or in a terminal words. A log that cannot be written stops nobody's work."""
    # Loaded when there is something to say: it brings a terminal's colours along, a twentieth of a start.
    import structlog

    as_line: Any = structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        as_line = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    whole = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso"), as_line]
    log = structlog.wrap_logger(structlog.WriteLogger(sys.stderr), whole)
    request_id = _request_id.get()
    with suppress(OSError, ValueError):
        getattr(log, level)(event, **facts, **({"request_id": request_id} if request_id else {}))


def describe_failure(error: BaseException) -> dict[str, Any]:
    """Type and place only: the message of an exception may quote a jotting."""
    innermost = traceback.extract_tb(error.__traceback__)[-INNERMOST:]
    return {"error": type(error).__name__, "frames": [f"{at.filename}:{at.lineno} {at.name}" for at in innermost]}


def address_of(scope: Scope) -> str:
    """The pattern that fitted. A route knows its own part of it; what stands before it has no places for values."""
    own: str | None = getattr(scope.get("route"), "path_format", None)
    if own is None:
        return ELSEWHERE
    before = scope["path"].split("/")[: -len(own.split("/")) + 1 or None]
    return "/".join(before) + own


def method_of(scope: Scope) -> str:
    """The method, if there is such a one: a word that somebody made up is their text."""
    return scope["method"] if scope["method"] in METHODS else "other"


def _tell(scope: Scope, status: int | None, took_s: float) -> None:
    """The line of one request. Without a status nobody was there any more to be answered."""
    address = address_of(scope)
    if address in QUIET and status is not None and status < 400:
        return
    level = "error" if status is not None and status >= 500 else "info"
    took_ms = round(took_s * 1000, 1)
    say(level, "request", method=method_of(scope), address=address, status=status, duration_ms=took_ms)
