"""What followed what: x_ij = how often j came next after i in a stream, p_ij = x_ij / x_i+.

A stream is the entries of one encounter (or of one actor in it) by start; two observers of one visit are two streams.
No step crosses an encounter or a gap. An entry without a code in the dimension breaks the chain (`uncoded=break`) or is
passed over (`skip`); so is one whose code was not asked for. Entries at one moment, and recalled ones whose precisions
overlap, have no order: steps from and to them are left out and reported as ties. Structures count where they were
given explicitly, unless `origin` asks for more; others are passed over. `self_transitions`: *keep* counts i → i;
*merge* takes repeats as one bout, so that i → i does not exist; *forbid* says that codes cannot repeat, leaves repeats
out and reports them. A cell opens the entries with which j came. With flags every pair of flags of the two entries is a
step, and x_i+ counts the entries with flag i that anything followed. *per hour* = q_ij = x_ij out of states i, over the
hours spent in i, both in encounters whose end is known. Undefined, so null: p out of a code that nothing followed, q of
a code that is never a state; i → i has no cell where it is merged or forbidden.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat, warn_of_several_flags
from skygge.core.arrays import BoolArray, IntArray, np
from skygge.core.cells import CellTable, JoinedCells, Part, Tally
from skygge.core.chains import Steps, StreamOf, read_steps
from skygge.core.coding import labels_of, pair_tokens, read_codes
from skygge.core.durations import MS_PER_HOUR, read_bouts
from skygge.core.streams import Observed


class TransitionsParams(AnalysisParams):
    """Which steps count."""

    self_transitions: Annotated[
        Literal["keep", "merge", "forbid"], Field(description="What to do with a code that follows itself.")
    ] = "keep"
    stream: Annotated[StreamOf, Field(description="Steps between all entries of an encounter, or of one actor.")] = (
        "encounter"
    )


class TransitionCode(Part):
    """One code: how often something followed it, and how often it followed."""

    key: str
    labels: dict[str, str]
    left: Tally
    reached: Tally
    hours_in: float | None = Field(description="Hours spent in states of this code; null where it is never a state.")


class TransitionCell(Tally):
    """One step. `of` is how often anything followed `before`."""

    before: str
    after: str
    of: int
    share: float | None
    per_hour: float | None


class TransitionsResult(Part):
    """Codes in the order of the codebook; cells row by row, only those that can be."""

    codes: list[TransitionCode]
    cells: list[TransitionCell]
    n_steps: int
    ties: Tally


def count_steps(observed: Observed, params: TransitionsParams) -> TransitionsResult:
    """The matrix."""
    steps = _read(observed, params)
    pairs, margins = _pair_cells(observed, params, steps), _margin_cells(observed, steps)
    hours = _hours_in(observed, params, steps.keys)
    n_timed = _count_timed(observed, steps)
    codes = [
        TransitionCode(
            key=key,
            labels=labels_of(observed, params.dimension, key),
            left=margins.tally(f"from:{key}"),
            reached=margins.tally(f"to:{key}"),
            hours_in=hours[place],
        )
        for place, key in enumerate(steps.keys)
    ]
    cells = []
    for first, second in _possible(params, len(steps.keys)):
        before, after = codes[first], codes[second]
        tally, of = pairs.tally(f"step:{before.key}>{after.key}"), before.left.n
        cells.append(
            TransitionCell(
                **tally.model_dump(),
                before=before.key,
                after=after.key,
                of=of,
                share=tally.n / of if of else None,
                per_hour=int(n_timed[first, second]) / before.hours_in if before.hours_in else None,
            )
        )
    return TransitionsResult(codes=codes, cells=cells, n_steps=len(steps.after), ties=margins.tally("ties"))


def find_cells(observed: Observed, params: TransitionsParams) -> JoinedCells:
    """The entries that came next; for *from* those that something followed; those without an order."""
    steps = _read(observed, params)
    return JoinedCells(_pair_cells(observed, params, steps), _margin_cells(observed, steps))


def _read(observed: Observed, params: TransitionsParams) -> Steps:
    steps = read_steps(observed, params.dimension, params.uncoded, params.stream)
    return steps if params.self_transitions == "keep" else steps.take(steps.before_code != steps.after_code)


def _possible(params: TransitionsParams, n_keys: int) -> list[tuple[int, int]]:
    """Pairs of places that can follow each other."""
    keeps = params.self_transitions == "keep"
    return [(first, second) for first in range(n_keys) for second in range(n_keys) if keeps or first != second]


def _pair_cells(observed: Observed, params: TransitionsParams, steps: Steps) -> CellTable:
    n_keys = len(steps.keys)
    tokens = pair_tokens("step:", steps.keys, steps.keys, ">")
    places = [first * n_keys + second for first, second in _possible(params, n_keys)]
    rank = np.zeros(n_keys * n_keys, dtype=np.int64)
    rank[places] = np.arange(len(places))
    cell = rank[steps.before_code * n_keys + steps.after_code]
    return CellTable(observed, [tokens[place] for place in places], cell, steps.after)


def _margin_cells(observed: Observed, steps: Steps) -> CellTable:
    """Entries that something followed and entries that followed, by code. Of several flags each counts its steps."""
    n_keys = len(steps.keys)
    tokens = [*(f"from:{key}" for key in steps.keys), *(f"to:{key}" for key in steps.keys), "ties"]
    cell = (steps.before_code, n_keys + steps.after_code, np.full(len(steps.tied), 2 * n_keys, dtype=np.int64))
    rows = np.concatenate((steps.before, steps.after, steps.tied))
    return CellTable(observed, tokens, np.concatenate(cell), rows).without_repeats()


def _hours_in(observed: Observed, params: TransitionsParams, keys: list[str]) -> list[float | None]:
    bouts = read_bouts(observed, observed.kept)
    coded = read_codes(observed, params.dimension, bouts.rows)
    lengths = bouts.length_ms[np.searchsorted(bouts.rows, coded.rows)]
    own = coded.codes >= 0
    totals = np.bincount(coded.codes[own], weights=lengths[own], minlength=len(keys)) / MS_PER_HOUR
    used = np.bincount(coded.codes[own], minlength=len(keys)) > 0
    return [float(total) if is_used else None for total, is_used in zip(totals, used, strict=True)]


def _count_timed(observed: Observed, steps: Steps) -> IntArray:
    """Steps out of states, in encounters whose end is known."""
    n_keys, table = len(steps.keys), observed.table
    own: BoolArray = table.is_state[steps.before] & observed.is_timed[table.encounter[steps.before]]
    pairs = steps.before_code[own] * n_keys + steps.after_code[own]
    return np.bincount(pairs, minlength=n_keys * n_keys).reshape(n_keys, n_keys)


def _warn(observed: Observed, params: TransitionsParams) -> list[Caveat]:
    steps = read_steps(observed, params.dimension, params.uncoded, params.stream)
    repeats = int((steps.before_code == steps.after_code).sum()) if params.self_transitions == "forbid" else 0
    found = {"order.ties_left_out": len(steps.tied), "repeats.left_out": repeats}
    caveats = [Caveat(code=code, n=n) for code, n in found.items() if n]
    return [*caveats, *warn_of_several_flags(observed, params.dimension)]


ANALYSIS = Analysis(
    name="transitions",
    question={"en": "What followed what?", "da": "Hvad fulgte efter hvad?"},
    params=TransitionsParams,
    result=TransitionsResult,
    compute=count_steps,
    cells=find_cells,
    warn=_warn,
)
