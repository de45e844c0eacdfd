"""Changes as a script writes them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from skygge.core.changes import SCHEMA
from skygge.core.identity import uuid7

SCRIPT_VERSION = "skygge.client"


def new_subject_id() -> str:
    """The id of a new thing: a UUIDv7 as text."""
    return str(uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10)))


def make_change(
    kind: str, subject_id: str, payload: dict[str, Any], parents: Sequence[str], device_id: UUID, device_seq: int
) -> dict[str, Any]:
    """The envelope around what is reported, made now, in UTC (a script has no local hour of its own)."""
    return {
        "change_id": new_subject_id(),
        "kind": kind,
        "subject_id": subject_id,
        "parents": list(parents),
        "payload": payload,
        "made_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "utc_offset_minutes": 0,
        "time_zone": "UTC",
        "device_id": str(device_id),
        "device_seq": device_seq,
        "session_id": SCRIPT_VERSION,
        "monotonic_ms": time.monotonic() * 1000,
        "schema": SCHEMA,
        "app_version": SCRIPT_VERSION,
    }
