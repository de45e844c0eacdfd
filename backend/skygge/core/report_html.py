"""A report as one page: figures drawn in it, nothing loaded from anywhere, no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from skygge.core.report import Report, ReportTable, Section
from skygge.core.report_drawings import WIDTH, Box, Drawing, Palette, Stroke, Words, draw
from skygge.core.report_words import WORDS

STYLE = """
body { font: 16px/1.5 'Segoe UI', Roboto, 'Noto Sans', Helvetica, Arial, sans-serif; color: #191b1c }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.75rem } h2 { font-size: 1.375rem; margin-top: 3rem } h3 { font-size: 1rem; margin-bottom: .25rem }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #dcd8cf; text-align: left }
td.shaded { padding: .3rem .8rem } .soft { color: #5d5b55; font-size: .85rem } .scroll { overflow-x: auto }
svg { max-width: 100%; height: auto; display: block } .key { display: inline-block; width: 4px; height: 1em }
"""


def write_html(report: Report) -> bytes:
    """The whole file, UTF-8."""
    title = escape(report.title)
    parts = [
        "<!doctype html>",
        f'<html lang="{report.language}"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style></head><body>',
        f"<h1>{title}</h1>",
        *(part for section in report.sections for part in _section(section, report)),
        "</body></html>",
    ]
    return "\n".join(parts).encode()


def _section(section: Section, report: Report) -> Iterable[str]:
    words = WORDS[report.language]
    yield f"<section><h2>{escape(section.question)}</h2>"
    if section.name == "timeline":
        yield f'<p class="soft">{escape(words["timeline_about"])}</p>'
        yield _legend(report)
    for drawing in draw(section.name, section.result, Palette(report.language, report.colors)):
        yield f"<h3>{escape(drawing.title)}</h3>{to_svg(drawing)}"
    yield from (part for table in section.tables for part in _table(table))
    yield from (f'<p class="soft">{escape(note)}</p>' for note in section.notes)
    if section.methods:
        yield f"<h3>{escape(words['methods'])}</h3><p>{escape(section.methods)}</p>"
    yield "</section>"


def _table(table: ReportTable) -> Iterable[str]:
    if table.title:
        yield f"<h3>{escape(table.title)}</h3>"
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    yield f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>'
    for number, row in enumerate(table.rows):
        yield f"<tr>{''.join(_cell(table, number, place, text) for place, text in enumerate(row))}</tr>"
    yield "</tbody></table></div>"


def _cell(table: ReportTable, row: int, column: int, text: str) -> str:
    if column == 0:
        return f'<th scope="row">{escape(text)}</th>'
    shade = table.shades.get((row, column))
    if shade is None:
        return f"<td>{escape(text)}</td>"
    return f'<td class="shaded" style="background:{shade_of(shade)}">{escape(text)}</td>'


def shade_of(part: float) -> str:
    """A grey for a part of the most, from nearly white to 60 %: `#rrggbb`. Black words stay readable on it."""
    level = round(245 - 92 * max(0.0, min(1.0, part)))
    return f"#{level:02x}{level:02x}{level:02x}"


def _legend(report: Report) -> str:
    """The colours of the structures, each beside its word."""
    found = (
        f'<span class="key" style="background:{report.colors[key]}"></span> {escape(name)}'
        for key, name in report.structures
        if key in report.colors
    )
    return f'<p class="soft">{" &nbsp; ".join(found)}</p>'


def to_svg(drawing: Drawing) -> str:
    """One drawing."""
    title = escape(drawing.title)
    size = f'viewBox="0 0 {WIDTH} {drawing.height}" role="img" font-size="13"'
    shapes = "".join(_shape(shape) for shape in drawing.shapes)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><title>{title}</title>{shapes}</svg>'


def _shape(shape: Box | Stroke | Words) -> str:
    if isinstance(shape, Words):
        return f'<text x="{shape.x}" y="{shape.y}" fill="{shape.color}">{escape(shape.text)}</text>'
    if isinstance(shape, Box):
        size = f'width="{shape.width}" height="{shape.height}"'
        return f'<rect x="{shape.x}" y="{shape.y}" {size} fill="{shape.fill}"/>'
    points = " ".join(f"{x},{y}" for x, y in shape.points)
    dashes = ' stroke-dasharray="4 3"' if shape.is_dashed else ""
    return f'<polyline points="{points}" fill="none" stroke="{shape.color}"{dashes}/>'
