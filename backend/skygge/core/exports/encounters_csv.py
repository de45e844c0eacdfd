"""The encounters table alone, those without entries too: what entries are counted over, for scripts."""

from __future__ import annotations

from collections.abc import Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import TABLES, encounters_table, entries_table
from skygge.core.tabular import write_csv


def stream_encounters(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The table, block by block."""
    losses.note("tables", len(TABLES) - 1)
    lookup = open_lookup(reader, options, losses)
    # Entries come by unwritten: an encounter counts them, and lasts until the last where nobody ended it.
    for _ in entries_table(lookup).rows:
        pass
    return write_csv(encounters_table(lookup))


EXPORT = Export(
    name="encounters-csv",
    media_type="text/csv; charset=utf-8; header=present",
    suffix=".csv",
    purpose={
        "en": "All encounters in one table, with their observed time.",
        "da": "Alle forløb i én tabel, med deres observerede tid.",
    },
    options=ExportOptions,
    stream=stream_encounters,
    group="tables",
    may_lose=(*("checks conflicts dates encounter_unknown filtered merged reflections retracted tables").split(),),
)
