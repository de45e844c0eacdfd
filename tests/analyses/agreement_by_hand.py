"""The list of disagreements, found again by loops: time cut at every edge, and moments that nobody can pair better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from tests.analyses.study_lists import Entry, Lists

Lane = str | None
Seen = tuple[Entry, str]


def check_disagreements(lists: Lists, answer: Mapping[str, Any], opened: Mapping[str, list[str]]) -> None:
    """A cell of the list opens the entries of both observers that stand behind it, and the list is whole.

    States: every piece of common time in which the codes differ, with all states running in it. Moments: pairs of
    different codes, and what is in no pair; which pairs is free where several choices are equally good, how many not.
    """
    listed = [{**one, "ids": opened[one["cell"]]} for one in answer["result"]["disagreements"]]
    assert len(listed) == answer["result"]["n_disagreements"]
    expected, tolerance_ms = [], round(answer["params"]["tolerance_s"] * 1000)
    for first, second in _pairs(lists):
        own = [one for one in listed if (one["first_encounter_id"], one["second_encounter_id"]) == (first, second)]
        common = _common(lists, first, second)
        sides = [_lanes(lists, one, answer["params"]["dimension"]) for one in (first, second)]
        for lane in {**sides[0], **sides[1]}:
            both = [side.get(lane, []) for side in sides]
            expected += [(first, second, *piece) for piece in _state_pieces(lists, lane, common, both)]
            moments = [[one for one in side if not one[0].is_state and _is_in(common, one[0].start)] for side in both]
            _check_moments([one for one in own if one["lane"] == lane], moments, tolerance_ms)
    found = [
        (
            one["first_encounter_id"], one["second_encounter_id"], one["lane"], round(one["seconds"] * 1000),
            tuple(one["first"]), tuple(one["second"]), tuple(sorted(one["ids"])),
        )
        for one in listed
        if one["what"] == "state"
    ]  # fmt: skip
    assert Counter(found) == Counter(expected)


def _pairs(lists: Lists) -> Iterator[tuple[str, str]]:
    timed = [one for one in lists.encounters.values() if lists.is_timed(one["id"])]
    for one, other in combinations(timed, 2):
        same = one.get("visit_id") is not None and one["visit_id"] == other.get("visit_id")
        if same and one["observer"] != other["observer"]:
            first, second = sorted((one, other), key=lambda own: str(own["observer"]))
            yield first["id"], second["id"]


def _common(lists: Lists, first: str, second: str) -> list[tuple[int, int]]:
    mine, theirs = (lists.pieces(one, *lists.whole(one)) for one in (first, second))
    spans = [(max(a, c), min(b, d)) for a, b in mine for c, d in theirs]
    return sorted((start, end) for start, end in spans if start < end)


def _is_in(spans: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in spans) or bool(spans) and at == spans[-1][1]


def _lanes(lists: Lists, encounter: str, dimension: str) -> dict[Lane, list[Seen]]:
    found: dict[Lane, list[Seen]] = {}
    for one in lists.kept:
        for key in one.codes(dimension) if one.encounter == encounter else ():
            is_shared = lists.meaning.get((dimension, key), {}).get("scope") == "interaction"
            found.setdefault(None if is_shared else one.actor, []).append((one, key))
    return found


def _state_pieces(
    lists: Lists, lane: Lane, common: Sequence[tuple[int, int]], both: Sequence[Sequence[Seen]]
) -> Iterator[tuple[Any, ...]]:
    states = [[(one, key, lists.end_of(one)) for one, key in side if one.is_state] for side in both]
    edges = {edge for side in states for one, _, end in side for edge in (one.start, end)}
    for start, end in common:
        for begin, until in pairwise(sorted({start, end, *(edge for edge in edges if start < edge < end)})):
            running = [[(one, key) for one, key, last in side if one.start <= begin < last] for side in states]
            codes = [tuple(sorted({key for _, key in side})) for side in running]
            if codes[0] != codes[1]:
                ids = {one.id for side in running for one, _ in side}
                yield lane, until - begin, codes[0], codes[1], tuple(sorted(ids))


def _check_moments(listed: Sequence[Mapping[str, Any]], moments: Sequence[Sequence[Seen]], tolerance_ms: int) -> None:
    left = [Counter((one.id, key) for one, key in side) for side in moments]
    start = {one.id: one.start for side in moments for one, _ in side}
    n_alone = [0, 0]
    for one in listed:
        keys = [*one["first"], *one["second"]]
        if one["what"] == "substituted":
            (first,), (second,) = (
                [own for own in one["ids"] if (own, key) in left[side]] for side, key in enumerate(keys)
            )
            assert set(one["ids"]) == {first, second} and keys[0] != keys[1]
            assert abs(start[first] - start[second]) <= tolerance_ms
            left[0][first, keys[0]] -= 1
            left[1][second, keys[1]] -= 1
        elif one["what"] != "state":
            side = int(one["what"] == "only_second")
            (alone,), (key,) = one["ids"], keys
            left[side][alone, key] -= 1
            n_alone[side] += 1
    assert all(n >= 0 for side in left for n in side.values()), "listed twice"
    # What is not listed was matched: as many on either side, with the same codes.
    matched = [Counter(key for (_, key), n in side.items() if n) for side in left]
    assert matched[0] == matched[1]
    starts = [[one.start for one, _ in side] for side in moments]
    most = _most_pairs(starts[0], starts[1], tolerance_ms)
    assert [len(side) - n for side, n in zip(moments, n_alone, strict=True)] == [most, most]


def _most_pairs(first: Sequence[int], second: Sequence[int], tolerance_ms: int) -> int:
    """The most pairs there can be: on a line, taking the earliest partner that is near is never worse."""
    free, found = sorted(second), 0
    for at in sorted(first):
        near = next((other for other in free if abs(other - at) <= tolerance_ms), None)
        if near is not None:
            free.remove(near)
            found += 1
    return found
