"""What the server lists of a study, read again without the product: which entries a question leaves, and observed time.

Slow loops, written from the definitions; `brute_force` selects the entries behind cells from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

Thing = dict[str, Any]
DAY_MS = 86_400_000
# The agency of the encounter whose clock was set back in the middle: no list says which one that is.
SET_BACK = "Set back"


@dataclass(frozen=True)
class Entry:
    """One entry that counts; `place` is its place in the order of its stream, `end` None where nobody ended it."""

    id: str
    place: int
    encounter: str
    thing: Thing
    actor: str | None
    recipient: str | None
    start: int
    end: int | None
    vague: int

    @property
    def is_state(self) -> bool:
        return bool(self.thing["kind"] == "state")

    def codes(self, dimension: str) -> list[str]:
        """What it is coded with; nothing is uncoded."""
        if dimension == "flag":
            return list(dict.fromkeys(self.thing.get("flags") or []))
        found = self.actor if dimension == "actor" else self.thing.get(dimension)
        return [] if found is None else [found]


def to_ms(stamp: str) -> int:
    """Whole Unix milliseconds."""
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)


class Lists:
    """What the server lists of a study, and what a question leaves of it."""

    def __init__(self, things: Mapping[str, list[Thing]], params: Mapping[str, Any], shifts: Mapping[str, int]) -> None:
        self.params, self._shifts = params, shifts
        self.merged = {one["id"]: one.get("merged_into") for one in things["actor"]}
        stopped = [one for one in things["actor"] if one.get("stopped_at") and one.get("stopped_in")]
        self.held = {(self.survivor(one["id"]), one["stopped_in"]) for one in stopped}
        self.meaning = {(code["dimension"], code["key"]): code for code in _newest(things["codebook"])}
        counted = [one for one in things["encounter"] if not one.get("retracted")]
        around = [one for one in counted if self._asks_for(one)]
        self._things = {one["id"]: one for one in around}
        order = {one["id"]: place for place, one in enumerate(around)}
        own = [one for one in things["entry"] if one["encounter_id"] in order and self._counts(one)]
        numbered = sorted(enumerate(own), key=lambda one: (order[one[1]["encounter_id"]], self._start(one[1]), one[0]))
        self.all = [self._read(thing, place) for place, (_, thing) in enumerate(numbered)]
        self.gaps = {
            one["id"]: [gap for gap in things["gap"] if gap["encounter_id"] == one["id"] and not gap.get("retracted")]
            for one in around
        }
        self.encounters = {one["id"]: one for one in around if self._is_in_dates(one)}

    @cached_property
    def flow(self) -> list[Entry]:
        """What the streams are made of: actors, dates and ways of giving a structure, whatever the codes."""
        origins, people = self.params["origin"], {self.survivor(one) for one in self.params["actor"]}
        return [
            one
            for one in self.all
            if (not people or one.actor in people)
            and self._is_inside(one)
            and (not origins or one.thing.get("structure") is None or one.thing["structure_origin"] in origins)
        ]

    @cached_property
    def kept(self) -> list[Entry]:
        """What is counted."""

        def fits(one: Entry) -> bool:
            wanted = ("action", "structure", "codebook_version")
            plain = all(not self.params[name] or one.thing.get(name) in self.params[name] for name in wanted)
            return plain and (not self.params["flag"] or bool(set(self.params["flag"]) & set(one.codes("flag"))))

        return [one for one in self.flow if fits(one)]

    @cached_property
    def timed(self) -> list[Entry]:
        """Those of encounters that somebody ended."""
        return [one for one in self.kept if self.is_timed(one.encounter)]

    def is_timed(self, encounter_id: str) -> bool:
        return bool(self.encounters[encounter_id].get("end_origin")) and not self.is_set_back(encounter_id)

    def is_set_back(self, encounter_id: str) -> bool:
        """Whether the clock was set back in it, so that nothing in it has an order or a duration."""
        return bool(self._things[encounter_id].get("agency") == SET_BACK)

    def survivor(self, actor: str | None) -> str | None:
        while actor is not None and self.merged.get(actor):
            actor = self.merged[actor]
        return actor

    def gap_spans(self, encounter_id: str) -> list[tuple[int, int]]:
        found = []
        for gap in self.gaps[encounter_id]:
            shift = self._shifts.get(gap["id"], 0)
            end = self.whole(encounter_id)[1] if gap.get("to") is None else to_ms(gap["to"]) + shift
            found.append((to_ms(gap["from"]) + shift, end))
        return [(start, end) for start, end in found if end > start]

    def whole(self, encounter_id: str) -> tuple[int, int]:
        """Start and end; without one that somebody gave, its last entry."""
        thing, shift = self._things[encounter_id], self._shifts.get(encounter_id, 0)
        start = to_ms(thing["started_at"]) + shift
        if thing.get("end_origin"):
            return start, max(start, to_ms(thing["ended_at"]) + shift)
        own = [max(one.start, one.end or one.start) for one in self.all if one.encounter == encounter_id]
        return start, max([start, *own])

    def pieces(self, encounter_id: str, start: int, end: int) -> list[tuple[int, int]]:
        """What of a stretch was observed: inside the encounter and the dates, outside gaps."""
        low, high = self.whole(encounter_id)
        first, last = self._window(self.encounters[encounter_id]["started_at"])
        start, end = max(start, low, low if first is None else first), min(end, high, high if last is None else last)
        gaps = self.gap_spans(encounter_id)
        edges = sorted({start, end, *(edge for gap in gaps for edge in gap if start < edge < end)})
        inside = [(a, b) for a, b in pairwise(edges) if not any(low <= a < high for low, high in gaps)]
        return inside if start < end else []

    def is_unbroken(self, encounter_id: str, start: int, end: int) -> bool:
        """Whether no gap lies at or between two moments."""
        return not any(low <= end and start < high for low, high in self.gap_spans(encounter_id))

    def end_of(self, one: Entry) -> int:
        """Where a state ends; one that nobody ended at the next onset in a set and lane of its own."""
        if not one.is_state:
            return one.start
        if one.end is not None:
            return max(one.start, one.end)
        lanes = set(self._lanes(one))
        onsets = [
            other.start
            for other in self.all
            if other.encounter == one.encounter and other.start > one.start and lanes & set(self._lanes(other))
        ]
        return max(one.start, min([self.whole(one.encounter)[1], *onsets]))

    def _lanes(self, one: Entry) -> Iterator[tuple[str, str | None]]:
        for dimension in ("structure", "action", "flag"):
            for key in one.codes(dimension):
                code = self.meaning.get((dimension, key), {})
                if code.get("exclusive_set"):
                    yield code["exclusive_set"], one.actor or "nobody" if code["scope"] == "act" else None

    def _counts(self, thing: Thing) -> bool:
        people = {self.survivor(thing.get("actor_id")), self.survivor(thing.get("recipient_id"))}
        is_held = any((person, thing["encounter_id"]) in self.held for person in people)
        return not (thing.get("retracted") or thing.get("merged_into") or thing["kind"] == "reflection" or is_held)

    def _start(self, thing: Thing) -> int:
        return to_ms(thing["started_at"]) + self._shifts.get(thing["id"], 0)

    def _read(self, thing: Thing, place: int) -> Entry:
        shift, start = self._shifts.get(thing["id"], 0), self._start(thing)
        end = to_ms(thing["ended_at"]) + shift if thing.get("ended_at") and thing.get("end_origin") else None
        vague = thing.get("precision_s") or 0 if thing.get("taken") in ("recalled", "back_dated") else 0
        actor, recipient = self.survivor(thing.get("actor_id")), self.survivor(thing.get("recipient_id"))
        return Entry(thing["id"], place, thing["encounter_id"], thing, actor, recipient, start, end, vague * 1000)

    def _asks_for(self, encounter: Thing) -> bool:
        wanted = {"encounter": "id", "kind": "kind", "observer": "observer", "agency": "agency"}
        if any(self.params[name] and encounter.get(field) not in self.params[name] for name, field in wanted.items()):
            return False
        names = {encounter.get("visit_id"), encounter.get("visit_code")}
        return not self.params["visit"] or bool(names & set(self.params["visit"]))

    def _window(self, stamp: str) -> tuple[int | None, int | None]:
        """`from` and `to` in milliseconds; a date is one at the UTC offset of the given time."""
        found: list[int | None] = []
        for name, more in (("from", 0), ("to", DAY_MS)):
            given = self.params[name]
            if given is None or "T" in given:
                found.append(None if given is None else to_ms(given))
            else:
                found.append(to_ms(f"{given}T00:00:00{stamp[-6:]}") + more)
        return found[0], found[1]

    def _shares(self, stamp: str, start: int, end: int) -> bool:
        first, last = self._window(stamp)
        return (last is None or start < last) and (first is None or end > first or start >= first)

    def _is_inside(self, one: Entry) -> bool:
        return self._shares(one.thing["started_at"], one.start, max(one.start, one.end or one.start))

    def _is_in_dates(self, encounter: Thing) -> bool:
        own = [one for one in self.all if one.encounter == encounter["id"]]
        start, end = self.whole(encounter["id"])
        low = min([start, *(one.start for one in own)])
        high = max([end, *(max(one.start, one.end or one.start) for one in own)])
        return any(self._is_inside(one) for one in own) or self._shares(encounter["started_at"], low, high)


def _newest(books: Iterable[Thing]) -> list[Thing]:
    published = sorted((one for one in books if one["status"] == "published"), key=lambda one: one["version"])
    return list({(code["dimension"], code["key"]): code for one in published for code in one["codes"]}.values())
