"""The cells farthest from what one would expect, on either side, to be read.

Definition: a table of cases (rows: visits, people, observers, agencies or another dimension) by codes; expected e =
row total · column total / N, as if rows and columns had nothing to do with each other; distance = adjusted residual
(n - e) / √(e (1 - row/N) (1 - column/N)) (Haberman 1973). It orders cells for reading and tests nothing. Uncoded
entries, and entries without a row, are left out; an entry with several flags stands in several columns. *More* are the
cells with more than expected, farthest first; *less* those with less, some of them without entries: what did not happen
there, where `row_cell` opens what did. Undefined, so left out: cells of a row or column that holds everything.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from skygge.core.analysis import Analysis, AnalysisParams, differs_from_dimension, warn_of_several_flags
from skygge.core.arrays import FloatArray, IntArray, np
from skygge.core.cells import CellTable, Part, Tally
from skygge.core.coding import Coded, labels_of, read_codes, split_of
from skygge.core.contingency import fit_independence
from skygge.core.streams import Observed


class DeviantCasesParams(AnalysisParams):
    """What the cases are, and how many cells are listed."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})
    rows: Annotated[
        Literal["visit", "actor", "observer", "agency", "structure", "action", "flag"],
        Field(description="What the cases are."),
    ] = "visit"
    _differs = field_validator("rows")(differs_from_dimension)
    most: Annotated[int, Field(ge=1, le=500, description="How many cells to list on either side.")] = 10


class DeviantCase(Tally):
    """One cell of the table."""

    row: str
    row_labels: dict[str, str]
    column: str
    column_labels: dict[str, str]
    expected: float
    residual: float
    in_row: int = Field(description="Entries in the row, each once, however many flags it has.")
    in_column: int
    row_cell: str


class DeviantCasesResult(Part):
    """The farthest cells on either side."""

    more: list[DeviantCase]
    less: list[DeviantCase]
    n_cells: int = Field(description="How many cells were looked at.")


class _Table:
    """Counts by row and column, and the cells that open them."""

    def __init__(self, observed: Observed, params: DeviantCasesParams) -> None:
        self.observed, self.params = observed, params
        columns = read_codes(observed, params.dimension, observed.kept).coded
        rows = _read_rows(observed, params, columns)
        inside = rows.codes >= 0
        self.row_keys, self.column_keys = rows.keys, columns.keys
        column = np.repeat(columns.codes, np.bincount(self._join(columns, rows), minlength=len(columns.rows)))
        row, column, places = rows.codes[inside], column[inside], rows.rows[inside]
        n_rows, n_columns = len(self.row_keys), len(self.column_keys)
        tokens = [f"{one}|{other}" for one in self.row_keys for other in self.column_keys]
        tokens += [f"row:{one}" for one in self.row_keys]
        tokens += [f"column:{one}" for one in self.column_keys]
        margins = (n_rows * n_columns + row, n_rows * (n_columns + 1) + column)
        cell = np.concatenate((row * n_columns + column, *margins))
        self.cells = CellTable(observed, tokens, cell, np.tile(places, 3)).without_repeats()
        self.counts = np.bincount(row * n_columns + column, minlength=n_rows * n_columns).reshape(n_rows, n_columns)

    def _join(self, columns: Coded, rows: Coded) -> IntArray:
        """The place among the columns that each row entry repeats."""
        if self.params.rows != "flag":
            return np.arange(len(columns.rows))
        n = np.searchsorted(rows.rows, columns.rows, side="right") - np.searchsorted(rows.rows, columns.rows)
        return np.repeat(np.arange(len(columns.rows)), n)


def _read_rows(observed: Observed, params: DeviantCasesParams, columns: Coded) -> Coded:
    """The row of each coded entry."""
    if params.rows in ("observer", "agency"):
        return split_of(observed, params.rows, columns.rows)
    if params.rows == "visit":
        stretches = [observed.stretches.get(one) for one in observed.encounter_ids]
        places: dict[str, int] = {}
        numbers = [-1 if one is None else places.setdefault(one.visit, len(places)) for one in stretches]
        own = np.asarray(numbers or [-1], dtype=np.int64)[observed.table.encounter[columns.rows]]
        return Coded("visit", list(places), columns.rows, own)
    return read_codes(observed, params.rows, columns.rows)


def find_deviant(observed: Observed, params: DeviantCasesParams) -> DeviantCasesResult:
    """The list to read."""
    table = _Table(observed, params)
    fit = fit_independence(table.counts)
    expected, residual = fit.expected, fit.residual
    known = np.flatnonzero(np.isfinite(residual.ravel()))
    far = known[np.argsort(-np.abs(residual.ravel()[known]), kind="stable")]
    signs = residual.ravel()[far]
    more, less = far[signs > 0][: params.most], far[signs < 0][: params.most]
    return DeviantCasesResult(
        more=[_case(table, int(place), expected, residual) for place in more],
        less=[_case(table, int(place), expected, residual) for place in less],
        n_cells=len(known),
    )


def find_cells(observed: Observed, params: DeviantCasesParams) -> CellTable:
    """The entries of every cell of the table, and of every row."""
    return _Table(observed, params).cells


def _case(table: _Table, place: int, expected: FloatArray, residual: FloatArray) -> DeviantCase:
    row, column = divmod(place, len(table.column_keys))
    row_key, column_key = table.row_keys[row], table.column_keys[column]
    labels = {} if table.params.rows == "visit" else labels_of(table.observed, table.params.rows, row_key)
    return DeviantCase(
        **table.cells.tally(f"{row_key}|{column_key}").model_dump(),
        row=row_key,
        row_labels=labels,
        column=column_key,
        column_labels=labels_of(table.observed, table.params.dimension, column_key),
        expected=float(expected[row, column]),
        residual=float(residual[row, column]),
        in_row=table.cells.tally(f"row:{row_key}").n,
        in_column=table.cells.tally(f"column:{column_key}").n,
        row_cell=f"row:{row_key}",
    )


ANALYSIS = Analysis(
    name="deviant-cases",
    question={
        "en": "Where is it unlike what one would expect?",
        "da": "Hvor er det anderledes, end man ville vente?",
    },
    params=DeviantCasesParams,
    result=DeviantCasesResult,
    compute=find_deviant,
    cells=find_cells,
    warn=lambda observed, params: warn_of_several_flags(observed, params.dimension),
)
