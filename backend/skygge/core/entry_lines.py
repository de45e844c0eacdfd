"""The table of entries as lines of CSV: the very bytes that `tabular.write_csv` makes of its rows, sooner.

Most of a line comes back: the same encounter, people and codes. Each such piece is spelled once, by Python's own csv
module, and put into every line as it is. A test compares line for line with the rows of `entry_rows`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from skygge.core.entry_rows import encounter_cells, person_cells, zone_cells
from skygge.core.filters import Thing
from skygge.core.lookup import Lookup, kept_edges
from skygge.core.model import to_unix_ms
from skygge.core.tabular import SPELLED, Cell

# A text without any of these stands in a line as it is.
ODD = re.compile('[",\r\n]')


def iter_entry_lines(lookup: Lookup, offsets: Mapping[str, int]) -> Iterator[str]:
    """One line for each entry that takes part, counting on the way what a line cannot hold."""
    lines = _EntryLines(lookup, offsets)
    for entry, start_ms, end_ms in kept_edges(lookup, offsets):
        yield lines.make(entry, start_ms, end_ms)


class _Pieces(dict[str | None, str]):
    """Pieces of lines by what they are made of, each made at its first use."""

    def __init__(self, make: Callable[[str | None], Sequence[Cell]]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: str | None) -> str:
        self[key] = piece = _spell_cells(self._make(key))
        return piece


class _EntryLines:
    def __init__(self, lookup: Lookup, offsets: Mapping[str, int]) -> None:
        self._lookup, self._offsets = lookup, offsets
        self._starts: dict[str, int] = {}
        self._encounters = _Pieces(self._encounter_cells)
        self._zones = _Pieces(lambda key: zone_cells(lookup, lookup.encounters[str(key)]))
        self._people = _Pieces(lambda key: person_cells(lookup, key))
        self._recipients = _Pieces(lambda key: person_cells(lookup, key)[:3])
        self._codes: dict[tuple[int | None, str, str | None], str] = {}

    def make(self, entry: Thing, start_ms: int, end_ms: int | None) -> str:
        lookup, get, encounter_id = self._lookup, entry.get, entry["encounter_id"]
        encounter, ended_at, flags = self._encounters[encounter_id], get("ended_at"), get("flags")
        zero_ms, offset, version = self._starts[encounter_id], self._offsets.get(entry["id"]), get("codebook_version")
        entry_id, sequence, precision = lookup.name("entry", entry["id"]), get("sequence"), get("precision_s")
        lookup.n_entries[encounter_id] += 1
        if flags:
            lookup.flagged.add(entry_id, version, flags)
        action = self._codes.get((version, "action", get("action"))) or self._spell_code(entry, "action")
        structure = self._codes.get((version, "structure", get("structure"))) or self._spell_code(entry, "structure")
        stop = "" if ended_at is None else f"{(to_unix_ms(ended_at) + (offset or 0) - zero_ms) / 1000:.3f}"
        clock = lookup.clock(entry["started_at"], ended_at)
        return (
            f"{entry_id},{encounter},{_plain(sequence)},{entry['kind']},"
            f"{self._people[get('actor_id')]},{self._recipients[get('recipient_id')]},{action},{structure},"
            f"{get('structure_origin') or ''},{_spell(';'.join(map(str, flags))) if flags else ''},"
            f"{(start_ms - zero_ms) / 1000:.3f},{stop},"
            f"{'' if end_ms is None else f'{(end_ms - start_ms) / 1000:.3f}'},"
            f"{get('end_origin') or ''},{get('taken') or ''},{_plain(precision)},{SPELLED.get(get('verbatim'), '')},"
            f"{_spell(get('jotting'))},{_plain(version)},{_plain(get('control'))},{_plain(get('care'))},"
            f"{'' if offset is None else f'{offset / 1000:.3f}'}"
            + (f",{_spell_cells(clock)},{self._zones[encounter_id]}\r\n" if clock else "\r\n")
        )

    def _encounter_cells(self, encounter_id: str | None) -> Sequence[Cell]:
        encounter = self._lookup.encounters[str(encounter_id)]
        self._starts[str(encounter_id)] = self._lookup.start_ms(encounter)
        return encounter_cells(self._lookup, encounter)

    def _spell_code(self, entry: Thing, dimension: str) -> str:
        """A code and its label; a comma at least, so that it is kept as something."""
        key = entry.get(dimension)
        piece = _spell_cells([key, self._lookup.label(entry, dimension, key)])
        self._codes[entry.get("codebook_version"), dimension, key] = piece
        return piece


def _plain(number: Cell) -> Cell:
    return "" if number is None else number


def _spell(text: str | None) -> str:
    if not text:
        return ""
    return text if ODD.search(text) is None else _spell_cells([text])


def _spell_cells(cells: Sequence[Cell]) -> str:
    """Some cells as they stand in a line, without its end."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()[:-2]
