"""The table of entries or encounters as statistical programs take it: what SPSS and Stata files share.

Codes and other closed lists become numbers with value labels; a flag becomes a variable of 0 and 1; seconds and counts
are scales; texts stay texts. Where a code is needed by its key, that stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from skygge.core.export import ExportOptions, Losses
from skygge.core.letters import clean
from skygge.core.lookup import Lookup, open_lookup
from skygge.core.names import Names
from skygge.core.reader import StudyReader
from skygge.core.tables import TABLES, encounters_table, entries_table
from skygge.core.tabular import Cell, Table

if TYPE_CHECKING:
    import pandas

NOMINAL = frozenset({
    "encounter_kind", "kind", "actor_kind", "recipient_kind", "action", "structure", "structure_origin", "end_origin",
    "taken", "observer", "agency", "actor_agency",
})  # fmt: skip
CODED = ("action", "structure")
ORDINAL = frozenset({"control", "care"})
COUNTS = frozenset({
    "encounter_number", "visit_number", "sequence", "codebook_version", "n_entries", "verbatim", "is_end_known",
})  # fmt: skip
SAID_BY_LABELS = frozenset({"action_label", "structure_label"})
LABELS = {
    "start_s": "Start: seconds from the start of the encounter",
    "end_s": "End: seconds from the start of the encounter; missing where nobody ended it",
    "duration_s": "Duration in seconds",
    "observed_s": "Observed time in seconds: gaps taken off",
    "precision_s": "How precise the time is, in seconds",
    "clock_offset_s": "Correction of a wrong clock, in seconds",
    "visit_number": "Number of the visit; two observers of one visit share it",
    "encounter_number": "Number of the encounter: one observer's stretch of field work",
    "verbatim": "1 where the words were said word for word",
    "is_end_known": "1 where the end of the encounter is known",
}
MAX_LABEL_BYTES = 120
MAX_NAME = 32
Which = Literal["entries", "encounters"]


@dataclass
class Variables:
    """Columns under names that fit, with what programs want to know about each."""

    columns: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str | None] = field(default_factory=dict)
    value_labels: dict[str, dict[int | float, str]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)

    def frame(self) -> pandas.DataFrame:
        """The columns as a data frame; texts as objects, so that nothing guesses their type."""
        import pandas  # heavy, and only needed here

        kinds = {name: object if self.measures[name] == "text" else float for name in self.columns}
        made = {name: pandas.Series(cells, dtype=kinds[name]) for name, cells in self.columns.items()}
        return pandas.DataFrame(made, copy=False)


def read_variables(
    reader: StudyReader, options: ExportOptions, losses: Losses, which: Which, max_bytes: int | None
) -> Variables:
    """One table of a study, column by column; texts longer than `max_bytes` are cut, counted and marked."""
    lookup = open_lookup(reader, options, losses)
    losses.note("tables", len(TABLES) - 1)
    table = entries_table(lookup)
    if which == "encounters":
        for _ in table.rows:
            pass  # only entries tell where an encounter without a known end ended
        table = encounters_table(lookup)
    columns: dict[str, list[Cell]] = {name: [] for name in table.header}
    appends = [cells.append for cells in columns.values()]
    for row in table.rows:
        for append, cell in zip(appends, row, strict=True):
            append(cell)
    return _Maker(lookup, losses, max_bytes).make(table, columns)


@dataclass
class _Maker:
    """Turns columns of cells into variables."""

    lookup: Lookup
    losses: Losses
    max_bytes: int | None
    variables: Variables = field(default_factory=Variables)
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.losses, clean, limit=MAX_NAME)

    def make(self, table: Table, columns: dict[str, list[Cell]]) -> Variables:
        for name in table.header:
            cells = columns.pop(name)
            if name in SAID_BY_LABELS:
                continue
            if name in NOMINAL:
                self._add_nominal(name, cells)
            elif name.endswith("_s") or name in COUNTS or name in ORDINAL:
                numbers = [None if cell is None else float(cell) for cell in cells]
                self._add(name, numbers, "ordinal" if name in ORDINAL else "scale")
            elif name == "flags":
                self._add_flags(cells)
            else:
                self._add_text(name, cells)
        return self.variables

    def _add(self, name: str, cells: Sequence[Any], measure: str, label: str | None = None) -> str:
        own = self.names.give(name)
        self.variables.columns[own] = cells
        self.variables.measures[own] = measure
        self.variables.labels[own] = _cut(label or LABELS.get(name, name.replace("_", " ")), MAX_LABEL_BYTES)
        return own

    def _add_nominal(self, name: str, cells: list[Cell]) -> None:
        known = self._known_values(name)
        numbers = {value: number for number, value in enumerate(known, 1)}
        for cell in cells:
            if cell is not None:
                numbers.setdefault(str(cell), len(numbers) + 1)
        own = self._add(name, [None if cell is None else numbers[str(cell)] for cell in cells], "nominal")
        told = {number: known.get(value, value) for value, number in numbers.items()}
        if told:
            self.variables.value_labels[own] = {
                number: _cut(clean(text, self.losses), MAX_LABEL_BYTES) for number, text in told.items()
            }
        if name in CODED:
            self._add_text(f"{name}_key", cells)

    def _known_values(self, name: str) -> Mapping[str, str]:
        """Values that a variable can have and their labels, in the order of the codebook; others come after."""
        if name not in CODED:
            return {}
        return {
            key: text for (version, kind, key), text in self.lookup.labels.items() if (version, kind) == (None, name)
        }

    def _add_flags(self, cells: list[Cell]) -> None:
        flags = {
            key: text for (version, kind, key), text in self.lookup.labels.items() if (version, kind) == (None, "flag")
        }
        carried = [set(str(cell).split(";")) if cell else set() for cell in cells]
        for key in dict.fromkeys([*flags, *sorted(set().union(*carried))]):
            told = clean(flags.get(key, key), self.losses)
            own = self._add(f"flag_{key}", [float(key in one) for one in carried], "nominal", f"Flag: {told}")
            self.variables.value_labels[own] = {0: "no", 1: "yes"}

    def _add_text(self, name: str, cells: list[Cell]) -> None:
        texts = [clean("" if cell is None else str(cell), self.losses) for cell in cells]
        # A file of fixed widths cannot tell spaces at the end from its own padding.
        self.losses.note("trailing", sum(text.endswith(" ") for text in texts))
        if self.max_bytes is not None and any(len(text) > self.max_bytes // 4 for text in texts):
            kept = [_cut(text, self.max_bytes) for text in texts]
            is_cut = [float(short != text) for short, text in zip(kept, texts, strict=True)]
            self.losses.note("cut", int(sum(is_cut)))
            if any(is_cut):
                self._add(f"{name}_is_cut", is_cut, "nominal", f"1 where the text in {name} was cut")
            texts = kept
        self._add(name, texts, "text")


def _cut(text: str, n_bytes: int) -> str:
    """At most so many bytes of UTF-8, no character cut in two."""
    raw = text.encode("utf-8")
    return text if len(raw) <= n_bytes else raw[:n_bytes].decode("utf-8", "ignore")
