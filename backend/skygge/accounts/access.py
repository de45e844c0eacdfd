"""Who is asking: by cookie a person, by bearer token a script."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from skygge.accounts.enrol import has_accounts
from skygge.accounts.rotation import (
    ARRIVED_AT,
    NEW_COOKIE,
    find_successor,
    is_reused,
    keep_up,
    needs_upkeep,
    revoke_family,
    write_cookie,
)
from skygge.accounts.sessions import find_session
from skygge.accounts.tables import AccountRow
from skygge.accounts.tokens import find_token
from skygge.clock import Clock, clock_of
from skygge.db import database_of
from skygge.errors import SessionMissing, SetupNeeded, TokenBound
from skygge.settings import Settings

# What a token is called that was given no name, in the list of devices.
SCRIPT = "Script"
# Browsers keep a cookie for 400 days at most; the server ends a device's session earlier (SKYGGE_DEVICE_DAYS).
DEVICE_COOKIE_S = 400 * 24 * 3600


@dataclass(frozen=True)
class Identity:
    """Somebody who proved who they are. A script's token is bound to one study and may be read-only."""

    account_id: UUID
    name: str
    is_admin: bool
    device_id: UUID | None = None
    device_name: str = ""
    session_hash: bytes | None = None
    token_study_id: UUID | None = None
    may_write: bool = True


def cookie_name(settings: Settings) -> str:
    """`__Host-` needs https; on this machine's own http a plain name stands in."""
    return "__Host-skygge" if settings.is_secure else "skygge_session"


def set_session_cookie(response: Response, settings: Settings, token: str, *, is_device: bool) -> None:
    """Hand the token to the browser, out of every script's reach."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=DEVICE_COOKIE_S if is_device else None,
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="strict",
    )


def clear_session_cookie(response: Response, settings: Settings) -> None:
    """Take the token back from the browser."""
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.is_secure, httponly=True, samesite="strict")


def settings_of(request: Request) -> Settings:
    """The settings of the application that answers this request."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(settings_of)]


async def require_set_up(request: Request) -> None:
    """Raise SetupNeeded while there is no account. Accounts are never deleted, so yes stays yes."""
    if getattr(request.app.state, "is_set_up", False):
        return
    if not await database_of(request).run_read(has_accounts):
        raise SetupNeeded
    request.app.state.is_set_up = True


# What hangs on nearly every address takes the request alone: FastAPI looks at each dependency of each address anew, and
# a chain of small ones made the start a tenth longer.
async def identify(request: Request) -> Identity:
    """Who sent this request. Raises SessionMissing, SessionReused."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise SessionMissing
        clock = clock_of(request)
        return await database_of(request).run_read(lambda session: _by_token(session, bearer.strip(), clock))
    cookie = request.cookies.get(cookie_name(settings_of(request)))
    if not cookie:
        raise SessionMissing
    return await _by_cookie(request, cookie)


def _by_token(session: Session, token: str, clock: Clock) -> Identity:
    row = find_token(session, token, clock())
    account = session.get(AccountRow, row.account_id) if row else None
    if row is None or account is None:
        raise SessionMissing
    return Identity(
        account.id,
        account.name,
        account.is_admin,
        device_id=row.device_id,
        device_name=row.name or SCRIPT,
        token_study_id=row.study_id,
        may_write=row.may_write,
    )


@dataclass(frozen=True)
class _Found:
    """What a cookie's token stands for, and what there is to do about the token itself."""

    identity: Identity
    is_reused: bool
    is_due: bool
    successor: str | None


async def _by_cookie(request: Request, cookie: str) -> Identity:
    database, now = database_of(request), clock_of(request)()
    arrived_at = getattr(request.state, ARRIVED_AT, now)
    found = await database.run_read(lambda session: _find(session, cookie, now, arrived_at))
    if found.is_reused:
        tell = request.app.state.tell_studies
        await database.run_write(lambda session: revoke_family(session, cookie, now, tell))
    successor = found.successor
    if found.is_due:
        good = settings_of(request).lifetimes
        successor = await database.run_write(lambda session: keep_up(session, cookie, now, good)) or successor
    if successor is not None:
        _hand_over(request, successor, is_device=found.identity.device_id is not None)
    return found.identity


def _find(session: Session, cookie: str, now: datetime, arrived_at: datetime) -> _Found:
    row = find_session(session, cookie, now)
    account = session.get(AccountRow, row.account_id) if row else None
    if row is None or account is None:
        raise SessionMissing
    identity = Identity(
        account.id,
        account.name,
        account.is_admin,
        device_id=row.device_id,
        device_name=row.device_name or "",
        session_hash=row.token_hash,
    )
    return _Found(identity, is_reused(row, arrived_at), needs_upkeep(row, now), find_successor(row, cookie))


def _hand_over(request: Request, token: str, *, is_device: bool) -> None:
    settings = settings_of(request)
    cookie = write_cookie(lambda response: set_session_cookie(response, settings, token, is_device=is_device))
    setattr(request.state, NEW_COOKIE, cookie)


SignedIn = Annotated[Identity, Depends(identify)]


async def _person(request: Request) -> Identity:
    who = await identify(request)
    if who.token_study_id is not None:
        raise TokenBound
    return who


# A person in a browser; scripts' tokens are refused.
Person = Annotated[Identity, Depends(_person)]
