"""A session's token is replaced once a day, so that a stolen one is soon worth nothing, and its use is noticed.

The answer to a request with an old enough token carries its successor. Both are good until the successor is first used:
an answer may be lost. Half a minute later the old one is a tripwire. Somebody who still comes with it has a copy that
was not meant for them, or the owner has; nobody can say which, so every token of that sign-in ends and the leads are
told.

A successor is computed from the old token and a salt that lies in the database: whoever asks twice with the old token,
at the same time too, is handed the same one, and which answer a browser reads last does not matter. The salt goes when
the successor is used.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skygge.accounts.secrets import hash_token
from skygge.accounts.sessions import end_session, lasts, lock_session, needs_touch
from skygge.accounts.tables import AccountRow, SessionRow
from skygge.audit.keep import Event, keep
from skygge.errors import SessionReused
from skygge.settings import Lifetimes

ROTATE_AFTER = timedelta(hours=24)
SALT_BYTES = 32
# A phone asks several things at once, and in a lift one of them may reach the server long after the others. That a copy
# works for half a minute is a smaller harm than an observer signed out, and a lead alarmed, for a slow network.
UNDER_WAY = timedelta(seconds=30)
# Under these names a request carries when it came in, and the cookie that its answer takes along.
ARRIVED_AT = "arrived_at"
NEW_COOKIE = "new_cookie"

# Has the studies of a person told what is on record about one of their sessions.
Tell = Callable[[Session, Event], None]


def is_reused(row: SessionRow, arrived_at: datetime) -> bool:
    """Whether a request came with this token after its successor was used.

    What counts is when it came in: one that was under way at that moment, a long upload, a stream, is no theft, nor is
    one that the network held back for a little while.
    """
    return row.replaced_at is not None and arrived_at >= row.replaced_at + UNDER_WAY


def is_due(row: SessionRow, now: datetime) -> bool:
    """Whether this token is old enough for a successor."""
    return row.replaced_at is None and now - row.created_at >= ROTATE_AFTER


def needs_upkeep(row: SessionRow, now: datetime) -> bool:
    """Whether something has to be written down: a contact, a first use, a successor."""
    if row.replaced_at is not None:
        return False
    is_first_use = row.predecessor_hash is not None
    return is_first_use or needs_touch(row, now) or (is_due(row, now) and row.successor_salt is None)


def find_successor(row: SessionRow, token: str) -> str | None:
    """The token that was handed out in place of this one and has not come back yet."""
    return derive(token, row.successor_salt) if row.successor_salt is not None else None


def keep_up(session: Session, token: str, now: datetime, good: Lifetimes) -> str | None:
    """Write down the contact, and that the predecessor is done; gives back the successor where one is due."""
    row = lock_session(session, hash_token(token))
    if row is None or row.replaced_at is not None:
        return None
    if needs_touch(row, now):
        row.last_used_at, row.expires_at = now, now + lasts(row, good)
    if row.predecessor_hash is not None:
        _retire_predecessor(session, row, now)
    return _make_successor(session, row, token, now) if is_due(row, now) else None


def revoke_family(session: Session, token: str, now: datetime, tell: Tell) -> None:
    """End every token that came from one sign-in, and say so. Always raises SessionReused; what it wrote is kept."""
    row = lock_session(session, hash_token(token))
    # Two at once: the first has told it already.
    if row is not None:
        account = session.get_one(AccountRow, row.account_id)
        details = {"device_id": str(row.device_id)} if row.device_id else {}
        end_session(session, row.token_hash)
        event = Event("session.reused", now, account.name, account.id, details=details)
        keep(session, event)
        tell(session, event)
    raise SessionReused


def derive(token: str, salt: bytes) -> str:
    """The successor of a token: 256 bits that nobody can tell who lacks the token or the salt."""
    digest = hmac.digest(token.encode("utf-8", "surrogatepass"), salt, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _make_successor(session: Session, row: SessionRow, token: str, now: datetime) -> str:
    row.successor_salt = row.successor_salt or secrets.token_bytes(SALT_BYTES)
    successor = derive(token, row.successor_salt)
    made = session.get(SessionRow, hash_token(successor))
    if made is None:
        copied = row.model_dump(include={"account_id", "device_id", "device_name"})
        made = SessionRow(token_hash=hash_token(successor), predecessor_hash=row.token_hash, **copied,
                          family_hash=row.family_hash or row.token_hash, created_at=now, last_used_at=now,
                          expires_at=row.expires_at)  # fmt: skip
        session.add(made)
    made.expires_at = row.expires_at
    return successor


def _retire_predecessor(session: Session, row: SessionRow, now: datetime) -> None:
    older = session.get(SessionRow, row.predecessor_hash, with_for_update=True)
    if older is not None:
        older.replaced_at, older.successor_salt = now, None
    row.predecessor_hash, row.created_at = None, now


class HandOver:
    """ASGI middleware: notes when a request came in, and gives a new cookie along with whatever is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        carried = scope.setdefault("state", {})
        carried[ARRIVED_AT] = scope["app"].state.clock()

        async def send_with_cookie(message: Message) -> None:
            cookie = carried.get(NEW_COOKIE)
            if cookie is not None and message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                name = cookie.partition("=")[0]
                # Signing out, and signing in as somebody else, have said already what the cookie shall be.
                if not any(each.startswith(f"{name}=") for each in headers.getlist("set-cookie")):
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def write_cookie(set_it: Callable[[Response], None]) -> str:
    """The header's text that sets a cookie, as a response would carry it."""
    carrier = Response()
    set_it(carrier)
    return carrier.headers["set-cookie"]
