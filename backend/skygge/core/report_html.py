"""A report as one page: figures drawn in it, nothing loaded from anywhere, no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from skygge.core.report import Report, ReportTable, Section
from skygge.core.report_words import WORDS

MOST_DRAWN = 40
WIDTH, LEFT, ROW = 900, 120, 22
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
        yield from _draw_timelines(section.result, report.colors)
    yield from (part for table in section.tables for part in _table(table))
    yield from (f'<p class="soft">{escape(note)}</p>' for note in section.notes)
    yield f"<h3>{escape(words['methods'])}</h3><p>{escape(section.methods)}</p></section>"


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


def _draw_timelines(result: Mapping[str, Any], colors: Mapping[str, str]) -> Iterable[str]:
    encounters = result["encounters"][:MOST_DRAWN]
    longest = max((one["duration_s"] for one in encounters), default=0) or 60
    for one in encounters:
        yield from _draw_timeline(one, longest, colors)


def _draw_timeline(one: Mapping[str, Any], longest: float, colors: Mapping[str, str]) -> Iterable[str]:
    scale = (WIDTH - LEFT - 10) / longest
    height = len(one["lanes"]) * ROW + 20
    when = f"{one['started_at'][:10]} {one['started_at'][11:16]}"
    heading = escape(" · ".join(filter(None, (when, one["agency"], one["observer"]))))
    yield f"<h3>{heading}</h3>"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-size="12">'
    yield f"<title>{heading}</title>"
    for number, lane in enumerate(one["lanes"]):
        y = number * ROW + ROW // 2
        label = next(iter(lane["labels"].values()), None) or lane["key"] or "–"
        yield f'<text x="0" y="{y + 4}">{escape(str(label))}</text>'
        yield f'<line x1="{LEFT}" x2="{_x(one["duration_s"], scale)}" y1="{y}" y2="{y}" stroke="#dcd8cf"/>'
        for interval in lane["intervals"]:
            yield _draw_interval(interval, y, scale, colors.get(interval["structure"], "#5d5b55"))
    for gap in one["gaps"]:
        x, width = _x(gap["start_s"], scale), max(2, (gap["end_s"] - gap["start_s"]) * scale)
        yield f'<rect x="{x}" y="0" width="{width:.1f}" height="{height - 20}" fill="#dcd8cf" fill-opacity="0.7"/>'
    yield f'<text x="{LEFT}" y="{height - 4}" fill="#5d5b55">0 – {round(one["duration_s"] / 60)} min</text></svg>'


def _draw_interval(interval: Mapping[str, Any], y: int, scale: float, color: str) -> str:
    if interval["end_s"] is None:
        return f'<rect x="{_x(interval["start_s"], scale)}" y="{y - 8}" width="3" height="16" fill="{color}"/>'
    pieces = [
        f'<rect x="{_x(piece["start_s"], scale)}" y="{y - 5}" height="10" fill="{color}" '
        f'width="{max(2, (piece["end_s"] - piece["start_s"]) * scale):.1f}"/>'
        for piece in interval["pieces"]
    ]
    if interval["is_inferred"]:
        x = _x(interval["end_s"], scale)
        pieces.append(f'<line x1="{x}" x2="{x}" y1="{y - 8}" y2="{y + 8}" stroke="#191b1c" stroke-dasharray="3 3"/>')
    return "".join(pieces)


def _x(seconds: float, scale: float) -> float:
    return round(LEFT + max(0.0, seconds) * scale, 1)
