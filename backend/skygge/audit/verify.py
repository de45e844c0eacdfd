"""Is the audit log what it was? Every row is sealed again and compared; a missing one breaks the chain."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.audit.keep import BEGINNING, SERVER, seal
from skygge.audit.tables import AuditHeadRow, AuditRow

ROWS_AT_ONCE = 500


def verify_audit(session: Session) -> list[str]:
    """What does not fit, one sentence each; nothing when all is well."""
    ends = {head.study_id: head for head in session.exec(select(AuditHeadRow))}
    begun = session.exec(select(AuditRow.study_id).distinct()).all()
    logs = sorted({*ends, *begun})
    return [f"{_name(study_id)}: {finding}" for study_id in logs for finding in _verify(session, study_id, ends)]


def verify_log(session: Session, study_id: UUID) -> list[str]:
    """What does not fit in the audit log of one study."""
    ends = {head.study_id: head for head in session.exec(select(AuditHeadRow).where(AuditHeadRow.study_id == study_id))}
    begun = session.exec(select(AuditRow.number).where(AuditRow.study_id == study_id).limit(1)).first()
    return list(_verify(session, study_id, ends)) if ends or begun else []


def _verify(session: Session, study_id: UUID, ends: dict[UUID, AuditHeadRow]) -> Iterator[str]:
    number, previous = 0, BEGINNING
    query = select(AuditRow).where(AuditRow.study_id == study_id).order_by(col(AuditRow.number))
    for row in session.exec(query.execution_options(yield_per=ROWS_AT_ONCE)):
        if row.number != number + 1:
            yield f"the audit log jumps from {number} to {row.number}."
        elif row.previous_hash != previous:
            yield f"row {row.number} of the audit log does not follow the row before it."
        if seal(row) != row.hash:
            yield f"row {row.number} of the audit log was altered."
        number, previous = row.number, row.hash
    end = ends.get(study_id)
    if end is None or (end.last_number, end.last_hash) != (number, previous):
        yield f"the audit log does not end where it ended (row {number})."


def _name(study_id: UUID) -> str:
    return "The server" if study_id == SERVER else f"Study {study_id}"
