"""The de-identified tier: a study read without free text, exact times and identifiers.

What is left: codes, kinds, and times in whole minutes from the start of the visit, rounded down, on a day that never
was. People, observers, agencies and visits are numbers; ids are others than in a full file, so that the two cannot be
laid side by side. The order of encounters stays. Filters are judged here, by what was left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid5

from skygge.core.export import ExportOptions, Losses
from skygge.core.filters import Filters, Thing
from skygge.core.model import SubjectType, to_unix_ms
from skygge.core.reader import StudyReader, is_counted
from skygge.core.selection import Selection, select

O = TypeVar("O", bound=ExportOptions)  # noqa: E741  # O for options, as in the contract of an export
DAY = datetime(2000, 1, 1, tzinfo=UTC)
MINUTE_MS = 60_000
_FILTERS = Filters.model_fields
# What is passed on as it is, named one by one: a field that comes later stays out until somebody thought about it.
PASSED: Mapping[str, tuple[str, ...]] = {
    "study": ("type", "languages", "field_mode", "observers_see"),
    "encounter": ("type", "kind", "end_origin", "retracted"),
    "gap": ("type", "kind", "retracted"),
    "entry": (
        "type", "sequence", "kind", "action", "structure", "structure_origin", "flags", "end_origin", "taken",
        "precision_s", "codebook_version", "control", "care", "retracted",
    ),
}  # fmt: skip
Line = dict[str, Any]


def deidentify(reader: StudyReader, options: O, losses: Losses) -> tuple[StudyReader, O]:
    """The study without what identifies people, and options that ask it for the same things."""
    masked, asked = mask(reader, options, losses)
    return masked, options.model_copy(update={**asked, "clock_times": False, "tier": "deidentified"})


def mask(reader: StudyReader, filters: Filters, losses: Losses) -> tuple[StudyReader, dict[str, Any]]:
    """The study without what identifies people, and the filters by name that ask it for the same things."""
    masked = MaskedStudy(reader, select(reader, filters), losses)
    asked: dict[str, Any] = {name: field.get_default(call_default_factory=True) for name, field in _FILTERS.items()}
    if filters.narrows:
        # An id that nothing has keeps a filter that finds nothing from turning into no filter.
        asked["encounter"] = sorted(masked.kept_ids()) or [str(UUID(int=0))]
    return masked, asked


@dataclass
class MaskedStudy:
    """Implements `core.reader.StudyReader`. What it leaves out of things that take part is counted once a kind."""

    reader: StudyReader
    selection: Selection
    losses: Losses
    _zeros: dict[str, int] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)
    _numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    _counted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        offsets = self.reader.clock_offsets("encounter")
        visits: dict[str, int] = {}
        for thing in self.reader.things("encounter"):
            start = to_unix_ms(thing["started_at"]) + offsets.get(thing["id"], 0)
            visit = thing.get("visit_id") or thing["id"]
            # Two observers of one visit share its time; what lies between their starts is kept in minutes.
            visits[visit] = min(start, visits.get(visit, start))
            self._zeros[thing["id"]] = start
            if is_counted(thing) and self.selection.keeps_encounter(thing):
                self._kept.add(thing["id"])
        for thing in self.reader.things("encounter"):
            self._zeros[thing["id"]] = visits[thing.get("visit_id") or thing["id"]]

    @property
    def study_id(self) -> UUID:
        """Another id than the study's own: ids in the file are made from it."""
        return uuid5(self.reader.study_id, "deidentified")

    def kept_ids(self) -> list[str]:
        """The ids, as they stand in the file, of the encounters that the filters keep."""
        return [self._id("encounter", thing_id) or "" for thing_id in self._kept]

    def changes(self) -> Iterator[Line]:
        """Nothing: the log holds every word and every time."""
        return iter(())

    def clock_offsets(self, kind: Literal["encounter", "entry", "gap"]) -> Mapping[str, int]:
        """Nothing: the times are corrected already."""
        return {}

    def set_back(self) -> Mapping[str, int]:
        """By the ids in the file: how far, which says nothing about when."""
        return {self._id("encounter", key) or "": fell_ms for key, fell_ms in self.reader.set_back().items()}

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder of one's own, as the reader behind gives it."""
        return self.reader.scratch()

    def things(self, kind: SubjectType) -> Iterator[Line]:
        """All of one kind, masked."""
        is_first = kind not in self._counted
        self._counted.add(kind)
        losses = self.losses if is_first else Losses()
        mask = getattr(self, f"_mask_{kind}")
        offsets = self.reader.clock_offsets(kind) if kind in ("encounter", "entry", "gap") else {}
        for thing in self.reader.things(kind):
            if kind in ("gap", "entry") and thing["encounter_id"] not in self._zeros:
                losses.note("encounter_unknown")
            elif kind == "entry" and self._is_filtered(thing):
                losses.note("filtered")
            else:
                counts = losses if self._takes_part(thing) else Losses()
                masked = mask(thing, offsets.get(thing.get("id", ""), 0), counts)
                if masked is not None:
                    yield masked

    def _is_filtered(self, entry: Thing) -> bool:
        is_inside = entry["encounter_id"] in self._kept and is_counted(entry)
        return is_inside and not self.selection.keeps_entry(entry)

    def _takes_part(self, thing: Thing) -> bool:
        encounter_id = thing["id"] if thing["type"] == "encounter" else thing.get("encounter_id")
        return is_counted(thing) and (encounter_id is None or encounter_id in self._kept)

    def _mask_study(self, thing: Thing, offset: int, losses: Losses) -> Line:
        return {**_pass_on(thing), "title": "Study", "time_zone": "UTC"}

    def _mask_codebook(self, thing: Thing, offset: int, losses: Losses) -> Line:
        losses.note("tier_texts", bool(thing.get("note")))
        return {**thing, "note": ""}

    def _mask_code(self, thing: Thing, offset: int, losses: Losses) -> Line:
        texts = ("example", "counter_example")
        losses.note("tier_texts", sum(bool(thing.get(name)) for name in texts))
        return {**thing, **dict.fromkeys(texts, "")}

    def _mask_actor(self, thing: Thing, offset: int, losses: Losses) -> Line:
        losses.note("tier_names")
        return {
            "type": "actor",
            "id": self._id("actor", thing["id"]),
            "label": f"{thing.get('kind')}-{self._number('actor', thing['id'])}",
            "kind": thing.get("kind"),
            "agency": self._named("agency", thing.get("agency")),
            "merged_into": self._id("actor", thing.get("merged_into")),
        }

    def _mask_consent(self, thing: Thing, offset: int, losses: Losses) -> None:
        losses.note("tier_names")

    def _mask_encounter(self, thing: Thing, offset: int, losses: Losses) -> Line:
        zero = self._zeros[thing["id"]]
        losses.note("tier_texts", bool(thing.get("setting")))
        losses.note("tier_names", sum(bool(thing.get(name)) for name in ("observer", "agency", "visit_code")))
        losses.note("tier_times", sum(thing.get(name) is not None for name in ("started_at", "ended_at")))
        return {
            **_pass_on(thing),
            "id": self._id("encounter", thing["id"]),
            "visit_id": self._id("visit", thing.get("visit_id")),
            "visit_code": None,
            "observer": self._named("observer", thing.get("observer")),
            "focal_actor_id": self._id("actor", thing.get("focal_actor_id")),
            "setting": None,
            "agency": self._named("agency", thing.get("agency")),
            "presence": [self._mask_presence(one, zero, offset) for one in thing.get("presence") or ()],
            "checks": [{**one, "actor_id": self._id("actor", one["actor_id"])} for one in thing.get("checks") or ()],
            "started_at": _move(thing["started_at"], zero, offset),
            "ended_at": _move(thing.get("ended_at"), zero, offset),
            "time_zone": "UTC",
            "utc_offset_minutes": 0,
        }

    def _mask_presence(self, one: Thing, zero: int, offset: int) -> Line:
        times = {name: _move(one.get(name), zero, offset) for name in ("from", "to")}
        return {"actor_id": self._id("actor", one["actor_id"]), **times}

    def _mask_gap(self, thing: Thing, offset: int, losses: Losses) -> Line:
        losses.note("tier_texts", bool(thing.get("reason")))
        losses.note("tier_times", sum(thing.get(name) is not None for name in ("from", "to")))
        times = {name: _move(thing.get(name), self._zeros[thing["encounter_id"]], offset) for name in ("from", "to")}
        return {**self._placed(thing, "gap"), **times, "reason": None}

    def _mask_entry(self, thing: Thing, offset: int, losses: Losses) -> Line:
        losses.note("tier_texts", bool(thing.get("jotting")))
        losses.note("tier_times", sum(thing.get(name) is not None for name in ("started_at", "ended_at")))
        zero = self._zeros[thing["encounter_id"]]
        return {
            **self._placed(thing, "entry"),
            **{name: self._id("actor", thing.get(name)) for name in ("actor_id", "recipient_id")},
            **{name: _move(thing.get(name), zero, offset) for name in ("started_at", "ended_at")},
            "merged_into": self._id("entry", thing.get("merged_into")),
            "jotting": None,
            "verbatim": False,
        }

    def _mask_fieldnote(self, thing: Thing, offset: int, losses: Losses) -> None:
        losses.note("tier_texts")

    def _mask_memo(self, thing: Thing, offset: int, losses: Losses) -> None:
        losses.note("tier_texts")

    def _placed(self, thing: Thing, kind: str) -> Line:
        ids = {"id": self._id(kind, thing["id"]), "encounter_id": self._id("encounter", thing["encounter_id"])}
        return {**_pass_on(thing), **ids}

    def _id(self, kind: str, thing_id: str | None) -> str | None:
        return None if thing_id is None else str(uuid5(self.study_id, f"{kind}:{thing_id}"))

    def _named(self, kind: str, name: str | None) -> str | None:
        return None if not name else f"{kind}-{self._number(kind, name)}"

    def _number(self, kind: str, name: str) -> int:
        """A number for a name, in an order that says nothing about names or times."""
        if kind not in self._numbers:
            names = {found for found in self._all_names(kind) if found}
            ordered = sorted(names, key=lambda found: str(self._id(kind, found)))
            self._numbers[kind] = {found: number for number, found in enumerate(ordered, 1)}
        return self._numbers[kind][name]

    def _all_names(self, kind: str) -> Iterator[str | None]:
        if kind in ("observer", "agency"):
            yield from (thing.get(kind) for thing in self.reader.things("encounter"))
        if kind in ("actor", "agency"):
            yield from (thing["id" if kind == "actor" else kind] for thing in self.reader.things("actor"))


def _pass_on(thing: Thing) -> Line:
    return {name: thing[name] for name in PASSED[thing["type"]] if name in thing}


def _move(stamp: str | None, zero_ms: int, offset_ms: int) -> str | None:
    """A time as whole minutes from the start of the visit, on a day that never was."""
    if stamp is None:
        return None
    minutes = (to_unix_ms(stamp) + offset_ms - zero_ms) // MINUTE_MS
    return (DAY + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
