"""The codebook grows: drafted on a laptop, published for everybody, merged over old entries, and taken back again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e.field import EACH_SIZE, Field, sure
from tests.e2e.observer import NAME, PASSWORD
from tests.e2e.phone import TABLET, Phone, wait_for_worker, without_network
from tests.e2e.test_accessible import Eyes
from tests.e2e.test_records import look_at as take_picture

pytestmark = EACH_SIZE


def sign_in(playwright: Playwright, folder: Path, field: Field, size: tuple[int, int]) -> Phone:
    """Another device of the same person."""
    device = Phone(playwright, folder, field.server.origin, size=size)
    page = device.open("/#/sign-in")
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    # Where an encounter runs on another device, that is what stands there.
    start, end = (page.get_by_role("button", name=name, exact=True) for name in ("START", "End"))
    expect(start.or_(end).first).to_be_visible()
    wait_for_worker(page)
    return device


@pytest.fixture(scope="module")
def desk(
    playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory, desk_size: tuple[int, int]
) -> Iterator[Page]:
    """The screen at home."""
    device = sign_in(playwright, tmp_path_factory.mktemp("desk"), field, desk_size)
    yield device.page
    assert not [line for line in device.console if re.search("pageerror|Content Security Policy", line)]
    device.close()


@pytest.fixture(scope="module")
def tablet(playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A smaller screen, the same person."""
    device = sign_in(playwright, tmp_path_factory.mktemp("tablet"), field, TABLET)
    yield device.page
    device.close()


def look_at(page: Page, name: str) -> None:
    """A picture in each light, and axe on both."""
    eyes = Eyes(page)
    for scheme in ("light", "dark"):
        # Buttons fade from one look into the other, on a busy machine for long; without motion they do not.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        eyes.look(f"{name} {scheme}")
    width = str(page.evaluate("innerWidth"))
    take_picture(page, name if name.endswith(width) else f"{name}-{width}")
    assert not eyes.wrong, json.dumps(eyes.wrong, indent=1, ensure_ascii=False)


def codebooks(field: Field) -> list[dict[str, Any]]:
    """Versions as the server has them, the newest last."""
    place = f"{field.server.origin}/api/v1/studies/{field.study_id}/codebooks?limit=500"
    items = field.page.request.get(place).json()["items"]
    return sorted(items, key=lambda one: (int(one["version"]), str(one["status"])))


def newest(field: Field) -> dict[str, Any]:
    """The published version that is the newest."""
    return [one for one in codebooks(field) if one["status"] == "published"][-1]


def open_codebook(page: Page, field: Field) -> None:
    """The editor, with the newest version in it: a draft of an older one would be overtaken while it is written."""
    page.goto(f"{field.server.origin}/#/codebook")
    version = newest(field)["version"]
    expect(page.get_by_role("status").filter(has_text=f"Version {version}")).to_be_visible(timeout=90_000)
    expect(row(page).locator("ol .label").first).to_be_visible()


def row(page: Page, name: str = "Structures") -> Locator:
    """The section of one dimension."""
    return page.get_by_role("region", name=name, exact=True)


def names(page: Page, dimension: str = "Structures") -> list[str]:
    """What stands in a row, in order; codes in use only."""
    return [text.strip() for text in row(page, dimension).locator("ol .label").all_inner_texts()]


def choose(page: Page, name: str) -> Locator:
    """Open a code beside the list."""
    row(page).get_by_role("button", name=re.compile(rf"^{name}")).click()
    form = page.get_by_role("region", name="The chosen code", exact=True)
    expect(form.get_by_role("heading", name=name, exact=True)).to_be_visible()
    return form


def publish(page: Page, note: str, version: int) -> None:
    """The draft for everybody."""
    page.get_by_role("button", name="Publish…", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("What changed, and why").fill(note)
    sheet.get_by_role("button", name=f"Publish version {version}", exact=True).click()
    expect(sheet).to_have_count(0, timeout=30_000)
    expect(page.get_by_text(f"Version {version}", exact=False).first).to_be_visible()


def test_a_code_is_written_and_ordered_by_keyboard_and_by_hand(field: Field, desk: Page) -> None:
    """The draft stands there after a reload, and nobody else has heard of it."""
    open_codebook(desk, field)
    assert names(desk) == ["Directing", "Doing for", "Doing with", "Leaving be", "None of these", "Unclear"]
    handle = desk.get_by_role("button", name="Move Doing with: arrow keys up and down", exact=True)
    handle.focus()
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    expect(handle).to_be_focused()
    assert names(desk)[:3] == ["Doing with", "Directing", "Doing for"]
    box = desk.get_by_role("button", name="Move Leaving be: arrow keys up and down", exact=True).bounding_box()
    target = handle.bounding_box()
    assert box and target
    desk.mouse.move(box["x"] + 20, box["y"] + 20)
    desk.mouse.down()
    desk.mouse.move(target["x"] + 20, target["y"] + 30, steps=4)
    desk.mouse.up()
    assert names(desk)[:4] == ["Doing with", "Leaving be", "Directing", "Doing for"]
    form = choose(desk, "Directing")
    form.get_by_label("Definition", exact=True).fill("The task or the clock decides.")
    form.get_by_role("button", name="Take one from the entries").last.wait_for()
    form.get_by_label("Label · Danish", exact=True).fill("Dirigere")
    form.get_by_label("Control", exact=True).select_option("+2")
    expect(form.get_by_text("Set in this draft.")).to_be_visible()
    expect(desk.get_by_role("status").filter(has_text="draft with 2 changes")).to_be_visible()
    look_at(desk, "codebook-laptop")
    desk.reload()
    expect(row(desk)).to_be_visible()
    assert names(desk)[:4] == ["Doing with", "Leaving be", "Directing", "Doing for"]
    assert newest(field)["version"] == 1


def test_a_version_is_published_while_a_phone_without_a_network_goes_on(field: Field, desk: Page) -> None:
    """The phone codes with what it has, and says so, until it hears of the new version."""
    hand = field.begin(("Citizen", "C2"))
    hand.truth("on the server ✓")
    with without_network(field.page):
        publish(desk, "Doing with first; what Directing is", 2)
        hand.see("C2", structure="Doing for")
        expect(hand.group("Structures").get_by_role("button").first).to_have_accessible_name(re.compile("Directing"))
    sure(lambda: len(field.entries()) == 1, "the entry did not arrive")
    assert field.entries()[-1]["codebook_version"] == 1
    version = newest(field)
    assert (version["version"], version["note"]) == (2, "Doing with first; what Directing is")
    directing = next(code for code in version["codes"] if code["key"] == "directing")
    assert (directing["label"]["da"], directing["control"], directing["care"]) == ("Dirigere", 2, None)
    field.page.goto(f"{field.server.origin}/#/sync")
    field.page.get_by_role("button", name="Send now").tap()
    field.settle()
    field.begin()
    expect(hand.group("Structures").get_by_role("button").first).to_have_accessible_name(
        re.compile("Doing with"), timeout=60_000
    )
    form = choose(desk, "Directing")
    expect(form.get_by_text(re.compile(r"Set by observer-1, .* with version 2; not measured\."))).to_be_visible()
    assert json.dumps(version["codes"], ensure_ascii=False).count('"status": "retired"') == 0


def test_a_merge_recodes_old_entries(field: Field, desk: Page) -> None:
    """Numbers first, then one group of changes; the history has both codes."""
    hand = field.begin(("Citizen", "C3"))
    for _ in range(3):
        hand.see("C3", structure="Doing for")
    hand.see("C3", structure="Directing")
    hand.end()
    entries = field.entries()
    open_codebook(desk, field)
    form = choose(desk, "Doing for")
    n_all = sum(entry["structure"] == "doing_for" for entry in field.read("entries"))
    expect(form.get_by_text(re.compile(rf"^Entries with this code: {n_all}, in encounters: "))).to_be_visible()
    form.get_by_role("button", name="Merge into…").click()
    form.get_by_label("Merge into", exact=True).select_option(label="Doing with")
    form.get_by_role("button", name="Merge in the draft").click()
    before = newest(field)["version"]
    publish(desk, "Doing for goes up in Doing with", before + 1)
    desk.goto(f"{field.server.origin}/#/codebook/recode")
    desk.get_by_role("button", name="Plan it").click()
    preview = desk.get_by_role("region", name="What would happen", exact=True)
    expect(preview.get_by_role("listitem").first).to_contain_text(
        re.compile(rf"Doing for → Doing with\s*entries: {n_all},")
    )
    look_at(desk, "codebook-recode-laptop")
    desk.get_by_role("button", name=f"Recode {n_all} entries", exact=True).click()
    read = f"{field.server.origin}/api/v1/studies/{field.study_id}"
    sure(
        lambda: (
            not any(
                one["structure"] == "doing_for"
                for one in field.page.request.get(f"{read}/entries?limit=500").json()["items"]
            )
        ),
        "the entries were not recoded",
    )
    history = field.page.request.get(f"{read}/entries/{entries[0]['id']}/history").json()["items"]
    assert [(one["kind"], one["payload"].get("structure")) for one in history] == [
        ("entry.logged", "doing_for"), ("entry.amended", "doing_with"),
    ]  # fmt: skip
    assert history[1]["payload"]["codebook_version"] == before + 1
    groups = {one["group_id"] for one in history[1:]}
    assert len(groups) == 1 and None not in groups


def test_a_recoding_is_taken_back_from_another_device(field: Field, tablet: Page) -> None:
    """Every entry has its code back, but the one that somebody has coded by hand since."""
    entries = field.entries()
    n_all = sum(entry["structure"] == "doing_with" for entry in field.read("entries"))
    field.page.goto(f"{field.server.origin}/#/entry/{entries[2]['id']}")
    expect(field.page.get_by_label("Structure", exact=True)).to_have_value("doing_with", timeout=60_000)
    field.page.get_by_label("Structure", exact=True).select_option("directing")
    field.page.get_by_role("button", name="Save", exact=True).tap()
    sure(lambda: _entry(field, entries[2]["id"])["structure"] == "directing", "the code by hand did not arrive")
    tablet.goto(f"{field.server.origin}/#/sync")
    tablet.get_by_role("button", name="Send now").click()
    tablet.goto(f"{field.server.origin}/#/codebook/recode")
    earlier = tablet.get_by_role("region", name="Earlier changes to many entries", exact=True)
    expect(earlier.get_by_role("listitem").first).to_contain_text(f"entries: {n_all}", timeout=60_000)
    earlier.get_by_role("button", name="Take back…").first.click()
    expect(earlier.get_by_role("alert")).to_contain_text("left as they are: 1.")
    look_at(tablet, "codebook-take-back-tablet")
    earlier.get_by_role("button", name=f"Take back {n_all}", exact=True).click()
    sure(lambda: _entry(field, entries[0]["id"])["structure"] == "doing_for", "the undo did not arrive")
    assert [_entry(field, one["id"])["structure"] for one in entries] == [
        "doing_for",
        "doing_for",
        "directing",
        "directing",
    ]
    expect(earlier.get_by_role("listitem").filter(has_text="taken back")).to_have_count(1)


def _entry(field: Field, entry_id: str) -> dict[str, Any]:
    place = f"{field.server.origin}/api/v1/studies/{field.study_id}/entries?limit=500"
    return next(dict(one) for one in field.page.request.get(place).json()["items"] if one["id"] == entry_id)


def test_a_draft_that_was_overtaken_is_carried_over(field: Field, desk: Page, tablet: Page) -> None:
    """Two devices draft from one version: the second is told, carries over, and both changes stand in the end."""
    for page in (desk, tablet):
        page.goto(f"{field.server.origin}/#/sync")
        page.get_by_role("button", name="Send now").click()
        open_codebook(page, field)
    before = int(newest(field)["version"])
    expect(tablet.get_by_role("status").filter(has_text=f"Version {before}")).to_be_visible(timeout=60_000)
    choose(tablet, "Leaving be").get_by_label("Starts when", exact=True).fill("Nobody turns to anybody.")
    choose(desk, "Leaving be").get_by_label("Ends when", exact=True).fill("Somebody turns to somebody.")
    publish(desk, "How Leaving be ends", before + 1)
    expect(tablet.get_by_text("The codebook has moved on", exact=False)).to_be_visible(timeout=60_000)
    expect(tablet.get_by_role("button", name="Publish…", exact=True)).to_be_disabled()
    look_at(tablet, "codebook-moved-on-tablet")
    tablet.get_by_role("button", name=f"Carry the draft over to version {before + 1}", exact=True).click()
    publish(tablet, "How Leaving be begins", before + 2)
    code = next(one for one in newest(field)["codes"] if one["key"] == "leaving_be")
    assert (code["starts"], code["ends"]) == ("Nobody turns to anybody.", "Somebody turns to somebody.")
    tablet.goto(f"{field.server.origin}/#/codebook/versions")
    compare = tablet.get_by_role("region", name="Compare two versions", exact=True)
    expect(compare.get_by_role("listitem")).to_have_count(1)
    expect(compare).to_contain_text("Nobody turns to anybody.")
    compare.get_by_label("From", exact=True).select_option(str(before))
    expect(compare).to_contain_text("Somebody turns to somebody.")
    look_at(tablet, "codebook-versions-tablet")


def test_without_the_server_nothing_is_published_and_the_draft_stays(field: Field, desk: Page) -> None:
    """A version is published online only; the draft waits."""
    open_codebook(desk, field)
    choose(desk, "Directing").get_by_label("Example", exact=True).fill("P1: “nu”")
    before = len(codebooks(field))
    with without_network(desk):
        desk.get_by_role("button", name="Publish…", exact=True).click()
        sheet = desk.get_by_role("dialog")
        sheet.get_by_label("What changed, and why").fill("An example")
        sheet.get_by_role("button", name=re.compile("^Publish version")).click()
        expect(sheet.get_by_role("alert")).to_contain_text("can only be published online")
        sheet.get_by_role("button", name="Cancel", exact=True).click()
    assert len(codebooks(field)) == before
    desk.reload()
    expect(choose(desk, "Directing").get_by_label("Example", exact=True)).to_have_value("P1: “nu”")
    desk.get_by_role("button", name="Discard the draft", exact=True).click()
    desk.get_by_role("button", name="Discard them", exact=True).click()
    expect(desk.get_by_role("status").filter(has_text="draft with")).to_have_count(0)


def test_a_code_from_the_field_is_taken_in_with_its_entries_and_an_example(field: Field, desk: Page) -> None:
    """Proposed on the phone, tidied at the desk under the same key, with words from the field as its example."""
    hand = field.begin(("Citizen", "C4"))
    hand.more("New code")
    sheet = field.page.get_by_role("dialog").last
    sheet.get_by_label("Provisional label").fill("Hums")
    sheet.get_by_role("button", name="Add to the row", exact=True).tap()
    hand.see("C4", action="Hums")
    field.page.get_by_role("region", name="Last entry").get_by_role("button", name="Write words").tap()
    field.page.get_by_role("dialog").get_by_label("What was said or seen").fill("nynner for sig selv")
    hand.tap("Save words")
    hand.end()
    key = field.entries()[0]["action"]
    assert key.startswith("p_")
    open_codebook(desk, field)
    proposed = desk.get_by_role("region", name="From the field", exact=True)
    expect(proposed.get_by_role("listitem")).to_contain_text(re.compile(r"Hums.*entries: 1", re.DOTALL), timeout=60_000)
    look_at(desk, "codebook-from-the-field")
    proposed.get_by_role("button", name="Take it in").click()
    expect(proposed).to_have_count(0)
    row(desk, "Actions").get_by_role("button", name=re.compile("^Hums")).click()
    form = desk.get_by_role("region", name="The chosen code", exact=True)
    form.get_by_role("button", name="Take one from the entries").first.click()
    desk.get_by_role("dialog").get_by_role("button").filter(has_text="nynner for sig selv").click()
    expect(form.get_by_label("Example", exact=True)).to_have_value("C4: nynner for sig selv")
    publish(desk, "Hums, from the field", int(newest(field)["version"]) + 1)
    hums = next(code for code in newest(field)["codes"] if code["key"] == key)
    assert (hums["status"], hums["label"]) == ("active", {"en": "Hums"})
    assert hums["example"] == "C4: nynner for sig selv"


def test_a_codebook_leaves_and_comes_back_as_a_file(field: Field, desk: Page, tmp_path: Path) -> None:
    """Saved as YAML and read without a difference; a file that is none says where; a starter begins a draft."""
    desk.goto(f"{field.server.origin}/#/codebook/versions")
    files = desk.get_by_role("region", name="Files and starters", exact=True)
    with desk.expect_download() as download:
        files.get_by_role("button", name="Save the codebook as a file (YAML)").click()
    saved = tmp_path / "codebook.yaml"
    download.value.save_as(saved)
    assert "key: directing" in saved.read_text("utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("codes:\n  - dimension: structure\n    key: Not A Key\n    label: {en: x}\n")
    files.get_by_label("Read a codebook file (YAML)").set_input_files(wrong)
    expect(files.get_by_role("alert")).to_contain_text("not a codebook that can be read")
    expect(files.get_by_role("listitem").filter(has_text="2 · key")).to_be_visible()
    files.get_by_label("Read a codebook file (YAML)").set_input_files(saved)
    expect(desk.get_by_role("status").filter(has_text="draft with 0 changes")).to_be_visible()
    desk.goto(f"{field.server.origin}/#/codebook/versions")
    files.get_by_role("button", name="Show the starters").click()
    files.get_by_role("listitem").filter(has_text="Actions").get_by_role("button").click()
    files.get_by_role("button", name="Replace the draft").click()
    expect(row(desk).get_by_text(re.compile("^Retired: "))).to_be_visible()
    assert names(desk) == ["None of these", "Unclear"]
    desk.get_by_role("button", name="Discard the draft", exact=True).click()
    desk.get_by_role("button", name="Discard them", exact=True).click()


def test_codes_take_shape_are_retired_and_come_back(field: Field, desk: Page) -> None:
    """Stretch, scope, set, key, care and color are what is published; parts, retired and restored reach the phone."""
    open_codebook(desk, field)
    form = choose(desk, "Leaving be")
    form.get_by_label("Moment or stretch", exact=True).select_option(label="a stretch of time")
    form.get_by_label("Belongs to", exact=True).select_option(label="who acts")
    form.get_by_label("Exclusive set", exact=True).fill("Ro & fred")
    form.get_by_label("Exclusive set", exact=True).press("Enter")
    expect(form.get_by_label("Exclusive set", exact=True)).to_have_value("ro_fred")
    form.get_by_role("button", name="Split…", exact=True).click()
    form.get_by_label("Name of part 1", exact=True).fill("Leaving alone")
    form.get_by_label("Name of part 2", exact=True).fill("Watching over")
    form.get_by_role("button", name="Split in the draft", exact=True).click()
    form = choose(desk, "Doing with")
    form.get_by_label("Counter-example", exact=True).fill("P1 does it, C1 looks on.")
    form.get_by_label("Key at the desk", exact=True).fill("w")
    form.get_by_label("Care", exact=True).select_option("+1")
    form.get_by_role("radio", name="Color 7", exact=True).check(force=True)
    form = choose(desk, "Directing")
    form.get_by_role("button", name="Retire", exact=True).click()
    expect(form.get_by_text("Retired: not offered any more")).to_be_visible()
    version = int(newest(field)["version"])
    publish(desk, "Two ways of leaving be; no more directing", version + 1)
    codes = {code["label"].get("en"): code for code in newest(field)["codes"] if code["dimension"] == "structure"}
    assert {codes[name]["status"] for name in ("Leaving be", "Directing")} == {"retired"}
    doing_with = codes["Doing with"]
    assert (doing_with["counter_example"], doing_with["shortcut"]) == ("P1 does it, C1 looks on.", "w")
    assert (doing_with["care"], doing_with["color"]) == (1, "#A85430")
    for name in ("Leaving alone", "Watching over"):
        part = codes[name]
        assert (part["status"], part["timing"], part["scope"], part["exclusive_set"]) == (
            "active", "state", "act", "ro_fred",
        )  # fmt: skip
    row(desk).get_by_text(re.compile("^Retired: ")).click()
    form = choose(desk, "Directing")
    form.get_by_role("button", name="Use it again", exact=True).click()
    publish(desk, "Directing again", version + 2)
    hand = field.begin(("Citizen", "C5"))
    structures = hand.group("Structures").get_by_role("button")
    expect(structures.filter(has_text="Watching over")).to_be_visible(timeout=60_000)
    expect(structures.filter(has_text="Directing")).to_be_visible()
    expect(structures.filter(has_text="Leaving be")).to_have_count(0)
    hand.end()
