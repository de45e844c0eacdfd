"""What several analyses and formats share: reading a study into observed time and streams of entries.

All times are whole Unix milliseconds. Observed time is [start, end) of an encounter minus its gaps; an end nobody
gave is unknown, and observed time then stops at the last entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from skygge.core.filters import Filters, Thing
from skygge.core.fold import survivor
from skygge.core.model import SubjectType, to_unix_ms

Span = tuple[int, int]


class StudyReader(Protocol):
    """Where things come from, streamed: JSON Lines objects as one viewer may see them, in the order of the format."""

    @property
    def study_id(self) -> UUID: ...

    def things(self, kind: SubjectType) -> Iterator[dict[str, Any]]:
        """All of one kind, retracted ones too (with `retracted`), reflections only to their author."""
        ...

    def changes(self) -> Iterator[dict[str, Any]]:
        """The log, verbatim, with `author`; without what only its author may see."""
        ...

    def clock_offsets(self, kind: Literal["encounter", "entry", "gap"]) -> Mapping[str, int]:
        """By id, the milliseconds to add to the times of things written by a clock that was wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch inside an encounter that was not observation, in milliseconds."""

    id: str
    kind: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """One encounter in observed time, cut to the dates asked for; `zero_ms` is its start before the cut.

    `visit` is what two observers of one visit share.
    """

    id: str
    visit: str
    zero_ms: int
    start_ms: int
    end_ms: int
    is_end_known: bool
    gaps: tuple[Gap, ...]
    thing: Thing

    def observed(self, start_ms: int, end_ms: int) -> list[Span]:
        """The observed pieces of a half-open interval: inside the encounter, outside its gaps."""
        return subtract((max(start_ms, self.start_ms), min(end_ms, self.end_ms)), self.gaps)

    @property
    def observed_ms(self) -> int:
        """Observed time T of the encounter."""
        return length(self.observed(self.start_ms, self.end_ms))


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry in a stream; `actor` is who remains after merging. `end_ms` is None where nobody ended it."""

    id: str
    encounter_id: str
    kind: str
    actor: str | None
    start_ms: int
    end_ms: int | None
    is_corrected: bool
    thing: Thing

    def keys(self, dimension: str) -> list[str]:
        """The codes (or the actor) that the entry carries in a dimension; none where it is uncoded."""
        if dimension == "flag":
            return list(dict.fromkeys(self.thing.get("flags") or ()))
        value = self.actor if dimension == "actor" else self.thing.get(dimension)
        return [] if value is None else [value]


@dataclass(frozen=True)
class Observed:
    """A study as an analysis sees it. `entries` are in stream order, encounter by encounter.

    `around` are the entries of the same encounters before the filters on entries: what ends an open state may be
    something that was not asked for.
    """

    study: Thing
    codes: Mapping[tuple[str, str], Thing]
    actors: Mapping[str, Thing]
    stretches: Mapping[str, Stretch]
    entries: list[Seen]
    around: list[Seen]
    n_not_counted_tags: int = 0


@dataclass
class _Reading:
    """What is gathered while entries stream by."""

    merged: dict[str, str | None]
    last_ms: dict[str, int] = field(default_factory=dict)
    entries: list[Seen] = field(default_factory=list)
    around: list[Seen] = field(default_factory=list)
    n_not_counted_tags: int = 0


def read_observed(reader: StudyReader, filters: Filters) -> Observed:
    """Read what the filters keep. Retracted, merged and held things and reflections never count."""
    actors = {actor["id"]: actor for actor in reader.things("actor") if is_counted(actor)}
    reading = _Reading({actor_id: actor.get("merged_into") for actor_id, actor in actors.items()})
    encounters = {
        thing["id"]: thing
        for thing in reader.things("encounter")
        if is_counted(thing) and filters.keeps_encounter(thing)
    }
    _read_entries(reader, filters, encounters, reading)
    return Observed(
        study=next(reader.things("study"), {}),
        codes=latest_codes(reader),
        actors=actors,
        stretches=_read_stretches(reader, filters, encounters, reading),
        entries=_in_order(encounters, reading.entries),
        around=_in_order(encounters, reading.around),
        n_not_counted_tags=reading.n_not_counted_tags,
    )


def is_counted(thing: Thing) -> bool:
    """Whether a thing takes part at all: not taken back, not merged into another entry, not a reflection."""
    if thing.get("retracted"):
        return False
    return thing["type"] != "entry" or (thing.get("kind") != "reflection" and thing.get("merged_into") is None)


def latest_codes(reader: StudyReader) -> dict[tuple[str, str], Thing]:
    """Each code by (dimension, key) as the newest published version that has it says."""
    published = {book["version"] for book in reader.things("codebook") if book.get("status") == "published"}
    codes = [code for code in reader.things("code") if code.get("version") in published]
    return {
        (code["dimension"], code["key"]): code
        for code in sorted(codes, key=lambda code: (code["version"], code.get("order", 0), code["key"]))
    }


def streams_of(entries: Iterable[Seen]) -> Mapping[str, list[Seen]]:
    """Entries by encounter, in the order given."""
    streams: dict[str, list[Seen]] = defaultdict(list)
    for entry in entries:
        streams[entry.encounter_id].append(entry)
    return streams


def subtract(span: Span, gaps: Iterable[Gap]) -> list[Span]:
    """What remains of a half-open span without the gaps; gaps may overlap each other."""
    start, end = span
    pieces: list[Span] = []
    for gap in sorted(gaps, key=lambda gap: gap.start_ms):
        if gap.start_ms > start:
            pieces.append((start, min(gap.start_ms, end)))
        start = max(start, gap.end_ms)
        if start >= end:
            break
    pieces.append((start, end))
    return [(first, last) for first, last in pieces if first < last]


def length(spans: Iterable[Span]) -> int:
    """Milliseconds in spans that do not overlap."""
    return sum(end - start for start, end in spans)


def _read_entries(reader: StudyReader, filters: Filters, encounters: Mapping[str, Thing], reading: _Reading) -> None:
    offsets = reader.clock_offsets("entry")
    without_origin = filters.model_copy(update={"origin": []})
    for thing in reader.things("entry"):
        if thing["encounter_id"] not in encounters or not is_counted(thing):
            continue
        seen = _seen(thing, offsets, reading.merged)
        reading.around.append(seen)
        last = reading.last_ms.get(seen.encounter_id, seen.start_ms)
        reading.last_ms[seen.encounter_id] = max(last, seen.start_ms, seen.end_ms or seen.start_ms)
        asked = {**thing, "actor_id": seen.actor}
        if filters.keeps_entry(asked):
            reading.entries.append(seen)
        elif without_origin.keeps_entry(asked):
            reading.n_not_counted_tags += 1


def _seen(thing: Thing, offsets: Mapping[str, int], merged: Mapping[str, str | None]) -> Seen:
    offset = offsets.get(thing["id"], 0)
    actor, ended_at = thing.get("actor_id"), thing.get("ended_at")
    return Seen(
        id=thing["id"],
        encounter_id=thing["encounter_id"],
        kind=thing["kind"],
        actor=None if actor is None else survivor(actor, merged),
        start_ms=to_unix_ms(thing["started_at"]) + offset,
        end_ms=None if ended_at is None else to_unix_ms(ended_at) + offset,
        is_corrected=thing["id"] in offsets,
        thing=thing,
    )


def _in_order(encounters: Mapping[str, Thing], entries: list[Seen]) -> list[Seen]:
    place = {encounter_id: index for index, encounter_id in enumerate(encounters)}
    # Sorting is stable, so entries of one moment keep the order in which the device wrote them.
    return sorted(entries, key=lambda seen: (place[seen.encounter_id], seen.start_ms))


def _read_stretches(
    reader: StudyReader, filters: Filters, encounters: Mapping[str, Thing], reading: _Reading
) -> dict[str, Stretch]:
    last_ms, kept = reading.last_ms, {entry.encounter_id for entry in reading.entries}
    gaps: dict[str, list[Thing]] = defaultdict(list)
    for gap in reader.things("gap"):
        if gap["encounter_id"] in encounters and is_counted(gap):
            gaps[gap["encounter_id"]].append(gap)
    encounter_offsets, gap_offsets = reader.clock_offsets("encounter"), reader.clock_offsets("gap")
    stretches: dict[str, Stretch] = {}
    for thing_id, thing in encounters.items():
        start, end, is_known = observed_edges(thing, encounter_offsets.get(thing_id, 0), last_ms.get(thing_id))
        first, last = filters.window(thing["started_at"])
        clipped = max(start, start if first is None else first), min(end, end if last is None else last)
        if thing_id not in kept and not (clipped[0] < clipped[1] or clipped == (start, end)):
            continue  # The encounter lies outside the dates that were asked for.
        clipped = clipped[0], max(clipped)
        own = tuple(read_gap(gap, end, gap_offsets.get(gap["id"], 0)) for gap in gaps[thing_id])
        visit = thing.get("visit_id") or thing_id
        stretches[thing_id] = Stretch(thing_id, visit, start, *clipped, is_known, own, thing)
    return stretches


def observed_edges(encounter: Thing, offset_ms: int, last_ms: int | None) -> tuple[int, int, bool]:
    """Start and observed end of an encounter, and whether its end is known; `last_ms` is its last entry, corrected."""
    start = to_unix_ms(encounter["started_at"]) + offset_ms
    ended_at = encounter.get("ended_at")
    if ended_at is not None and encounter.get("end_origin") is not None:
        return start, max(start, to_unix_ms(ended_at) + offset_ms), True
    return start, max(start, last_ms if last_ms is not None else start), False


def read_gap(gap: Thing, encounter_end_ms: int, offset_ms: int) -> Gap:
    """A gap in milliseconds; one that nobody closed lasts until the encounter's end."""
    start = to_unix_ms(gap["from"]) + offset_ms
    end = encounter_end_ms if gap.get("to") is None else to_unix_ms(gap["to"]) + offset_ms
    return Gap(gap["id"], gap["kind"], start, max(start, end))
