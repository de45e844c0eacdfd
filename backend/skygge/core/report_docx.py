"""A report as a Word document (Office Open XML, ISO/IEC 29500): headings, drawings, tables with shades, methods."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from itertools import count

from skygge.core.letters import clean, escape
from skygge.core.losses import Losses
from skygge.core.report import Report, ReportTable, Section
from skygge.core.report_drawings import WIDTH, Drawing, Palette, draw
from skygge.core.report_emf import to_emf
from skygge.core.report_html import shade_of
from skygge.core.report_words import WORDS

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
SPACES = {
    "w": WORD,
    "r": OFFICE,
    "wp": f"{DRAWING}/wordprocessingDrawing",
    "a": f"{DRAWING}/main",
    "pic": f"{DRAWING}/picture",
}
EMF = {"emf": "image/x-emf"}
# Relations are numbered: the first is that of the styles. In English Metric Units, the width between the margins.
FIRST_PICTURE, TEXT_WIDTH = 2, 6_120_000
# The same data give the same bytes.
MOMENT = (1980, 1, 1, 0, 0, 0)
HEADINGS = (("Title", "Title", 40, ""), ("Heading1", "heading 1", 30, "0"), ("Heading2", "heading 2", 24, "1"))


def write_docx(report: Report) -> bytes:
    """The whole file."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _members(report):
            archive.writestr(zipfile.ZipInfo(name, MOMENT), content, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _members(report: Report) -> Iterable[tuple[str, bytes]]:
    drawings = [drawing for section in report.sections for drawing in _drawings(section, report)]
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPE}.{kind}+xml"/>'
        for name, kind in (("document", "document.main"), ("styles", "styles"))
    )
    kinds = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    defaults = (f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in (kinds | EMF).items())
    whole = f'<Types xmlns="{PACKAGE}/content-types">{"".join(defaults)}{types}</Types>'
    yield "[Content_Types].xml", (DECLARATION + whole).encode()
    yield "_rels/.rels", _relations([("officeDocument", "word/document.xml")])
    pictures = [("image", f"media/drawing{number}.emf") for number in range(len(drawings))]
    yield "word/_rels/document.xml.rels", _relations([("styles", "styles.xml"), *pictures])
    for (_, target), drawing in zip(pictures, drawings, strict=True):
        yield f"word/{target}", to_emf(drawing)
    yield "word/styles.xml", f'{DECLARATION}<w:styles xmlns:w="{WORD}">{"".join(_styles())}</w:styles>'.encode()
    body, spaces = "".join(_body(report)), "".join(f' xmlns:{name}="{space}"' for name, space in SPACES.items())
    yield "word/document.xml", f"{DECLARATION}<w:document{spaces}><w:body>{body}</w:body></w:document>".encode()


def _drawings(section: Section, report: Report) -> list[Drawing]:
    return draw(section.name, section.result, Palette(report.language, report.colors))


def _relations(targets: Iterable[tuple[str, str]]) -> bytes:
    found = (
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{"".join(found)}</Relationships>'.encode()


def _styles() -> Iterable[str]:
    yield (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        '<w:pPr><w:spacing w:after="120"/></w:pPr><w:rPr><w:sz w:val="22"/></w:rPr></w:style>'
    )
    for key, name, size, level in HEADINGS:
        outline = f'<w:outlineLvl w:val="{level}"/>' if level else ""
        yield (
            f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
            f'<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/>{outline}</w:pPr>'
            f'<w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr></w:style>'
        )


def _body(report: Report) -> Iterable[str]:
    yield _paragraph(report.title, "Title")
    numbers = count(FIRST_PICTURE)
    for section in report.sections:
        yield _paragraph(section.question, "Heading1")
        for drawing in _drawings(section, report):
            yield _paragraph(drawing.title, "Heading2")
            yield _picture(drawing, next(numbers))
        for table in section.tables:
            if table.title:
                yield _paragraph(table.title, "Heading2")
            if table.rows:
                yield from _table(table)
                yield _paragraph("")
        yield from (_paragraph(note) for note in section.notes)
        if section.methods:
            yield _paragraph(WORDS[report.language]["methods"], "Heading2")
            yield _paragraph(section.methods)
    yield (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
        'w:left="1134" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>'
    )


def _picture(drawing: Drawing, number: int) -> str:
    """A drawing in the line, as wide as the text; its title is read out where nobody sees it."""
    size = f'cx="{TEXT_WIDTH}" cy="{max(1, round(TEXT_WIDTH * drawing.height / WIDTH))}"'
    name = f'id="{number}" name="{number}" descr="{escape(clean(drawing.title, Losses()))}"'
    shape = f'<a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    picture = (
        f"<pic:pic><pic:nvPicPr><pic:cNvPr {name}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>"
        f'<a:blip r:embed="rId{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f"<pic:spPr>{shape}</pic:spPr></pic:pic>"
    )
    graphic = f'<a:graphic><a:graphicData uri="{SPACES["pic"]}">{picture}</a:graphicData></a:graphic>'
    inline = f"<wp:inline><wp:extent {size}/><wp:docPr {name}/>{graphic}</wp:inline>"
    return f"<w:p><w:r><w:drawing>{inline}</w:drawing></w:r></w:p>"


def _table(table: ReportTable) -> Iterable[str]:
    edges = "".join(f'<w:{edge} w:val="single" w:sz="4" w:color="DCD8CF"/>' for edge in ("bottom", "insideH"))
    yield f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr>'
    yield f"<w:tblGrid>{'<w:gridCol/>' * len(table.columns)}</w:tblGrid>"
    head = "".join(_cell(column, is_head=True) for column in table.columns)
    yield f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{head}</w:tr>"
    for number, row in enumerate(table.rows):
        cells = (_cell(text, table.shades.get((number, place))) for place, text in enumerate(row))
        yield f"<w:tr>{''.join(cells)}</w:tr>"
    yield "</w:tbl>"


def _cell(text: str, shade: float | None = None, *, is_head: bool = False) -> str:
    fill = "" if shade is None else f'<w:shd w:val="clear" w:color="auto" w:fill="{shade_of(shade)[1:].upper()}"/>'
    return f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/>{fill}</w:tcPr>{_paragraph(text, is_bold=is_head)}</w:tc>'


def _paragraph(text: str, style: str = "", *, is_bold: bool = False) -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    look = "<w:rPr><w:b/></w:rPr>" if is_bold else ""
    words = escape(clean(text, Losses()))
    run = f'<w:r>{look}<w:t xml:space="preserve">{words}</w:t></w:r>' if text else ""
    return f"<w:p>{properties}{run}</w:p>"
