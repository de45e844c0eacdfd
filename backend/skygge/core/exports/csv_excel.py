"""The entries table for Excel and LibreOffice: with a byte order mark, semicolons, and no cell that could calculate.

A text that begins with = + - @, a tab or a carriage return gets an apostrophe in front, as a spreadsheet would run it
as a formula. Numbers are not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_beside_entries
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import entries_table
from skygge.core.tabular import Cell, Figure, Table, write_csv

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def stream_entries(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The table, block by block."""
    lookup = open_lookup(reader, options, losses)
    table = entries_table(lookup)
    guarded = Table(table.name, table.header, _guard(table.rows, losses))
    yield BYTE_ORDER_MARK
    yield from write_csv(guarded, delimiter=";")
    note_beside_entries(lookup)


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
    may_lose=(
        *("checks codes conflicts consents dates encounter_unknown encounters ends fieldnotes").split(),
        *("filtered gaps guarded memos merged people presence reflections retracted set_back").split(),
        *("study visit_codes").split(),
    ),  # fmt: skip
)
