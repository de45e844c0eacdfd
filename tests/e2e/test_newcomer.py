"""A newcomer's first evening: from the example's passages to a second version of the codebook, and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.field import sure
from tests.e2e.phone import LAPTOP, TABLET
from tests.e2e.test_codebook import look_at
from tests.e2e.test_screens import _enter, demo, server
from tests.fixtures.server_process import ServerProcess

__all__ = ["demo", "server"]


def study_of(page: Page, demo: ServerProcess) -> str:
    """Where the example study answers."""
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    return f"{demo.origin}/api/v1/studies/{next(one['study_id'] for one in studies if 'xampl' in one['title'])}"


def counts(page: Page, demo: ServerProcess) -> dict[str, int]:
    """Entries by structure, as the screen of frequencies asks for them."""
    answer = page.request.get(f"{study_of(page, demo)}/analyses/frequencies").json()
    return {str(one["key"]): int(one["n"]) for one in answer["result"]["rows"] if one["key"]}


def write_about(page: Page, demo: ServerProcess, choose: Callable[[], object]) -> None:
    """A paragraph about each of the first three passages, anchored to every entry in it; as the server has them."""
    passages = page.get_by_role("main").locator("section")
    expected = []
    for number in range(3):
        page.goto(f"{demo.origin}/#/analysis/passages")
        choose()
        passage = passages.nth(number)
        links = passage.get_by_role("list").get_by_role("link").all()
        first, *others = [str(link.get_attribute("href")).rsplit("/", 1)[1] for link in links]
        passage.get_by_role("link", name="Write up", exact=True).click()
        page.locator(f"#entry-{first} button.pick").click()
        page.keyboard.type(f"Passage {number}: from directing to doing with.")
        for other in others:
            page.locator(f"#entry-{other}").get_by_role("button", name="Add to this paragraph").click()
        page.get_by_role("link", name="Back to the timeline").click()
        expect(page.get_by_role("list", name="Entries in time")).to_be_visible()
        expected.append({first, *others})
    sure(lambda: anchored(page, demo) == expected, "the three paragraphs did not arrive with their anchors")
    page.goto(f"{demo.origin}/#/analysis/passages")


def anchored(page: Page, demo: ServerProcess) -> list[set[str]]:
    """To which entries the paragraphs about passages are anchored, in the order in which they were written."""
    notes = page.request.get(f"{study_of(page, demo)}/fieldnotes?limit=500").json()["items"]
    told = sorted((note["text"], note["anchors"]) for note in notes if "Passage " in note["text"])
    by_number = sorted(told, key=lambda one: one[0][one[0].index("Passage ") :])
    return [set(anchors) for _, anchors in by_number]


@pytest.mark.parametrize("size", [LAPTOP, pytest.param(TABLET, marks=pytest.mark.deep)], ids=["laptop", "tablet"])
def test_a_newcomer_finds_passages_merges_a_code_and_sees_the_analysis_change(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int]
) -> None:
    """Where directing turned into doing-with; then *doing for* goes up in *directing*, in version 2."""
    device = make_phone("newcomer", size=size, dark=False)
    page = device.open("/")
    _enter(demo, device, page)
    page.goto(f"{demo.origin}/#/analysis/passages")
    which = page.get_by_label("Which turns", exact=True)
    wanted = which.locator("option").filter(has_text=re.compile(r"^Directing → Doing with"))
    which.select_option(label=wanted.inner_text(timeout=60_000))
    turns = page.get_by_role("heading", name="Directing → Doing with", exact=True)
    assert turns.count() >= 3
    write_about(page, demo, lambda: which.select_option(label=wanted.inner_text(timeout=60_000)))
    before = counts(page, demo)
    assert before["doing_for"] > 0
    page.goto(f"{demo.origin}/#/codebook")
    page.get_by_role("region", name="Structures", exact=True).get_by_role(
        "button", name=re.compile("^Doing for")
    ).click()
    form = page.get_by_role("region", name="The chosen code", exact=True)
    form.get_by_role("button", name="Merge into…").click()
    form.get_by_label("Merge into", exact=True).select_option(label="Directing")
    form.get_by_role("button", name="Merge in the draft").click()
    page.get_by_role("button", name="Publish…", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("What changed, and why").fill("We could not tell the two apart.")
    look_at(page, f"newcomer-publish-{size[0]}")
    sheet.get_by_role("button", name="Publish version 2", exact=True).click()
    expect(sheet).to_have_count(0, timeout=60_000)
    page.get_by_role("button", name="Recode entries", exact=True).click()
    page.get_by_role("button", name="Plan it", exact=True).click()
    page.get_by_role("button", name=re.compile(r"^Recode \d+ entries$")).click()
    expect(page.get_by_role("region", name="Earlier changes to many entries", exact=True)).to_be_visible()
    page.goto(f"{demo.origin}/#/sync")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Everything is on the server", exact=False).first).to_be_visible(timeout=60_000)
    after = counts(page, demo)
    assert after.get("doing_for", 0) == 0
    assert after["directing"] == before["directing"] + before["doing_for"]
    page.goto(f"{demo.origin}/#/analysis/frequencies")
    expect(page.locator("footer")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Directing", exact=True).locator("visible=true").first).to_be_visible()
    expect(page.get_by_text("Doing for", exact=True).locator("visible=true")).to_have_count(0)
    look_at(page, f"newcomer-frequencies-{size[0]}")
