"""The envelope of what the server itself reports: a phone's, under the server's own device."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from skygge import __version__
from skygge.clock import new_id
from skygge.core.changes import SCHEMA
from skygge.core.identity import server_device_id
from skygge.core.model import read_zone
from skygge.studies.tables import StudyRow


def make_server_change(
    study: StudyRow, kind: str, subject_id: str, payload: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """A change with an id of its own, in the study's local hour."""
    local = now.astimezone(read_zone(study.time_zone))
    offset = local.utcoffset()
    return {
        "change_id": str(new_id()),
        "kind": kind,
        "subject_id": subject_id,
        "parents": [],
        "payload": payload,
        "made_at": local.isoformat(timespec="milliseconds"),
        "utc_offset_minutes": int(offset.total_seconds() // 60) if offset is not None else 0,
        "time_zone": study.time_zone,
        "device_id": str(server_device_id(study.study_id)),
        "device_seq": study.last_seq + 1,
        "session_id": "server",
        "monotonic_ms": 0,
        "schema": SCHEMA,
        "app_version": __version__,
    }
