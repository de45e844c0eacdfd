"""Taking in what a device sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from skygge.core.model import read_instant
from skygge.errors import BodyTooLarge, DeviceTaken
from skygge.fieldlog.append import Author, Delivery, Verdict, append_delivery
from skygge.studies.access import Membership
from skygge.studies.devices import Contact, note_contact
from skygge.studies.tables import DeviceRow
from skygge.sync.clocks import offsets_by_change
from skygge.sync.shapes import MAX_BATCH_BYTES, MAX_CHANGES, Push


def check_size(push: Push, n_bytes: int) -> None:
    """Raise BodyTooLarge, which names both limits, unless the batch is within them. One change alone may be larger."""
    if len(push.changes) > MAX_CHANGES or (n_bytes > MAX_BATCH_BYTES and len(push.changes) > 1):
        raise BodyTooLarge(max_changes=MAX_CHANGES, max_bytes=MAX_BATCH_BYTES)


def ingest(session: Session, membership: Membership, push: Push, received_at: datetime) -> list[Verdict]:
    """Append a push to the log. From a revoked device everything is parked."""
    device_id = UUID(push.device_id)
    offset_ms = (read_instant(push.device_time) - received_at) // timedelta(milliseconds=1)
    offsets = offsets_by_change(session, membership.study_id, push, offset_ms)
    delivery = Delivery(
        study_id=membership.study_id,
        author=Author(membership.account_id, membership.member_id, membership.observer, membership.role),
        device_id=device_id,
        changes=push.changes,
        received_at=received_at,
        clock_offset_ms=offset_ms if offsets is None else None,
        clock_offsets=offsets or {},
        park_as="device.revoked" if is_revoked(session, membership, device_id) else None,
    )
    verdicts = append_delivery(session, delivery)
    try:
        contact = Contact(received_at, clock_offset_ms=offset_ms, goes_on=push.goes_on)
        note_contact(session, membership, device_id, contact)
    except DeviceTaken:
        # Two people may share a phone: who wrote is told by the sign-in, not by the device.
        pass
    return verdicts


def is_revoked(session: Session, membership: Membership, device_id: UUID) -> bool:
    """Whether the credential's device or the one that says it sent this was revoked."""
    device = session.get(DeviceRow, (membership.study_id, device_id))
    return membership.is_device_revoked or (device is not None and device.revoked_at is not None)
