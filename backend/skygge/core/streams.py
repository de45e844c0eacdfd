"""What several analyses and formats share: reading a study into observed time and streams of entries.

All times are whole Unix milliseconds. Observed time is [start, end) of an encounter minus its gaps; an end nobody
gave is unknown, and observed time then stops at the last entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from skygge.core.arrays import BoolArray, IntArray, np
from skygge.core.entry_table import OPEN_MS, EntryTable, read_entries, with_survivors
from skygge.core.filters import Filters, Span, Thing, edges_of
from skygge.core.fold import survivor
from skygge.core.held import stopped_in
from skygge.core.model import to_unix_ms
from skygge.core.observed_time import ObservedClock, make_clock, merge_spans
from skygge.core.reader import StudyReader, is_counted
from skygge.core.selection import Selection, keep_rows, written_in
from skygge.core.state_ends import infer_ends


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

    `visit` is what two observers of one visit share. In it the clock was set back by `fell_ms`, where nobody has set
    the times right: what follows what in it, and how long it took, is not known then.
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
    fell_ms: int = 0

    @property
    def is_timed(self) -> bool:
        """Whether durations may use it: its end is known, and no clock was set back in it."""
        return self.is_end_known and not self.fell_ms

    def observed(self, start_ms: int, end_ms: int) -> list[Span]:
        """The observed pieces of a half-open interval: inside the encounter, outside its gaps."""
        return subtract((max(start_ms, self.start_ms), min(end_ms, self.end_ms)), self.gaps)

    @property
    def observed_ms(self) -> int:
        """Observed time T of the encounter."""
        return length(self.observed(self.start_ms, self.end_ms))


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry in a stream; `actor` is who remains after merging. `end_ms` is None where nobody ended it.

    `row` is its place in the table of all entries, and what cells are made of.
    """

    id: str
    encounter_id: str
    kind: str
    actor: str | None
    start_ms: int
    end_ms: int | None
    is_corrected: bool
    thing: Thing
    row: int

    def keys(self, dimension: str) -> list[str]:
        """The codes (or the actor) that the entry carries in a dimension; none where it is uncoded."""
        if dimension == "flag":
            return list(dict.fromkeys(self.thing.get("flags") or ()))
        value = self.actor if dimension == "actor" else self.thing.get(dimension)
        return [] if value is None else [value]


@dataclass(frozen=True)
class Observed:
    """A study as an analysis sees it.

    `table` has every entry of the encounters looked at, before the filters on entries: what ends an open state may be
    something that was not asked for. `kept` are the rows that the filters keep. `flow` are the rows of the streams:
    those of the actors and dates asked for; codes that were not asked for stand in it as uncoded. `n_lost` entries
    belong to encounters that the study does not have, `n_held` are about somebody for whom it was stopped in the
    encounter and who has not decided yet. `read_publications` reads who published codebooks, and when.
    """

    study: Thing
    codes: Mapping[tuple[str, str], Thing]
    actors: Mapping[str, Thing]
    stretches: Mapping[str, Stretch]
    encounter_ids: Sequence[str]
    table: EntryTable
    kept: IntArray
    flow: IntArray
    n_not_counted_tags: int = 0
    n_lost: int = 0
    n_held: int = 0
    read_publications: Callable[[], list[Thing]] = list

    @cached_property
    def entries(self) -> list[Seen]:
        """The entries that are kept, with all their fields, encounter by encounter."""
        return self.see(self.kept)

    @cached_property
    def around(self) -> list[Seen]:
        """All entries of the encounters, before the filters on entries."""
        return self.see(np.arange(len(self.table)))

    def see(self, rows: Iterable[int]) -> list[Seen]:
        """Rows of the table with all their fields."""
        places = [int(row) for row in rows]
        things = self.table.read_things(places)
        return [self._see(row, thing) for row, thing in zip(places, things, strict=True)]

    @cached_property
    def is_timed(self) -> BoolArray:
        """By number of the encounter: whether rates, shares and intervals may use it (`Stretch.is_timed`)."""
        stretches = (self.stretches.get(encounter_id) for encounter_id in self.encounter_ids)
        return np.asarray([stretch is not None and stretch.is_timed for stretch in stretches], dtype=np.bool_)

    @cached_property
    def in_order(self) -> IntArray:
        """The rows of the streams whose order is known: not those of encounters in which a clock was set back."""
        fell = {stretch.id for stretch in self.stretches.values() if stretch.fell_ms}
        if not fell:
            return self.flow
        places = [place for place, encounter_id in enumerate(self.encounter_ids) if encounter_id in fell]
        return self.flow[~np.isin(self.table.encounter[self.flow], places)]

    @cached_property
    def visit(self) -> IntArray:
        """By number of the encounter: the number of its visit, -1 where it is no visit."""
        places: dict[str, int] = {}
        found = []
        for encounter_id in self.encounter_ids:
            stretch = self.stretches.get(encounter_id)
            is_visit = stretch is not None and stretch.thing.get("kind") == "visit"
            found.append(places.setdefault(stretch.visit, len(places)) if stretch is not None and is_visit else -1)
        return np.asarray(found, dtype=np.int64)

    @cached_property
    def clock(self) -> ObservedClock:
        """Observed time of every encounter, within the dates asked for."""
        stretches = [self.stretches.get(encounter_id) for encounter_id in self.encounter_ids]
        return make_clock(
            [() if one is None else one.observed(one.start_ms, one.end_ms) for one in stretches],
            [() if one is None else merge_spans([(gap.start_ms, gap.end_ms) for gap in one.gaps]) for one in stretches],
        )

    @cached_property
    def end_ms(self) -> IntArray:
        """By row: the end of each state, inferred where nobody ended it; points end where they start."""
        whole = (self.stretches.get(encounter_id) for encounter_id in self.encounter_ids)
        edges = np.asarray([0 if one is None else one.whole_end_ms for one in whole], dtype=np.int64)
        return infer_ends(self.table, self.codes, edges)

    def _see(self, row: int, thing: Thing) -> Seen:
        table = self.table
        actor, end = int(table.actor.codes[row]), int(table.end_ms[row])
        return Seen(
            id=thing["id"],
            encounter_id=thing["encounter_id"],
            kind=thing["kind"],
            actor=None if actor < 0 else table.actor.words[actor],
            start_ms=int(table.start_ms[row]),
            end_ms=None if end == OPEN_MS else end,
            is_corrected=bool(table.is_corrected[row]),
            thing=thing,
            row=row,
        )


def read_observed(reader: StudyReader, filters: Filters) -> Observed:
    """Read what the filters keep. Retracted, merged and held things and reflections never count."""
    actors = {actor["id"]: actor for actor in reader.things("actor") if is_counted(actor)}
    merged = {actor_id: actor.get("merged_into") for actor_id, actor in actors.items()}
    known = {thing["id"]: thing for thing in reader.things("encounter")}
    looked_at = {key: thing for key, thing in known.items() if is_counted(thing) and filters.keeps_encounter(thing)}
    entries = read_entries(reader, known, looked_at)
    table = replace(
        entries.table,
        actor=with_survivors(entries.table.actor, merged),
        recipient=with_survivors(entries.table.recipient, merged),
    )
    held = find_held(table, actors, list(looked_at))
    table = table.take(np.flatnonzero(~held)) if held.any() else table
    wanted = filters.model_copy(update={"actor": sorted({survivor(actor, merged) for actor in filters.actor})})
    rows = keep_rows(table, wanted)
    # Ways of giving a structure are judged on their own: an analysis keeps what has none, as uncoded.
    offsets = reader.clock_offsets("entry") if entries.lost else {}
    lost = Selection(filters.with_merged(merged).model_copy(update={"origin": []}), offsets, {}, {})
    is_told = (table.structure.codes < 0) | rows.origin
    selection = Selection(
        filters, {}, reader.clock_offsets("encounter"), written_in(table, list(looked_at), rows.dates)
    )
    flow = np.flatnonzero(rows.flow & is_told)
    return Observed(
        study=next(reader.things("study"), {}),
        codes=latest_codes(reader),
        actors=actors,
        stretches=_read_stretches(reader, selection, looked_at),
        encounter_ids=list(looked_at),
        table=table,
        kept=flow if rows.codes.all() else np.flatnonzero(rows.flow & rows.codes & is_told),
        flow=flow,
        n_not_counted_tags=int((rows.flow & rows.codes & ~is_told).sum()),
        n_lost=sum(lost.keeps_entry(thing) for thing in entries.lost),
        n_held=int(held.sum()),
        read_publications=lambda: [one for one in reader.changes() if one.get("kind") == "codebook.published"],
    )


def find_held(table: EntryTable, actors: Mapping[str, Thing], encounter_ids: Sequence[str]) -> BoolArray:
    """By row: whether it is about somebody for whom it was stopped in this very encounter. Actors are who remains."""
    places = {encounter_id: place for place, encounter_id in enumerate(encounter_ids)}
    merged = {actor_id: actor.get("merged_into") for actor_id, actor in actors.items()}
    held = np.zeros(len(table), dtype=np.bool_)
    for actor_id, actor in actors.items():
        for place in sorted(places[encounter] for encounter in stopped_in(actor) if encounter in places):
            person = [survivor(actor_id, merged)]
            held |= (table.encounter == place) & (table.actor.find(person) | table.recipient.find(person))
    return held


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
    """What remains of a half-open span without the gaps; gaps may overlap each other, and empty ones cut nothing."""
    start, end = span
    pieces: list[Span] = []
    for gap in sorted((gap for gap in gaps if gap.end_ms > gap.start_ms), key=lambda gap: gap.start_ms):
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


def _read_stretches(reader: StudyReader, selection: Selection, encounters: Mapping[str, Thing]) -> dict[str, Stretch]:
    gaps: dict[str, list[Thing]] = defaultdict(list)
    for gap in reader.things("gap"):
        if gap["encounter_id"] in encounters and is_counted(gap):
            gaps[gap["encounter_id"]].append(gap)
    gap_offsets, fell = reader.clock_offsets("gap"), reader.set_back()
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
        edges = (start, clipped[0], max(clipped))
        stretches[thing_id] = Stretch(thing_id, visit, *edges, is_known, own, thing, end, fell.get(thing_id, 0))
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
