"""The codebook alone, as QDA programs exchange it (REFI-QDA codebook, .qdc).

Codes and ids are those of the project file (.qdpx). Definition, examples and settings stand in the description of a
code. There are no sets, as an empty list of sets makes some programs refuse the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_observations
from skygge.core.reader import StudyReader
from skygge.core.refi import DECLARATION, has_codes, read_codes, write_codes

NAMESPACE = "urn:QDA-XML:codebook:1.0"


def stream_qdc(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The file; people are no part of a codebook."""
    codes = read_codes(reader, losses, with_people=False)
    note_observations(reader, losses)
    yield f'{DECLARATION}<CodeBook xmlns="{NAMESPACE}" origin="Skygge">\n'.encode()
    yield "".join(write_codes(codes) if has_codes(codes) else ["<Codes/>\n"]).encode()
    yield b"</CodeBook>\n"


EXPORT = Export(
    name="qdc",
    media_type="application/xml",
    suffix=".qdc",
    purpose={
        "en": "The codebook alone, for NVivo, ATLAS.ti, MAXQDA and QualCoder.",
        "da": "Kodebogen alene, til NVivo, ATLAS.ti, MAXQDA og QualCoder.",
    },
    options=ExportOptions,
    stream=stream_qdc,
    group="qda",
    is_codebook=True,
    may_lose=("letters", "line_ends", "names", "observations", "spelled", "versions"),
)
