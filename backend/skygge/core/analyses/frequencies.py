"""How often each code was seen: entries counted once each (bouts, not samples), never seconds.

Definition: n(code) = number of entries that carry the code. A state counts once, also when a gap or an edge cuts it.
An entry with several flags counts under each, so flags may add up to more than the entries. Entries without a code in
the dimension form a row of their own. A code that was never used is a row with 0. Undefined: nothing; counts exist for
empty data too. Structures count where they were given explicitly, unless `origin` asks for more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat, Cells, Part, count_visits
from skygge.core.streams import Observed, Seen

UNCODED = "-"


class FrequenciesParams(AnalysisParams):
    """What to count, and whether to split it."""

    dimension: Annotated[
        Literal["structure", "action", "actor", "flag"], Field(description="Which codes are counted.")
    ] = "structure"
    by: Annotated[
        Literal["actor", "observer", "agency"] | None, Field(description="Split each count into columns.")
    ] = None

    def in_force(self) -> Self:
        """Explicit structures by default where structures are counted; elsewhere how they were given is no matter."""
        if self.dimension == "structure" and not self.origin:
            return self.model_copy(update={"origin": ["explicit"]})
        return self


class FrequencyCell(Part):
    """One count in a column. `key` is null for entries without an actor, observer or agency."""

    key: str | None
    label: str | None
    n: int
    n_visits: int
    cell: str = Field(description="Opens exactly these entries.")


class FrequencyRow(Part):
    """One code. `key` is null for entries that carry none in the dimension."""

    key: str | None
    labels: dict[str, str]
    n: int
    n_encounters: int
    n_visits: int
    cell: str = Field(description="Opens exactly these entries.")
    columns: list[FrequencyCell]


class FrequenciesResult(Part):
    """Rows in the order of the codebook, uncoded last."""

    rows: list[FrequencyRow]


def count_entries(observed: Observed, params: FrequenciesParams) -> FrequenciesResult:
    """The table of counts."""
    cells = find_cells(observed, params)
    columns = _columns(observed, params)
    return FrequenciesResult(rows=[_row(observed, params, key, cells, columns) for key in _keys(observed, params)])


def find_cells(observed: Observed, params: FrequenciesParams) -> Cells:
    """The entries behind every cell, those without entries too."""
    cells: dict[str, list[Seen]] = {}
    for key in _keys(observed, params):
        cells[_token(params, key)] = []
        cells.update({_token(params, key, column): [] for column in _columns(observed, params)})
    for entry in observed.entries:
        own = _column(observed, params, entry)
        for key in _keys_of(entry, params):
            # Without a split both tokens are one and the same cell.
            for token in {_token(params, key), _token(params, key, own)}:
                cells[token].append(entry)
    return cells


def _row(
    observed: Observed, params: FrequenciesParams, key: str | None, cells: Cells, columns: Mapping[str, str | None]
) -> FrequencyRow:
    token = _token(params, key)
    encounters = {entry.encounter_id for entry in cells[token]}
    return FrequencyRow(
        key=key,
        labels=_labels(observed, params.dimension, key),
        n=len(cells[token]),
        n_encounters=len(encounters),
        n_visits=count_visits(observed, encounters),
        cell=token,
        columns=[_cell(observed, params, key, (column, columns[column]), cells) for column in columns],
    )


def _cell(
    observed: Observed, params: FrequenciesParams, key: str | None, column: tuple[str, str | None], cells: Cells
) -> FrequencyCell:
    token = _token(params, key, column[0])
    entries = cells[token]
    n_visits = count_visits(observed, {entry.encounter_id for entry in entries})
    return FrequencyCell(
        key=None if column[0] == UNCODED else column[0], label=column[1], n=len(entries), n_visits=n_visits, cell=token
    )


def _keys(observed: Observed, params: FrequenciesParams) -> list[str | None]:
    used = {key for entry in observed.entries for key in entry.keys(params.dimension)}
    if params.dimension == "actor":
        listed = sorted(used, key=lambda actor: (_actor_label(observed, actor), actor))
    else:
        codes = [code for code in observed.codes.values() if code["dimension"] == params.dimension]
        codes.sort(key=lambda code: (code.get("order", 0), code["key"]))
        listed = [code["key"] for code in codes if code.get("status") != "retired" or code["key"] in used]
        listed += sorted(used - set(listed))
    return [*listed, None]


def _columns(observed: Observed, params: FrequenciesParams) -> dict[str, str | None]:
    """Column keys with their labels, named ones first; none without a split."""
    keys = {_column(observed, params, entry) for entry in observed.entries} - {None}
    labels = {key: _actor_label(observed, key) if params.by == "actor" else key for key in keys if key is not None}
    named: dict[str, str | None] = dict(sorted(labels.items(), key=lambda pair: (pair[1], pair[0])))
    rest = named.pop(UNCODED, None) is not None
    return named | {UNCODED: None} if rest else named


def _column(observed: Observed, params: FrequenciesParams, entry: Seen) -> str | None:
    if params.by is None:
        return None
    value = entry.actor if params.by == "actor" else observed.stretches[entry.encounter_id].thing.get(params.by)
    return UNCODED if value is None else str(value)


def _keys_of(entry: Seen, params: FrequenciesParams) -> Sequence[str | None]:
    return entry.keys(params.dimension) or [None]


def _labels(observed: Observed, dimension: str, key: str | None) -> dict[str, str]:
    if key is None:
        return {}
    if dimension == "actor":
        return {language: _actor_label(observed, key) for language in observed.study.get("languages") or ["en"]}
    return dict(observed.codes.get((dimension, key), {}).get("label") or {})


def _actor_label(observed: Observed, actor: str) -> str:
    return str(observed.actors.get(actor, {}).get("label") or actor)


def _token(params: FrequenciesParams, key: str | None, column: str | None = None) -> str:
    whole = f"{params.dimension}:{UNCODED if key is None else key}"
    return whole if column is None else f"{whole}/{params.by}:{column}"


def _warn(observed: Observed, params: FrequenciesParams) -> list[Caveat]:
    flagged = params.dimension == "flag" and any(len(entry.keys("flag")) > 1 for entry in observed.entries)
    return [Caveat(code="flags.several_on_one_entry")] if flagged else []


ANALYSIS = Analysis(
    name="frequencies",
    question={"en": "How often was each code seen?", "da": "Hvor ofte blev hver kode set?"},
    params=FrequenciesParams,
    result=FrequenciesResult,
    compute=count_entries,
    cells=find_cells,
    warn=_warn,
)
