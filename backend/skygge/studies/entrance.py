"""Coming in: signing in, who am I, accepting an invitation. All three answer with the person and their studies."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from skygge.accounts.access import Identity, SettingsDep, SignedIn, set_session_cookie
from skygge.accounts.enrol import create_account
from skygge.accounts.passwords import check_password, hash_in_turn
from skygge.accounts.sessions import start_session
from skygge.accounts.shapes import SignIn
from skygge.accounts.sign_in import sign_in, tell_device
from skygge.accounts.throttle import clear_attempts, count_attempt
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.db import DatabaseDep, ReadSession
from skygge.errors import (
    AccountLocked,
    AccountNameTaken,
    InvitationWrong,
    PasswordTooWeak,
    SessionMissing,
    SessionReused,
    TooManyAttempts,
    WrongCredentials,
)
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.create import list_studies
from skygge.studies.invitations import accept, check_invitation
from skygge.studies.members import count_members
from skygge.studies.shapes import Acceptance, Me

router = APIRouter(route_class=StrictRoute, tags=["accounts"])


@router.post(
    "/session", response_model=Me, responses=document_problems(WrongCredentials, TooManyAttempts, AccountLocked)
)
async def start(body: SignIn, database: DatabaseDep, settings: SettingsDep, clock: ClockDep, response: Response) -> Any:
    """Sign in with name and password."""
    device = body.device()
    account, token = await sign_in(database, body.name, body.password, device, clock, settings.lifetimes)
    set_session_cookie(response, settings, token, is_device=device is not None)
    who = Identity(account.id, account.name, account.is_admin)
    return await database.run_read(lambda session: describe_me(session, who, clock()))


@router.get("/me", response_model=Me, responses=document_problems(SessionMissing, SessionReused))
def read_me(who: SignedIn, session: ReadSession, clock: ClockDep) -> Any:
    """Who am I, which studies do I belong to."""
    return describe_me(session, who, clock())


@router.post(
    "/invitations/accept",
    status_code=201,
    response_model=Me,
    responses=document_problems(InvitationWrong, AccountNameTaken, PasswordTooWeak, TooManyAttempts),
)
async def accept_invitation(
    body: Acceptance,
    database: DatabaseDep,
    settings: SettingsDep,
    clock: ClockDep,
    request: Request,
    response: Response,
) -> Any:
    """Join a study with an invitation's code, making the account in the same step."""
    subject, device = f"invitation:{request.client.host if request.client else ''}", body.device()

    def look(session: Session) -> None:
        count_attempt(session, subject, clock(), may_lock=False)
        check_invitation(session, body.code, clock())

    def join(session: Session) -> tuple[Identity, str]:
        clear_attempts(session, subject)
        account = create_account(session, body.name, password_hash, clock())
        member = accept(session, body.code, account.id, clock())
        token = start_session(session, account.id, device, clock(), settings.lifetimes)
        keep(session, Event("account.created", clock(), account.name, account.id))
        joined = {"member_id": str(member.member_id), "role": member.role}
        keep(session, Event("invitation.accepted", clock(), member.observer, account.id, member.study_id, joined))
        keep(session, Event("session.started", clock(), account.name, account.id, details=tell_device(device)))
        return Identity(account.id, account.name, account.is_admin), token

    await database.run_write(look)
    check_password(body.password, body.name)
    password_hash = await hash_in_turn(body.password)
    who, token = await database.run_write(join)
    set_session_cookie(response, settings, token, is_device=device is not None)
    return await database.run_read(lambda session: describe_me(session, who, clock()))


def describe_me(session: Session, who: Identity, now: datetime) -> dict[str, Any]:
    """The answer of `GET /me`."""
    rows = list_studies(session, who)
    counts = count_members(session, [study.study_id for study, _ in rows])
    studies = [
        {
            **study.model_dump(include=_STUDY),
            **member.model_dump(include=_MEMBER),
            "n_members": counts[study.study_id],
        }
        for study, member in rows
    ]
    account = {"id": who.account_id, "name": who.name, "is_admin": who.is_admin}
    return {"account": account, "device_id": who.device_id, "studies": studies, "server_time": now}


_STUDY = {"study_id", "title", "is_demo", "lock_required", "allows_dictation", "retention_until"}
_MEMBER = {"role", "observer", "member_id"}
