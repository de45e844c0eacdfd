"""Members of a study, each known there by an observer name."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.clock import new_id
from skygge.errors import AlreadyMember, ObserverTaken
from skygge.studies.access import Role
from skygge.studies.tables import MemberRow


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
