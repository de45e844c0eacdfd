"""How the codes of each encounter follow one another as a whole, and how alike encounters are.

Definition: the sequence of an encounter is its coded entries in stream order, l of them; runs of one code are its bouts
(cut by an uncoded entry unless it is passed over, by gaps and ties; tied entries are left out). *Entropy* = -Σ p ln p /
ln(codes in the codebook), p = share of entries with a code. *Complexity* = √(c / (l - 1) · entropy), c = changes of
code (Gabadinho et al. 2011). *Turbulence* = log2(φ (s²max + 1) / (s² + 1)), φ = distinct subsequences of the bouts, the
empty one too, s² = variance of the bouts' lengths in entries, s²max = (b - 1)(1 - mean)² over b bouts (Elzinga &
Liefbroer 2007). *Distance* (off by default) = optimal matching of bouts, indel 1, substitution 2, or 2 - p_ij - p_ji by
the steps between bouts. Undefined, so null: everything of an encounter without codes, complexity of one entry, entropy
where the codebook has one code.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat
from skygge.core.arrays import FloatArray, np
from skygge.core.cells import CellTable, Part, Tally
from skygge.core.chains import Runs, StreamOf, read_runs
from skygge.core.coding import labels_of
from skygge.core.streams import Observed

MOST_COMPARED = 100


class SequencesParams(AnalysisParams):
    """Which codes, and whether encounters are compared."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"bouts"})
    dimension: Annotated[
        Literal["structure", "action", "actor"], Field(description="Which codes are looked at; an entry has one.")
    ] = "structure"
    substitution: Annotated[
        Literal["none", "constant", "transitions"],
        Field(description="How optimal matching weighs exchanging two codes; none for no distances."),
    ] = "none"


class EncounterSequence(Tally):
    """One encounter; n counts its coded entries."""

    encounter_id: str
    visit: str
    started_at: str
    bouts: list[str]
    entropy: float | None
    turbulence: float | None
    complexity: float | None


class SequencesResult(Part):
    """Encounters by their start; `distances` are by `compared`, row by row."""

    keys: list[str]
    labels: list[dict[str, str]]
    sequences: list[EncounterSequence]
    compared: list[str]
    distances: list[list[float]]


def describe_sequences(observed: Observed, params: SequencesParams) -> SequencesResult:
    """Every encounter, and their distances where they are asked for."""
    runs = _read(observed, params)
    cells, bouts = find_cells(observed, params), _bouts(observed, runs)
    found = [_describe(observed, runs, cells, place, own) for place, own in bouts.items()]
    compared = list(bouts)[:MOST_COMPARED] if params.substitution != "none" else []
    costs = _costs(list(bouts.values()), len(runs.keys), params.substitution)
    codes = [[code for code, _ in bouts[place]] for place in compared]
    return SequencesResult(
        keys=runs.keys,
        labels=[labels_of(observed, params.dimension, key) for key in runs.keys],
        sequences=found,
        compared=[observed.encounter_ids[place] for place in compared],
        distances=[[match_optimally(one, other, costs) for other in codes] for one in codes],
    )


def find_cells(observed: Observed, params: SequencesParams) -> CellTable:
    """The coded entries of each encounter that have a place in its order."""
    runs = _read(observed, params)
    tokens = [f"encounter:{one}" for one in observed.encounter_ids]
    return CellTable(observed, tokens, observed.table.encounter[runs.rows].astype(np.int64), runs.rows)


def entropy(counts: Sequence[int], n_codes: int) -> float | None:
    """Of shares, divided by the most there can be."""
    total = sum(counts)
    if not total or n_codes < 2:
        return None
    return -sum(n / total * math.log(n / total) for n in counts if n) / math.log(n_codes)


def count_subsequences(codes: Sequence[int]) -> int:
    """Distinct subsequences, the empty one too; exact, however many."""
    total, last = 1, dict[int, int]()
    for code in codes:
        before = total
        total = 2 * total - last.get(code, 0)
        last[code] = before
    return total


def turbulence(bouts: Sequence[tuple[int, int]]) -> float:
    """Of (code, length) in order."""
    lengths = [length for _, length in bouts]
    mean = sum(lengths) / len(lengths)
    variance = sum((length - mean) ** 2 for length in lengths) / len(lengths)
    most = (len(lengths) - 1) * (1 - mean) ** 2
    # The logarithm of a number of any size; as a float it could be too large.
    return math.log2(count_subsequences([code for code, _ in bouts])) + math.log2((most + 1) / (variance + 1))


def match_optimally(one: Sequence[int], other: Sequence[int], costs: FloatArray) -> float:
    """The least cost of turning one into the other: leaving out or putting in costs 1, exchanging `costs`."""
    row = [float(place) for place in range(len(other) + 1)]
    for code in one:
        diagonal, row[0] = row[0], row[0] + 1
        for place, against in enumerate(other, 1):
            best = min(row[place] + 1, row[place - 1] + 1, diagonal + float(costs[code, against]))
            diagonal, row[place] = row[place], best
    return row[-1]


def _read(observed: Observed, params: SequencesParams) -> Runs:
    stream: StreamOf = "encounter"
    return read_runs(observed, params.dimension, params.uncoded, stream)


def _bouts(observed: Observed, runs: Runs) -> dict[int, list[tuple[int, int]]]:
    """By encounter: (code, entries) of each bout; encounters without codes too, none whose clock was set back."""
    stretches = ((place, observed.stretches.get(one)) for place, one in enumerate(observed.encounter_ids))
    found: dict[int, list[tuple[int, int]]] = {place: [] for place, one in stretches if one and not one.fell_ms}
    before = (-1, -1)
    encounters = observed.table.encounter[runs.rows].tolist()
    for place, code, run in zip(encounters, runs.codes.tolist(), runs.run.tolist(), strict=True):
        own = found[place]
        if (code, run) == before:
            own[-1] = (code, own[-1][1] + 1)
        else:
            own.append((code, 1))
        before = (code, run)
    return found


def _describe(
    observed: Observed, runs: Runs, cells: CellTable, place: int, bouts: list[tuple[int, int]]
) -> EncounterSequence:
    encounter_id = observed.encounter_ids[place]
    counts = [0] * len(runs.keys)
    for code, length in bouts:
        counts[code] += length
    n, disorder = sum(counts), entropy(counts, len(runs.keys))
    changes = sum(one[0] != other[0] for one, other in zip(bouts, bouts[1:], strict=False))
    is_known = n > 1 and disorder is not None
    return EncounterSequence(
        **cells.tally(f"encounter:{encounter_id}").model_dump(),
        encounter_id=encounter_id,
        visit=observed.stretches[encounter_id].visit,
        started_at=observed.stretches[encounter_id].thing["started_at"],
        bouts=[runs.keys[code] for code, _ in bouts],
        entropy=disorder,
        turbulence=turbulence(bouts) if bouts else None,
        complexity=math.sqrt(changes / (n - 1) * (disorder or 0)) if is_known else None,
    )


def _costs(sequences: list[list[tuple[int, int]]], n_keys: int, way: str) -> FloatArray:
    costs = np.full((n_keys, n_keys), 2.0)
    if way == "transitions":
        steps = np.zeros((n_keys, n_keys))
        for bouts in sequences:
            for one, other in zip(bouts, bouts[1:], strict=False):
                steps[one[0], other[0]] += 1
        shares = steps / np.maximum(1, steps.sum(axis=1, keepdims=True))
        costs -= shares + shares.T
    np.fill_diagonal(costs, 0)
    return costs


def _warn(observed: Observed, params: SequencesParams) -> list[Caveat]:
    n_tied = _read(observed, params).n_tied
    is_many = params.substitution != "none" and len(observed.stretches) > MOST_COMPARED
    found = {"order.ties_left_out": n_tied, "encounters.first_compared": MOST_COMPARED if is_many else 0}
    return [Caveat(code=code, n=n) for code, n in found.items() if n]


ANALYSIS = Analysis(
    name="sequences",
    question={
        "en": "How varied is the course of each visit, and which are alike?",
        "da": "Hvor afvekslende er forløbet af hvert besøg, og hvilke ligner hinanden?",
    },
    params=SequencesParams,
    result=SequencesResult,
    compute=describe_sequences,
    cells=find_cells,
    warn=_warn,
)
