"""A newcomer's first evening: from the example's passages to a second version of the codebook, and what it does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.phone import LAPTOP
from tests.e2e.test_codebook import TABLET, look_at
from tests.e2e.test_screens import _enter, demo, server
from tests.fixtures.server_process import ServerProcess

__all__ = ["demo", "server"]


def counts(page: Page, demo: ServerProcess) -> dict[str, int]:
    """Entries by structure, as the screen of frequencies asks for them."""
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    study = next(one["study_id"] for one in studies if "xampl" in one["title"])
    answer = page.request.get(f"{demo.origin}/api/v1/studies/{study}/analyses/frequencies").json()
    return {str(one["key"]): int(one["n"]) for one in answer["result"]["rows"] if one["key"]}


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
