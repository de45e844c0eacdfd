"""The field notes with their jottings as Markdown: for any reader, and for an editor.

Signs that Markdown would take for its own stand behind a backslash, so that a reader shows what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.letters import clean
from skygge.core.reader import StudyReader
from skygge.core.reading import MAY_LOSE, Piece, read_aloud

MARKS = re.compile(r"([\\`*_{}\[\]<>|#~&])")
# At the beginning of a line these begin a list, a quotation, a rule or a heading.
STARTS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)
HEADS = {"title": "# ", "encounter": "## ", "section": "## ", "about": "", "paragraph": "", "jotting": "> "}


def stream_md(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The text, paragraph by paragraph."""
    for piece in read_aloud(reader, options, losses, clean):
        if piece.text.strip():
            yield f"{_mark_down(piece)}\n\n".encode()


def _mark_down(piece: Piece) -> str:
    if piece.style in ("title", "encounter", "section"):
        return HEADS[piece.style] + MARKS.sub(r"\\\1", piece.text.replace("\n", " "))
    # Two spaces before a line feed keep the line as it was written.
    text = _escape(piece.text).replace("\n", "  \n" + HEADS[piece.style])
    return f"*{text}*" if piece.style == "about" and "\n" not in text else HEADS[piece.style] + text


def _escape(text: str) -> str:
    return STARTS.sub(_escape_start, MARKS.sub(r"\\\1", text))


def _escape_start(found: re.Match[str]) -> str:
    # A number cannot be escaped itself; its point or bracket can, and comes right after.
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


EXPORT = Export(
    name="md",
    media_type="text/markdown; charset=utf-8",
    suffix=".md",
    purpose={
        "en": "Field notes with their jottings as plain text, for any reader.",
        "da": "Feltnoter med deres stikord som ren tekst, til enhver læser.",
    },
    options=ExportOptions,
    stream=stream_md,
    group="read",
    may_lose=MAY_LOSE,
)
