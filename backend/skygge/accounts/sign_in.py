"""Signing in: count the attempt, compare the password, then start a session."""

from datetime import datetime

from sqlmodel import Session

from skygge.accounts.access import Identity
from skygge.accounts.enrol import find_account
from skygge.accounts.passwords import is_right
from skygge.accounts.sessions import Device, start_session
from skygge.accounts.tables import AccountRow
from skygge.accounts.throttle import clear_attempts, count_attempt, name_subject
from skygge.audit.keep import Event, keep
from skygge.clock import Clock
from skygge.db import Database
from skygge.errors import PasswordWrong, WrongCredentials
from skygge.settings import Lifetimes

UNKNOWN = "(unknown)"


async def sign_in(
    database: Database, name: str, password: str, device: Device | None, clock: Clock, good: Lifetimes
) -> tuple[AccountRow, str]:
    """The account and the token of its new session.

    Three steps, so that the slow comparison holds no lock, and the attempt counts before it is tried.
    Raises WrongCredentials, TooManyAttempts, AccountLocked.
    """

    def reserve(session: Session) -> AccountRow | None:
        count_attempt(session, name_subject(name), clock())
        return find_account(session, name)

    def start(session: Session, account: AccountRow, now: datetime) -> str:
        # While it was compared the password may have been reset; a session begun with the old one would outlive that.
        current = session.get_one(AccountRow, account.id, with_for_update={"key_share": True})
        if current.password_hash != account.password_hash:
            refuse(session)
            raise WrongCredentials
        clear_attempts(session, name_subject(name))
        token = start_session(session, account.id, device, now, good)
        keep(session, Event("session.started", now, account.name, account.id, details=tell_device(device)))
        return token

    def refuse(session: Session) -> None:
        # What was typed as a name that nobody has may be anything, a password too. It goes on record without it, and
        # not left out: the time of an answer must not tell which names there are.
        name, account_id = (account.name, account.id) if account else (UNKNOWN, None)
        keep(session, Event("session.refused", clock(), name, account_id, details=tell_device(device)))

    account = await database.run_write(reserve)
    fits = await is_right(password, account.password_hash if account else None)
    if account is None or not fits:
        await database.run_write(refuse)
        raise WrongCredentials
    return account, await database.run_write(lambda session: start(session, account, clock()))


async def confirm_password(database: Database, who: Identity, password: str, clock: Clock) -> str:
    """Somebody signed in proves once more who they are; counted as a sign-in is. Gives the hash that it fitted.

    Raises PasswordWrong, TooManyAttempts, AccountLocked.
    """
    subject = name_subject(who.name)

    def reserve(session: Session) -> str:
        count_attempt(session, subject, clock())
        return session.get_one(AccountRow, who.account_id).password_hash

    password_hash = await database.run_write(reserve)
    if not await is_right(password, password_hash):
        refused = Event("session.refused", clock(), who.name, who.account_id)
        await database.run_write(lambda session: keep(session, refused))
        raise PasswordWrong
    await database.run_write(lambda session: clear_attempts(session, subject))
    return password_hash


def tell_device(device: Device | None) -> dict[str, str]:
    """What stands on record of the device that somebody signs in on."""
    return {"device_id": str(device.device_id)} if device else {}
