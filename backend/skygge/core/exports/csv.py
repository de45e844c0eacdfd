"""The tables of a study as CSV in one zip archive, with LOSSES.txt: for R, pandas and DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_beside_tables, note_settings
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import TABLES
from skygge.core.tabular import write_csv, write_zip


def stream_csv(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The archive, piece by piece; entries first, what was lost last."""
    return write_zip(_members(reader, options, losses))


def _members(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[tuple[str, Iterable[bytes]]]:
    lookup = open_lookup(reader, options, losses)
    for make_table in TABLES:
        table = make_table(lookup)
        yield f"{table.name}.csv", write_csv(table)
    note_beside_tables(lookup)
    note_settings(lookup, "languages", "time_zone_of_rows")
    yield "LOSSES.txt", [losses.write_page()]


EXPORT = Export(
    name="csv",
    media_type="application/zip",
    suffix=".zip",
    purpose={
        "en": "Tables for R, pandas and DuckDB: entries, encounters, gaps, people, codes and notes.",
        "da": "Tabeller til R, pandas og DuckDB: noteringer, forløb, pauser, personer, koder og tekster.",
    },
    options=ExportOptions,
    stream=stream_csv,
    group="tables",
    may_lose=(
        *("checks conflicts consents dates encounter_unknown filtered merged reflections").split(),
        *("retracted study visit_codes").split(),
    ),
)
