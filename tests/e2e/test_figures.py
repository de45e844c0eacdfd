"""The figures in a browser: all are drawn, judged by axe-core, reached by the keyboard, saved and reported."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from skygge.core.analysis import all_analyses
from tests.e2e.conftest import MakePhone
from tests.e2e.field import sure
from tests.e2e.phone import LAPTOP, PHONE, TABLET
from tests.e2e.pictures import photograph
from tests.e2e.test_codebook import look_at
from tests.e2e.test_screens import _enter, demo, server
from tests.fixtures.server_process import REPOSITORY, ServerProcess

__all__ = ["demo", "server"]

AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = pytest.mark.parametrize(
    "size", [LAPTOP, pytest.param(TABLET, marks=pytest.mark.deep)], ids=["1280x800", "1024x768"]
)
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
    # If it is meant to be so: .venv/bin/python -m tests.e2e.pictures
    assert photograph(page, demo.origin) == [], "the pictures of the papers show what is not there any more"


@SIZES
def test_a_timeline_is_to_scale_and_two_who_saw_a_visit_lie_under_one_another(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int]
) -> None:
    """Pauses are hatched, ends that nobody gave are dashed, each as often as the answer has them."""
    phone = make_phone("timelines", size=size, dark=False)
    page = phone.open()
    _enter(demo, phone, page)
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    study = next(one["study_id"] for one in studies if "xampl" in one["title"])
    told = page.request.get(f"{demo.origin}/api/v1/studies/{study}/analyses/timeline").json()["result"]["encounters"]
    second = next(place for place, one in enumerate(told) if one["visit_offset_s"] > 0 and one["lanes"])
    _look_at(page, demo, "timeline")
    sections = page.locator("figure section")
    while sections.count() <= second:
        page.get_by_role("button", name=re.compile("more$|^Show")).last.click()
    places = []
    for place in (second - 1, second):
        section, one = sections.nth(place), told[place]
        begin, end = (float(str(section.locator("line.ground").first.get_attribute(name))) for name in ("x1", "x2"))
        places.append((begin, (end - begin) / one["duration_s"]))
    (first_begin, scale), (second_begin, same_scale) = places
    assert same_scale == pytest.approx(scale)
    assert second_begin - first_begin == pytest.approx(told[second]["visit_offset_s"] * scale)
    expect(sections.nth(second)).to_contain_text("Same visit as above")
    shown = [one for one in told[: sections.count()] if one["lanes"]]
    n_dashed = sum(interval["is_inferred"] for one in shown for lane in one["lanes"] for interval in lane["intervals"])
    n_hatched = sum(len(one["gaps"]) for one in shown)
    assert n_dashed > 0 and n_hatched > 0, "the example has nothing dashed or hatched to look at"
    assert page.locator("figure section line.inferred").count() == n_dashed
    assert page.locator("figure section rect[fill^='url(']").count() == n_hatched
    sections.nth(second).scroll_into_view_if_needed()
    look_at(page, f"timelines-together-{size[0]}")


@SIZES
def test_an_analysis_that_takes_long_is_stopped_and_asked_again(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int]
) -> None:
    """By the keyboard: the request is given up, the focus is on the way back, and another filter gives up the last."""
    phone = make_phone("stopping", size=size, dark=False)
    page = phone.open()
    _enter(demo, phone, page)
    _look_at(page, demo, "transitions")
    given_up: list[str] = []
    page.on(
        "requestfailed", lambda asked: given_up.append(asked.url) if "/analyses/transitions?" in asked.url else None
    )
    page.locator("summary").filter(has_text=re.compile("filter", re.IGNORECASE)).click()
    asked = page.get_by_role("search").get_by_label("Structure", exact=True)
    alert = page.get_by_role("main").get_by_role("alert")
    with _taking_long(demo):
        asked.select_option(label="Directing")
        expect(page.get_by_role("status").filter(has_text="Counting …")).to_be_visible()
        asked.select_option(label="Doing for")
        look_at(page, f"analysis-waiting-{size[0]}")
        page.get_by_role("button", name="Stop", exact=True).press("Enter")
        expect(alert).to_have_text("Stopped.")
        expect(page.get_by_role("button", name="Try again", exact=True)).to_be_focused()
        look_at(page, f"analysis-stopped-{size[0]}")
    sure(lambda: [one.partition("structure=")[2] for one in given_up] == ["directing", "doing_for"], str(given_up))
    page.keyboard.press("Enter")
    expect(page.locator("footer")).to_be_visible()
    expect(alert).to_have_count(0)
    assert "Traceback" not in demo.output
    assert not [line for line in phone.console if "pageerror" in line]


@contextmanager
def _taking_long(demo: ServerProcess) -> Iterator[None]:
    """Meanwhile the server does nothing but keep whoever asks waiting."""
    assert demo.process is not None
    os.killpg(demo.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(demo.process.pid, signal.SIGCONT)


def _look_at(page: Page, demo: ServerProcess, name: str) -> None:
    page.goto(f"{demo.origin}/#/analysis/{name}")
    expect(page.locator("h1").first).to_be_visible()
    expect(page.get_by_text(re.compile(" …$"))).to_have_count(0, timeout=60_000)
    if name:
        expect(page.locator("footer")).to_be_visible(timeout=60_000)
