"""Where two observers of one visit agree, person by person, and the list of where they do not.

Definition, for every two encounters of one `visit_id` by different observers whose ends are known and whose clocks were
not set back, over the time that both observed, in each lane (a person; one lane for codes of scope `interaction`).
*States*: time is cut at every onset and end of either, pieces are weighted by their seconds, nothing coded is a
category: percent = seconds in which both have the same codes / common seconds; kappa (Cohen 1960) of the table of
seconds. *Moments*: paired one to one within `tolerance_s` (most pairs, then the least total difference, then most of
one code): matched (same code), substituted (another), only one observer; F = 2 matched / (n of one + n of the other),
and over tolerances up to a minute. *On pairs*: percent, Cohen, Fleiss (1971), Krippendorff's alpha (2011), Gwet's AC1
(2014) of the codes of pairs. The visits of a person are added up; people never are, for then nothing at all would count
as agreement. Undefined, so null: kappa with one code in use, anything over nothing. Interval: percentile bootstrap, of
kappa over visits, of the others over pairs, from five up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat
from skygge.core.arrays import FloatArray, IntArray, np
from skygge.core.bootstrap import FEWEST, Interval, Resampling, interval_of
from skygge.core.cells import Cells, Part
from skygge.core.coding import labels_of
from skygge.core.pairing import Lane, Matching, Watched, common_time, double_visits, read_lanes
from skygge.core.rater_agreement import UnitAgreement, agree_on_units, kappa_of
from skygge.core.streams import Observed, Stretch

CURVE_S = (0, 1, 2, 3, 5, 10, 15, 20, 30, 45, 60)


class AgreementParams(AnalysisParams, Resampling):
    """How far apart two moments may be to be the same one."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})
    tolerance_s: Annotated[float, Field(ge=0, le=600, description="Seconds between two moments that are one.")] = 10
    most: Annotated[int, Field(ge=0, le=2_000, description="How many disagreements to list.")] = 200


class SecondsOfBoth(Part):
    """Seconds in which one observer had these codes and the other those; no codes are nothing coded."""

    first: list[str]
    second: list[str]
    seconds: float


class StateAgreement(Part):
    """Agreement on states, weighted by time."""

    seconds: float
    percent: float | None
    kappa: float | None
    interval: Interval | None
    table: list[SecondsOfBoth]


class CodeMatches(Part):
    """How moments of one code fared."""

    key: str
    labels: dict[str, str]
    matched: int
    substituted: int
    only_first: int
    only_second: int
    f: float | None


class CurvePoint(Part):
    """Matched pairs and F at one tolerance."""

    tolerance_s: float
    matched: int
    substituted: int
    f: float | None


class MomentAgreement(Part):
    """Agreement on moments."""

    n_first: int
    n_second: int
    matched: int
    substituted: int
    only_first: int
    only_second: int
    f: float | None
    codes: list[CodeMatches]
    curve: list[CurvePoint]
    on_pairs: UnitAgreement


class AgreementLane(Part):
    """One person over all their visits; `key` is null for what belongs to the encounter or to nobody named."""

    key: str | None
    labels: dict[str, str]
    n_visits: int
    states: StateAgreement | None
    moments: MomentAgreement | None


class Disagreement(Part):
    """One place to talk about. n entries, of either observer, stand behind it."""

    what: Literal["state", "substituted", "only_first", "only_second"]
    visit: str
    first_encounter_id: str
    second_encounter_id: str
    lane: str | None
    start_s: float = Field(description="Seconds from the start of the first encounter.")
    seconds: float | None
    first: list[str]
    second: list[str]
    n: int
    cell: str


class DoubleVisit(Part):
    """Two encounters of one visit."""

    visit: str
    first_encounter_id: str
    second_encounter_id: str
    first_observer: str | None
    second_observer: str | None
    common_seconds: float


class AgreementResult(Part):
    """The visits, people by label, and what they disagree on, in order."""

    visits: list[DoubleVisit]
    lanes: list[AgreementLane]
    n_disagreements: int
    disagreements: list[Disagreement]


def compare_observers(observed: Observed, params: AgreementParams) -> AgreementResult:
    """Agreement lane by lane, and the list."""
    lanes = read_lanes(observed, params.dimension)
    by_key: dict[str | None, list[Lane]] = {}
    for lane in lanes:
        by_key.setdefault(lane.key, []).append(lane)
    found = [one for one, _ in _disagreements(lanes, params)]
    return AgreementResult(
        visits=[_double(first, second) for first, second in double_visits(observed)],
        lanes=[_lane(observed, params, key, own) for key, own in _by_label(observed, by_key)],
        n_disagreements=len(found),
        disagreements=found[: params.most],
    )


def find_cells(observed: Observed, params: AgreementParams) -> Cells:
    """The entries of both observers behind every disagreement."""
    return {one.cell: rows for one, rows in _disagreements(read_lanes(observed, params.dimension), params)}


def _double(first: Stretch, second: Stretch) -> DoubleVisit:
    return DoubleVisit(
        visit=first.visit,
        first_encounter_id=first.id,
        second_encounter_id=second.id,
        first_observer=first.thing.get("observer"),
        second_observer=second.thing.get("observer"),
        common_seconds=sum(end - start for start, end in common_time(first, second)) / 1000,
    )


def _by_label(observed: Observed, lanes: dict[str | None, list[Lane]]) -> list[tuple[str | None, list[Lane]]]:
    def order(found: tuple[str | None, list[Lane]]) -> tuple[bool, str]:
        return found[0] is not None, "".join(labels_of(observed, "actor", found[0]).values())

    return sorted(lanes.items(), key=order)


def _lane(observed: Observed, params: AgreementParams, key: str | None, lanes: list[Lane]) -> AgreementLane:
    return AgreementLane(
        key=key,
        labels=labels_of(observed, "actor", key),
        n_visits=len({lane.pair[0].visit for lane in lanes}),
        states=_agree_on_states(lanes, params),
        moments=_agree_on_moments(observed, lanes, params),
    )


def _agree_on_states(lanes: list[Lane], params: AgreementParams) -> StateAgreement | None:
    pieces = [lane.pieces() for lane in lanes]
    codes = sorted({own for found in pieces for piece in found for own in piece.codes})
    if not codes:
        return None
    rank = {own: place for place, own in enumerate(codes)}
    tables = np.zeros((len(lanes), len(codes), len(codes)), dtype=np.int64)
    for number, found in enumerate(pieces):
        for piece in found:
            first, second = piece.codes
            tables[number, rank[first], rank[second]] += piece.end_ms - piece.start_ms
    table = tables.sum(axis=0)
    total = int(table.sum())
    return StateAgreement(
        seconds=total / 1000,
        percent=int(np.trace(table)) / total if total else None,
        kappa=kappa_of(table),
        interval=_kappa_interval(tables, params),
        table=[
            SecondsOfBoth(first=list(one), second=list(other), seconds=int(table[rank[one], rank[other]]) / 1000)
            for one in codes
            for other in codes
            if table[rank[one], rank[other]]
        ],
    )


def _kappa_interval(tables: FloatArray | IntArray, how: Resampling) -> Interval | None:
    n = len(tables)
    if n < FEWEST or not how.resamples:
        return None
    chance = np.random.default_rng(how.seed)
    drawn = [kappa_of(tables[chance.integers(0, n, n)].sum(axis=0)) for _ in range(how.resamples)]
    return interval_of(np.asarray([np.nan if one is None else one for one in drawn]), how)


def _agree_on_moments(observed: Observed, lanes: list[Lane], params: AgreementParams) -> MomentAgreement | None:
    matchings = [lane.match(params.tolerance_s) for lane in lanes]
    n_first, n_second = (sum(len(lane.moments[side]) for lane in lanes) for side in (0, 1))
    if not n_first + n_second:
        return None
    pairs = [pair for matching in matchings for pair in matching.pairs]
    keys = sorted({one.code for lane in lanes for side in lane.moments for one in side})
    rank = {key: place for place, key in enumerate(keys)}
    ratings = np.asarray([[rank[one.code], rank[other.code]] for one, other in pairs], dtype=np.int64).reshape(-1, 2)
    matched = sum(one.code == other.code for one, other in pairs)
    return MomentAgreement(
        n_first=n_first,
        n_second=n_second,
        matched=matched,
        substituted=len(pairs) - matched,
        only_first=n_first - len(pairs),
        only_second=n_second - len(pairs),
        f=2 * matched / (n_first + n_second),
        codes=[_code(observed, params, key, matchings) for key in keys],
        curve=[_curve_point(lanes, tolerance, n_first + n_second) for tolerance in CURVE_S],
        on_pairs=agree_on_units(ratings, params),
    )


def _code(observed: Observed, params: AgreementParams, key: str, matchings: Sequence[Matching]) -> CodeMatches:
    pairs = [pair for matching in matchings for pair in matching.pairs]
    matched = sum(one.code == key and other.code == key for one, other in pairs)
    substituted = sum((one.code == key) != (other.code == key) for one, other in pairs)
    alone = [sum(one.code == key for own in matchings for one in own.only_first)]
    alone.append(sum(one.code == key for own in matchings for one in own.only_second))
    total = 2 * matched + substituted + sum(alone)
    return CodeMatches(
        key=key,
        labels=labels_of(observed, params.dimension, key),
        matched=matched,
        substituted=substituted,
        only_first=alone[0],
        only_second=alone[1],
        f=2 * matched / total if total else None,
    )


def _curve_point(lanes: list[Lane], tolerance_s: float, n_both: int) -> CurvePoint:
    pairs = [pair for lane in lanes for pair in lane.match(tolerance_s).pairs]
    matched = sum(one.code == other.code for one, other in pairs)
    return CurvePoint(
        tolerance_s=tolerance_s, matched=matched, substituted=len(pairs) - matched, f=2 * matched / n_both
    )


def _disagreements(lanes: list[Lane], params: AgreementParams) -> Iterator[tuple[Disagreement, list[int]]]:
    """Everything the two do not share, visit by visit and in time."""
    found = [one for lane in lanes for one in (*_of_states(lane), *_of_moments(lane, params))]
    place = {lane.ids: number for number, lane in reversed(list(enumerate(lanes)))}
    found.sort(key=lambda one: (place[one[0].ids], one[2], one[1]))
    for number, (lane, what, start_ms, end_ms, first, second) in enumerate(found):
        rows = sorted({one.row for one in (*first, *second)})
        yield (
            Disagreement(
                what=what,
                visit=lane.pair[0].visit,
                first_encounter_id=lane.pair[0].id,
                second_encounter_id=lane.pair[1].id,
                lane=lane.key,
                start_s=(start_ms - lane.pair[0].zero_ms) / 1000,
                seconds=None if end_ms is None else (end_ms - start_ms) / 1000,
                first=sorted({one.code for one in first}),
                second=sorted({one.code for one in second}),
                n=len(rows),
                cell=f"disagreement:{number}",
            ),
            rows,
        )


_What = Literal["state", "substituted", "only_first", "only_second"]
_Found = tuple[Lane, _What, int, int | None, Sequence[Watched], Sequence[Watched]]


def _of_states(lane: Lane) -> Iterator[_Found]:
    for piece in lane.pieces():
        if piece.codes[0] != piece.codes[1]:
            yield lane, "state", piece.start_ms, piece.end_ms, piece.first, piece.second


def _of_moments(lane: Lane, params: AgreementParams) -> Iterator[_Found]:
    matching = lane.match(params.tolerance_s)
    for one, other in matching.pairs:
        if one.code != other.code:
            yield lane, "substituted", min(one.start_ms, other.start_ms), None, [one], [other]
    for one in matching.only_first:
        yield lane, "only_first", one.start_ms, None, [one], []
    for other in matching.only_second:
        yield lane, "only_second", other.start_ms, None, [], [other]


def _warn(observed: Observed, params: AgreementParams) -> list[Caveat]:
    seen = {(stretch.visit, stretch.thing.get("observer")) for stretch in observed.stretches.values()}
    is_seen_twice = len({visit for visit, _ in seen}) < len(seen)
    return [] if is_seen_twice or not len(observed.kept) else [Caveat(code="visits.none_seen_twice")]


ANALYSIS = Analysis(
    name="agreement",
    question={
        "en": "Where did two observers of one visit see the same?",
        "da": "Hvor så to observatører af ét besøg det samme?",
    },
    params=AgreementParams,
    result=AgreementResult,
    compute=compare_observers,
    cells=find_cells,
    warn=_warn,
)
