"""The entries table for Excel and LibreOffice: with a byte order mark, semicolons, and no cell that could calculate.

A text that begins with = + - @, a tab or a carriage return gets an apostrophe in front, as a spreadsheet would run it
as a formula. Numbers are not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import TABLES, entries_table
from skygge.core.tabular import Cell, Figure, Table, write_csv

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def stream_entries(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The table, block by block."""
    losses.note("tables", len(TABLES) - 1)
    table = entries_table(open_lookup(reader, options, losses))
    guarded = Table(table.name, table.header, _guard(table.rows, losses))
    return chain([BYTE_ORDER_MARK], write_csv(guarded, delimiter=";"))


def _guard(rows: Iterable[Sequence[Cell]], losses: Losses) -> Iterator[list[Cell]]:
    for row in rows:
        guarded = [_guard_cell(cell) for cell in row]
        losses.note("guarded", sum(new is not old for new, old in zip(guarded, row, strict=True)))
        yield guarded


def _guard_cell(cell: Cell) -> Cell:
    is_text = isinstance(cell, str) and not isinstance(cell, Figure)
    return f"'{cell}" if is_text and str(cell).startswith(DANGEROUS) else cell


EXPORT = Export(
    name="csv-excel",
    media_type="text/csv; charset=utf-8; header=present",
    suffix=".csv",
    purpose={
        "en": "All entries in one table that opens by a double click in Excel or LibreOffice.",
        "da": "Alle noteringer i én tabel, der åbner med et dobbeltklik i Excel eller LibreOffice.",
    },
    options=ExportOptions,
    stream=stream_entries,
    group="tables",
    may_lose=(*("conflicts dates encounter_unknown filtered guarded merged reflections retracted tables").split(),),
)
