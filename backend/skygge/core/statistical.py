"""The table of entries or encounters as statistical programs take it: what SPSS and Stata files share.

Codes and other closed lists become numbers with value labels; a flag becomes a variable of 0 and 1; seconds and counts
are scales; texts stay texts. Where a code is needed by its key, that stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from skygge.core.export import ExportOptions, Losses
from skygge.core.left_out import note_beside_encounters, note_beside_entries
from skygge.core.letters import Spell, clean, spell_once
from skygge.core.lookup import Lookup, open_lookup
from skygge.core.names import Names
from skygge.core.reader import StudyReader
from skygge.core.tables import encounters_table, entries_table
from skygge.core.tabular import Cell, Table, comes_back

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
    "clock_set_back_s": "By how much the clock was set back in the encounter, in seconds: its durations are wrong",
    "visit_number": "Number of the visit; two observers of one visit share it",
    "encounter_number": "Number of the encounter: one observer's stretch of field work",
    "verbatim": "1 where the words were said word for word",
    "is_end_known": "1 where the end of the encounter is known",
}
# A value may have so long a label in either format; how long that of a variable may be differs.
MAX_LABEL_BYTES = 120
Which = Literal["entries", "encounters"]


@dataclass(frozen=True)
class Room:
    """How much a format takes: bytes of a text (None: any) and of a variable's label, letters of its name."""

    text_bytes: int | None
    label_bytes: int
    name_letters: int


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


def read_variables(reader: StudyReader, options: ExportOptions, losses: Losses, which: Which, room: Room) -> Variables:
    """One table of a study, column by column; texts longer than there is room for are cut, counted and marked."""
    lookup = open_lookup(reader, options, losses)
    table, note_beside = entries_table(lookup), note_beside_entries
    if which == "encounters":
        for _ in table.rows:
            pass  # only entries tell where an encounter without a known end ended
        table, note_beside = encounters_table(lookup), note_beside_encounters
    columns: dict[str, list[Cell]] = {name: [] for name in table.header}
    appends = [cells.append for cells in columns.values()]
    for row in table.rows:
        for append, cell in zip(appends, row, strict=True):
            append(cell)
    note_beside(lookup)
    return _Maker(lookup, losses, room).make(table, columns)


@dataclass
class _Maker:
    """Turns columns of cells into variables."""

    lookup: Lookup
    losses: Losses
    room: Room
    variables: Variables = field(default_factory=Variables)
    names: Names = field(init=False)
    once: Spell = field(init=False)

    def __post_init__(self) -> None:
        self.once = spell_once(clean)
        self.names = Names(self.losses, clean, limit=self.room.name_letters)

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
        self.variables.labels[own] = self._cut_label(
            label or LABELS.get(name, name.replace("_", " ")), self.room.label_bytes
        )
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
                number: self._cut_label(self.once(text, self.losses), MAX_LABEL_BYTES) for number, text in told.items()
            }
        if name in CODED:
            self._add_text(f"{name}_key", cells)

    def _cut_label(self, label: str, most: int) -> str:
        """A label that fits; where it does not, that is a text cut like any other."""
        short = _cut(label, most)
        self.losses.note("cut", short != label)
        return short

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
            told = self.once(flags.get(key, key), self.losses)
            own = self._add(f"flag_{key}", [float(key in one) for one in carried], "nominal", f"Flag: {told}")
            self.variables.value_labels[own] = {0: "no", 1: "yes"}

    def _add_text(self, name: str, cells: list[Cell]) -> None:
        tell = self.once if comes_back(name) else clean
        texts = [tell("" if cell is None else str(cell), self.losses) for cell in cells]
        # A file of fixed widths cannot tell spaces at the end from its own padding.
        self.losses.note("trailing", sum(text.endswith(" ") for text in texts))
        most = self.room.text_bytes
        if most is not None and any(len(text) > most // 4 for text in texts):
            kept = [_cut(text, most) for text in texts]
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
