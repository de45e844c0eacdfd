"""What filters mean in one study: the one rule by which lists, analyses and exports keep encounters and entries.

Actors stand for everybody merged with them. Dates are judged by corrected times. An encounter whose end nobody gave
lasts until its last entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skygge.core.arrays import BoolArray, IntArray, distinct, np
from skygge.core.entry_table import EntryTable
from skygge.core.filters import Filters, Thing, Written, edges_of
from skygge.core.reader import StudyReader, is_counted


@dataclass(frozen=True)
class Selection:
    """Filters together with what they have to know. `written` tells of the entries of each encounter."""

    filters: Filters
    entry_offsets: Mapping[str, int]
    encounter_offsets: Mapping[str, int]
    written: Mapping[str, Written]

    def keeps_encounter(self, encounter: Thing) -> bool:
        """Whether an encounter is kept, its dates looked at."""
        key = encounter["id"]
        return self.filters.keeps_dates(encounter, self.encounter_offsets.get(key, 0), self.written.get(key))

    def keeps_entry(self, entry: Thing) -> bool:
        """Whether an entry of an encounter that is kept is kept itself."""
        return self.filters.keeps_entry(entry, self.entry_offsets.get(entry["id"], 0))


def select(reader: StudyReader, filters: Filters) -> Selection:
    """Look up what the filters have to know; entries are read only where dates are asked for."""
    widened = widen(reader, filters)
    if not filters.has_dates:
        return Selection(widened, {}, {}, {})
    offsets = reader.clock_offsets("entry")
    entries = (thing for thing in reader.things("entry") if is_counted(thing))
    return Selection(widened, offsets, reader.clock_offsets("encounter"), read_written(filters, entries, offsets))


def widen(reader: StudyReader, filters: Filters) -> Filters:
    """The filters with everybody who was merged with an actor that is asked for."""
    if not filters.actor:
        return filters
    return filters.with_merged({actor["id"]: actor.get("merged_into") for actor in reader.things("actor")})


def read_written(filters: Filters, entries: Iterable[Thing], offsets: Mapping[str, int]) -> dict[str, Written]:
    """First and last moment of the entries of each encounter."""
    found: dict[str, Written] = {}
    for entry in entries:
        offset = offsets.get(entry["id"], 0)
        start, end = edges_of(entry, offset)
        own = Written(start, start if end is None else end, filters.keeps_moments(entry, offset))
        earlier = found.get(entry["encounter_id"], own)
        found[entry["encounter_id"]] = Written(
            min(earlier.first_ms, own.first_ms), max(earlier.last_ms, own.last_ms), earlier.is_inside or own.is_inside
        )
    return found


@dataclass(frozen=True)
class RowsKept:
    """By row of a table: whether actor and dates are asked for (`flow`), the codes, the way the structure was given."""

    flow: BoolArray
    dates: BoolArray
    codes: BoolArray
    origin: BoolArray


def keep_rows(table: EntryTable, filters: Filters) -> RowsKept:
    """The same rule as `Filters.keeps_entry` over a whole table, where actors are who remains after merging."""
    everything = np.ones(len(table), dtype=np.bool_)
    codes = everything.copy()
    for column, wanted in ((table.action, filters.action), (table.structure, filters.structure)):
        codes &= column.find(wanted) if wanted else True
    if filters.flag:
        own = set(filters.flag)
        codes &= table.flags.find(flags for flags in table.flags.words if not own.isdisjoint(flags))
    if filters.codebook_version:
        codes &= np.isin(table.version, filters.codebook_version)
    dates = _keep_dates(table, filters) if filters.has_dates else everything
    origin = (table.structure.codes >= 0) & table.origin.find(filters.origin) if filters.origin else everything
    return RowsKept(dates & table.actor.find(filters.actor) if filters.actor else dates, dates, codes, origin)


def written_in(table: EntryTable, encounter_ids: list[str], dates: BoolArray) -> dict[str, Written]:
    """As `read_written`, over a table: first and last moment of the entries of each encounter."""
    if not len(table):
        return {}
    begins = np.flatnonzero(np.diff(table.encounter, prepend=-1))
    first = np.minimum.reduceat(table.start_ms, begins).tolist()
    last = np.maximum.reduceat(table.last_ms, begins).tolist()
    inside = np.logical_or.reduceat(dates, begins).tolist()
    places = table.encounter[begins].tolist()
    return {encounter_ids[place]: Written(*edges) for place, *edges in zip(places, first, last, inside, strict=True)}


def _keep_dates(table: EntryTable, filters: Filters) -> BoolArray:
    """Whether any of an entry lies inside `from` and `to`; dates are read at the UTC offset of each entry."""
    kept = np.zeros(len(table), dtype=np.bool_)
    for offset in distinct(table.utc_offset_ms).tolist():
        first, last = filters.window_at(offset)
        inside = _overlap(table.start_ms, table.last_ms, first, last)
        kept |= (table.utc_offset_ms == offset) & inside
    return kept


def _overlap(start: IntArray, end: IntArray, first: int | None, last: int | None) -> BoolArray:
    inside = np.ones(len(start), dtype=np.bool_)
    if last is not None:
        inside &= start < last
    if first is not None:
        inside &= (end > first) | (start >= first)
    return inside
