"""Cells: what a number of an answer stands for. A token, and exactly the rows (entries) behind it.

Counts are taken from the same columns that open the cells, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from skygge.core.arrays import IntArray, Numbers, distinct, np
from skygge.core.streams import Observed

Cells = Mapping[str, Sequence[int] | IntArray]
DENSE = 50_000_000


class Part(BaseModel):
    """A piece of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Tally(Part):
    """A number of entries, in how many encounters and visits they are, and the cell that opens them."""

    n: int
    n_encounters: int
    n_visits: int
    cell: str = Field(description="Opens exactly these entries.")


@dataclass(frozen=True)
class CellTable(Mapping[str, IntArray]):
    """Tokens, and for each row (entry) the number of the token whose cell it is in; rows may stand in several cells."""

    observed: Observed
    tokens: Sequence[str]
    cell: IntArray
    rows: IntArray

    def __getitem__(self, token: str) -> IntArray:
        place = self._places[token]
        return np.sort(self.rows[self._order[self._edges[place] : self._edges[place + 1]]])

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __len__(self) -> int:
        return len(self.tokens)

    def tally(self, token: str) -> Tally:
        """What one cell counts."""
        place = self._places[token]
        n, n_encounters, n_visits = self._counts
        return Tally(n=n[place], n_encounters=n_encounters[place], n_visits=n_visits[place], cell=token)

    def without_repeats(self) -> CellTable:
        """The same cells, where an entry that stands several times in one counts once."""
        n_rows = len(self.observed.table)
        if not len(self.rows):
            return self
        pairs = distinct(self.cell.astype(np.int64) * n_rows + self.rows)
        return CellTable(self.observed, self.tokens, pairs // n_rows, pairs % n_rows)

    def sum(self, values: Numbers) -> list[float]:
        """By token: the sum of values that stand beside the rows of the cells."""
        found: list[float] = np.bincount(self.cell, weights=values, minlength=len(self.tokens)).tolist()
        return found

    @cached_property
    def _places(self) -> dict[str, int]:
        return {token: place for place, token in enumerate(self.tokens)}

    @cached_property
    def _order(self) -> IntArray:
        return np.argsort(self.cell, kind="stable")

    @cached_property
    def _edges(self) -> IntArray:
        return np.searchsorted(self.cell[self._order], np.arange(len(self.tokens) + 1))

    @cached_property
    def _counts(self) -> tuple[list[int], list[int], list[int]]:
        encounter = self.observed.table.encounter[self.rows]
        n_groups = len(self.observed.encounter_ids)
        n: list[int] = np.bincount(self.cell, minlength=len(self.tokens)).tolist()
        n_visits = count_distinct(self.cell, self.observed.visit[encounter], len(self.tokens), n_groups)
        return n, count_distinct(self.cell, encounter, len(self.tokens), n_groups), n_visits


class JoinedCells(Mapping[str, IntArray]):
    """Several tables of cells as one."""

    def __init__(self, *tables: Mapping[str, IntArray]) -> None:
        self._tables = tables

    def __getitem__(self, token: str) -> IntArray:
        for table in self._tables:
            if token in table:
                return table[token]
        raise KeyError(token)

    def __iter__(self) -> Iterator[str]:
        return (token for table in self._tables for token in table)

    def __len__(self) -> int:
        return sum(len(table) for table in self._tables)


def count_in(observed: Observed, token: str, rows: Sequence[int]) -> Tally:
    """What one cell counts whose rows are at hand."""
    table = CellTable(observed, [token], np.zeros(len(rows), dtype=np.int64), np.asarray(rows, dtype=np.int64))
    return table.tally(token)


def count_distinct(cell: IntArray, group: IntArray, n_cells: int, n_groups: int) -> list[int]:
    """By cell: how many different groups there are in it; -1 is no group."""
    is_grouped = group >= 0
    pairs = cell[is_grouped].astype(np.int64) * n_groups + group[is_grouped]
    if n_cells * n_groups <= DENSE:
        seen = np.zeros(n_cells * n_groups, dtype=np.bool_)
        seen[pairs] = True
        counts: list[int] = seen.reshape(n_cells, n_groups).sum(axis=1).tolist() if n_groups else [0] * n_cells
        return counts
    different: list[int] = np.bincount(distinct(pairs) // n_groups, minlength=n_cells).tolist()
    return different
