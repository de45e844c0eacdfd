"""In the evening: what was jotted on the phone is mended from two devices, and is never more than text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP, TABLET
from tests.e2e.test_codebook import look_at

SIZES = pytest.mark.parametrize(
    "size", [LAPTOP, pytest.param(TABLET, marks=pytest.mark.deep)], ids=["1280x800", "1024x768"]
)

# What runs if any of it is ever read as a page: an image that fails, a script, a link, a template.
HOSTILE = '<img src=x onerror="hacked=1"><script>hacked=1</script> javascript:hacked=1 {{hacked=1}} &lt;b&gt;'


def stored(field: Field, entry_id: str) -> dict[str, Any]:
    """The entry as the server has it just now, whatever stands on the phone's screen."""
    answer = field.page.request.get(f"{field.server.origin}/api/v1/studies/{field.study_id}/entries?limit=500").json()
    return next(dict(one) for one in answer["items"] if one["id"] == entry_id)


def conflicts(field: Field) -> set[str]:
    """The fields in which a person has to choose, as the server has it."""
    found = field.page.request.get(f"{field.server.origin}/api/v1/studies/{field.study_id}/conflicts").json()["items"]
    return {one["field"] for thing in found for one in thing["conflicts"]}


def open_in_review(laptop: Field, words: str) -> Page:
    """The row that holds these words, with its editor beside the table."""
    page = laptop.page
    page.goto(f"{laptop.server.origin}/#/review")
    page.get_by_role("row").filter(has_text=words).click(timeout=60_000)
    expect(page.get_by_role("complementary", name="The chosen entry")).to_be_visible()
    return page


def rewrite(page: Page, words: str) -> None:
    """Other words into the editor that is open, and save."""
    page.get_by_label("Words", exact=True).fill(words)
    page.get_by_role("button", name="Save", exact=True).click()


def test_an_entry_is_mended_in_the_review_and_on_the_timeline(field: Field, laptop: Field) -> None:
    """Coded on the laptop, worded on the phone: each sees the other's, and the history names both."""
    hand = field.begin(("Citizen", "C1"))
    hand.see("C1", action="Asks")
    hand.write("hvornår kommer I igen", actor="C1")
    hand.end()
    entry_id = field.entries()[-1]["id"]
    page = open_in_review(laptop, "hvornår kommer I igen")
    panel = page.get_by_role("complementary", name="The chosen entry")
    panel.get_by_label("Structure", exact=True).select_option(label="Directing")
    panel.get_by_role("button", name="Save", exact=True).click()
    sure(lambda: stored(field, entry_id)["structure"] == "directing", "the structure did not arrive")
    field.page.goto(f"{field.server.origin}/#/entry/{entry_id}")
    expect(field.page.get_by_label("Structure", exact=True)).to_have_value("directing", timeout=60_000)
    rewrite(field.page, "hvornår kommer I igen, spørger hun")
    sure(lambda: stored(field, entry_id)["jotting"].endswith(", spørger hun"), "the words did not arrive")
    said = stored(field, entry_id)
    assert said["jotting"] == "hvornår kommer I igen, spørger hun"
    assert (said["structure"], said["structure_origin"]) == ("directing", "later")
    history = f"{field.server.origin}/api/v1/studies/{field.study_id}/entries/{entry_id}/history"
    assert [one["kind"] for one in field.page.request.get(history).json()["items"]] == [
        "entry.logged", "entry.amended", "entry.amended", "entry.amended",
    ]  # fmt: skip


def test_words_written_apart_are_kept_side_by_side_and_put_together(field: Field, laptop: Field) -> None:
    """Two devices, no network, one sentence: both versions stand, until a person keeps both."""
    hand = field.begin(("Citizen", "C2"))
    hand.write("hun ser væk", actor="C2")
    hand.end()
    entry_id = field.entries()[-1]["id"]
    page = open_in_review(laptop, "hun ser væk")
    field.page.goto(f"{field.server.origin}/#/entry/{entry_id}")
    expect(field.page.get_by_label("Words", exact=True)).to_be_visible()
    field.go_offline()
    rewrite(page, "hun ser væk, mod vinduet")
    rewrite(field.page, "hun ser væk, vred?")
    field.come_home()
    conflicts = f"{field.server.origin}/api/v1/studies/{field.study_id}/conflicts"
    sure(lambda: len(field.page.request.get(conflicts).json()["items"]) == 1, "the two did not meet")
    field.page.goto(f"{field.server.origin}/#/sync")
    field.page.get_by_role("link", name="Conflicts: 1", exact=True).tap(timeout=60_000)
    expect(field.page.get_by_role("heading", name="Written apart")).to_be_visible(timeout=60_000)
    apart = field.page.get_by_role("article")
    expect(apart).to_contain_text("hun ser væk, mod vinduet")
    expect(apart).to_contain_text("hun ser væk, vred?")
    apart.get_by_role("button", name="Keep both", exact=True).tap()
    expect(field.page.get_by_role("heading", name="Written apart")).to_be_hidden()
    sure(lambda: field.page.request.get(conflicts).json()["items"] == [], "the conflict is still there")
    kept = stored(field, entry_id)["jotting"]
    assert "hun ser væk, mod vinduet" in kept and "hun ser væk, vred?" in kept


@SIZES
def test_what_was_coded_and_worded_apart_is_chosen_beside_the_table(
    field: Field, laptop: Field, size: tuple[int, int]
) -> None:
    """Texts can be put together there too; a code is chosen, and u takes that choice back and nothing else."""
    hand = field.begin(("Citizen", f"D{size[0]}"))
    hand.write(f"hun nikker {size[0]}", actor=f"D{size[0]}")
    hand.end()
    entry_id = field.entries()[-1]["id"]
    laptop.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = open_in_review(laptop, f"hun nikker {size[0]}")
    field.page.goto(f"{field.server.origin}/#/entry/{entry_id}")
    expect(field.page.get_by_label("Words", exact=True)).to_be_visible()
    field.go_offline()
    for one, code, words in ((page, "Doing for", "til P1"), (field.page, "Directing", "ikke")):
        one.locator("form").get_by_label("Structure", exact=True).select_option(label=code)
        rewrite(one, f"hun nikker {words} {size[0]}")
    field.come_home()
    sure(lambda: conflicts(field) == {"jotting", "structure"}, "the two did not meet")
    panel = page.get_by_role("complementary", name="The chosen entry")
    worded = panel.get_by_role("region", name="Words: written twice")
    expect(worded).to_contain_text(f"hun nikker til P1 {size[0]}")
    expect(worded).to_contain_text(f"hun nikker ikke {size[0]}")
    coded = panel.get_by_role("region", name="Structure: written twice")
    look_at(page, f"entry-apart-{size[0]}")
    worded.get_by_role("button", name="Keep both", exact=True).click()
    expect(worded).to_have_count(0)
    shown = stored(field, entry_id)["structure"]
    other = {"directing": "Doing for", "doing_for": "Directing"}[shown]
    coded.get_by_role("paragraph").filter(has_text=other).get_by_role("button", name="Keep this", exact=True).click()
    sure(lambda: conflicts(field) == set(), "what was chosen did not arrive")
    kept = stored(field, entry_id)
    assert kept["structure"] != shown
    for words in ("til P1", "ikke"):
        assert f"hun nikker {words} {size[0]}" in kept["jotting"]
    expect(panel.get_by_label("Structure", exact=True).locator("option:checked")).to_have_text(other)
    page.locator("body").press("u")
    sure(lambda: stored(field, entry_id)["structure"] == shown, "the choice was not taken back")
    assert stored(field, entry_id)["jotting"] == kept["jotting"]


@SIZES
def test_an_editor_goes_on_with_what_a_strike_leaves(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """What was typed since the last save stays, without the name, after a reload too; other fields stay as chosen."""
    name = f"Karenmarie{size[0]}"
    hand = field.begin(("Citizen", f"E{size[0]}"))
    hand.write(f"så siger {name} nej", actor=f"E{size[0]}")
    hand.end()
    entry_id = field.entries()[-1]["id"]
    page = laptop.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{laptop.server.origin}/#/entry/{entry_id}")
    words = page.get_by_label("Words", exact=True)
    expect(words).to_have_value(f"så siger {name} nej")
    words.fill(f"så siger {name} nej, og {name} rejser sig")
    structure = page.get_by_label("Structure", exact=True)
    structure.select_option(label="Directing")
    page.get_by_role("button", name="Strike words", exact=True).click()
    sheet = page.get_by_role("dialog", name="Strike words")
    sheet.get_by_role("button", name=re.compile(f"^Strike “{name}")).click()
    expect(sheet).to_have_count(0)
    left = "så siger ▮ nej, og ▮ rejser sig"
    expect(words).to_have_value(left)
    expect(structure.locator("option:checked")).to_have_text("Directing")
    assert name not in page.locator("body").inner_text()
    look_at(page, f"entry-struck-{size[0]}")
    page.reload()
    expect(words).to_have_value(left)
    structure.select_option(label="Directing")
    page.get_by_role("button", name="Save", exact=True).click()
    sure(lambda: stored(field, entry_id)["jotting"] == left, "the words did not arrive")
    assert stored(field, entry_id)["structure"] == "directing"
    feed = f"{field.server.origin}/api/v1/studies/{field.study_id}/changes?after=0&limit=500"
    assert name not in field.page.request.get(feed).text()


def test_nothing_that_was_written_is_ever_read_as_a_page(field: Field, laptop: Field, tmp_path: Path) -> None:
    """Words and pseudonyms stand as text wherever they are shown: capture, timeline, day, search, review, report."""
    hand = field.begin(("Citizen", HOSTILE[:40]))
    hand.write(HOSTILE)
    hand.end()
    entry = field.entries()[-1]
    for place in (
        f"encounter/{entry['encounter_id']}",
        f"entry/{entry['id']}",
        f"show/{entry['encounter_id']}",
        "sync",
    ):
        field.page.goto(f"{field.server.origin}/#/{place}")
        expect(field.page.locator("h1").first).to_be_visible()
        assert field.page.locator("img, script:not([src]), main [onerror]").count() == 0
    field.page.goto(f"{field.server.origin}/#/encounter/{entry['encounter_id']}")
    expect(field.page.get_by_text(HOSTILE).first).to_be_visible()
    page = open_in_review(laptop, "hacked=1")
    page.goto(f"{field.server.origin}/#/analysis/timeline")
    expect(page.locator("footer")).to_be_visible(timeout=60_000)
    report = page.request.get(f"{field.server.origin}/api/v1/studies/{field.study_id}/report?format=html")
    (tmp_path / "report.html").write_bytes(report.body())
    assert re.search(rb"<script|onerror=[^&]", report.body()) is None
    for one in (field.page, page):
        assert one.evaluate("typeof hacked") == "undefined"
    for device in (field.phone, laptop.phone):
        assert not [line for line in device.console if "pageerror" in line or "Content Security Policy" in line]
