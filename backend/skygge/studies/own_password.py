"""Another password for oneself, by whoever still knows the old one."""

from fastapi import APIRouter, Response
from sqlmodel import Session

from skygge.accounts.access import Person, SettingsDep, set_session_cookie
from skygge.accounts.passwords import check_password, hash_in_turn
from skygge.accounts.reset import change_password
from skygge.accounts.sessions import begin_anew
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
async def change_own_password(
    body: PasswordChange, who: Person, database: DatabaseDep, clock: ClockDep, settings: SettingsDep, response: Response
) -> None:
    """Change my password. Every sign-in of mine ends, and so does my sheet of spare codes; this browser gets a new one.

    A copy of its cookie is then worth nothing. Where the answer is lost on its way one signs in with the new password.
    """
    await database.run_read(lambda session: refuse_lost_phone(session, who))
    confirmed = await confirm_password(database, who, body.password, clock)
    check_password(body.new_password, who.name)
    new = await hash_in_turn(body.new_password)

    def write(session: Session) -> str | None:
        now = clock()
        change_password(session, who.account_id, confirmed, new)
        keep(session, Event("password.changed", now, who.name, who.account_id))
        return begin_anew(session, who.account_id, who.session_hash or b"", now, settings.lifetimes)

    token = await database.run_write(write)
    if token is not None:
        set_session_cookie(response, settings, token, is_device=who.device_id is not None)
