"""Word and Markdown: what was written, in its order, as a reader sees it."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

import docx
from markdown_it import MarkdownIt

from skygge.core.letters import clean
from skygge.core.losses import Losses
from tests.exports.consumers import convert
from tests.exports.written import NASTY, kept, write_nasty
from tests.fixtures.paper_study import name_id


def written() -> list[str]:
    """Everything that somebody wrote, as a file can hold it."""
    texts = [line["jotting"] for line in kept(NASTY)]
    texts += [line["text"] for line in NASTY.lines if line["type"] in ("fieldnote", "memo")]
    return [clean(text, Losses()) for text in texts if text]


def paragraphs() -> list[str]:
    notes = [line for line in NASTY.lines if line["type"] == "fieldnote" and line["encounter_id"] == name_id("crowd")]
    return [clean(line["text"], Losses()) for line in notes]


def test_python_docx_reads_every_text_under_its_encounter() -> None:
    """A heading for each encounter; paragraphs whole and in their author's order; jottings indented."""
    document = docx.Document(io.BytesIO(write_nasty("docx")[0]))
    found = [(paragraph.style.name if paragraph.style else "", paragraph.text) for paragraph in document.paragraphs]
    heads = [text for style, text in found if style == "Heading 1"]
    assert heads == [
        "V001 · P1 · O1", "V001 · O2", "V002 · O1", "V003 · O1", "V004 · P1 · O1", "Memos", "What this file leaves out",
    ]  # fmt: skip
    texts = [text for style, text in found if style == "Field note"]
    assert [text for text in texts if text.startswith("§")] == paragraphs()
    everything = "\n".join(text for _, text in found)
    assert [text for text in written() if text not in everything] == []
    said = [text for style, text in found if style == "Jotting"]
    gaps = sum(line["type"] == "gap" for line in NASTY.lines)
    assert len(said) == len(kept(NASTY)) + gaps


def test_libreoffice_opens_the_word_document_with_every_word(tmp_path: Path) -> None:
    """As many of each word as python-docx finds."""
    (tmp_path / "notes.docx").write_bytes(write_nasty("docx")[0])
    out = convert(tmp_path, "txt:Text (encoded):UTF8", [tmp_path / "notes.docx"])
    opened = Counter((out / "notes.txt").read_text("utf-8-sig").split())
    document = docx.Document(io.BytesIO(write_nasty("docx")[0]))
    told = Counter(" ".join(paragraph.text for paragraph in document.paragraphs).split())
    assert sum(told.values()) > 18_000
    assert opened == told


def test_an_anchored_paragraph_is_followed_by_its_entries() -> None:
    """And no entry is told twice."""
    document = docx.Document(io.BytesIO(write_nasty("docx")[0]))
    texts = [paragraph.text for paragraph in document.paragraphs]
    place = next(number for number, text in enumerate(texts) if text.startswith("§3"))
    assert [text[:11] for text in texts[place + 1 : place + 3]] == ["[+00:05:00–", "[+00:12:00]"]
    assert texts[place + 3].startswith("§4")


def test_markdown_shows_what_was_written() -> None:
    """Read by a Markdown reader, no sign is taken for markup and no word is lost."""
    told = write_nasty("md")[0].decode("utf-8")
    html = MarkdownIt("commonmark").render(told)
    shown = re.sub(r"<[^>]+>", " ", html)
    for sign, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(sign, letter)
    found = Counter(shown.split())
    words = Counter(word for text in written() for word in text.split())
    assert {word: n for word, n in words.items() if found[word] < n} == {}
    assert html.count("<h2>") == 7 and "<script>" not in html and "<code>" not in html and "<ul>" not in html
