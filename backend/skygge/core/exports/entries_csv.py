"""The entries table alone, for a quick look in anything that reads CSV."""

from __future__ import annotations

from collections.abc import Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import TABLES, entries_table
from skygge.core.tabular import write_csv


def stream_entries(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The table, block by block."""
    losses.note("tables", len(TABLES) - 1)
    return write_csv(entries_table(open_lookup(reader, options, losses)))


EXPORT = Export(
    name="entries-csv",
    media_type="text/csv; charset=utf-8; header=present",
    suffix=".csv",
    purpose={
        "en": "All entries in one table, for a quick look.",
        "da": "Alle noteringer i én tabel, til et hurtigt blik.",
    },
    options=ExportOptions,
    stream=stream_entries,
    group="tables",
    may_lose=("conflicts", "dates", "encounter_unknown", "filtered", "merged", "reflections", "retracted", "tables"),
)
