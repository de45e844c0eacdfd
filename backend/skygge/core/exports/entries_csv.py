"""The entries table alone, for a quick look in anything that reads CSV."""

from __future__ import annotations

from collections.abc import Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_beside_entries
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import entries_table
from skygge.core.tabular import write_csv


def stream_entries(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The table, block by block."""
    lookup = open_lookup(reader, options, losses)
    yield from write_csv(entries_table(lookup))
    note_beside_entries(lookup)


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
    may_lose=(
        *("checks codes conflicts consents dates encounter_unknown encounters ends fieldnotes").split(),
        *("filtered gaps memos merged people presence reflections retracted set_back study").split(),
        *("visit_codes").split(),
    ),  # fmt: skip
)
