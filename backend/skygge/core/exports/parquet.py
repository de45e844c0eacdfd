"""The entries, or the encounters, as Parquet with types: for DuckDB, R arrow and pandas.

Seconds are doubles, counts whole numbers, everything else texts as they were written. Needs the extra `parquet`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from skygge.core.archive import column_type
from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_beside_encounters, note_beside_entries
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.statistical import Which
from skygge.core.tables import encounters_table, entries_table
from skygge.core.tabular import Cell, Table, read_blocks

ROWS_AT_ONCE = 10_000


class ParquetOptions(ExportOptions):
    """Which table the file holds."""

    table: Annotated[Which, Field(description="Entries, or encounters with their observed time.")] = "entries"


def stream_parquet(reader: StudyReader, options: ParquetOptions, losses: Losses) -> Iterator[bytes]:
    """The file, once it is whole; it grows in a scratch folder, some thousand rows at a time."""
    lookup = open_lookup(reader, options, losses)
    table, note_beside = entries_table(lookup), note_beside_entries
    if options.table == "encounters":
        for _ in table.rows:
            pass  # only entries tell where an encounter without a known end ended
        table, note_beside = encounters_table(lookup), note_beside_encounters
    with reader.scratch() as folder:
        path = folder / "study.parquet"
        _write(path, table)
        note_beside(lookup)
        yield from read_blocks(path)


def _write(path: Path, table: Table) -> None:
    import pyarrow  # only the extra brings it
    from pyarrow.parquet import ParquetWriter

    types = {"number": pyarrow.float64(), "integer": pyarrow.int64(), "boolean": pyarrow.bool_()}
    kinds = [column_type(name) for name in table.header]
    fields = [(name, types.get(kind, pyarrow.string())) for name, kind in zip(table.header, kinds, strict=True)]
    schema, rows = pyarrow.schema(fields), iter(table.rows)
    with ParquetWriter(path, schema) as writer:
        while piece := list(islice(rows, ROWS_AT_ONCE)):
            columns = [_read_column(cells, kind) for cells, kind in zip(zip(*piece, strict=True), kinds, strict=True)]
            arrays = [pyarrow.array(cells, type=field.type) for cells, field in zip(columns, schema, strict=True)]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))


def _read_column(cells: Sequence[Cell], kind: str) -> list[Any]:
    if kind == "string":
        return [None if cell is None else str(cell) for cell in cells]
    return [float(cell) if kind == "number" and cell is not None else cell for cell in cells]


EXPORT = Export(
    name="parquet",
    media_type="application/vnd.apache.parquet",
    suffix=".parquet",
    purpose={
        "en": "Entries or encounters with types, for DuckDB, R arrow and pandas.",
        "da": "Noteringer eller forløb med typer, til DuckDB, R arrow og pandas.",
    },
    options=ParquetOptions,
    stream=stream_parquet,
    needs="pyarrow",
    may_lose=(
        *("actors checks codes conflicts consents dates encounter_unknown encounters ends").split(),
        *("entries fieldnotes filtered gaps memos merged people presence reflections retracted").split(),
        *("set_back study visit_codes").split(),
    ),  # fmt: skip
)
