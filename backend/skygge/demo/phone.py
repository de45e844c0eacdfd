"""The phones of the example study: they make changes as real ones do, but their chance is fixed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID, uuid5

from skygge.core.changes import SCHEMA
from skygge.core.identity import uuid7

Change = dict[str, Any]
ZONE = "Europe/Copenhagen"


class Phone:
    """Makes the changes of one observer, and remembers which change set which field."""

    def __init__(self, study_id: UUID, observer: str, chance: Random) -> None:
        self.observer = observer
        self.changes: list[Change] = []
        self._study_id = study_id
        self._device_id = uuid5(study_id, f"phone of {observer}")
        self._chance = chance
        self._setters: dict[tuple[str, str], str] = {}

    def new_id(self, at: datetime) -> str:
        """A UUIDv7 of that moment."""
        return str(uuid7(int(at.timestamp() * 1000), self._chance.randbytes(10)))

    def report(self, at: datetime, kind: str, subject_id: str, payload: Mapping[str, Any]) -> str:
        """Make a change and give back its id. It names the changes whose values it replaces."""
        change_id = self.new_id(at)
        fields = payload or {"retracted": True}
        # Taking something back has seen all that was said about it, otherwise its edits would stand beside.
        parents = {
            setter
            for (own, name), setter in self._setters.items()
            if own == subject_id and (not payload or name in fields)
        }
        self._setters.update({(subject_id, name): change_id for name in fields})
        offset = at.utcoffset()
        self.changes.append(
            {
                "change_id": change_id,
                "kind": kind,
                "subject_id": subject_id,
                "parents": sorted(parents),
                "payload": dict(payload),
                "made_at": to_stamp(at),
                "utc_offset_minutes": int(offset.total_seconds() // 60) if offset is not None else 0,
                "time_zone": ZONE,
                "device_id": str(self._device_id),
                "device_seq": len(self.changes) + 1,
                "session_id": f"{at.date().isoformat()}-{self.observer}",
                "monotonic_ms": float((at.hour * 60 + at.minute) * 60_000 + at.second * 1000),
                "schema": SCHEMA,
                "app_version": "example",
            }
        )
        return change_id


def to_stamp(at: datetime) -> str:
    """A field time as phones write it: local, milliseconds, with its offset."""
    return at.isoformat(timespec="milliseconds")
