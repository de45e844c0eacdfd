"""The rows of the table of entries: what every export of tables spends its time on.

There may be a million of them. So what an encounter, a person or a code gives to a row is made once and kept; what is
left for each row is its own id, its two times and its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from skygge.core.filters import Thing
from skygge.core.lookup import Lookup, kept_edges, write_seconds
from skygge.core.model import to_unix_ms
from skygge.core.tabular import Cell

ENTRY_HEADER = (
    *("entry_id encounter_id encounter_number visit_number visit_id encounter_kind observer setting").split(),
    *("agency focal_actor_id focal_actor_label sequence kind actor_id actor_label actor_kind").split(),
    *("actor_agency recipient_id recipient_label recipient_kind action action_label structure").split(),
    *("structure_label structure_origin flags start_s end_s duration_s end_origin taken precision_s").split(),
    *("verbatim jotting codebook_version control care clock_offset_s").split(),
)
ENTRY_CLOCK = ("started_at_local", "started_at_utc", "ended_at_local", "ended_at_utc", "time_zone")


def iter_entry_rows(lookup: Lookup, offsets: Mapping[str, int]) -> Iterator[list[Cell]]:
    """One row for each entry that takes part, counting on the way what a row cannot hold."""
    rows = _EntryRows(lookup, offsets)
    for entry, start_ms, end_ms in kept_edges(lookup, offsets):
        yield rows.make(entry, start_ms, end_ms)


def encounter_cells(lookup: Lookup, encounter: Thing) -> list[Cell]:
    """The columns of the encounter that entries repeat, from encounter_id to focal_actor_label."""
    focal_id, focal = lookup.person(encounter.get("focal_actor_id"))
    lookup.told.add(focal_id)
    return [
        lookup.name("encounter", encounter["id"]),
        *lookup.numbers[encounter["id"]],
        lookup.name("visit", encounter.get("visit_id")),
        *(encounter.get(name) for name in ("kind", "observer", "setting", "agency")),
        lookup.name("actor", focal_id),
        focal.get("label"),
    ]


def person_cells(lookup: Lookup, actor_id: str | None) -> list[Cell]:
    """Somebody's columns, from actor_id to actor_agency; empty where nobody is named."""
    left, actor = lookup.person(actor_id)
    lookup.told.add(left)
    return [lookup.name("actor", left), *map(actor.get, ("label", "kind", "agency"))]


def zone_cells(lookup: Lookup, encounter: Thing) -> list[Cell]:
    """The time zone of an encounter, where clock times are asked for."""
    if not lookup.options.clock_times:
        return []
    return [encounter.get("time_zone") or lookup.study.get("time_zone")]


@dataclass
class _EntryRows:
    lookup: Lookup
    offsets: Mapping[str, int]
    encounters: dict[str, tuple[int, list[Cell], list[Cell]]] = field(default_factory=dict)
    people: dict[str | None, list[Cell]] = field(default_factory=dict)

    def make(self, entry: Thing, start_ms: int, end_ms: int | None) -> list[Cell]:
        lookup, get, encounter_id = self.lookup, entry.get, entry["encounter_id"]
        zero_ms, repeated, zone = self.encounters.get(encounter_id) or self._keep_encounter(encounter_id)
        actor_id, recipient_id, ended_at = get("actor_id"), get("recipient_id"), get("ended_at")
        offset, version, flags = self.offsets.get(entry["id"]), get("codebook_version"), get("flags")
        entry_id = lookup.name("entry", entry["id"])
        lookup.n_entries[encounter_id] += 1
        if flags:
            lookup.flagged.add(entry_id, version, flags)
        return [
            entry_id,
            *repeated,
            get("sequence"),
            entry["kind"],
            *(self.people.get(actor_id) or self._keep_person(actor_id)),
            *(self.people.get(recipient_id) or self._keep_person(recipient_id))[:3],
            get("action"),
            lookup.label(entry, "action", get("action")),
            get("structure"),
            lookup.label(entry, "structure", get("structure")),
            get("structure_origin"),
            ";".join(map(str, flags)) if flags else None,
            write_seconds(start_ms - zero_ms),
            # What nobody is known to have ended may still carry a time, and it may lie before the start.
            None if ended_at is None else write_seconds(to_unix_ms(ended_at) + (offset or 0) - zero_ms),
            None if end_ms is None else write_seconds(end_ms - start_ms),
            *map(get, ("end_origin", "taken", "precision_s", "verbatim", "jotting")),
            *(version, get("control"), get("care")),
            None if offset is None else write_seconds(offset),
            *lookup.clock(entry["started_at"], ended_at),
            *zone,
        ]

    def _keep_encounter(self, encounter_id: str) -> tuple[int, list[Cell], list[Cell]]:
        lookup, encounter = self.lookup, self.lookup.encounters[encounter_id]
        own = lookup.start_ms(encounter), encounter_cells(lookup, encounter), zone_cells(lookup, encounter)
        self.encounters[encounter_id] = own
        return own

    def _keep_person(self, actor_id: str | None) -> list[Cell]:
        self.people[actor_id] = own = person_cells(self.lookup, actor_id)
        return own
