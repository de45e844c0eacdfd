"""Signing out, and choosing a new password with a reset link."""

from fastapi import APIRouter, Response
from sqlmodel import Session

from skygge.accounts.access import Person, SettingsDep, clear_session_cookie
from skygge.accounts.links import name_of_reset, use_reset_token
from skygge.accounts.passwords import check_password, hash_in_turn
from skygge.accounts.sessions import end_session
from skygge.accounts.shapes import Reset
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.db import DatabaseDep, WriteSession
from skygge.errors import PasswordTooWeak, ResetLinkWrong, SessionMissing, TokenBound
from skygge.problems import document_problems
from skygge.strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["accounts"])


@router.delete("/session", status_code=204, responses=document_problems(SessionMissing, TokenBound))
def sign_out(who: Person, session: WriteSession, settings: SettingsDep, clock: ClockDep, response: Response) -> None:
    """End this session. What is not sent yet stays on the phone."""
    if who.session_hash is not None:
        end_session(session, who.session_hash)
        keep(session, Event("session.ended", clock(), who.name, who.account_id))
    clear_session_cookie(response, settings)


@router.post("/reset", status_code=204, responses=document_problems(ResetLinkWrong, PasswordTooWeak))
async def reset_password(body: Reset, database: DatabaseDep, clock: ClockDep) -> None:
    """Choose a new password with a reset link; ends every session of the account."""
    name = await database.run_read(lambda session: name_of_reset(session, body.token, clock()))
    check_password(body.password, name)
    password_hash = await hash_in_turn(body.password)

    def reset(session: Session) -> None:
        account_id = use_reset_token(session, body.token, password_hash, clock())
        keep(session, Event("password.reset", clock(), name, account_id))

    await database.run_write(reset)
