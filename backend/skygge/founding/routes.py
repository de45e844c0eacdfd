"""The first set-up, new studies and their settings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from skygge.accounts.access import Person, SettingsDep, SignedIn, set_session_cookie
from skygge.accounts.enrol import create_account, has_accounts
from skygge.accounts.links import check_setup_token, use_setup_token
from skygge.accounts.passwords import check_password, hash_in_turn
from skygge.accounts.sessions import start_session
from skygge.accounts.sign_in import tell_device
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.core.codebook import STARTERS, read_starter
from skygge.core.model import Study, lacks_lock_reason
from skygge.db import DatabaseDep, ReadSession, WriteSession
from skygge.errors import (
    DeviceRevoked,
    LockReasonMissing,
    PasswordTooWeak,
    RoleInsufficient,
    SessionMissing,
    SetupLinkWrong,
    SetupUsed,
    StudyUnknown,
    TokenBound,
    TokenReadOnly,
)
from skygge.founding.found_study import adopt_demo_studies, amend_study, found_study
from skygge.founding.shapes import NEVER_EMPTY, Setup, SetupDone, SetupState, StarterOut, StudyAmended, StudyIn
from skygge.paging import Page, PageQuery, to_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, refuse_lost_phone, require
from skygge.studies.create import describe, describe_study
from skygge.studies.shapes import StudyOut

setup_router = APIRouter(route_class=StrictRoute, tags=["setup"])
router = APIRouter(route_class=StrictRoute, tags=["studies"])


@setup_router.get("/setup", response_model=SetupState, responses=document_problems(SetupUsed))
def read_setup(session: ReadSession) -> Any:
    """Whether the first account is still to be made; gone once it is."""
    if has_accounts(session):
        raise SetupUsed
    return {"needed": True}


@setup_router.post(
    "/setup",
    status_code=201,
    response_model=SetupDone,
    responses=document_problems(SetupUsed, SetupLinkWrong, PasswordTooWeak, LockReasonMissing),
)
async def set_up(body: Setup, database: DatabaseDep, settings: SettingsDep, clock: ClockDep, response: Response) -> Any:
    """Make the first account (the server's admin) and its study with the one-time link, and sign in."""
    device = body.device()

    def begin(session: Session) -> dict[str, Any]:
        use_setup_token(session, body.token, clock())
        account = create_account(session, body.name, password_hash, clock(), is_admin=True)
        study, _ = found_study(session, _settings_of(body.study), read_starter(body.study.starter), account.id, clock)
        adopt_demo_studies(session, account, clock)
        token = start_session(session, account.id, device, clock(), settings.lifetimes)
        keep(session, Event("account.created", clock(), account.name, account.id, details={"is_admin": True}))
        keep(session, Event("session.started", clock(), account.name, account.id, details=tell_device(device)))
        return {"token": token, "account": account.model_dump(), "study_id": study.study_id}

    await database.run_read(lambda session: check_setup_token(session, body.token, clock()))
    check_password(body.password, body.name)
    password_hash = await hash_in_turn(body.password)
    done = await database.run_write(begin)
    set_session_cookie(response, settings, done.pop("token"), is_device=device is not None)
    return done


@router.post(
    "/studies",
    status_code=201,
    response_model=StudyOut,
    responses=document_problems(SessionMissing, DeviceRevoked, TokenBound, LockReasonMissing),
)
def create_study(body: StudyIn, who: Person, session: WriteSession, clock: ClockDep) -> Any:
    """Make a study and lead it. Not from a lost phone."""
    refuse_lost_phone(session, who)
    row, lead = found_study(session, _settings_of(body), read_starter(body.starter), who.account_id, clock)
    keep(session, Event("study.created", clock(), lead.observer, who.account_id, row.study_id))
    session.refresh(row)
    return describe(row, lead.role, lead.observer)


@router.get("/starters", response_model=Page[StarterOut], responses=document_problems(SessionMissing, DeviceRevoked))
def read_starters(who: SignedIn, session: ReadSession, paging: Annotated[PageQuery, Query()]) -> Any:
    """The codebooks that come with Skygge, whole: to begin a study with, or a draft later on."""
    refuse_lost_phone(session, who)
    return to_page([{"name": name, **_codes_of(name)} for name in STARTERS], paging)


def _codes_of(name: str) -> dict[str, Any]:
    starter = read_starter(name)
    return {"note": starter["note"], "codes": starter["codes"]}


@router.patch(
    "/studies/{study_id}",
    response_model=StudyOut,
    responses=document_problems(SessionMissing, StudyUnknown, RoleInsufficient, TokenReadOnly, LockReasonMissing),
)
def update_study(study_id: UUID, body: StudyAmended, who: SignedIn, session: WriteSession, clock: ClockDep) -> Any:
    """Change settings of the study; a `study.amended` change in its log. The lead's."""
    membership = require(session, who, study_id, Permission.LEAD)
    said = body.model_dump(exclude_unset=True)
    fields = {name: value for name, value in said.items() if value is not None or name not in NEVER_EMPTY}
    if lacks_lock_reason(fields):
        raise LockReasonMissing
    if fields:
        amend_study(session, membership, fields, clock)
        session.expire_all()
    return describe_study(session, membership)


def _settings_of(body: StudyIn) -> Study:
    said = body.model_dump(exclude={"starter"}, exclude_none=True)
    if lacks_lock_reason(said):
        raise LockReasonMissing
    return Study(**said)
