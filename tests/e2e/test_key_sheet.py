"""Real names on paper and in a local file: texts are checked against it in the tab, and nothing of it leaves."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.field import Field, Founding, sure
from tests.e2e.observer import NAME, PASSWORD
from tests.e2e.phone import LAPTOP, PHONE, profile_holds
from tests.e2e.test_codebook import look_at
from tests.e2e.test_screens import PICTURES
from tests.fixtures.server_process import ServerProcess

# In the file and in no text: whatever it is found in has it from the file.
MARKER = "Hemmelighedsnavnet"
OPEN = "A key sheet is open in this tab"
CHECKED = "Check texts against the key sheet"


class Wire:
    """Every request that the browser makes, its service worker's too, with address, headers and body."""

    def __init__(self, context: BrowserContext) -> None:
        self.sent: list[bytes] = []
        context.on("request", self._take)

    def _take(self, request: Request) -> None:
        body = request.post_data_buffer or b""
        plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
        self.sent.append(b"\n".join([request.url.encode(), repr(request.headers).encode(), plain]))

    def holds(self, words: str) -> list[bytes]:
        """Those in which the words stand, in any case and in the ways of writing them in an address or in JSON."""
        forms = [words.encode(), words.encode("utf-16-le"), words.encode("latin-1")]
        return [one for one in self.sent if any(form.lower() in one.lower() for form in forms)]


@pytest.fixture
def server(founded: ServerProcess) -> ServerProcess:
    """Of a study that is there already."""
    return founded


@pytest.fixture
def field(founding: Founding, server: ServerProcess, make_phone: MakePhone) -> Field:
    """A phone with a study."""
    return founding.open_phone(server, make_phone("phone"))


def sign_in(make_phone: MakePhone, name: str, size: tuple[int, int] = LAPTOP, locale: str = "en-GB") -> Field:
    """Another device of the same person, signed in."""
    device = make_phone(name, size=size, locale=locale)
    page = device.open("/#/sign-in")
    page.locator("input[autocomplete=username]").fill(NAME)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("button", name=re.compile("^START"))).to_be_visible()
    return Field(None, device)  # type: ignore[arg-type]  # only its page is used


def fill(page: Page, file: Path | dict[str, object]) -> None:
    """Choose a file where a key sheet is opened."""
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # a path or a file in memory


def bad(content: bytes, name: str = "key.csv") -> dict[str, object]:
    """A file that is none."""
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def hints(place: Page | Locator) -> list[str]:
    """What has a dotted line under it."""
    return [one.strip() for one in place.locator(".hint").all_inner_texts()]


def strike(page: Page, button: str, parts: str, pseudonym: str) -> None:
    """One touch on the name, and what stands there then is right already."""
    page.get_by_role("button", name=button, exact=True).first.click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("radio", name=pseudonym, exact=True)).to_be_checked()
    sheet.get_by_role("button", name=f"Strike {parts}", exact=True).click()
    expect(sheet).to_have_count(0)


def printed(page: Page) -> str:
    """What would stand on paper."""
    page.emulate_media(media="print")
    text = str(page.evaluate("document.body.innerText"))
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "key-sheet-paper.png", full_page=True)
    page.emulate_media(media="screen")
    return text


def filled_in(page: Page, folder: Path) -> Path:
    """The empty table, saved from the screen and filled in as a spreadsheet on Windows would write it."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as an empty table (CSV)").click()
    table = Path(download.value.path()).read_text("utf-8-sig")
    assert table.splitlines() == ["pseudonym;name", "C1;", "C2;"]
    filled = table.replace("C1;", f"C1;Karen Sørensen|{MARKER}").replace("C2;", "C2;Birthe")
    file = folder / "noeglen.csv"
    file.write_bytes(filled.encode("windows-1252"))
    return file


def open_sheet(page: Page, origin: str, folder: Path) -> Path:
    """From People to an open key sheet: what is printed, what is refused, what is taken."""
    page.goto(f"{origin}/#/people")
    page.get_by_role("link", name="Key sheet", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("^C1 Citizen"))).to_be_visible()
    paper = printed(page)
    assert paper.startswith("Key sheet: Home care North"), paper
    assert re.search(r"\d{4} · Keep it apart from the notes, under lock; destroy it at the end of the study\.", paper)
    for other in ("People", "Print", "Save as", "Open key sheet", "Skygge", "observer-1"):
        assert other not in paper, other
    look_at(page, "key-sheet")
    file = filled_in(page, folder)
    refused = page.get_by_role("alert")
    fill(page, bad(b"PK\x03\x04" + MARKER.encode(), "key.xlsx"))
    expect(refused).to_have_text(
        "That is a workbook of a spreadsheet program. Save it there as CSV, and open that file."
    )
    fill(page, bad(f"C1;Karen\n{MARKER};Karen".encode()))
    expect(refused).to_have_text("A pseudonym that this study does not have: line 2. Nothing was opened.")
    look_at(page, "key-sheet-refused")
    expect(page.get_by_text(OPEN)).to_have_count(0)
    fill(page, file)
    expect(page.get_by_text(f"{OPEN} (3 names)").first).to_be_visible()
    expect(refused).to_have_count(0)
    assert OPEN not in printed(page)
    return file


def test_names_are_found_with_a_file_that_never_leaves_the_tab(
    field: Field, make_phone: MakePhone, tmp_path: Path
) -> None:
    """Printed, filled in, opened; found at write-up, struck; found before the export, struck; and nowhere else."""
    origin = field.server.origin
    hand = field.begin(("Citizen", "C1"), ("Citizen", "C2"))
    hand.write("så siger Karens datter, at karen venter", actor="C1")
    hand.write("birthe går ud", actor="C2")
    hand.end()
    visit = field.last_encounter()["id"]
    laptop = sign_in(make_phone, "laptop")
    page = laptop.page
    wire = Wire(page.context)
    file = open_sheet(page, origin, tmp_path)

    page.goto(f"{origin}/#/write/{visit}")
    aside = page.get_by_role("complementary")
    expect(aside.locator(".hint")).to_have_text(["Karens", "karen", "birthe"])
    aside.get_by_role("button").filter(has_text="Karens datter").first.click()
    page.keyboard.press("End")
    page.keyboard.type(". Sørensen går.")
    note = page.get_by_role("region", name="Field note")
    expect(note.locator(".hint")).to_have_text(["Karens", "karen", "Sørensen"])
    assert not wire.holds("sørensen")
    look_at(page, "key-sheet-writeup")
    strike(note, "Strike “Karens”, put C1", "“Karens”, “karen”, “Sørensen”", "C1")  # type: ignore[arg-type]  # a part of it
    written = page.get_by_role("textbox", name=re.compile("^Paragraph")).first
    expect(written).to_have_value("så siger C1's datter, at C1 venter. C1 går.")
    assert hints(note) == []

    check_before_export(page, origin)
    struck = {"C2 går ud", "så siger C1's datter, at C1 venter"}
    sure(lambda: {one["jotting"] for one in field.entries(visit)} == struck, "the strikes did not arrive")
    # The recorder sees bodies: a strike names the words that it takes. Nothing else named anybody.
    naming = wire.holds("karens")
    assert naming and all(b"words.struck" in one or b"fieldnote.written" in one for one in naming)
    assert wire.holds(MARKER) == []
    assert not profile_holds(field.server.data, MARKER)
    leave_no_trace(page, laptop, file)


def check_before_export(page: Page, origin: str) -> None:
    """Two texts still name somebody: one is struck where it stands, one in the list; then none does."""
    page.goto(f"{origin}/#/export/md")
    check = page.get_by_role("region", name=CHECKED)
    told = check.get_by_role("status")
    expect(told).to_contain_text("2 texts hold names of the key sheet. You may export all the same")
    expect(check.locator(".hint")).to_have_text(["Karens", "karen", "birthe"])
    expect(page.get_by_role("button", name=re.compile("^Download"))).to_be_enabled()
    look_at(page, "key-sheet-export")
    check.get_by_role("link").first.click()
    expect(page.get_by_label("Words", exact=True)).to_have_value("så siger Karens datter, at karen venter")
    strike(page, "Strike “Karens”, put C1", "“Karens”, “karen”", "C1")
    expect(page.get_by_label("Words", exact=True)).to_have_value("så siger C1's datter, at C1 venter")
    page.go_back()
    expect(told).to_contain_text("1 text holds a name")
    strike(page, "Strike “birthe”, put C2", "“birthe”", "C2")
    expect(told).to_contain_text(re.compile(r"^No name of the key sheet in the \d+ texts searched"))
    look_at(page, "key-sheet-export-none")


def leave_no_trace(page: Page, laptop: Field, file: Path) -> None:
    """Gone with a reload; and a browser that dies with the sheet open has kept no letter of it on its disk."""
    page.reload()
    closed = page.get_by_text("No key sheet is open in this tab")
    expect(closed).to_be_visible()
    expect(page.get_by_text(OPEN)).to_have_count(0)
    page.get_by_role("button", name="Open one", exact=True).click()
    fill(page, file)
    expect(page.get_by_text(f"{OPEN} (3 names)").first).to_be_visible()
    page.get_by_role("button", name="Close the key sheet").click()
    expect(closed).to_be_visible()
    fill(page, file)
    expect(closed).to_have_count(0)
    laptop.phone.wait_for_cookie_on_disk()
    laptop.phone.kill()
    profile = laptop.phone.profile
    assert profile_holds(profile, "datter, at C1 venter"), "the grep finds nothing: this test would prove nothing"
    assert not profile_holds(profile, MARKER)
    assert not profile_holds(profile, file.name)


def test_a_key_sheet_is_closed_by_signing_out(field: Field, make_phone: MakePhone, tmp_path: Path) -> None:
    """Whoever signs in next in this tab has no names in it."""
    field.begin(("Citizen", "C1"), ("Citizen", "C2")).end()
    field.read("actors")
    page = sign_in(make_phone, "laptop").page
    open_sheet(page, field.server.origin, tmp_path)
    page.goto(f"{field.server.origin}/#/settings")
    expect(page.get_by_text(OPEN).first).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.locator("input[autocomplete=username]").fill(NAME)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("button", name="START", exact=True)).to_be_visible()
    expect(page.get_by_text(f"{OPEN} (")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_it_is_in_nobodys_way(field: Field, make_phone: MakePhone, size: tuple[int, int]) -> None:
    """In Danish; on a phone neither People nor an export speaks of a file that no phone has."""
    field.begin(("Citizen", "C1")).end()
    field.read("actors")
    page, origin = sign_in(make_phone, "dansk", size, "da-DK").page, field.server.origin
    is_laptop = size == LAPTOP
    for place, sign in (("people", "Nøgleliste"), ("export/md", "Ingen nøgleliste er åben")):
        page.goto(f"{origin}/#/{place}")
        expect(page.get_by_role("button", name=re.compile("^(C1|Hent md)")).first).to_be_visible()
        expect(page.get_by_text(sign).first).to_be_visible(visible=is_laptop)
        look_at(page, f"key-sheet-{place.replace('/', '-')}-{'laptop' if is_laptop else 'phone'}")
    page.goto(f"{origin}/#/people?key-sheet")
    expect(page.get_by_role("heading", name="Nøgleliste", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Åbn nøgleliste …")).to_be_visible(visible=is_laptop)
    look_at(page, f"key-sheet-danish-{'laptop' if is_laptop else 'phone'}")
