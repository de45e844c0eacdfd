"""How often each code was seen: entries counted once each (bouts, not samples), never seconds.

Definition: n(code) = number of entries that carry the code. A state counts once, also when a gap or an edge cuts it.
An entry with several flags counts under each, so flags may add up to more than the entries. Entries without a code in
the dimension form a row of their own. A code that was never used is a row with 0. Undefined: nothing; counts exist for
empty data too. Structures count where they were given explicitly, unless `origin` asks for more.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, warn_of_several_flags
from skygge.core.arrays import distinct, np
from skygge.core.cells import CellTable, Part, Tally
from skygge.core.coding import Split, labels_of, read_codes, split_of, token_of
from skygge.core.streams import Observed


class FrequenciesParams(AnalysisParams):
    """What to count, and whether to split it."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})
    by: Annotated[Split | None, Field(description="Split each count into columns.")] = None


class FrequencyCell(Part):
    """One count in a column. `key` is null for entries without an actor, observer or agency."""

    key: str | None
    label: str | None
    n: int
    n_visits: int
    cell: str = Field(description="Opens exactly these entries.")


class FrequencyRow(Tally):
    """One code. `key` is null for entries that carry none in the dimension."""

    key: str | None
    labels: dict[str, str]
    columns: list[FrequencyCell]


class FrequenciesResult(Part):
    """Rows in the order of the codebook, uncoded last."""

    rows: list[FrequencyRow]


def count_entries(observed: Observed, params: FrequenciesParams) -> FrequenciesResult:
    """The table of counts."""
    cells = find_cells(observed, params)
    keys = read_codes(observed, params.dimension, observed.kept).keys_or_none
    columns = _columns(observed, params)
    rows = []
    for key in keys:
        split = [_cell(observed, params, cells, (key, column)) for column in columns]
        tally = cells.tally(_token(params, key)).model_dump()
        rows.append(FrequencyRow(key=key, labels=labels_of(observed, params.dimension, key), columns=split, **tally))
    return FrequenciesResult(rows=rows)


def find_cells(observed: Observed, params: FrequenciesParams) -> CellTable:
    """The entries behind every cell, those without entries too."""
    coded = read_codes(observed, params.dimension, observed.kept)
    keys, row_cells = coded.keys_or_none, coded.codes % (len(coded.keys) + 1)
    tokens = [_token(params, key) for key in keys]
    if params.by is None:
        return CellTable(observed, tokens, row_cells, coded.rows)
    split = split_of(observed, params.by, coded.rows)
    n_columns = len(split.keys) + 1
    tokens += [_token(params, key, column) for key in keys for column in split.keys_or_none]
    inner = len(keys) + row_cells * n_columns + split.codes % n_columns
    return CellTable(observed, tokens, np.concatenate((row_cells, inner)), np.tile(coded.rows, 2))


def _cell(
    observed: Observed, params: FrequenciesParams, cells: CellTable, place: tuple[str | None, str | None]
) -> FrequencyCell:
    tally = cells.tally(_token(params, *place))
    label = next(iter(labels_of(observed, params.by or "", place[1]).values()), None)
    return FrequencyCell(key=place[1], label=label, n=tally.n, n_visits=tally.n_visits, cell=tally.cell)


def _columns(observed: Observed, params: FrequenciesParams) -> list[str | None]:
    """The columns in use, named ones first; none without a split."""
    split = split_of(observed, params.by, observed.kept)
    used = set(distinct(split.codes).tolist()) if params.by is not None else set()
    named: list[str | None] = [key for place, key in enumerate(split.keys) if place in used]
    return [*named, None] if -1 in used else named


def _token(params: FrequenciesParams, key: str | None, *column: str | None) -> str:
    whole = f"{params.dimension}:{token_of(key)}"
    return f"{whole}/{params.by}:{token_of(column[0])}" if column else whole


ANALYSIS = Analysis(
    name="frequencies",
    question={"en": "How often was each code seen?", "da": "Hvor ofte blev hver kode set?"},
    params=FrequenciesParams,
    result=FrequenciesResult,
    compute=count_entries,
    cells=find_cells,
    warn=lambda observed, params: warn_of_several_flags(observed, params.dimension),
)
