"""Devices of a study: made known, heard from, revoked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.db import LEDGER
from skygge.errors import DeviceTaken
from skygge.studies.access import Membership
from skygge.studies.first_contact import FirstContact, make_known, name_unlike
from skygge.studies.tables import DeviceRow


@dataclass(frozen=True)
class Contact:
    """What one contact tells about a device. `clock_offset_ms` is device minus server, None when unknown.

    `has_lock` and `n_waiting` are what the device says of itself: a lock is set, so many changes are not sent.
    `goes_on`: what it sends is not the first that it ever reported.
    """

    at: datetime
    name: str | None = None
    clock_offset_ms: int | None = None
    has_lock: bool | None = None
    n_waiting: int | None = None
    goes_on: bool = False


def note_contact(session: Session, membership: Membership, device_id: UUID, contact: Contact) -> DeviceRow:
    """Write down that a device was heard from, making it known the first time.

    Raises DeviceTaken when the device belongs to somebody else in this study.
    """
    key = (membership.study_id, device_id)
    if session.get(DeviceRow, key) is None:
        # Without a credential of its own it may have read here as anybody.
        unproven = FirstContact(*key, membership.account_id)
        met = membership.first_contact
        make_known(session, met if met and met.device_id == device_id else unproven)
    row = session.get_one(DeviceRow, key)
    if row.account_id != membership.account_id:
        raise DeviceTaken
    if contact.goes_on and row.last_contact_at is None:
        # It was here before a restore, when the numbers meant something else: it is not taken as clean.
        row.first_seq = 0
    row.last_contact_at = contact.at
    if contact.name is not None:
        row.name = contact.name
    elif not row.name and device_id == membership.device_id:
        row.name = name_unlike(session, FirstContact(*key, membership.account_id, membership.device_name))
    if contact.clock_offset_ms is not None:
        row.clock_offset_ms = contact.clock_offset_ms
    if contact.has_lock is not None or contact.n_waiting is not None:
        row.has_lock, row.n_waiting, row.told_at = contact.has_lock, contact.n_waiting, contact.at
    session.flush()
    return row


def list_devices(session: Session, study_id: UUID, account_id: UUID | None = None) -> list[DeviceRow]:
    """The devices of a study, or of one person in it, last heard of first."""
    query = select(DeviceRow).where(DeviceRow.study_id == study_id)
    if account_id is not None:
        query = query.where(DeviceRow.account_id == account_id)
    rows = session.exec(query.order_by(col(DeviceRow.last_contact_at).desc().nulls_last(), col(DeviceRow.device_id)))
    return list(rows)


def note_revocation(session: Session, row: DeviceRow) -> None:
    """Have it written to the ledger, so that an older backup does not let the device in again."""
    revoked_at = row.revoked_at.isoformat(timespec="milliseconds") if row.revoked_at else None
    line = {"study_id": str(row.study_id), "device_id": str(row.device_id), "revoked_at": revoked_at}
    session.info.setdefault(LEDGER, []).append({"type": "revocation", **line})
