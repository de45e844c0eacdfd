"""The end of a study: everything that was seen, said and coded is erased, the way a person's withdrawal is.

What stays is what the certificate has to name: the study's title and terms, its members, the audit log and the requests
of people observed, which hold no words. Concerns stay too, sealed: a lead must not be able to make away with what
somebody wrote down about harm. Their authors take them back themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from skygge.audit.keep import Event, keep
from skygge.audit.tables import AuditRow
from skygge.core.changes import KINDS
from skygge.core.identity import server_device_id
from skygge.db import ERASED
from skygge.errors import TitleDiffers
from skygge.fieldlog.append import Author, Delivery, redact_things
from skygge.fieldlog.redact import Redaction
from skygge.fieldlog.tables import ChangeRow, QuarantineRow, RedactionRow
from skygge.privacy.shapes import EndIn, EndOut
from skygge.privacy.tables import ConcernRow, PersonRequestRow
from skygge.studies.access import Membership
from skygge.studies.devices import list_devices
from skygge.studies.tables import StudyRow


def end_study(session: Session, membership: Membership, asked: EndIn, now: datetime) -> EndOut:
    """Count what would go; with `dry_run` off and the title typed as it stands, erase it. Raises TitleDiffers."""
    study_id = membership.study_id
    study = session.get_one(StudyRow, study_id)
    if not asked.dry_run and asked.title != study.title:
        raise TitleDiffers
    standing = _list_standing(session, study_id)
    found = EndOut(
        dry_run=asked.dry_run,
        things=dict(sorted(Counter(standing.values()).items())),
        n_changes=_count_changes(session, study_id, standing),
        n_parked=session.exec(select(func.count()).where(QuarantineRow.study_id == study_id)).one(),
        n_devices=len(list_devices(session, study_id)),
        n_exports=_count_exports(session, study_id),
        n_concerns=_count_rows(session, ConcernRow, study_id),
        n_requests=_count_rows(session, PersonRequestRow, study_id),
        at=now,
    )
    if asked.dry_run:
        return found
    author = Author(membership.account_id, membership.member_id, membership.observer, membership.role)
    delivery = Delivery(study_id, author, server_device_id(study_id), [], now, is_import=True)
    redact_things(session, delivery, _order(study_id, standing, now), is_end=True)
    session.info[ERASED] = True
    details = {"things": len(standing), "changes": found.n_changes}
    row = keep(session, Event("study.erased", now, author.observer, author.account_id, study_id, details))
    return found.model_copy(update={"number": row.number, "seal": row.hash.hex()})


def _list_standing(session: Session, study_id: UUID) -> dict[UUID, str]:
    """Every thing of the log that was not erased before, and of which type it is; the study itself is none."""
    gone = select(RedactionRow.subject_id).where(
        RedactionRow.study_id == study_id, RedactionRow.mode == "erased", col(RedactionRow.change_id).is_(None)
    )
    query = select(ChangeRow.subject_id, ChangeRow.kind).where(
        ChangeRow.study_id == study_id, ChangeRow.subject_id != study_id, col(ChangeRow.subject_id).not_in(gone)
    )
    found: dict[UUID, str] = {}
    for subject_id, kind in session.exec(query.distinct()):
        spec = KINDS.get(kind)
        found[subject_id] = (spec.subject if spec else None) or found.get(subject_id) or "unknown"
    return found


def _count_changes(session: Session, study_id: UUID, standing: dict[UUID, str]) -> int:
    query = select(ChangeRow.subject_id).where(ChangeRow.study_id == study_id, ChangeRow.kind != "subject.redacted")
    return sum(subject_id in standing for subject_id in session.exec(query))


def _count_rows(session: Session, table: type[ConcernRow | PersonRequestRow], study_id: UUID) -> int:
    return session.exec(select(func.count()).select_from(table).where(table.study_id == study_id)).one()


def _count_exports(session: Session, study_id: UUID) -> int:
    query = select(func.count()).where(AuditRow.study_id == study_id, AuditRow.kind == "export.made")
    return session.exec(query).one()


def _order(study_id: UUID, standing: dict[UUID, str], now: datetime) -> Iterator[Redaction]:
    for subject_id in sorted(standing):
        yield Redaction(study_id, subject_id, "erased", now)
