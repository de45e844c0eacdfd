"""What several analyses and formats share: reading a study into observed time and streams of entries.

All times are whole Unix milliseconds. Observed time is [start, end) of an encounter minus its gaps; an end nobody
gave is unknown, and observed time then stops at the last entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from skygge.core.filters import Filters, Span, Thing, edges_of
from skygge.core.fold import survivor
from skygge.core.model import to_unix_ms
from skygge.core.reader import StudyReader, is_counted
from skygge.core.selection import Selection, read_written


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch inside an encounter that was not observation, in milliseconds."""

    id: str
    kind: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """One encounter in observed time, cut to the dates asked for; before the cut it was `zero_ms` to `whole_end_ms`.

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
    whole_end_ms: int

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
    something that was not asked for. `n_lost` entries belong to encounters that the study does not have.
    """

    study: Thing
    codes: Mapping[tuple[str, str], Thing]
    actors: Mapping[str, Thing]
    stretches: Mapping[str, Stretch]
    entries: list[Seen]
    around: list[Seen]
    n_not_counted_tags: int = 0
    n_lost: int = 0


@dataclass
class _Reading:
    """What is gathered while entries stream by; `lost` are entries whose encounter the study does not have."""

    merged: dict[str, str | None]
    offsets: Mapping[str, int]
    around: list[Seen] = field(default_factory=list)
    lost: list[Thing] = field(default_factory=list)


def read_observed(reader: StudyReader, filters: Filters) -> Observed:
    """Read what the filters keep. Retracted, merged and held things and reflections never count."""
    actors = {actor["id"]: actor for actor in reader.things("actor") if is_counted(actor)}
    merged = {actor_id: actor.get("merged_into") for actor_id, actor in actors.items()}
    reading = _Reading(merged, reader.clock_offsets("entry"))
    known = {thing["id"]: thing for thing in reader.things("encounter")}
    looked_at = {key: thing for key, thing in known.items() if is_counted(thing) and filters.keeps_encounter(thing)}
    _read_entries(reader, known, looked_at, reading)
    # Ways of giving a structure are judged afterwards: an analysis keeps what has none, as uncoded.
    selection = Selection(
        filters.with_merged(merged).model_copy(update={"origin": []}),
        reading.offsets,
        reader.clock_offsets("encounter"),
        read_written(filters, (seen.thing for seen in reading.around), reading.offsets),
    )
    kept = [seen for seen in reading.around if selection.keeps_entry(seen.thing)]
    counted = [seen for seen in kept if seen.thing.get("structure") is None or filters.keeps_origin(seen.thing)]
    return Observed(
        study=next(reader.things("study"), {}),
        codes=latest_codes(reader),
        actors=actors,
        stretches=_read_stretches(reader, selection, looked_at),
        entries=_in_order(looked_at, counted),
        around=_in_order(looked_at, reading.around),
        n_not_counted_tags=len(kept) - len(counted),
        n_lost=sum(selection.keeps_entry(thing) for thing in reading.lost),
    )


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


def _read_entries(
    reader: StudyReader, known: Mapping[str, Thing], looked_at: Mapping[str, Thing], reading: _Reading
) -> None:
    for thing in reader.things("entry"):
        if not is_counted(thing):
            continue
        if thing["encounter_id"] in looked_at:
            reading.around.append(_seen(thing, reading))
        elif thing["encounter_id"] not in known:
            reading.lost.append(thing)


def _seen(thing: Thing, reading: _Reading) -> Seen:
    actor = thing.get("actor_id")
    start, end = edges_of(thing, reading.offsets.get(thing["id"], 0))
    return Seen(
        id=thing["id"],
        encounter_id=thing["encounter_id"],
        kind=thing["kind"],
        actor=None if actor is None else survivor(actor, reading.merged),
        start_ms=start,
        end_ms=end,
        is_corrected=thing["id"] in reading.offsets,
        thing=thing,
    )


def _in_order(encounters: Mapping[str, Thing], entries: list[Seen]) -> list[Seen]:
    place = {encounter_id: index for index, encounter_id in enumerate(encounters)}
    # Sorting is stable, so entries of one moment keep the order in which the device wrote them.
    return sorted(entries, key=lambda seen: (place[seen.encounter_id], seen.start_ms))


def _read_stretches(reader: StudyReader, selection: Selection, encounters: Mapping[str, Thing]) -> dict[str, Stretch]:
    gaps: dict[str, list[Thing]] = defaultdict(list)
    for gap in reader.things("gap"):
        if gap["encounter_id"] in encounters and is_counted(gap):
            gaps[gap["encounter_id"]].append(gap)
    gap_offsets = reader.clock_offsets("gap")
    stretches: dict[str, Stretch] = {}
    for thing_id, thing in encounters.items():
        if not selection.keeps_encounter(thing):
            continue
        written = selection.written.get(thing_id)
        offset = selection.encounter_offsets.get(thing_id, 0)
        start, end, is_known = observed_edges(thing, offset, None if written is None else written.last_ms)
        first, last = selection.filters.window(thing["started_at"])
        clipped = max(start, start if first is None else first), min(end, end if last is None else last)
        own = tuple(read_gap(gap, end, gap_offsets.get(gap["id"], 0)) for gap in gaps[thing_id])
        visit = thing.get("visit_id") or thing_id
        stretches[thing_id] = Stretch(thing_id, visit, start, clipped[0], max(clipped), is_known, own, thing, end)
    return stretches


def observed_edges(encounter: Thing, offset_ms: int, last_ms: int | None) -> tuple[int, int, bool]:
    """Start and observed end of an encounter, and whether its end is known; `last_ms` is its last entry, corrected."""
    start, end = edges_of(encounter, offset_ms)
    if end is not None:
        return start, end, True
    return start, max(start, last_ms if last_ms is not None else start), False


def read_gap(gap: Thing, encounter_end_ms: int, offset_ms: int) -> Gap:
    """A gap in milliseconds; one that nobody closed lasts until the encounter's end."""
    start = to_unix_ms(gap["from"]) + offset_ms
    end = encounter_end_ms if gap.get("to") is None else to_unix_ms(gap["to"]) + offset_ms
    return Gap(gap["id"], gap["kind"], start, max(start, end))
