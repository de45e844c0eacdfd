"""What a push tells about its device's clock, held against what earlier pushes told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from skygge.core.model import read_instant
from skygge.fieldlog.feed import read_last_offset
from skygge.studies.tables import DeviceRow
from skygge.sync.clocks import STEADY_MS, find_offsets, read_told
from skygge.sync.shapes import Push


def offsets_by_change(session: Session, study_id: UUID, push: Push, now_ms: int) -> dict[str, int] | None:
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
