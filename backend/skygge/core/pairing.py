"""Two observers of one visit, side by side: common time, pieces of it, and pairs of moments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from skygge.core.arrays import IntArray, np, optimize
from skygge.core.coding import read_codes
from skygge.core.filters import Span
from skygge.core.streams import Observed, Stretch

Codes = tuple[str, ...]


@dataclass(frozen=True)
class Watched:
    """What one observer saw at an entry, in one lane: its code and where it lies, in milliseconds."""

    row: int
    code: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Piece:
    """A stretch of common time in which neither observer changed anything; the states that ran for each."""

    start_ms: int
    end_ms: int
    first: tuple[Watched, ...]
    second: tuple[Watched, ...]

    @property
    def codes(self) -> tuple[Codes, Codes]:
        """The codes of each; none is nothing."""
        return _codes(self.first), _codes(self.second)


@dataclass(frozen=True)
class Matching:
    """Pairs of moments within the tolerance, and what found no partner."""

    pairs: list[tuple[Watched, Watched]]
    only_first: list[Watched]
    only_second: list[Watched]


@dataclass
class Lane:
    """One person in one visit as both observers saw it."""

    key: str | None
    pair: tuple[Stretch, Stretch]
    spans: list[Span]
    states: tuple[list[Watched], list[Watched]] = field(default_factory=lambda: ([], []))
    moments: tuple[list[Watched], list[Watched]] = field(default_factory=lambda: ([], []))

    @property
    def ids(self) -> tuple[str, str]:
        """The two encounters."""
        return self.pair[0].id, self.pair[1].id

    def pieces(self) -> list[Piece]:
        """Common time in pieces; none where neither saw a state."""
        return list(cut_pieces(self.spans, *self.states)) if self.states[0] or self.states[1] else []

    def match(self, tolerance_s: float) -> Matching:
        """Moments of both, paired."""
        return match_moments(*self.moments, round(tolerance_s * 1000))


def double_visits(observed: Observed) -> Iterator[tuple[Stretch, Stretch]]:
    """Every two encounters of one visit by different observers, whose ends are known; observers in order."""
    by_visit: dict[str, list[Stretch]] = {}
    for stretch in observed.stretches.values():
        if stretch.is_timed:
            by_visit.setdefault(stretch.visit, []).append(stretch)
    for own in by_visit.values():
        own.sort(key=lambda stretch: (str(stretch.thing.get("observer")), stretch.start_ms))
        for place, first in enumerate(own):
            for second in own[place + 1 :]:
                if first.thing.get("observer") != second.thing.get("observer"):
                    yield first, second


def common_time(first: Stretch, second: Stretch) -> list[Span]:
    """When both observed."""
    return [
        piece for start, end in first.observed(first.start_ms, first.end_ms) for piece in second.observed(start, end)
    ]


def is_inside(spans: Sequence[Span], at_ms: int) -> bool:
    """Whether a moment lies in one of the spans; the very end of the last one too."""
    return any(start <= at_ms < end for start, end in spans) or bool(spans) and at_ms == spans[-1][1]


def cut_pieces(spans: Iterable[Span], first: Sequence[Watched], second: Sequence[Watched]) -> Iterator[Piece]:
    """Common time cut at every onset and end of either observer's states."""
    edges = sorted({edge for one in (*first, *second) for edge in (one.start_ms, one.end_ms)})
    for start, end in spans:
        cuts = [start, *(edge for edge in edges if start < edge < end), end]
        for begin, until in zip(cuts, cuts[1:], strict=False):
            yield Piece(begin, until, _running(first, begin), _running(second, begin))


def match_moments(first: Sequence[Watched], second: Sequence[Watched], tolerance_ms: int) -> Matching:
    """One-to-one: most pairs within the tolerance, then the least total difference, then most pairs of one code."""
    pairs: list[tuple[Watched, Watched]] = []
    for own, other in _neighbours(first, second, tolerance_ms):
        pairs += _assign(own, other, tolerance_ms)
    ours, theirs = {one.row for one, _ in pairs}, {other.row for _, other in pairs}
    return Matching(
        sorted(pairs, key=lambda pair: (pair[0].start_ms, pair[0].row)),
        [one for one in first if one.row not in ours],
        [one for one in second if one.row not in theirs],
    )


def read_lanes(observed: Observed, dimension: str) -> list[Lane]:
    """Every person in every visit seen twice, visits in order."""
    pairs = list(double_visits(observed))
    wanted = {stretch.id for pair in pairs for stretch in pair}
    places = [place for place, one in enumerate(observed.encounter_ids) if one in wanted]
    rows = observed.kept[np.isin(observed.table.encounter[observed.kept], places)]
    seen = _watch(observed, dimension, rows)
    lanes: list[Lane] = []
    for first, second in pairs:
        own: dict[str | None, Lane] = {}
        spans = common_time(first, second)
        for side, stretch in enumerate((first, second)):
            for key, one, is_state in seen.get(stretch.id, ()):
                lane = own.setdefault(key, Lane(key, (first, second), spans))
                if is_state:
                    lane.states[side].append(one)
                elif is_inside(spans, one.start_ms):
                    lane.moments[side].append(one)
        lanes += own.values()
    return lanes


def _watch(observed: Observed, dimension: str, rows: IntArray) -> dict[str, list[tuple[str | None, Watched, bool]]]:
    """By encounter: the lane, the entry, and whether it is a state."""
    table, coded = observed.table, read_codes(observed, dimension, rows).coded
    found: dict[str, list[tuple[str | None, Watched, bool]]] = {}
    is_state, ends = table.is_state, observed.end_ms
    for row, code in zip(coded.rows.tolist(), coded.codes.tolist(), strict=True):
        key = coded.keys[code]
        is_shared = observed.codes.get((dimension, key), {}).get("scope") == "interaction"
        actor = int(table.actor.codes[row])
        lane = None if is_shared or actor < 0 else str(table.actor.words[actor])
        one = Watched(row, key, int(table.start_ms[row]), int(ends[row]))
        found.setdefault(observed.encounter_ids[int(table.encounter[row])], []).append((lane, one, bool(is_state[row])))
    return found


def _assign(first: Sequence[Watched], second: Sequence[Watched], tolerance_ms: int) -> list[tuple[Watched, Watched]]:
    """The best pairs of a few moments; costs are whole numbers, so that nothing is lost to rounding."""
    n = min(len(first), len(second))
    apart = np.abs(np.subtract.outer([one.start_ms for one in first], [one.start_ms for one in second]))
    differs = np.asarray([[one.code != other.code for other in second] for one in first])
    cost = apart * (n + 1) + differs
    too_far = apart > tolerance_ms
    cost[too_far] = (tolerance_ms + 1) * (n + 1) * (n + 1)
    found = zip(*optimize.linear_sum_assignment(cost), strict=True)
    return [(first[one], second[other]) for one, other in found if not too_far[one, other]]


def _neighbours(
    first: Sequence[Watched], second: Sequence[Watched], tolerance_ms: int
) -> Iterator[tuple[list[Watched], list[Watched]]]:
    """Moments of both that can have anything to do with each other: no two groups are within the tolerance."""
    both = [(one.start_ms, side, one) for side, own in enumerate((first, second)) for one in own]
    everything = sorted(both, key=_when)
    group: tuple[list[Watched], list[Watched]] = ([], [])
    last: int | None = None
    for at_ms, side, one in everything:
        if last is not None and at_ms - last > tolerance_ms:
            if group[0] and group[1]:
                yield group
            group = ([], [])
        group[side].append(one)
        last = at_ms
    if group[0] and group[1]:
        yield group


def _when(found: tuple[int, int, Watched]) -> tuple[int, int, int]:
    return found[0], found[1], found[2].row


def _running(states: Iterable[Watched], at_ms: int) -> tuple[Watched, ...]:
    return tuple(one for one in states if one.start_ms <= at_ms < one.end_ms)


def _codes(states: Iterable[Watched]) -> Codes:
    return tuple(sorted({one.code for one in states}))
