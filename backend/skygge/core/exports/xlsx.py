"""Every table as a sheet of one Excel workbook, texts as texts and numbers as numbers; nothing calculates.

A cell holds 32,767 characters (UTF-16 units). A longer text ends there with a sign, and goes on in the sheet
*continued*, one row a piece. A sheet holds 1,048,576 rows; a longer table goes on in a sheet of the same name with a
number. Dates stand as text where they were asked for, as Excel knows no time zones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_beside_tables, note_settings
from skygge.core.letters import Spell, clean, spell_once
from skygge.core.lookup import Lookup, open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import TABLES
from skygge.core.tabular import FIXED_DATE, Cell, Figure, Table, comes_back, read_blocks

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_UNITS = 32_767
MAX_ROWS = 1_048_576
GOES_ON = " … → continued"
ROOM = MAX_UNITS - len(GOES_ON)


@dataclass
class _Book:
    """A workbook while it is written, with the pieces of texts that no cell could hold."""

    workbook: Workbook
    bold: Any
    losses: Losses
    once: Spell
    pieces: list[list[Cell]] = field(default_factory=list)

    def add_sheet(self, name: str, header: Sequence[str]) -> Worksheet:
        sheet = self.workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, self.bold)
        sheet.set_column(0, len(header) - 1, 14)
        return sheet


def stream_xlsx(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The workbook, block by block, once it is whole; it grows in a scratch folder and not in memory."""
    with reader.scratch() as folder:
        path = folder / "study.xlsx"
        _write_book(path, folder, open_lookup(reader, options, losses))
        yield from read_blocks(path)


def _write_book(path: Path, folder: Path, lookup: Lookup) -> None:
    from xlsxwriter import Workbook  # heavy, and only needed here

    # With constant_memory a row goes to disk as soon as the next one begins.
    workbook = Workbook(str(path), {"constant_memory": True, "tmpdir": str(folder), "strings_to_formulas": False})
    workbook.set_properties({"created": datetime(*FIXED_DATE)})  # noqa: DTZ001  # Excel knows no time zones
    book = _Book(workbook, workbook.add_format({"bold": True}), lookup.losses, spell_once(clean))
    for make_table in TABLES:
        _write_table(book, make_table(lookup))
    if book.pieces:
        _write_table(book, Table("continued", ["sheet", "row", "column", "part", "text"], list(book.pieces)))
    note_beside_tables(lookup)
    note_settings(lookup, "languages", "time_zone_of_rows")
    _write_losses(book)
    workbook.close()


def _write_table(book: _Book, table: Table) -> None:
    sheet, name, row, n_sheets = book.add_sheet(table.name, table.header), table.name, 0, 1
    for cells in table.rows:
        row += 1
        if row == MAX_ROWS:
            n_sheets, row = n_sheets + 1, 1
            name = f"{table.name} {n_sheets}"
            sheet = book.add_sheet(name, table.header)
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                _write_text(book, sheet, (name, row, column, table.header), cell)
            elif isinstance(cell, bool):
                sheet.write_boolean(row, column, cell)
            elif cell is not None:
                sheet.write_number(row, column, cell)


def _write_text(book: _Book, sheet: Worksheet, place: tuple[str, int, int, Sequence[str]], cell: str) -> None:
    name, row, column, header = place
    if isinstance(cell, Figure):
        sheet.write_number(row, column, float(cell))
        return
    text = (book.once if comes_back(header[column]) else clean)(cell, book.losses)
    if len(text) > MAX_UNITS // 2 and count_units(text) > MAX_UNITS:
        first, *rest = split_units(text, ROOM)
        text = first + GOES_ON
        book.pieces += [[name, row + 1, header[column], part, piece] for part, piece in enumerate(rest, 2)]
    if sheet.write_string(row, column, text) != 0:
        raise ValueError(f"the sheet {name} did not take row {row}")  # xlsxwriter says so by a number alone


def count_units(text: str) -> int:
    """Length in UTF-16 units, which is how Excel counts."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def split_units(text: str, room: int) -> list[str]:
    """A text in pieces of at most `room` UTF-16 units, no character cut in two."""
    pieces, start, units = [], 0, 0
    for place, letter in enumerate(text):
        size = 2 if letter > "\uffff" else 1
        if units + size > room:
            pieces.append(text[start:place])
            start, units = place, 0
        units += size
    return [*pieces, text[start:]]


def _write_losses(book: _Book) -> None:
    lines = book.losses.write_page().decode("utf-8").splitlines()
    _write_table(book, Table("left out", ["what this file leaves out"], [[line] for line in lines]))


EXPORT = Export(
    name="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    suffix=".xlsx",
    purpose={
        "en": "One Excel workbook, a sheet for each table: entries, encounters, codebook, notes.",
        "da": "Én Excel-mappe med et ark til hver tabel: noteringer, forløb, kodebog, tekster.",
    },
    options=ExportOptions,
    stream=stream_xlsx,
    group="tables",
    may_lose=(
        *("checks conflicts consents dates encounter_unknown filtered letters line_ends merged").split(),
        *("reflections retracted study visit_codes").split(),
    ),
)
