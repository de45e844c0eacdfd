"""axe-core finds nothing on any screen or sheet of the phone, dark and light."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.observer import Observer
from tests.fixtures.server_process import REPOSITORY, ServerProcess

AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((one) => one.html.slice(0, 160)).join(' | ')}`);
}"""
# Without a network, so that the state of the sync does not flicker under the checks.
PLACES = {
    "home": "#/", "tonight": "#/today", "memos": "#/memos", "sending": "#/sync",
    "settings": "#/settings", "search": "#/find", "studies": "#/studies",
}  # fmt: skip


class Eyes:
    """Look at what stands on the phone, and remember what is wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: dict[str, list[str]] = {}

    def look(self, what: str) -> None:
        """Hold axe against the screen; once more a moment later, since a screen may just be taking another's place."""
        if self._find() and (found := self._find(after_ms=1000)):
            self.wrong[what] = found

    def _find(self, after_ms: int = 0) -> list[str]:
        self.page.wait_for_timeout(after_ms)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = self.page.evaluate(RUN)
        return found


@pytest.mark.parametrize("dark", [pytest.param(True, marks=pytest.mark.deep), False], ids=["dark", "light"])
def test_axe_finds_nothing_on_the_phone(server: ServerProcess, make_phone: MakePhone, dark: bool) -> None:
    """Every screen and every sheet that an observer meets in the field."""
    phone = make_phone("dark" if dark else "light", dark=dark)
    page = phone.open(server.setup_url.removeprefix(server.origin))
    eyes, hand = Eyes(page), Observer(page)
    expect(page.locator("form")).to_be_visible()
    eyes.look("set-up")
    hand.set_up()
    if not dark:
        page.goto(f"{server.origin}/#/settings")
        page.get_by_label("Light", exact=True).check()
        page.goto(f"{server.origin}/#/")
    hand.start()
    hand.add_actor("Citizen", "C1")
    hand.see("C1", action="Asks", structure="Directing")
    hand.begin("C1", "Does by hand")
    hand.write("så siger Karenmarie at hun vil sove", actor="C1")
    eyes.look("capture")
    _look_at_sheets(eyes, hand)
    for name, place in PLACES.items():
        page.goto(f"{server.origin}/{place}")
        expect(page.locator("h1").first).to_be_visible()
        eyes.look(name)
    page.goto(f"{server.origin}/#/")
    page.goto(page.locator('a[href^="#/write/"]').first.evaluate("one => one.href"))
    page.get_by_role("button", name="New paragraph", exact=True).tap()
    page.keyboard.type("Hun siger Peter.")
    eyes.look("write-up")
    page.get_by_role("button", name="Entries", exact=True).tap()
    eyes.look("write-up entries")
    assert not eyes.wrong, json.dumps(eyes.wrong, indent=1, ensure_ascii=False)


def add_member(page: Page) -> None:
    """Somebody else in the study of the page that is open."""
    api = f"{page.url.partition('/#')[0]}/api/v1"
    study_id = page.request.get(f"{api}/me").json()["studies"][0]["study_id"]
    made = page.request.post(f"{api}/studies/{study_id}/members", data={"observer": "Anne", "role": "observer"})
    assert made.ok, made.text()


def _look_at_sheets(eyes: Eyes, hand: Observer) -> None:
    page = eyes.page
    sheet = page.get_by_role("dialog")

    def through(what: str, close: str, *opening: Callable[[], None]) -> None:
        stood = sheet.count()
        for step in opening:
            step()
        expect(sheet.last).to_be_visible()
        eyes.look(what)
        sheet.last.get_by_role("button", name=close, exact=True).tap()
        expect(sheet).to_have_count(stood)

    hand.tap("More")
    eyes.look("more")
    # Alone one sees nothing of a second phone; with a second member it is there as soon as the sheet is opened again.
    expect(sheet.get_by_role("button", name="Watch it together")).to_have_count(0)
    add_member(page)
    sheet.get_by_role("button", name="Close", exact=True).tap()
    expect(sheet).to_have_count(0)
    for name in ("Who is here, consent", "Add from memory", "Watch it together"):
        through(name, "Close", lambda name=name: hand.more(name))  # type: ignore[misc]  # a name for each turn
    for name in ("New code", "Strike the last minutes"):
        through(name, "Cancel", lambda name=name: hand.more(name))  # type: ignore[misc]  # a name for each turn
    through("between", "Cancel", lambda: hand.tap("Between two times"))
    through("to code", "Close", lambda: page.get_by_role("button", name=re.compile("to code$")).tap())
    hand.tap("Write words; there may be a name in them")
    eyes.look("words")
    through("strike words", "Cancel", lambda: hand.tap("Strike words"))
    hand.tap("Save words")
    _look_at_screens(eyes, hand)


def _look_at_screens(eyes: Eyes, hand: Observer) -> None:
    page = eyes.page
    hand.tap("Off record")
    expect(page.get_by_role("button", name="Back on record", exact=True)).to_be_visible()
    eyes.look("off record")
    hand.tap("Back on record")
    hand.more("Show what I wrote")
    expect(page.get_by_role("heading", level=1, name="Show what I wrote")).to_be_visible()
    eyes.look("for whom")
    hand.tap("C1")
    expect(page.get_by_role("heading", level=1, name="Written about C1")).to_be_visible()
    eyes.look("what I wrote")
    hand.tap("Done, cover it")
    hand.more("Timeline")
    expect(page.get_by_role("list", name="Entries in time")).to_be_visible()
    eyes.look("timeline")
    page.get_by_role("list", name="Entries in time").get_by_role("link").first.tap()
    expect(page.get_by_role("button", name="Split in two", exact=True)).to_be_visible()
    eyes.look("entry")
    page.go_back()
    page.get_by_role("link", name="Back to writing", exact=True).tap()
    hand.tap("End")
    eyes.look("end")
    hand.tap("End now")
    expect(page.get_by_role("heading", name=re.compile("has ended$"))).to_be_visible()
    eyes.look("ended")
    hand.tap("Done")
    page.locator("h3 a").first.tap()
    expect(page.get_by_role("heading", level=1, name=re.compile(r"day \d"))).to_be_visible()
    eyes.look("day")
