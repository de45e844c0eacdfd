"""Another password for oneself, by whoever still knows the old one."""

from fastapi import APIRouter
from sqlmodel import Session

from skygge.accounts.access import Person
from skygge.accounts.passwords import check_password, hash_in_turn
from skygge.accounts.reset import change_password
from skygge.accounts.shapes import PasswordChange
from skygge.accounts.sign_in import confirm_password
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.db import DatabaseDep
from skygge.errors import (
    AccountLocked,
    DeviceRevoked,
    PasswordTooWeak,
    PasswordWrong,
    SessionMissing,
    TokenBound,
    TooManyAttempts,
)
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import refuse_lost_phone

router = APIRouter(route_class=StrictRoute, tags=["accounts"])
REFUSALS = (SessionMissing, DeviceRevoked, TokenBound, PasswordWrong, PasswordTooWeak, TooManyAttempts, AccountLocked)


@router.post("/password", status_code=204, responses=document_problems(*REFUSALS))
async def change_own_password(body: PasswordChange, who: Person, database: DatabaseDep, clock: ClockDep) -> None:
    """Change my password. Every other sign-in of mine ends, and so does my sheet of spare codes."""
    await database.run_read(lambda session: refuse_lost_phone(session, who))
    confirmed = await confirm_password(database, who, body.password, clock)
    check_password(body.new_password, who.name)
    new = await hash_in_turn(body.new_password)

    def write(session: Session) -> None:
        change_password(session, who.account_id, confirmed, new, who.session_hash or b"")
        keep(session, Event("password.changed", clock(), who.name, who.account_id))

    await database.run_write(write)
