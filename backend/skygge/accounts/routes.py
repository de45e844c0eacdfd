"""Signing out, and choosing a new password with a code."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from skygge.accounts.access import Person, SettingsDep, clear_session_cookie
from skygge.accounts.passwords import check_password, hash_in_turn
from skygge.accounts.reset import name_of_code, use_code
from skygge.accounts.sessions import end_session
from skygge.accounts.shapes import Reset
from skygge.accounts.throttle import clear_attempts, count_attempt
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.db import DatabaseDep, WriteSession
from skygge.errors import PasswordTooWeak, ResetLinkWrong, SessionMissing, TokenBound, TooManyAttempts
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


@router.post("/reset", status_code=204, responses=document_problems(ResetLinkWrong, PasswordTooWeak, TooManyAttempts))
async def reset_password(body: Reset, database: DatabaseDep, clock: ClockDep, request: Request) -> None:
    """Choose a new password with the code of a reset link or a spare code; ends every session of the account."""
    subject = f"reset:{request.client.host if request.client else ''}"

    def look(session: Session) -> str:
        count_attempt(session, subject, clock(), may_lock=False)
        name = name_of_code(session, body.token, clock())
        # Who has a right code and mistypes the password twice does not wait.
        clear_attempts(session, subject)
        return name

    def reset(session: Session) -> None:
        done = use_code(session, body.token, password_hash, clock())
        keep(session, Event("password.reset", clock(), done.name, done.account_id, details={"by": done.by}))

    name = await database.run_write(look)
    check_password(body.password, name)
    password_hash = await hash_in_turn(body.password)
    await database.run_write(reset)
