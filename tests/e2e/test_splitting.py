"""A code that was two: split in the codebook, its old entries sorted by a plan, and all of it taken back elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.field import EACH_SIZE, Field, sure
from tests.e2e.phone import without_network
from tests.e2e.test_codebook import choose, look_at, newest, open_codebook, publish, sign_in

pytestmark = EACH_SIZE
SEEN = [("C1", "går ud i køkkenet", "Doing for"), ("P1", "sidder ved vinduet", "Doing for"),
        ("C1", "siger intet", "Doing for"), ("C1", "nikker", "Directing")]  # fmt: skip


@pytest.fixture(scope="module")
def desk(
    playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory, desk_size: tuple[int, int]
) -> Iterator[Page]:
    """The screen at home."""
    device = sign_in(playwright, tmp_path_factory.mktemp("desk"), field, desk_size)
    yield device.page
    device.close()


def structures(field: Field, visit: str) -> list[str]:
    """How the entries of an encounter are coded on the server, in stream order."""
    place = f"{field.server.origin}/api/v1/studies/{field.study_id}/entries?limit=500"
    items: list[dict[str, Any]] = field.page.request.get(place).json()["items"]
    return [str(one["structure"]) for one in items if one["encounter_id"] == visit]


def split_in_two(desk: Page, field: Field) -> tuple[str, str]:
    """*Doing for* is two codes in a new version; their keys."""
    open_codebook(desk, field)
    form = choose(desk, "Doing for")
    form.get_by_role("button", name="Split…", exact=True).click()
    form.get_by_label("Name of part 1", exact=True).fill("Taking over")
    form.get_by_label("Name of part 2", exact=True).fill("Sparing")
    form.get_by_role("button", name="Split in the draft", exact=True).click()
    version = int(newest(field)["version"]) + 1
    publish(desk, "Taking over is not sparing", version)
    keys = {code["label"].get("en"): code["key"] for code in newest(field)["codes"] if code["dimension"] == "structure"}
    return keys["Taking over"], keys["Sparing"]


def plan(desk: Page) -> None:
    """Which old entries become what: by who and by words; the others stay."""
    desk.goto(f"{desk.url.partition('#')[0]}#/codebook/recode")
    desk.get_by_role("button", name="Plan it").click()
    first = desk.get_by_role("listitem", name="Rule 1", exact=True)
    first.get_by_label("Who", exact=True).select_option(label="C1")
    first.get_by_label("Words contain", exact=True).fill("KØKKEN")
    first.get_by_label("Become", exact=True).select_option(label="Taking over")
    desk.get_by_role("button", name="Add a rule", exact=True).click()
    second = desk.get_by_role("listitem", name="Rule 2", exact=True)
    second.get_by_label("Who", exact=True).select_option(label="P1")
    second.get_by_label("Become", exact=True).select_option(label="Sparing")


def test_old_entries_of_a_split_code_are_sorted_by_rules_and_taken_back(field: Field, desk: Page) -> None:
    """Who and which words decide, others go where the last line says: numbers first, one group, a way back, history."""
    hand = field.begin(("Professional", "P1"), ("Citizen", "C1"))
    for actor, words, structure in SEEN:
        hand.see(actor, structure=structure)
        field.page.get_by_role("region", name="Last entry").get_by_role("button", name="Write words").tap()
        field.page.get_by_role("dialog").get_by_label("What was said or seen").fill(words)
        hand.tap("Save words")
    hand.end()
    visit = str(field.last_encounter()["id"])
    before = structures(field, visit)
    over, sparing = split_in_two(desk, field)
    plan(desk)
    preview = desk.get_by_role("region", name="What would happen", exact=True)
    expect(preview.get_by_role("listitem")).to_contain_text(
        [re.compile(r"Doing for → Taking over\s*entries: 1,"), re.compile(r"Doing for → Sparing\s*entries: 1,"),
         re.compile(r"Stay as they are\s*.*1")]
    )  # fmt: skip
    desk.get_by_label("All others", exact=True).select_option(label="Sparing")
    expect(preview.get_by_role("listitem").nth(1)).to_contain_text("entries: 2,")
    look_at(desk, "codebook-split-plan")
    desk.get_by_role("button", name="Recode 3 entries", exact=True).click()
    sure(lambda: structures(field, visit) == [over, sparing, sparing, "directing"], "not sorted by the rules")
    told = field.page.request.get(
        f"{field.server.origin}/api/v1/studies/{field.study_id}/entries/{field.entries(visit)[0]['id']}/history"
    ).json()["items"]
    assert [one["payload"].get("structure") for one in told if "structure" in one["payload"]] == ["doing_for", over]
    # Taken back on the other device, after a while without a network, and there the old code stands again.
    other = field.page
    other.goto(f"{field.server.origin}/#/codebook/recode")
    earlier = other.get_by_role("region", name="Earlier changes to many entries", exact=True)
    expect(earlier.get_by_role("listitem").first).to_contain_text("entries: 3", timeout=60_000)
    with without_network(other):
        earlier.get_by_role("button", name="Take back…").first.tap()
        earlier.get_by_role("button", name="Take back 3", exact=True).tap()
        expect(earlier.get_by_role("listitem").filter(has_text="taken back")).to_have_count(1)
        waiting = other.get_by_role("main").locator(".pending").filter(has_text="Doing for")
        expect(waiting).to_contain_text("entries: 3")
    sure(lambda: structures(field, visit) == before, "the plan was not taken back")
    expect(desk.get_by_text("Doing for", exact=True).first).to_be_visible(timeout=60_000)
