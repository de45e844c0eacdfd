"""Reading studies; members, devices and invitations. Making and amending a study lies in founding/."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select

from skygge.accounts.access import SignedIn
from skygge.accounts.enrol import find_account
from skygge.accounts.tables import AccountRow
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.db import ReadSession, WriteSession
from skygge.errors import (
    AccountUnknown,
    AlreadyMember,
    DeviceTaken,
    DeviceUnknown,
    LastLead,
    MemberUnknown,
    ObserverTaken,
    RoleInsufficient,
    SessionMissing,
    StudyUnknown,
    TokenReadOnly,
)
from skygge.paging import Page, PageQuery, to_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Membership, Permission, Role, require, require_place
from skygge.studies.create import describe, describe_study, list_studies
from skygge.studies.devices import Contact, list_devices, note_contact, note_revocation
from skygge.studies.invitations import invite, list_invitations
from skygge.studies.members import add_member, list_members
from skygge.studies.members import amend_member as change_member
from skygge.studies.shapes import (
    DeviceIn,
    DeviceOut,
    InvitationIn,
    InvitationMade,
    InvitationOut,
    MemberAmended,
    MemberIn,
    MemberOut,
    StudyOut,
)
from skygge.studies.tables import DeviceRow, MemberRow

router = APIRouter(route_class=StrictRoute, tags=["studies"])
Paging = Annotated[PageQuery, Query()]
MAY_FAIL = document_problems(SessionMissing, StudyUnknown, RoleInsufficient, TokenReadOnly)


@router.get("/studies", response_model=Page[StudyOut], responses=document_problems(SessionMissing))
def read_studies(who: SignedIn, session: ReadSession, paging: Paging) -> Any:
    """The studies I belong to."""
    rows = list_studies(session, who)
    return to_page([describe(study, member.role, member.observer) for study, member in rows], paging)


@router.get("/studies/{study_id}", response_model=StudyOut, responses=MAY_FAIL)
def read_study(study_id: UUID, who: SignedIn, session: ReadSession) -> Any:
    """One study, and what I am in it."""
    return describe_study(session, require_place(session, who, study_id))


@router.get("/studies/{study_id}/members", response_model=Page[MemberOut], responses=MAY_FAIL)
def read_members(study_id: UUID, who: SignedIn, session: ReadSession, paging: Paging) -> Any:
    """Who belongs to the study. Names of accounts are the lead's to see; others see observer names."""
    membership = require(session, who, study_id, Permission.READ)
    names = _names(session, study_id) if membership.role == Role.LEAD else {who.account_id: who.name}
    return to_page([_member(row, names) for row in list_members(session, study_id)], paging)


@router.post(
    "/studies/{study_id}/members",
    status_code=201,
    response_model=MemberOut,
    responses=MAY_FAIL | document_problems(ObserverTaken, AlreadyMember, AccountUnknown),
)
def create_member(study_id: UUID, body: MemberIn, who: SignedIn, session: WriteSession, clock: ClockDep) -> Any:
    """Add somebody who has an account, or an observer without sign-in. The lead's."""
    lead = require(session, who, study_id, Permission.LEAD)
    account = find_account(session, body.name) if body.name else None
    if body.name and account is None:
        raise AccountUnknown
    account_id = account.id if account else None
    row = add_member(session, study_id, body.role, clock(), account_id=account_id, observer=body.observer)
    _record(session, lead, "member.added", clock(), {"member_id": str(row.member_id), "role": row.role})
    return _member(row, {account.id: account.name} if account else {})


@router.patch(
    "/studies/{study_id}/members/{member_id}",
    response_model=MemberOut,
    responses=MAY_FAIL | document_problems(MemberUnknown, LastLead),
)
def amend_member(
    study_id: UUID, member_id: UUID, body: MemberAmended, who: SignedIn, session: WriteSession, clock: ClockDep
) -> Any:
    """Give a member another role; let an analyst download more than de-identified files, or no longer. The lead's."""
    lead = require(session, who, study_id, Permission.LEAD)
    row = session.get(MemberRow, (study_id, member_id))
    if row is None:
        raise MemberUnknown
    said = change_member(session, row, body.role, body.exports_full)
    if said:
        _record(session, lead, "member.amended", clock(), {"member_id": str(member_id), **said})
    return _member(row, _names(session, study_id))


@router.get("/studies/{study_id}/devices", response_model=Page[DeviceOut], responses=MAY_FAIL)
def read_devices(study_id: UUID, who: SignedIn, session: ReadSession, paging: Paging) -> Any:
    """The lead sees every device of the study, others their own."""
    membership = require(session, who, study_id, Permission.READ)
    mine = None if membership.role == Role.LEAD else who.account_id
    return to_page([row.model_dump() for row in list_devices(session, study_id, mine)], paging)


@router.post(
    "/studies/{study_id}/devices",
    response_model=DeviceOut,
    responses=MAY_FAIL | document_problems(DeviceTaken, DeviceUnknown),
)
def put_device(study_id: UUID, body: DeviceIn, who: SignedIn, session: WriteSession, clock: ClockDep) -> Any:
    """Make my device known under a name; with `revoked` the lead closes or reopens anybody's."""
    device_id = UUID(body.device_id)
    if body.revoked is None:
        # Whoever reads has a copy: a reader's phone is to be found too on the day it is lost.
        membership = require(session, who, study_id, Permission.READ)
        if not who.may_write:
            raise TokenReadOnly
        contact = Contact(clock(), body.name, has_lock=body.has_lock, n_waiting=body.n_waiting)
        return note_contact(session, membership, device_id, contact).model_dump()
    lead = require(session, who, study_id, Permission.LEAD)
    row = session.get(DeviceRow, (study_id, device_id))
    if row is None:
        raise DeviceUnknown
    row.revoked_at = clock() if body.revoked else None
    note_revocation(session, row)
    kind = "device.revoked" if body.revoked else "device.reopened"
    _record(session, lead, kind, clock(), {"device_id": body.device_id})
    return row.model_dump()


@router.get("/studies/{study_id}/invitations", response_model=Page[InvitationOut], responses=MAY_FAIL)
def read_invitations(study_id: UUID, who: SignedIn, session: ReadSession, paging: Paging) -> Any:
    """Invitations, used or not, without their codes. The lead's."""
    require(session, who, study_id, Permission.LEAD)
    return to_page([row.model_dump() for row in list_invitations(session, study_id)], paging)


@router.post(
    "/studies/{study_id}/invitations",
    status_code=201,
    response_model=InvitationMade,
    responses=MAY_FAIL | document_problems(ObserverTaken),
)
def create_invitation(study_id: UUID, body: InvitationIn, who: SignedIn, session: WriteSession, clock: ClockDep) -> Any:
    """Make an invitation; its code is in this answer and nowhere else. The lead's."""
    lead = require(session, who, study_id, Permission.LEAD)
    row, code = invite(session, lead, body.role, body.observer, clock())
    details = {"invitation_id": str(row.invitation_id), "role": row.role}
    _record(session, lead, "invitation.made", clock(), details)
    return {**row.model_dump(), "code": code}


def _record(session: Session, member: Membership, kind: str, now: datetime, details: dict[str, Any]) -> None:
    keep(session, Event(kind, now, member.observer, member.account_id, member.study_id, details))


def _names(session: Session, study_id: UUID) -> dict[UUID, str]:
    query = select(AccountRow.id, AccountRow.name).join(MemberRow, col(MemberRow.account_id) == AccountRow.id)
    return {account_id: name for account_id, name in session.exec(query.where(MemberRow.study_id == study_id))}


def _member(row: MemberRow, names: dict[UUID, str]) -> dict[str, Any]:
    return {**row.model_dump(), "name": names.get(row.account_id) if row.account_id else None}
