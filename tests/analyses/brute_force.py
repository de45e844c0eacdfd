"""The entries behind every cell, selected again by loops over `GET …/entries`, written from the definitions alone.

Nothing of the product is called: lists as the server gives them, ANALYSIS.md, and the token of a cell, which says what
it stands for. `SELECTIONS` has one function an analysis; a new analysis has to bring its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any

from tests.analyses.study_lists import Entry, Lists

Selected = dict[str, list[str]]


class _Cells(dict[str, list[Entry]]):
    def put(self, token: str, *entries: Entry) -> None:
        own = self.setdefault(token, [])
        for one in entries:
            if one not in own:
                own.append(one)

    def ids(self) -> Selected:
        return {token: [one.id for one in sorted(own, key=lambda one: one.place)] for token, own in self.items()}


def _name(key: str | None) -> str:
    return "-" if key is None else key


def _codes_or_none(one: Entry, dimension: str) -> list[str | None]:
    return list(one.codes(dimension)) or [None]


def _column(lists: Lists, one: Entry, by: str) -> str | None:
    return one.actor if by == "actor" else lists.encounters[one.encounter].get(by)


def _frequencies(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`dimension:code`, and `…/by:column`: entries with the code (and the column)."""
    found = _Cells()
    for one in lists.kept:
        for key in _codes_or_none(one, params["dimension"]):
            whole = f"{params['dimension']}:{_name(key)}"
            found.put(whole, one)
            if params["by"]:
                found.put(f"{whole}/{params['by']}:{_name(_column(lists, one, params['by']))}", one)
    return found.ids()


def _rates(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """As frequencies, of encounters that somebody ended."""
    found = _Cells()
    for one in lists.timed:
        for key in _codes_or_none(one, params["dimension"]):
            whole = f"{params['dimension']}:{_name(key)}"
            found.put(whole, one)
            column = _column(lists, one, params["by"]) if params["by"] else None
            if column is not None:
                found.put(f"{whole}/{params['by']}:{column}", one)
    return found.ids()


def _time_budget(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`bouts`: states with the code. `intervals`: entries before which the same code of the same actor was over."""
    found = _Cells()
    columns = [None, *({_column(lists, one, params["by"]) for one in lists.timed} - {None} if params["by"] else ())]
    for column in columns:
        own = [one for one in lists.timed if column is None or _column(lists, one, params["by"]) == column]
        tail = "" if column is None else f"/{params['by']}:{column}"
        before: dict[tuple[str, str | None, str], Entry] = {}
        for one, key in ((entry, key) for entry in own for key in entry.codes(params["dimension"])):
            if one.is_state:
                found.put(f"bouts/{params['dimension']}:{key}{tail}", one)
            last = before.get((one.encounter, one.actor, key))
            before[one.encounter, one.actor, key] = one
            if last is None or lists.end_of(last) > one.start:
                continue
            left = max(last.start, lists.end_of(last) - 1)
            if lists.is_unbroken(one.encounter, left, one.start):
                found.put(f"intervals/{params['dimension']}:{key}{tail}", one)
    return found.ids()


@dataclass(frozen=True)
class _Link:
    """An entry of a stream, whether it has an order, whether it is coded, and whether it follows the one before."""

    entry: Entry
    codes: list[str]
    is_tied: bool
    follows: bool


def _streams(lists: Lists, params: Mapping[str, Any]) -> Iterator[list[_Link]]:
    """Streams of encounters, or of actors in them."""
    kept, dimension = {one.id for one in lists.kept}, params["dimension"]
    lanes: dict[tuple[str, str | None], list[Entry]] = {}
    for one in lists.flow:
        if lists.is_set_back(one.encounter):
            continue
        if params["uncoded"] == "skip" and not (one.id in kept and one.codes(dimension)):
            continue
        if params.get("stream", "encounter") == "encounter":
            lanes.setdefault((one.encounter, None), []).append(one)
        elif one.actor is not None:
            lanes.setdefault((one.encounter, one.actor), []).append(one)
    for own in lanes.values():
        links: list[_Link] = []
        for one in own:
            is_tied = any(_has_no_order(one, other) for other in own if other is not one)
            last = links[-1] if links else None
            is_close = last is not None and lists.is_unbroken(one.encounter, last.entry.start, one.start)
            codes = one.codes(dimension) if one.id in kept else []
            links.append(_Link(one, codes, is_tied, is_close and not is_tied and not (last and last.is_tied)))
        yield links


def _has_no_order(one: Entry, other: Entry) -> bool:
    return one.start == other.start or abs(one.start - other.start) < one.vague + other.vague


def _steps(lists: Lists, params: Mapping[str, Any]) -> list[tuple[str, str, Entry, Entry]]:
    return [
        (first, second, one.entry, other.entry)
        for stream in _streams(lists, params)
        for one, other in pairwise(stream)
        if other.follows
        for first, second in product(one.codes, other.codes)
    ]


def _transitions(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`step`: the entry that came next. `from`: those that something followed, `to`: those that followed; `ties`."""
    found = _Cells()
    for first, second, one, other in _steps(lists, params):
        if params["self_transitions"] == "keep" or first != second:
            found.put(f"step:{first}>{second}", other)
            found.put(f"from:{first}", one)
            found.put(f"to:{second}", other)
    tied = [link.entry for stream in _streams(lists, params) for link in stream if link.is_tied and link.codes]
    found.put("ties", *tied)
    return found.ids()


def _passages(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`turn`: the entry with which it came. `passage:n`: the pair and all entries between them in the encounter."""
    found = _Cells()
    steps = [step for step in _steps(lists, params) if step[0] != step[1]]
    for name, place in (("before", 0), ("after", 1)):
        steps = [step for step in steps if not params[name] or step[place] in params[name]]
    steps.sort(key=lambda step: step[3].place)
    for number, (first, second, one, other) in enumerate(steps):
        found.put(f"turn:{first}>{second}", other)
        found.put(f"passage:{number}", *(own for own in lists.all if one.place <= own.place <= other.place))
    return found.ids()


def _runs(lists: Lists, params: Mapping[str, Any]) -> Iterator[list[tuple[str, Entry]]]:
    """Coded entries that follow one another, cut by whatever is uncoded, tied or behind a gap."""
    for stream in _streams(lists, params):
        run: list[tuple[str, Entry]] = []
        for link in stream:
            is_next = bool(run) and link.follows and bool(link.codes)
            if run and not is_next:
                yield run
                run = []
            if link.codes and not link.is_tied:
                run.append((link.codes[0], link.entry))
        if run:
            yield run


def _without_repeats(run: list[tuple[str, Entry]], way: str) -> Iterator[list[tuple[str, Entry]]]:
    parts = [[run[0]]]
    for one in run[1:]:
        if way != "keep" and one[0] == parts[-1][-1][0]:
            parts += [[one]] if way == "forbid" else []
        else:
            parts[-1].append(one)
    yield from parts


def _lag_sequential(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`pair`: the later entry of each two that stand so far apart in a run."""
    found = _Cells()
    for run in _runs(lists, params):
        for part in _without_repeats(run, params["self_transitions"]):
            for (first, _), (second, other) in zip(part, part[params["lag"] :], strict=False):
                found.put(f"pair:{first}>{second}", other)
    return found.ids()


def _sequences(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`encounter`: its coded entries that have a place in its order."""
    found = _Cells()
    for run in _runs(lists, params):
        for _, one in run:
            found.put(f"encounter:{one.encounter}", one)
    return found.ids()


def _co_occurrence(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`row`, `column`, `both`: entries with the codes. `overlap`: states of either that share time with one of the
    other. `inside`: entries without a duration that begin in a state."""
    found = _Cells()
    for one in lists.kept:
        down, across = _codes_or_none(one, params["rows"]), _codes_or_none(one, params["dimension"])
        for key in down:
            found.put(f"row:{_name(key)}", one)
        for key in across:
            found.put(f"column:{_name(key)}", one)
        for first, second in product(down, across):
            found.put(f"both:{_name(first)}|{_name(second)}", one)
    coded = [(one, key) for one in lists.timed for key in one.codes(params["dimension"])]
    states = [
        (one, key, lists.pieces(one.encounter, one.start, lists.end_of(one))) for one, key in coded if one.is_state
    ]
    for (one, first, mine), (other, second, theirs) in combinations(states, 2):
        if first != second and one.encounter == other.encounter and _share_time(mine, theirs):
            found.put(f"overlap:{first}|{second}", one, other)
            found.put(f"overlap:{second}|{first}", one, other)
    for one, key in coded:
        for other, state, spans in states:
            inside = any(start <= one.start < end for start, end in spans)
            if not one.is_state and one.encounter == other.encounter and inside:
                found.put(f"inside:{key}|{state}", one)
    return found.ids()


def _share_time(mine: list[tuple[int, int]], theirs: list[tuple[int, int]]) -> bool:
    return any(max(a, c) < min(b, d) for (a, b), (c, d) in product(mine, theirs))


def _actor_network(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`actor`, `recipient`: who acts and is addressed; `alone`: acts towards nobody; `tie`: one towards another."""
    found = _Cells()
    for one in lists.kept:
        found.put(f"actor:{_name(one.actor)}", one)
        found.put(f"recipient:{_name(one.recipient)}", one)
        if one.actor is not None:
            found.put(f"alone:{one.actor}" if one.recipient is None else f"tie:{one.actor}>{one.recipient}", one)
    return found.ids()


def _timeline(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`encounter/lanes:lane`: the entries of a lane."""
    found = _Cells()
    for one in lists.kept:
        found.put(f"{one.encounter}/{params['lanes']}:{_name(_codes_or_none(one, params['lanes'])[0])}", one)
    return found.ids()


def _control_care(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`place`: entries placed there, by themselves or by their structure."""
    found = _Cells()
    for one in lists.kept:
        code = lists.meaning.get(("structure", one.thing.get("structure") or ""), {})
        own, given = ((thing.get("control"), thing.get("care")) for thing in (one.thing, code))
        place = given if None in own else own
        if None not in place:
            found.put(f"place:{place[0]},{place[1]}", one)
    return found.ids()


def _profile(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`encounter/code` and `group:group/code`, of encounters that somebody ended."""
    found = _Cells()
    for one in lists.timed:
        for key in one.codes(params["dimension"]):
            found.put(f"{one.encounter}/{key}", one)
            if (group := _column(lists, one, params["by"])) is not None:
                found.put(f"group:{group}/{key}", one)
    return found.ids()


def _saturation(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`code`: entries with it. `visit`: entries with any code but *none of these* and *unclear*."""
    found = _Cells()
    for one in lists.kept:
        for key in one.codes(params["dimension"]):
            found.put(f"code:{key}", one)
            if key not in ("none_of_these", "unclear"):
                found.put(f"visit:{_visit(lists, one)}", one)
    return found.ids()


def _visit(lists: Lists, one: Entry) -> str:
    return str(lists.encounters[one.encounter].get("visit_id") or one.encounter)


def _deviant_cases(lists: Lists, params: Mapping[str, Any]) -> Selected:
    """`row|code`: entries of the case with the code. `row`: all coded entries of the case."""
    found = _Cells()
    for one in lists.kept:
        way = params["rows"]
        if way in ("observer", "agency"):
            rows = [lists.encounters[one.encounter].get(way)]
        else:
            rows = [_visit(lists, one)] if way == "visit" else list(one.codes(way))
        for row, key in product((row for row in rows if row is not None), one.codes(params["dimension"])):
            found.put(f"{row}|{key}", one)
            found.put(f"row:{row}", one)
    return found.ids()


SELECTIONS: Mapping[str, Callable[[Lists, Mapping[str, Any]], Selected]] = {
    "actor-network": _actor_network,
    "co-occurrence": _co_occurrence,
    "control-care": _control_care,
    "deviant-cases": _deviant_cases,
    "frequencies": _frequencies,
    "lag-sequential": _lag_sequential,
    "passages": _passages,
    "profile": _profile,
    "rates": _rates,
    "saturation": _saturation,
    "sequences": _sequences,
    "time-budget": _time_budget,
    "timeline": _timeline,
    "transitions": _transitions,
}
