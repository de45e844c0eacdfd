"""Each encounter as a row of counts, and groups (agencies, observers, people) compared by their ratios.

Definition, over the encounters whose end is known: *per encounter*, n of each code and its measure. *Measure*: `rate` =
n per observed hour; `share` = n of all coded entries; `time` = observed seconds of states / observed time. A group's
measure is a ratio of totals, never a mean of encounters. *Comparison*: the group's ratio less that of `against`, or of
everybody else together. People are measured over the time in which they were there, and their entries are their own.
Interval: percentile bootstrap (Davison & Hinkley 1997, 5.3.1) inside each group over encounters, or over workers (the
person shadowed) where one has several; fewer than five of them: dots, no interval. p (off by default) is two-sided by
permuting group labels over the same units, (b + 1) / (N + 1); not for people, who share encounters. Undefined, so null:
a ratio over nothing, `time` of a code that is never a state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat, warn_of_moments
from skygge.core.arrays import BoolArray, FloatArray, IntArray, np
from skygge.core.bootstrap import Interval, Resampling, interval_of, ratio_samples
from skygge.core.cells import CellTable, JoinedCells, Part, Tally
from skygge.core.coding import Coded, Split, labels_of, read_codes, split_of, thing_value
from skygge.core.durations import MS_PER_HOUR, present_ms, read_bouts, timed_ms
from skygge.core.model import Label
from skygge.core.streams import Observed


class ProfileParams(AnalysisParams, Resampling):
    """What is compared, and by which measure."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})
    by: Annotated[Split, Field(description="Which groups are compared.")] = "agency"
    measure: Annotated[
        Literal["rate", "share", "time"], Field(description="Per hour, of all entries, or of observed time.")
    ] = "rate"
    against: Annotated[Label | None, Field(description="The group that others are compared with.")] = None
    permutations: Annotated[int, Field(ge=0, le=20_000, description="Label permutations for p; 0 for none.")] = 0


class ProfileEncounter(Part):
    """One encounter; `n`, `values` and `cells` stand in the order of `keys`."""

    encounter_id: str
    visit: str
    started_at: str
    agency: str | None
    observer: str | None
    observed_seconds: float
    n: list[int]
    values: list[float | None]
    cells: list[str] = Field(description="Each opens exactly the entries that the n in its place counts.")


class ProfileValue(Tally):
    """A code in a group."""

    key: str
    value: float | None
    interval: Interval | None


class ProfileGroup(Part):
    """One agency, observer or person. `n_units` is what the interval rests on."""

    key: str
    labels: dict[str, str]
    observed_seconds: float
    n_encounters: int
    n_units: int
    units: Literal["encounters", "workers"]
    values: list[ProfileValue]


class ProfileDifference(Part):
    """A group's value less another's; `against` is null for everybody else together."""

    group: str
    against: str | None
    key: str
    difference: float | None
    interval: Interval | None
    p: float | None


class ProfileResult(Part):
    """Dots, groups, differences. With p: `n_looked_at` is how many cells were looked at."""

    keys: list[str]
    labels: list[dict[str, str]]
    encounters: list[ProfileEncounter]
    groups: list[ProfileGroup]
    differences: list[ProfileDifference]
    n_looked_at: int


@dataclass(frozen=True)
class _Group:
    """What a group adds up: by unit and code what stands above the line, by unit and code what stands below."""

    key: str
    above: FloatArray
    below: FloatArray
    units: Literal["encounters", "workers"]
    time_ms: int
    n_encounters: int


class _Sums:
    """Counts and times by encounter and code, of everybody or of some rows."""

    def __init__(self, observed: Observed, params: ProfileParams) -> None:
        self.observed, self.params = observed, params
        rows = observed.kept[observed.is_timed[observed.table.encounter[observed.kept]]]
        self.coded = read_codes(observed, params.dimension, rows).coded
        self.split = split_of(observed, params.by, self.coded.rows)
        self.time = timed_ms(observed)
        bouts = read_bouts(observed, observed.kept)
        self._length = np.zeros(len(observed.table))
        self._length[bouts.rows] = bouts.length_ms

    def ratio(self, coded: Coded, time_ms: IntArray) -> tuple[FloatArray, FloatArray]:
        """Above and below the line, by encounter and code."""
        n_keys, n_encounters = len(coded.keys), len(self.observed.encounter_ids)
        cell = self.observed.table.encounter[coded.rows].astype(np.int64) * n_keys + coded.codes
        weights = self._length[coded.rows] if self.params.measure == "time" else None
        above = np.bincount(cell, weights=weights, minlength=n_keys * n_encounters).reshape(n_encounters, n_keys)
        if self.params.measure == "share":
            below = np.repeat(above.sum(axis=1, keepdims=True), n_keys, axis=1)
        else:
            unit = 1.0 if self.params.measure == "time" else MS_PER_HOUR
            below = np.repeat(time_ms[:, None] / unit, n_keys, axis=1)
            if self.params.measure == "time":
                is_state = self.observed.table.is_state[self.coded.rows]
                below *= np.bincount(self.coded.codes[is_state], minlength=n_keys) > 0
        return above.astype(np.float64), below.astype(np.float64)


def compute_profiles(observed: Observed, params: ProfileParams) -> ProfileResult:
    """The whole comparison."""
    sums = _Sums(observed, params)
    cells, keys = _group_cells(sums), sums.coded.keys
    groups = list(_read_groups(sums))
    differences = [one for group in groups for one in _compare(params, keys, group, groups)]
    return ProfileResult(
        keys=keys,
        labels=[labels_of(observed, params.dimension, key) for key in keys],
        encounters=_write_encounters(sums),
        groups=[_write_group(sums, cells, group) for group in groups],
        differences=differences,
        n_looked_at=len(differences) if params.permutations else 0,
    )


def find_cells(observed: Observed, params: ProfileParams) -> JoinedCells:
    """The entries of a code in an encounter, and in a group."""
    sums = _Sums(observed, params)
    return JoinedCells(_encounter_cells(sums), _group_cells(sums))


def _encounter_cells(sums: _Sums) -> CellTable:
    observed, coded = sums.observed, sums.coded
    n_keys = len(coded.keys)
    tokens = [f"{encounter_id}/{key}" for encounter_id in observed.encounter_ids for key in coded.keys]
    cell = observed.table.encounter[coded.rows].astype(np.int64) * n_keys + coded.codes
    return CellTable(observed, tokens, cell, coded.rows)


def _group_cells(sums: _Sums) -> CellTable:
    keys, named = sums.coded.keys, sums.split.codes >= 0
    tokens = [f"group:{group}/{key}" for group in sums.split.keys for key in keys]
    cell = sums.split.codes[named] * len(keys) + sums.coded.codes[named]
    return CellTable(sums.observed, tokens, cell, sums.coded.rows[named])


def _read_groups(sums: _Sums) -> Iterator[_Group]:
    observed, params = sums.observed, sums.params
    for place, key in enumerate(sums.split.keys):
        coded, time = sums.coded, sums.time
        if params.by == "actor":
            coded, time = coded.take(sums.split.codes == place), np.minimum(time, present_ms(observed, {key}))
        above, below = sums.ratio(coded, time)
        is_in = time > 0 if params.by == "actor" else _encounters_of(observed, params.by, key) & (time > 0)
        if not is_in.any():
            continue
        units, n_units, word = _units(observed, params, is_in)
        yield _Group(
            key,
            _add_up(units, above[is_in], n_units),
            _add_up(units, below[is_in], n_units),
            word,
            int(time[is_in].sum()),
            int(is_in.sum()),
        )


def _encounters_of(observed: Observed, by: str, key: str) -> BoolArray:
    return np.asarray([thing_value(observed, one, by) == key for one in observed.encounter_ids], dtype=np.bool_)


def _units(
    observed: Observed, params: ProfileParams, is_in: BoolArray
) -> tuple[IntArray, int, Literal["encounters", "workers"]]:
    """The unit that each encounter of a group belongs to: the worker shadowed, or the encounter itself."""
    places: dict[str, int] = {}
    ids = [one for one, inside in zip(observed.encounter_ids, is_in.tolist(), strict=True) if inside]
    workers = [thing_value(observed, one, "focal_actor_id") if params.by != "actor" else None for one in ids]
    units = [places.setdefault(worker or one, len(places)) for worker, one in zip(workers, ids, strict=True)]
    return np.asarray(units, dtype=np.int64), len(places), "workers" if len(places) < len(ids) else "encounters"


def _add_up(units: IntArray, values: FloatArray, n_units: int) -> FloatArray:
    found = np.zeros((n_units, values.shape[1]))
    np.add.at(found, units, values)
    return found


def _ratio(above: FloatArray, below: FloatArray) -> list[float | None]:
    """Ratios of totals by code, null over nothing."""
    tops, bottoms = above.sum(axis=0).tolist(), below.sum(axis=0).tolist()
    return [top / bottom if bottom else None for top, bottom in zip(tops, bottoms, strict=True)]


def _write_group(sums: _Sums, cells: CellTable, group: _Group) -> ProfileGroup:
    keys, values = sums.coded.keys, _ratio(group.above, group.below)
    samples = ratio_samples(group.above, group.below, sums.params)
    intervals = [None if samples is None else interval_of(samples[:, place], sums.params) for place in range(len(keys))]
    return ProfileGroup(
        key=group.key,
        labels=labels_of(sums.observed, sums.params.by, group.key),
        observed_seconds=group.time_ms / 1000,
        n_encounters=group.n_encounters,
        n_units=len(group.above),
        units=group.units,
        values=[
            ProfileValue(
                **cells.tally(f"group:{group.key}/{key}").model_dump(), key=key, value=value, interval=interval
            )
            for key, value, interval in zip(keys, values, intervals, strict=True)
        ],
    )


def _write_encounters(sums: _Sums) -> list[ProfileEncounter]:
    above, below = sums.ratio(sums.coded, sums.time)
    n_keys = len(sums.coded.keys)
    cell = sums.observed.table.encounter[sums.coded.rows].astype(np.int64) * n_keys + sums.coded.codes
    counts = np.bincount(cell, minlength=above.size).reshape(above.shape)
    found = []
    for place, encounter_id in enumerate(sums.observed.encounter_ids):
        if not sums.observed.is_timed[place]:
            continue
        stretch = sums.observed.stretches[encounter_id]
        found.append(
            ProfileEncounter(
                encounter_id=encounter_id,
                visit=stretch.visit,
                started_at=stretch.thing["started_at"],
                agency=stretch.thing.get("agency"),
                observer=stretch.thing.get("observer"),
                observed_seconds=int(sums.time[place]) / 1000,
                n=[int(n) for n in counts[place]],
                values=_ratio(above[place : place + 1], below[place : place + 1]),
                cells=[f"{encounter_id}/{key}" for key in sums.coded.keys],
            )
        )
    return found


def _compare(params: ProfileParams, keys: list[str], group: _Group, groups: list[_Group]) -> list[ProfileDifference]:
    """One group against another, or against everybody else."""
    others = [one for one in groups if one.key != group.key and params.against in (None, one.key)]
    if not others:
        return []
    above, below = (np.concatenate([getattr(one, side) for one in others]) for side in ("above", "below"))
    ours, theirs = _ratio(group.above, group.below), _ratio(above, below)
    samples = ratio_samples(group.above, group.below, params)
    # Another seed for the others, or the two groups would be drawn alike.
    other_samples = ratio_samples(above, below, params.model_copy(update={"seed": params.seed + 1}))
    p = _permute(params, (group.above, group.below), (above, below))
    drawn = None if samples is None or other_samples is None else samples - other_samples
    found = []
    for place, key in enumerate(keys):
        one, other = ours[place], theirs[place]
        found.append(
            ProfileDifference(
                group=group.key,
                against=params.against,
                key=key,
                difference=one - other if one is not None and other is not None else None,
                interval=None if drawn is None else interval_of(drawn[:, place], params),
                p=None if p is None else p[place],
            )
        )
    return found


def _permute(
    params: ProfileParams, ours: tuple[FloatArray, FloatArray], theirs: tuple[FloatArray, FloatArray]
) -> list[float | None] | None:
    """Two-sided p by code, drawing anew which units are ours."""
    if not params.permutations or params.by == "actor":
        return None
    above, below = (np.concatenate(pair) for pair in zip(ours, theirs, strict=True))
    n_ours, n_all = len(ours[0]), len(above)
    chance = np.random.default_rng(params.seed)
    first = np.arange(n_all) < n_ours
    masks = np.stack([first, *(chance.permutation(first) for _ in range(params.permutations))]).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        gaps = np.abs(masks @ above / (masks @ below) - (1 - masks) @ above / ((1 - masks) @ below))
    # Sums in another order may differ in the last digit; such a tie counts as one.
    as_far = (gaps[1:] >= gaps[0] * (1 - 1e-12)).sum(axis=0)
    is_known = np.isfinite(gaps).all(axis=0)
    p = np.where(is_known, (as_far + 1) / (params.permutations + 1), np.nan).tolist()
    return [None if value != value else float(value) for value in p]


def _warn(observed: Observed, params: ProfileParams) -> list[Caveat]:
    return warn_of_moments(observed, params.dimension) if params.measure == "time" else []


ANALYSIS = Analysis(
    name="profile",
    question={
        "en": "How does one visit, agency or person differ from the others?",
        "da": "Hvordan adskiller et besøg, en organisation eller en person sig fra de andre?",
    },
    params=ProfileParams,
    result=ProfileResult,
    compute=compute_profiles,
    cells=find_cells,
    warn=_warn,
)
