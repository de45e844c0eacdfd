"""The codebook as a table for Taguette and Excel: commas, and a byte order mark, which Excel needs for æ, ø and å.

Taguette reads `tag` and `description` and leaves the other columns alone. It takes the byte order mark for a part of
the first name in the header, so that may be neither of the two, and splits rows at more signs than line feeds, so that
every cell stands in quotation marks. Names are those of the REFI-QDA formats, so that
codings made elsewhere find their code.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_observations
from skygge.core.letters import clean
from skygge.core.reader import StudyReader
from skygge.core.refi import read_codes
from skygge.core.tabular import Cell, Table, write_csv

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OWN = (
    *("key definition starts ends example counter_example timing scope exclusive_set control").split(),
    *("care color shortcut order status replaced_by version").split(),
)  # fmt: skip


def stream_codebook(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The table."""
    note_observations(reader, losses)
    study = next(reader.things("study"), {})
    languages = list(study.get("languages") or ["en"])
    header = ["dimension", "tag", "description", *(f"label_{language}" for language in languages), *OWN]
    return chain(
        [BYTE_ORDER_MARK], write_csv(Table("codebook", header, _rows(reader, languages, losses)), quotes_all=True)
    )


def _rows(reader: StudyReader, languages: list[str], losses: Losses) -> Iterator[list[Cell]]:
    newest = {(code["dimension"], code["key"]): code for code in reader.things("code")}
    for place, told in read_codes(reader, losses, with_people=False).items():
        if place not in newest:
            continue  # a folder
        code = newest[place]
        losses.note("wordings", sum(language not in languages for language in code["label"]))
        cells = [*(code["label"].get(language) for language in languages), *(code.get(name) for name in OWN)]
        own = [clean(cell, Losses()) if isinstance(cell, str) else cell for cell in cells]  # counted in the description
        yield [told.dimension, told.name, told.description, *own]


EXPORT = Export(
    name="codebook-csv",
    media_type="text/csv; charset=utf-8; header=present",
    suffix=".csv",
    purpose={
        "en": "The codebook as a table, for Taguette and Excel.",
        "da": "Kodebogen som tabel, til Taguette og Excel.",
    },
    options=ExportOptions,
    stream=stream_codebook,
    group="qda",
    is_codebook=True,
    may_lose=("letters", "line_ends", "names", "observations", "spelled", "versions", "wordings"),
)
