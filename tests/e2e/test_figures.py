"""The figures in a browser: all are drawn, judged by axe-core, reached by the keyboard, saved and reported."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from skygge.core.analysis import all_analyses
from tests.e2e.conftest import MakePhone
from tests.e2e.phone import LAPTOP, PHONE
from tests.e2e.test_screens import _enter, demo, server
from tests.fixtures.server_process import REPOSITORY, ServerProcess

__all__ = ["demo", "server"]

AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
JUDGE = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.flatMap(
  one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 120)}`)))"""


@pytest.mark.parametrize(
    ("size", "locale", "dark"),
    [(PHONE, "en-GB", True), pytest.param(LAPTOP, "da-DK", False, marks=pytest.mark.deep)],
    ids=["phone, dark", "laptop in Danish, light"],
)
def test_axe_finds_nothing_on_any_analysis(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int], locale: str, dark: bool
) -> None:
    """Every analysis there is, also one that has no figure of its own; and none is wider than the screen."""
    phone = make_phone("axe", size=size, locale=locale, dark=dark)
    page = phone.open()
    _enter(demo, phone, page)
    complaints = []
    for name in ["", *all_analyses()]:
        _look_at(page, demo, name)
        page.evaluate(AXE.read_text("utf-8") + ";0")
        found: list[str] = page.evaluate(JUDGE)
        complaints += [f"{name}: {one}" for one in found]
        too_wide: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{name} is {too_wide} px wider than the screen"
    assert complaints == []
    assert [line for line in phone.console if "pageerror" in line] == []


def test_a_figure_opens_its_entries_and_is_saved(demo: ServerProcess, make_phone: MakePhone, tmp_path: Path) -> None:
    """A cell by the keyboard, the same as a table, without numbers, as SVG with what it rests on; then the report."""
    phone = make_phone("laptop", size=LAPTOP)
    page = phone.open()
    _enter(demo, phone, page)
    _look_at(page, demo, "transitions")
    cell = page.get_by_role("button", name=re.compile("^Doing with → Directing: "))
    n = int(cell.inner_text())
    cell.press("Enter")
    expect(page.get_by_role("complementary")).to_contain_text(re.compile(rf"\b{n} entr(y|ies)"))
    page.get_by_role("button", name="Without numbers").click()
    expect(cell.locator("[data-number]")).to_be_hidden()
    page.get_by_role("button", name="View as table").click()
    expect(page.get_by_role("rowheader", name="Doing with → Directing")).to_be_visible()
    page.get_by_role("button", name="View as table").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save SVG").click()
    saved.value.save_as(tmp_path / "figure.svg")
    svg = (tmp_path / "figure.svg").read_text("utf-8")
    for words in ("Codebook version 1", "heuristic start", "March 2026", "font-family", "Visits: "):
        assert words in svg
    page.goto(f"{demo.origin}/#/analysis")
    with page.expect_download() as report:
        page.get_by_role("link", name=re.compile(r"\(DOCX\)")).click()
    report.value.save_as(tmp_path / "report.docx")
    assert (tmp_path / "report.docx").read_bytes()[:2] == b"PK"


def _look_at(page: Page, demo: ServerProcess, name: str) -> None:
    page.goto(f"{demo.origin}/#/analysis/{name}")
    expect(page.locator("h1").first).to_be_visible()
    expect(page.get_by_text(re.compile(" …$"))).to_have_count(0, timeout=60_000)
    if name:
        expect(page.locator("footer")).to_be_visible(timeout=60_000)
