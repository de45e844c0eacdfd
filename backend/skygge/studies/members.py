"""Members of a study, each known there by an observer name."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from skygge.accounts.links import drop_reset_links
from skygge.clock import new_id
from skygge.errors import AlreadyMember, LastLead, ObserverTaken
from skygge.studies.access import Role
from skygge.studies.tables import MemberRow, StudyRow


def add_member(
    session: Session,
    study_id: UUID,
    role: Role,
    now: datetime,
    *,
    account_id: UUID | None = None,
    observer: str | None = None,
) -> MemberRow:
    """Add a member; without a name the next free `observer-N`. Raises ObserverTaken, AlreadyMember."""
    members = list_members(session, study_id)
    if account_id is not None:
        # Made by somebody who led all the studies there were until now.
        drop_reset_links(session, account_id)
    taken = {member.observer for member in members}
    if observer in taken:
        raise ObserverTaken
    if account_id is not None and any(member.account_id == account_id for member in members):
        raise AlreadyMember
    row = MemberRow(
        study_id=study_id,
        member_id=new_id(),
        account_id=account_id,
        observer=observer or next_observer(taken),
        role=role,
        joined_at=now,
    )
    session.add(row)
    session.flush()
    return row


def list_members(session: Session, study_id: UUID) -> list[MemberRow]:
    """All members of a study in the order they joined."""
    query = select(MemberRow).where(MemberRow.study_id == study_id)
    return list(session.exec(query.order_by(col(MemberRow.joined_at), col(MemberRow.member_id))))


def count_members(session: Session, study_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many belong to each of some studies."""
    query = select(MemberRow.study_id, func.count()).where(col(MemberRow.study_id).in_(set(study_ids)))
    return {study_id: n for study_id, n in session.exec(query.group_by(col(MemberRow.study_id)))}


def amend_member(session: Session, row: MemberRow, role: Role | None, exports_full: bool | None) -> dict[str, object]:
    """Change what is said, and tell it. A study always has a lead. Raises LastLead."""
    said: dict[str, object] = {}
    if role is not None and role != row.role:
        if row.role == Role.LEAD and count_leads(session, row.study_id) == 1:
            raise LastLead
        row.role = said["role"] = role
    if exports_full is not None:
        row.exports_full = said["exports_full"] = exports_full
    return said


def count_leads(session: Session, study_id: UUID) -> int:
    """How many lead a study and can sign in. The study's row is locked: two leads must not step down at once."""
    session.exec(select(StudyRow.study_id).where(StudyRow.study_id == study_id).with_for_update()).one()
    query = select(func.count()).where(
        MemberRow.study_id == study_id, MemberRow.role == Role.LEAD, col(MemberRow.account_id).is_not(None)
    )
    return session.exec(query).one()


def find_observer(session: Session, study_id: UUID, observer: str) -> MemberRow | None:
    """The member known by this observer name."""
    query = select(MemberRow).where(MemberRow.study_id == study_id, MemberRow.observer == observer)
    return session.exec(query).first()


def next_observer(taken: set[str]) -> str:
    """`observer-1`, or the first number that is free."""
    number = 1
    while f"observer-{number}" in taken:
        number += 1
    return f"observer-{number}"
