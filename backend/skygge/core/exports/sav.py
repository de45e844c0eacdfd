"""The entries, or the encounters, for SPSS and PSPP: codes as numbers with value labels, levels of measurement set.

A text holds at most 32,766 bytes here; a longer one is cut, and a variable of its own says which. The format dates
every file; here that is always 1 January 1980.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.reader import StudyReader
from skygge.core.statistical import MAX_LABEL_BYTES, Room, Variables, Which, read_variables
from skygge.core.tabular import read_blocks

# The format holds one more, which the haven of R loses in reading.
ROOM = Room(text_bytes=32_766, label_bytes=MAX_LABEL_BYTES, name_letters=32)
# In the file header of a system file, after $FL2, the program's name, five integers and the bias.
DATE_AT, DATE = 92, b"01 Jan 8000:00:00"


class SavOptions(ExportOptions):
    """Which table the file holds; a system file holds one."""

    table: Annotated[Which, Field(description="Entries, or encounters with their observed time.")] = "entries"


def stream_sav(reader: StudyReader, options: SavOptions, losses: Losses) -> Iterator[bytes]:
    """The file, once it is whole."""
    variables = read_variables(reader, options, losses, options.table, ROOM)
    with reader.scratch() as folder:
        path = folder / "study.sav"
        _write(path, variables)
        yield from read_blocks(path)


def _write(path: Path, variables: Variables) -> None:
    import pyreadstat  # heavy, and only needed here

    pyreadstat.write_sav(
        variables.frame(),
        path,
        column_labels=variables.labels,
        row_compress=True,
        variable_value_labels=variables.value_labels,
        variable_measure={name: "nominal" if kind == "text" else kind for name, kind in variables.measures.items()},
    )
    with path.open("r+b") as file:
        file.seek(DATE_AT)
        file.write(DATE)


EXPORT = Export(
    name="sav",
    media_type="application/x-spss-sav",
    suffix=".sav",
    purpose={
        "en": "Entries or encounters for SPSS, PSPP and R, with value labels.",
        "da": "Noteringer eller forløb til SPSS, PSPP og R, med værdimærkater.",
    },
    options=SavOptions,
    stream=stream_sav,
    group="tables",
    may_lose=(
        *("actors checks codes conflicts consents cut dates encounter_unknown encounters ends").split(),
        *("entries fieldnotes filtered gaps letters line_ends memos merged names people").split(),
        *("presence reflections retracted set_back study trailing visit_codes").split(),
    ),  # fmt: skip
)
