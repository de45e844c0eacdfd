"""What filters mean in one study: the one rule by which lists, analyses and exports keep encounters and entries.

Actors stand for everybody merged with them. Dates are judged by corrected times. An encounter whose end nobody gave
lasts until its last entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
