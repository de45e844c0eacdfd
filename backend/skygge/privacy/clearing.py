"""Whose disks still hold bytes of what was erased: a browser keeps them until its storage is cleared as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from skygge.audit.keep import Event, keep
from skygge.audit.tables import AuditRow
from skygge.fieldlog.tables import ChangeRow
from skygge.privacy.whose import list_people
from skygge.studies.access import Membership
from skygge.studies.devices import list_devices
from skygge.studies.tables import MemberRow

CLEANED = "device.cleaned"
# Only the storage: the cookie stays, and with it the sign-in.
CLEAR = {"Clear-Site-Data": '"storage"'}


def record_cleaned(session: Session, member: Membership, device_id: UUID, cleaned_to: int, now: datetime) -> None:
    """Put on record that a device has cleared its disk after it had seen the feed up to a number."""
    details = {"device_id": str(device_id), "cleaned_to": cleaned_to}
    keep(session, Event(CLEANED, now, member.observer, member.account_id, member.study_id, details))


def describe_devices(session: Session, study_id: UUID) -> list[dict[str, Any]]:
    """Every device: whose, last heard of when, revoked or not, what it wrote about whom, since when it is not clean."""
    members = session.exec(select(MemberRow).where(MemberRow.study_id == study_id))
    owners: dict[UUID | None, MemberRow] = {row.account_id: row for row in members if row.account_id}
    written = _count_changes(session, study_id)
    cleaned = _read_cleaned(session, study_id)
    redactions = _list_redactions(session, study_id)
    people = list_people(session, study_id, owners.values())
    told = []
    for row in list_devices(session, study_id):
        owner = owners.get(row.account_id)
        # What was erased before a device first read here reached it as a stub. When its owner joined says nothing:
        # somebody else may have read on it before, or the same person before a restore.
        clean_to = max(cleaned.get(str(row.device_id), 0), row.first_seq)
        doubtful = (at for seq, at in redactions if seq > clean_to)
        told.append({
            "device_id": row.device_id,
            "name": row.name,
            "observer": owner.observer if owner else None,
            "last_contact_at": row.last_contact_at,
            "revoked_at": row.revoked_at,
            "n_changes": written.get(row.device_id, 0),
            "people": people.met.get(row.device_id, []),
            "may_hold": people.readable.get(row.account_id, []) if row.account_id else [],
            "has_lock": row.has_lock,
            "n_waiting": row.n_waiting,
            "told_at": row.told_at,
            "unclean_since": next(doubtful, None),
        })  # fmt: skip
    return told


def _count_changes(session: Session, study_id: UUID) -> dict[UUID, int]:
    query = select(ChangeRow.device_id, func.count()).where(ChangeRow.study_id == study_id)
    return {device_id: n for device_id, n in session.execute(query.group_by(col(ChangeRow.device_id)))}


def _read_cleaned(session: Session, study_id: UUID) -> dict[str, int]:
    query = select(AuditRow).where(AuditRow.study_id == study_id, AuditRow.kind == CLEANED)
    rows = session.exec(query.order_by(col(AuditRow.number)))
    return {row.details["device_id"]: row.details["cleaned_to"] for row in rows}


def _list_redactions(session: Session, study_id: UUID) -> list[tuple[int, datetime]]:
    query = select(ChangeRow.seq, ChangeRow.received_at).where(
        ChangeRow.study_id == study_id, ChangeRow.kind == "subject.redacted"
    )
    return [(seq, at) for seq, at in session.execute(query.order_by(col(ChangeRow.seq)))]
