"""Signing in: count the attempt, compare the password, then start a session."""

from datetime import datetime

from sqlmodel import Session

from skygge.accounts.enrol import find_account
from skygge.accounts.passwords import is_right
from skygge.accounts.sessions import Device, start_session
from skygge.accounts.tables import AccountRow
from skygge.accounts.throttle import clear_attempts, count_attempt, name_subject
from skygge.audit.keep import Event, keep
from skygge.clock import Clock
from skygge.db import Database
from skygge.errors import WrongCredentials

UNKNOWN = "(unknown)"


async def sign_in(
    database: Database, name: str, password: str, device: Device | None, clock: Clock
) -> tuple[AccountRow, str]:
    """The account and the token of its new session.

    Three steps, so that the slow comparison holds no lock, and the attempt counts before it is tried.
    Raises WrongCredentials, TooManyAttempts, AccountLocked.
    """

    def reserve(session: Session) -> AccountRow | None:
        count_attempt(session, name_subject(name), clock())
        return find_account(session, name)

    def start(session: Session, account: AccountRow, now: datetime) -> str:
        clear_attempts(session, name_subject(name))
        token = start_session(session, account.id, device, now)
        keep(session, Event("session.started", now, account.name, account.id, details=_on(device)))
        return token

    def refuse(session: Session) -> None:
        # What was typed as a name that nobody has may be anything, a password too. It goes on record without it, and
        # not left out: the time of an answer must not tell which names there are.
        name, account_id = (account.name, account.id) if account else (UNKNOWN, None)
        keep(session, Event("session.refused", clock(), name, account_id, details=_on(device)))

    account = await database.run_write(reserve)
    fits = await is_right(password, account.password_hash if account else None)
    if account is None or not fits:
        await database.run_write(refuse)
        raise WrongCredentials
    return account, await database.run_write(lambda session: start(session, account, clock()))


def _on(device: Device | None) -> dict[str, str]:
    return {"device_id": str(device.device_id)} if device else {}
