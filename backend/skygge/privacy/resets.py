"""Who may let somebody else choose a new password. It must open nothing to whoever makes the link.

A lead may where the account reaches no further than the studies she leads, and holds no words of its owner's own
(docs/decisions/resets.md). The server's administrator may everywhere; every study of the account hears of it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session, col, select

from skygge.accounts.access import Identity, Person, SettingsDep
from skygge.accounts.enrol import find_account
from skygge.accounts.links import LINK_LASTS, make_reset_code, url_of_reset
from skygge.accounts.reset import hold_account
from skygge.accounts.shapes import ResetAsked, ResetMade
from skygge.accounts.sign_in import confirm_password
from skygge.accounts.tables import AccountRow
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.db import DatabaseDep, WriteSession
from skygge.errors import (
    AccountLocked,
    AccountUnknown,
    DeviceRevoked,
    MemberUnknown,
    MemberWithoutSignIn,
    PasswordWrong,
    ResetRefused,
    RoleInsufficient,
    SessionMissing,
    StudyUnknown,
    TokenBound,
    TooManyAttempts,
)
from skygge.privacy.tables import ConcernRow
from skygge.problems import document_problems
from skygge.settings import Settings
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, Role, refuse_lost_phone, require
from skygge.studies.tables import MemberRow

router = APIRouter(route_class=StrictRoute, tags=["accounts"])
MAY_FAIL = document_problems(SessionMissing, DeviceRevoked, TokenBound, RoleInsufficient, ResetRefused)


@router.post(
    "/studies/{study_id}/members/{member_id}/reset",
    status_code=201,
    response_model=ResetMade,
    responses=MAY_FAIL | document_problems(StudyUnknown, MemberUnknown, MemberWithoutSignIn),
)
def reset_member(
    study_id: UUID, member_id: UUID, who: Person, session: WriteSession, settings: SettingsDep, clock: ClockDep
) -> Any:
    """A one-time link with which a member chooses a new password; it is in this answer and nowhere else. The lead's."""
    lead = require(session, who, study_id, Permission.LEAD)
    refuse_lost_phone(session, who)
    member = session.get(MemberRow, (study_id, member_id))
    if member is None:
        raise MemberUnknown
    if member.account_id is None:
        raise MemberWithoutSignIn
    account = session.get_one(AccountRow, member.account_id)
    if not _is_within(session, account, who):
        raise ResetRefused
    return issue_reset(session, account, settings, clock(), lead.observer, who.account_id)


@router.post(
    "/resets",
    status_code=201,
    response_model=ResetMade,
    responses=MAY_FAIL | document_problems(AccountUnknown, PasswordWrong, TooManyAttempts, AccountLocked),
)
async def reset_anybody(
    body: ResetAsked, who: Person, database: DatabaseDep, settings: SettingsDep, clock: ClockDep
) -> Any:
    """A one-time link to a new password of any account but one's own. The server's administrator's, who signs again."""
    await database.run_read(lambda session: refuse_lost_phone(session, who))
    if not who.is_admin:
        raise RoleInsufficient
    confirmed = await confirm_password(database, who, body.password, clock)

    def make(session: Session) -> dict[str, Any]:
        hold_account(session, who.account_id, confirmed)
        account = find_account(session, body.name)
        if account is None:
            raise AccountUnknown
        if account.id == who.account_id:
            raise ResetRefused
        return issue_reset(session, account, settings, clock(), who.name, who.account_id)

    return await database.run_write(make)


def issue_reset(
    session: Session, account: AccountRow, settings: Settings, now: datetime, by: str, by_id: UUID | None = None
) -> dict[str, Any]:
    """Make the link, and put it on record in the server's log and in that of every study the account belongs to."""
    # Drawn for the few who ask; loading it takes longer than all the rest.
    import segno

    code = make_reset_code(session, account.id, now)
    url = url_of_reset(settings.url_of_origin, code)
    keep(session, Event("reset.made", now, by, by_id, details={"account_id": str(account.id)}))
    # In one order, so that two who write in the same logs never wait for each other.
    query = select(MemberRow).where(MemberRow.account_id == account.id).order_by(col(MemberRow.study_id))
    for member in session.exec(query).all():
        keep(session, Event("reset.made", now, by, by_id, member.study_id, {"member_id": str(member.member_id)}))
    picture = segno.make(url, micro=False, error="m").svg_data_uri(border=2, light="#fff")
    return {"name": account.name, "code": code, "url": url, "picture": picture, "ends_at": now + LINK_LASTS}


def _is_within(session: Session, account: AccountRow, who: Identity) -> bool:
    """Whether an account opens nothing that this lead cannot reach already."""
    if account.is_admin or account.id == who.account_id:
        return False
    places = session.exec(select(MemberRow).where(MemberRow.account_id == account.id)).all()
    mine = select(MemberRow.study_id).where(MemberRow.account_id == who.account_id, MemberRow.role == Role.LEAD)
    if not {place.study_id for place in places} <= set(session.exec(mine)):
        return False
    # Words that nobody but their author may read: whoever could sign in as her could read them.
    own = select(ConcernRow.id).where(col(ConcernRow.author_id).in_([place.member_id for place in places]))
    return session.exec(own.limit(1)).first() is None
