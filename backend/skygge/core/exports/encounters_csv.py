"""The encounters table alone, those without entries too: what entries are counted over, for scripts."""

from __future__ import annotations

from collections.abc import Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_beside_encounters
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.tables import encounters_table, entries_table
from skygge.core.tabular import write_csv


def stream_encounters(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The table, block by block."""
    lookup = open_lookup(reader, options, losses)
    # Entries come by unwritten: an encounter counts them, and lasts until the last where nobody ended it.
    for _ in entries_table(lookup).rows:
        pass
    yield from write_csv(encounters_table(lookup))
    note_beside_encounters(lookup)


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
    may_lose=(
        *("actors checks codes conflicts consents dates encounter_unknown entries fieldnotes").split(),
        *("filtered gaps memos merged presence reflections retracted study visit_codes").split(),
    ),  # fmt: skip
)
