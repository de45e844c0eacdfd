"""Whether further visits still bring new codes.

Definition: the unit is the visit (what two observers of one visit saw is one), in the order in which visits began.
*None of these* and *Unclear* are listed first and are no codes here: what did not fit says more about a codebook than a
flat curve. *Seen*: codes seen up to a visit, *new* among them those of that visit. *Expected*: the mean over all orders
of the visits, exactly: S - Σ C(N - f, n) / C(N, n) over the codes, f = visits in which a code was seen, N = visits
(Hurlbert 1971; vegan's `specaccum(method = "exact")`). *Chao2*: a lower bound for the number of codes there are, S +
(N - 1)/N · Q1² / 2 Q2, with Q1 and Q2 codes seen in exactly one and two visits; where Q2 = 0, S + (N - 1)/N ·
Q1 (Q1 - 1) / 2 (vegan's `specpool`). Undefined, so null: Chao2 of no visits.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams
from skygge.core.arrays import IntArray, np, special
from skygge.core.cells import CellTable, JoinedCells, Part, Tally
from skygge.core.codebook import ALWAYS_OFFERED
from skygge.core.coding import Coded, labels_of, read_codes
from skygge.core.streams import Observed


class SaturationParams(AnalysisParams):
    """Which codes."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})


class NotFitting(Tally):
    """Entries that no code fits, or several."""

    key: str
    labels: dict[str, str]


class CodeSeen(Tally):
    """One code, and in which visit (counted from 1) it was first seen; null where it never was."""

    key: str
    labels: dict[str, str]
    first_visit: int | None


class SaturationStep(Tally):
    """One visit. n counts its entries with a code."""

    visit: str
    started_at: str
    new: list[str]
    n_seen: int = Field(description="Codes seen up to and with this visit.")
    expected: float


class SaturationResult(Part):
    """What does not fit, the codes, and the curve."""

    not_fitting: list[NotFitting]
    codes: list[CodeSeen]
    curve: list[SaturationStep]
    n_in_codebook: int
    n_seen: int
    n_in_one_visit: int
    n_in_two_visits: int
    chao2: float | None


class _Visits:
    """Visits in the order in which they began, and in which of them each code was seen."""

    def __init__(self, observed: Observed, params: SaturationParams) -> None:
        self.observed = observed
        places: dict[str, int] = {}
        # Encounters stand in the order of their starts.
        numbers = [
            places.setdefault(observed.stretches[one].visit, len(places)) if one in observed.stretches else -1
            for one in observed.encounter_ids
        ]
        self.ids = list(places)
        latest_first = reversed(list(observed.stretches.values()))
        self.starts = {stretch.visit: stretch.thing["started_at"] for stretch in latest_first}
        coded = read_codes(observed, params.dimension, observed.kept).coded
        beside = np.isin(coded.codes, [place for place, key in enumerate(coded.keys) if key in ALWAYS_OFFERED])
        self.beside, self.coded = coded.take(beside), coded.take(~beside)
        self.keys = [key for key in coded.keys if key not in ALWAYS_OFFERED]
        self.visit = np.asarray(numbers, dtype=np.int64)[observed.table.encounter[self.coded.rows]]
        self.seen = np.zeros((len(self.ids), len(coded.keys)), dtype=np.bool_)
        self.seen[self.visit, self.coded.codes] = True

    def cells(self) -> JoinedCells:
        tokens = [f"visit:{visit}" for visit in self.ids]
        by_visit = CellTable(self.observed, tokens, self.visit, self.coded.rows).without_repeats()
        return JoinedCells(self.code_cells(self.beside), self.code_cells(self.coded), by_visit)

    def code_cells(self, coded: Coded) -> CellTable:
        own = coded is self.beside
        keys = [key for key in coded.keys if (key in ALWAYS_OFFERED) == own]
        rank = np.asarray([keys.index(key) if key in keys else -1 for key in coded.keys] or [-1], dtype=np.int64)
        return CellTable(self.observed, [f"code:{key}" for key in keys], rank[coded.codes], coded.rows)


def measure_saturation(observed: Observed, params: SaturationParams) -> SaturationResult:
    """The curve and what it leaves out."""
    visits = _Visits(observed, params)
    beside, codes = visits.code_cells(visits.beside), visits.code_cells(visits.coded)
    n_visits_of = visits.seen.sum(axis=0)
    used = n_visits_of[n_visits_of > 0]
    firsts = (visits.seen.argmax(axis=0) + 1).tolist() if len(visits.ids) else []
    first = {visits.coded.keys[place]: firsts[place] for place in np.flatnonzero(n_visits_of).tolist()}
    once, twice = (int((used == times).sum()) for times in (1, 2))
    return SaturationResult(
        not_fitting=[
            NotFitting(
                **beside.tally(token).model_dump(),
                key=token.removeprefix("code:"),
                labels=labels_of(observed, params.dimension, token.removeprefix("code:")),
            )
            for token in beside
        ],
        codes=[
            CodeSeen(
                **codes.tally(f"code:{key}").model_dump(),
                key=key,
                labels=labels_of(observed, params.dimension, key),
                first_visit=first.get(key),
            )
            for key in visits.keys
        ],
        curve=_curve(visits, first, expected_curve(used, len(visits.ids))),
        n_in_codebook=len(visits.keys),
        n_seen=len(used),
        n_in_one_visit=once,
        n_in_two_visits=twice,
        chao2=chao2(len(used), once, twice, len(visits.ids)),
    )


def find_cells(observed: Observed, params: SaturationParams) -> JoinedCells:
    """The entries of each code, and the coded entries of each visit."""
    return _Visits(observed, params).cells()


def expected_curve(frequencies: IntArray, n_visits: int) -> list[float]:
    """How many codes n visits in any order show in the mean, for n from 1; `frequencies` are visits by code."""
    if not n_visits:
        return []
    n = np.arange(1, n_visits + 1)[:, None]
    left = n_visits - np.asarray(frequencies)[None, :]
    with np.errstate(invalid="ignore"):
        missed = special.gammaln(left + 1) - special.gammaln(left - n + 1)
        missed -= special.gammaln(n_visits + 1) - special.gammaln(n_visits - n + 1)
    chances = np.where(n <= left, np.exp(np.where(n <= left, missed, 0)), 0)
    curve: list[float] = (len(frequencies) - chances.sum(axis=1)).tolist()
    return curve


def chao2(n_seen: int, n_once: int, n_twice: int, n_visits: int) -> float | None:
    """Chao's lower bound from incidences."""
    if not n_visits:
        return None
    unseen = n_once**2 / (2 * n_twice) if n_twice else n_once * (n_once - 1) / 2
    return n_seen + (n_visits - 1) / n_visits * unseen


def _curve(visits: _Visits, first: dict[str, int], expected: list[float]) -> list[SaturationStep]:
    by_visit = CellTable(visits.observed, [f"visit:{one}" for one in visits.ids], visits.visit, visits.coded.rows)
    cells, found, n_seen = by_visit.without_repeats(), [], 0
    news: dict[int, list[str]] = {}
    for key, number in first.items():
        news.setdefault(number, []).append(key)
    for number, visit in enumerate(visits.ids, 1):
        new = news.get(number, [])
        n_seen += len(new)
        found.append(
            SaturationStep(
                **cells.tally(f"visit:{visit}").model_dump(),
                visit=visit,
                started_at=visits.starts[visit],
                new=new,
                n_seen=n_seen,
                expected=expected[number - 1],
            )
        )
    return found


ANALYSIS = Analysis(
    name="saturation",
    question={"en": "Do further visits still bring new codes?", "da": "Bringer flere besøg stadig nye koder?"},
    params=SaturationParams,
    result=SaturationResult,
    compute=measure_saturation,
    cells=find_cells,
)
