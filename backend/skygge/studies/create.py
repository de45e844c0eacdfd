"""Studies as rows: made, listed, described. Their settings change through the log only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.accounts.access import Identity
from skygge.clock import new_id
from skygge.core.model import Study
from skygge.errors import DeviceRevoked
from skygge.studies.access import Membership, Role, find_closed
from skygge.studies.members import add_member
from skygge.studies.tables import MemberRow, StudyRow


def create_study(
    session: Session, study: Study, lead_account_id: UUID, now: datetime, *, is_demo: bool = False
) -> tuple[StudyRow, MemberRow]:
    """Make an empty study with its lead. Whoever calls this writes `study.amended` and a codebook to its log next."""
    row = StudyRow(study_id=new_id(), epoch=new_id(), is_demo=is_demo, created_at=now, **study.model_dump())
    session.add(row)
    session.flush()
    return row, add_member(session, row.study_id, Role.LEAD, now, account_id=lead_account_id)


def list_studies(session: Session, who: Identity) -> list[tuple[StudyRow, MemberRow]]:
    """The studies somebody belongs to, oldest first; for a token the one it is bound to.

    A lost phone sees none for which it was revoked. Raises DeviceRevoked where that is all of them.
    """
    query = select(StudyRow, MemberRow).join(MemberRow, col(MemberRow.study_id) == StudyRow.study_id)
    query = query.where(MemberRow.account_id == who.account_id).order_by(
        col(StudyRow.created_at), col(StudyRow.study_id)
    )
    if who.token_study_id is not None:
        query = query.where(StudyRow.study_id == who.token_study_id)
    rows = [(study, member) for study, member in session.exec(query)]
    closed = find_closed(session, who)
    if closed and closed >= {study.study_id for study, _ in rows}:
        raise DeviceRevoked
    return [(study, member) for study, member in rows if study.study_id not in closed]


def describe_study(session: Session, membership: Membership) -> dict[str, Any]:
    """A study as its member sees it, with the member's own role and observer name."""
    row = session.get_one(StudyRow, membership.study_id)
    return describe(row, membership.role, membership.observer)


def describe(row: StudyRow, role: str, observer: str) -> dict[str, Any]:
    """A study's row and somebody's place in it as one object."""
    study = row.model_dump(exclude={"created_at"})
    return {**study, "role": role, "observer": observer}
