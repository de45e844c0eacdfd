"""The field notes with their jottings as a Word document (Office Open XML, ISO/IEC 29500), an encounter a heading.

Written paragraph by paragraph into the archive, so that a long study needs no more memory than a short one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.letters import clean, escape
from skygge.core.reader import StudyReader
from skygge.core.reading import MAY_LOSE, Piece, read_aloud
from skygge.core.tabular import write_zip

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
STYLES = {
    "title": ("Title", "Title", '<w:spacing w:after="240"/>', '<w:b/><w:sz w:val="40"/>'),
    "encounter": (
        "Heading1", "heading 1", '<w:keepNext/><w:spacing w:before="480" w:after="60"/><w:outlineLvl w:val="0"/>',
        '<w:b/><w:sz w:val="30"/>',
    ),
    "section": (
        "Heading1", "heading 1", '<w:keepNext/><w:spacing w:before="480" w:after="60"/><w:outlineLvl w:val="0"/>',
        '<w:b/><w:sz w:val="30"/>',
    ),
    "about": ("About", "About", '<w:spacing w:after="60"/>', '<w:color w:val="595959"/><w:sz w:val="20"/>'),
    "paragraph": ("FieldNote", "Field note", '<w:spacing w:after="160" w:line="300" w:lineRule="auto"/>', ""),
    "jotting": ("Jotting", "Jotting", '<w:spacing w:after="80"/><w:ind w:left="567"/>', '<w:sz w:val="20"/>'),
}  # fmt: skip
CONTENT_TYPES = (
    f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>'
)
RELATIONS = (
    f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
DOCUMENT_RELATIONS = (
    f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
)


def stream_docx(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The archive, paragraph by paragraph."""
    return write_zip(_members(reader, options, losses))


def _members(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "[Content_Types].xml", [CONTENT_TYPES.encode()]
    yield "_rels/.rels", [RELATIONS.encode()]
    yield "word/_rels/document.xml.rels", [DOCUMENT_RELATIONS.encode()]
    yield "word/styles.xml", [_write_styles().encode()]
    yield "word/document.xml", _write_document(read_aloud(reader, options, losses, clean))


def _write_document(pieces: Iterable[Piece]) -> Iterator[bytes]:
    yield f'{DECLARATION}<w:document xmlns:w="{WORD}"><w:body>\n'.encode()
    for piece in pieces:
        if piece.text.strip():
            yield _write_paragraph(piece).encode()
    yield b"</w:body></w:document>\n"


def _write_paragraph(piece: Piece) -> str:
    runs = "<w:br/>".join(_write_line(line) for line in piece.text.split("\n"))
    return f'<w:p><w:pPr><w:pStyle w:val="{STYLES[piece.style][0]}"/></w:pPr><w:r>{runs}</w:r></w:p>\n'


def _write_line(line: str) -> str:
    return "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in line.split("\t"))


def _write_styles() -> str:
    styles = {
        key: f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        for key, name, paragraph, run in STYLES.values()
    }
    fonts = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/>'
    defaults = f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts}</w:rPr></w:rPrDefault></w:docDefaults>"
    return f'{DECLARATION}<w:styles xmlns:w="{WORD}">{defaults}{"".join(styles.values())}</w:styles>'


EXPORT = Export(
    name="docx",
    media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    suffix=".docx",
    purpose={
        "en": "Field notes with their jottings, encounter by encounter, to read in Word.",
        "da": "Feltnoter med deres stikord, forløb for forløb, til at læse i Word.",
    },
    options=ExportOptions,
    stream=stream_docx,
    group="read",
    may_lose=MAY_LOSE,
)
