"""The entries, or the encounters, for Stata 14 and later: codes as numbers with value labels, long texts whole.

Texts over 2,045 bytes are what Stata calls strL. The format dates every file; here that is always 1 January 1980.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.reader import StudyReader
from skygge.core.statistical import Room, Variables, Which, read_variables
from skygge.core.tabular import read_blocks

# Older versions of the format cut long texts.
VERSION = 14
# With a longer label the writer makes no file at all; with a longer name neither, as it puts up to four digits behind
# it to name the set of its values.
ROOM = Room(text_bytes=None, label_bytes=80, name_letters=28)
HEAD_BYTES = 1_000
STAMP, NO_STAMP = re.compile(rb"(?<=<timestamp>\x11).{17}"), b"01 Jan 1980 00:00"


class DtaOptions(ExportOptions):
    """Which table the file holds; a Stata file holds one."""

    table: Annotated[Which, Field(description="Entries, or encounters with their observed time.")] = "entries"


def stream_dta(reader: StudyReader, options: DtaOptions, losses: Losses) -> Iterator[bytes]:
    """The file, once it is whole."""
    variables = read_variables(reader, options, losses, options.table, ROOM)
    with reader.scratch() as folder:
        path = folder / "study.dta"
        _write(path, variables)
        yield from read_blocks(path)


def _write(path: Path, variables: Variables) -> None:
    import pyreadstat  # heavy, and only needed here

    pyreadstat.write_dta(
        variables.frame(),
        path,
        column_labels=variables.labels,
        version=VERSION,
        variable_value_labels=variables.value_labels,
    )
    with path.open("r+b") as file:
        head = STAMP.sub(NO_STAMP, file.read(HEAD_BYTES))
        file.seek(0)
        file.write(head)


EXPORT = Export(
    name="dta",
    media_type="application/x-stata-dta",
    suffix=".dta",
    purpose={
        "en": "Entries or encounters for Stata and R, with value labels.",
        "da": "Noteringer eller forløb til Stata og R, med værdimærkater.",
    },
    options=DtaOptions,
    stream=stream_dta,
    group="more",
    may_lose=(
        *("actors checks codes conflicts consents cut dates encounter_unknown encounters ends").split(),
        *("entries fieldnotes filtered gaps letters line_ends memos merged names people").split(),
        *("presence reflections retracted set_back study trailing visit_codes").split(),
    ),  # fmt: skip
)
