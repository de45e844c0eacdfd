"""Taking in what a device sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from skygge.core.model import read_instant
from skygge.errors import BodyTooLarge, DeviceTaken
from skygge.fieldlog.append import Author, Delivery, Verdict, append_delivery
from skygge.fieldlog.feed import read_last_offset
from skygge.studies.access import Membership
from skygge.studies.devices import Contact, note_contact
from skygge.studies.tables import DeviceRow
from skygge.sync.clocks import STEADY_MS, find_offsets, read_told
from skygge.sync.shapes import MAX_BATCH_BYTES, MAX_CHANGES, Push


def check_size(push: Push, n_bytes: int) -> None:
    """Raise BodyTooLarge, which names both limits, unless the batch is within them. One change alone may be larger."""
    if len(push.changes) > MAX_CHANGES or (n_bytes > MAX_BATCH_BYTES and len(push.changes) > 1):
        raise BodyTooLarge(max_changes=MAX_CHANGES, max_bytes=MAX_BATCH_BYTES)


def ingest(session: Session, membership: Membership, push: Push, received_at: datetime) -> list[Verdict]:
    """Append a push to the log. From a revoked device everything is parked."""
    device_id = UUID(push.device_id)
    offset_ms = (read_instant(push.device_time) - received_at) // timedelta(milliseconds=1)
    offsets = _offsets_by_change(session, membership.study_id, push, offset_ms)
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
        note_contact(session, membership, device_id, Contact(received_at, clock_offset_ms=offset_ms))
    except DeviceTaken:
        # Two people may share a phone: who wrote is told by the sign-in, not by the device.
        pass
    return verdicts


def _offsets_by_change(session: Session, study_id: UUID, push: Push, now_ms: int) -> dict[str, int] | None:
    """What is known of the clock change by change; None where the measure of now holds for all of them."""
    device = session.get(DeviceRow, (study_id, UUID(push.device_id)))
    if device is None or device.clock_offset_ms is None or device.last_contact_at is None:
        return None
    before_ms: int | None = device.clock_offset_ms
    told = read_told(push.changes)
    ahead = timedelta(milliseconds=device.clock_offset_ms)
    if told and read_instant(told[0]["made_at"]) < device.last_contact_at + ahead:
        # The rest of a backlog, which an earlier push began: what was found out for the change before goes on.
        before_ms = read_last_offset(session, study_id, device.device_id)
    is_steady = before_ms is not None and abs(now_ms - before_ms) <= STEADY_MS
    return None if is_steady else find_offsets(told, before_ms, now_ms)


def is_revoked(session: Session, membership: Membership, device_id: UUID) -> bool:
    """Whether the credential's device or the one that says it sent this was revoked."""
    device = session.get(DeviceRow, (membership.study_id, device_id))
    return membership.is_device_revoked or (device is not None and device.revoked_at is not None)
