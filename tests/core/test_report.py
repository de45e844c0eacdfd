"""A report is one file that needs nothing else, says on what its numbers rest, and is the same in both formats."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from skygge.core.analysis import all_analyses
from skygge.core.report import Report, ReportParams, compile_report
from skygge.core.report_docx import write_docx
from skygge.core.report_html import write_html
from skygge.core.report_words import CAVEATS
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, study_line

HAND = [
    study_line(),
    *codebook_lines(),
    actor("P1<b>"),
    encounter("a", "09:00", "09:30"),
    entry("a", "09:01", who="P1<b>", structure="directing"),
    entry("a", "09:02", who="P1<b>", structure="doing_with"),
    entry("a", "09:05", who="P1<b>", structure="directing"),
    entry("a", "09:07", who="P1<b>", structure="doing_with", end="09:10"),
]


def make(**params: object) -> Report:
    return compile_report(PaperStudy(HAND), ReportParams.model_validate(params))


def words_of(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        tree = ElementTree.fromstring(archive.read("word/document.xml"))
    return " ".join(node.text or "" for node in tree.iter() if node.tag.endswith("}t"))


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    """No script, no address to load from, and names are never markup."""
    page = write_html(make()).decode()
    assert "<script" not in page and not re.search(r"(src|href)=", page)
    assert "P1<b>" not in page and "P1&lt;b&gt;" in page
    assert "<svg" in page and 'fill="#0072B2"' in page


def test_both_formats_say_the_same() -> None:
    """Two steps from directing to doing with; the basis and the methods of each analysis."""
    report = make(analysis=["transitions"])
    matrix = report.sections[0].tables[0]
    assert [list(row) for row in matrix.rows] == [["Directing", "0", "2"], ["Doing with", "1", "0"]]
    assert matrix.shades == {(0, 2): 1.0, (1, 1): 0.5}
    page, document = write_html(report).decode(), words_of(write_docx(report))
    for text in (
        "What followed what?",
        "Entries: 4. Encounters: 1. Visits: 1. Observed: 30 min.",
        "Codebook version 1",
    ):
        assert text in page and text in document
    assert report.sections[0].methods in document


def test_danish_is_danish() -> None:
    page = write_html(make(language="da", analysis=["frequencies"])).decode()
    assert 'lang="da"' in page and "Til metodeafsnittet" in page and "Styre" in page


@pytest.mark.parametrize("name", list(all_analyses()))
def test_every_analysis_can_be_reported(name: str) -> None:
    """Also one that nobody has drawn, and over nothing at all."""
    for lines in (HAND, [study_line()]):
        report = compile_report(PaperStudy(lines), ReportParams(analysis=[name]))
        assert write_docx(report) == write_docx(report)
        assert report.sections[0].question in write_html(report).decode().replace("&#x27;", "'")


def test_every_warning_has_words() -> None:
    """In both languages of a report, and on the screen: nobody reads a code."""
    core = Path(__file__).parents[2] / "backend" / "skygge" / "core"
    sources = [core / "analysis.py", *(core / "analyses").glob("*.py")]
    codes = {code for path in sources for code in re.findall(r'"([a-z]+\.[a-z_]+)"(?=:|\)|,)', path.read_text("utf-8"))}
    screen = (core.parents[2] / "frontend" / "src" / "analysis" / "answers.ts").read_text("utf-8")
    assert len(codes) > 12
    for code in codes:
        assert code in CAVEATS["en"] and code in CAVEATS["da"] and f"'{code}'" in screen, code
