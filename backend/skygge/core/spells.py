"""Time as it is told by formats that know only stretches: seconds from the start of an encounter, corrected.

A stretch is what one entry tells: from its start to its end where somebody gave one. What nobody ended is a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from skygge.core.filters import Thing, edges_of
from skygge.core.streams import Stretch
from skygge.core.tables import stretch_of
from skygge.core.telling import Scene, Teller


class Spell(NamedTuple):
    """A stretch of one state, in milliseconds from the encounter's start."""

    start_ms: int
    end_ms: int
    state: str


class Told(NamedTuple):
    """An entry with its edges in milliseconds from the encounter's start; no end where nobody gave one."""

    start_ms: int
    end_ms: int | None
    entry: Thing


def tell_times(teller: Teller, scene: Scene) -> list[Told]:
    """The entries of an encounter in the order of their corrected starts."""
    zero, told = teller.lookup.start_ms(scene.encounter), []
    for entry in scene.entries:
        start, end = edges_of(entry, teller.offsets.get(entry["id"], 0))
        told.append(Told(start - zero, None if end is None else end - zero, entry))
    return sorted(told, key=lambda one: one.start_ms)


def gaps_of(teller: Teller, scene: Scene) -> Iterator[tuple[int, int, str]]:
    """Gaps with their edges and kinds; one that nobody closed lasts until the end of observation."""
    stretch = stretch_of(teller.lookup, scene.encounter, teller.gap_offsets)
    for gap in sorted(stretch.gaps, key=lambda gap: (gap.start_ms, gap.end_ms, gap.id)):
        yield gap.start_ms - stretch.zero_ms, gap.end_ms - stretch.zero_ms, gap.kind


def fill_spells(stretch: Stretch, told: Iterable[tuple[Told, str]]) -> Iterator[Spell]:
    """One state at a time over the whole encounter, `Unobserved` in its gaps and `Uncoded` where nothing was coded.

    A moment, or what nobody ended, lasts until the next code; a stretch until its end, or until the next code begins.
    """
    end_ms = stretch.whole_end_ms - stretch.zero_ms
    place, pieces = 0, list(told)
    for number, (one, state) in enumerate(pieces):
        following = pieces[number + 1][0].start_ms if number + 1 < len(pieces) else end_ms
        start = min(max(one.start_ms, 0), end_ms)
        end = min(max(following if one.end_ms is None else min(one.end_ms, following), start), end_ms)
        yield from _observe(stretch, Spell(place, start, "Uncoded"))
        yield from _observe(stretch, Spell(start, end, state))
        place = max(place, end)
    yield from _observe(stretch, Spell(place, end_ms, "Uncoded"))


def _observe(stretch: Stretch, spell: Spell) -> Iterator[Spell]:
    """A spell with what lies in gaps told as unobserved."""
    place, zero = spell.start_ms, stretch.zero_ms
    for first, last in stretch.observed(spell.start_ms + zero, spell.end_ms + zero):
        if place < first - zero:
            yield Spell(place, first - zero, "Unobserved")
        yield Spell(first - zero, last - zero, spell.state)
        place = last - zero
    if place < spell.end_ms:
        yield Spell(place, spell.end_ms, "Unobserved")
