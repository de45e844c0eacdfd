"""Where somebody's text is shown: places that have to show it, and sheets opened over them, on a phone and a laptop."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.e2e.field import sure

# In every text of the corpus, as it is seen and as it is cut into words.
PAYLOAD = "fired"
NAME = "Karenmarie"
# What a page shows, in fields and lists to choose from as well, but for the study's title, which stands on all of them.
SHOWN = """title => [document.body.innerText, ...[...document.querySelectorAll('input, textarea, select')]
  .map((one) => one.tagName === 'SELECT' ? one.textContent : one.value)].join(' ').replaceAll(title, '')"""
# What a page holds when a text has become markup, run or not.
FOUND = """() => {
  const FOREIGN = 'script, iframe, object, embed, base, meta[http-equiv=refresh i], marquee, animate';
  const ours = (one) => one.tagName === 'SCRIPT' && one.src.startsWith(location.origin);
  const marked = [...document.querySelectorAll('*')].filter((one) =>
    [...one.attributes].some(({ name, value }) => name.startsWith('on') || /^\\s*(javascript|data:text)/i.test(value))
    || (one.matches(FOREIGN) && !ours(one)));
  const told = marked.map((one) => one.outerHTML.slice(0, 80));
  if (fired) told.push('a script ran');
  return [...told, ...broken];
}"""
# How long a script that was let in may take until it has run.
RUNS_WITHIN_MS = 150
# By hand: a place that stands here and shows none of them proves nothing, and fails.
MUST_SHOW = (
    "#/", "#/analysis/actor-network", "#/analysis/agreement", "#/analysis/co-occurrence", "#/analysis/control-care",
    "#/analysis/deviant-cases", "#/analysis/frequencies", "#/analysis/lag-sequential", "#/analysis/passages",
    "#/analysis/profile", "#/analysis/rates", "#/analysis/saturation", "#/analysis/sequences",
    "#/analysis/time-budget", "#/analysis/timeline", "#/analysis/transitions", "#/codebook", "#/codebook/recode",
    "#/codebook/versions", "#/concerns", "#/conflicts", "#/devices", "#/encounter/*", "#/entry/*", "#/export/csv",
    "#/memos", "#/people", "#/people?key-sheet", "#/privacy", "#/privacy/*", "#/requests", "#/review", "#/show/*",
    "#/sync", "#/team", "#/terms", "#/today", "#/withdrawal/*", "#/write/*",
)  # fmt: skip


def must_show(place: str, of: tuple[str, ...] = MUST_SHOW) -> bool:
    """Whether a place stands in the list, by its name or as one of many."""
    return any(place == one or (one.endswith("*") and place.startswith(one[:-1])) for one in of)


@dataclass(frozen=True)
class Surfaces:
    """One page on which surface after surface is opened and looked at."""

    page: Page
    origin: str
    title: str

    def visit(self, place: str) -> None:
        """A place, whether it has to show one of them or not."""
        self.page.goto(f"{self.origin}/{place}")
        expect(self.page.locator("h1").first, place).to_be_visible()
        if must_show(place):
            sure(self.shows, f"{place} shows no text, and proves nothing")
        self.judge(place)

    def shows(self) -> bool:
        """Whether any of them stands on the page."""
        return PAYLOAD in str(self.page.evaluate(SHOWN, self.title))

    def judge(self, name: str) -> None:
        """None of them is anything but text."""
        self.page.wait_for_timeout(RUNS_WITHIN_MS)
        assert self.page.evaluate(FOUND) == [], name

    def open(self, name: str, *steps: Callable[[], None], where: Locator | None = None) -> None:
        """A sheet or a part of the page, which has to show one of them."""
        for step in steps:
            step()
        surface = where or self.sheet
        expect(surface, f"{name} shows no text, and proves nothing").to_contain_text(PAYLOAD)
        self.judge(name)

    @property
    def sheet(self) -> Locator:
        """The sheet on top."""
        return self.page.get_by_role("dialog").last

    def press(self, name: str | re.Pattern[str], inside: Locator | None = None) -> Callable[[], None]:
        """A step: the first button of this name."""
        whole = isinstance(name, str)
        return lambda: (inside or self.page).get_by_role("button", name=name, exact=whole).first.click()

    def shut(self, name: str = "Close") -> None:
        """Away with the sheet on top."""
        n_open = self.page.get_by_role("dialog").count()
        self.sheet.get_by_role("button", name=name, exact=True).click()
        expect(self.page.get_by_role("dialog")).to_have_count(n_open - 1)


def look_in_the_field(eyes: Surfaces) -> None:
    """An encounter with somebody: every sheet of it, its end, and what is shown of it."""
    page, press = eyes.page, eyes.press
    eyes.visit("#/")
    # A long word would push the button out of the screen.
    assert page.evaluate("innerWidth") == page.viewport_size["width"]  # type: ignore[index]  # has one
    press("START")()
    eyes.open("who arrives", press("Add somebody"))
    eyes.sheet.locator(".others button").first.click()
    eyes.open("actor row", where=page.get_by_role("group", name="Who", exact=True))
    eyes.open("who is here", press("More"), press("Who is here, consent"), where=page.locator("dialog .here"))
    eyes.shut()
    see_one(eyes)
    last = page.get_by_role("region", name="Last entry")
    eyes.open("last entry", where=last)
    eyes.open("change who it was", press(re.compile("Change who it was$")), where=last.locator("[aria-pressed=true]"))
    press(re.compile("Change who it was$"))()
    eyes.open("words", press("Write words"))
    page.get_by_label("What was said or seen").fill(f"så siger {NAME} <img src=x onerror=top.fired=1>")
    press("Save words")()
    eyes.open("name hints", press(re.compile("there may be a name in them$")), where=page.locator("dialog p.small"))
    eyes.open("strike words", press("Strike words"))
    eyes.shut("Cancel")
    press("Save words")()
    eyes.open("between", press("Between two times"))
    eyes.shut("Cancel")
    see_one(eyes, "Who", "Actions")
    press(re.compile("^Mark"))()
    eyes.open("to code", press(re.compile("to code$")))
    eyes.shut()
    eyes.open("add from memory", press("More"), press("Add from memory"))
    eyes.shut()
    look_at_its_end(eyes)


def see_one(eyes: Surfaces, *rows: str) -> None:
    """Somebody does something: what is picked of who, what and how, each by its label."""
    for row in rows or ("Who", "Actions", "Structures"):
        eyes.page.get_by_role("group", name=row, exact=True).get_by_role("button").first.click()


def look_at_its_end(eyes: Surfaces) -> None:
    """What was written is shown to somebody; then the encounter ends, and what it closes is told."""
    page, press = eyes.page, eyes.press
    press("More")()
    page.get_by_role("link", name="Show what I wrote", exact=True).click()
    people = page.locator("ul.people")
    eyes.open("shown to whom", where=people)
    eyes.open("what is shown", people.get_by_role("button").first.click, where=page.get_by_role("main"))
    page.goto(f"{eyes.origin}/#/capture")
    see_one(eyes, "Who")
    # The second action is a state: it runs until the encounter ends.
    page.get_by_role("group", name="Actions", exact=True).get_by_role("button").nth(1).click()
    eyes.open("end", press("End"))
    press("End now")()
    eyes.open("ended", where=page.get_by_role("main"))


def look_at_the_desk(eyes: Surfaces, ids: dict[str, list[str]]) -> None:
    """What opens over the places of a laptop: a person, a key sheet, an entry written twice, a code, many entries."""
    page, press = eyes.page, eyes.press
    page.goto(f"{eyes.origin}/#/people?key-sheet")
    table = page.get_by_role("row").filter(has_text=PAYLOAD)
    expect(table.first).to_be_visible()
    label = ids["label"][0].replace('"', '""')
    sheet = {"name": "key.csv", "mimeType": "text/csv", "buffer": f'"{label}";{NAME}'.encode()}
    page.locator("input[type=file]").set_input_files(sheet)  # type: ignore[arg-type]  # a file in memory
    expect(page.get_by_role("region", name="Key sheet", exact=True).first).to_be_visible()
    page.goto(f"{eyes.origin}/#/entry/{ids['entry'][0]}")
    eyes.open("key sheet", where=page.get_by_role("group", name="Named in this text", exact=True))
    page.goto(f"{eyes.origin}/#/people")
    page.get_by_role("button", name=re.compile(PAYLOAD)).first.click()
    eyes.open("person", where=page.get_by_role("region", name="Consent over time", exact=True))
    page.goto(f"{eyes.origin}/#/privacy/{ids['actor'][0]}")
    eyes.open("consent of somebody", press("Record consent"))
    eyes.shut("Cancel")
    page.goto(f"{eyes.origin}/#/encounter/{ids['encounter'][0]}")
    eyes.open("encounter", press("Fill in or change"))
    eyes.shut("Cancel")
    page.goto(f"{eyes.origin}/#/write/{ids['encounter'][0]}")
    eyes.open(
        "versions",
        press("Versions"),
        press(re.compile("on the server"), page.locator("dialog ol")),
        where=page.locator("dialog ol"),
    )
    eyes.shut()
    page.goto(f"{eyes.origin}/#/codebook")
    page.locator("ol .label").first.click()
    eyes.open("examples", press("Take one from the entries"))
    eyes.shut("Cancel")
    page.goto(f"{eyes.origin}/#/review")
    page.get_by_role("checkbox", name="Choose all that are shown").check()
    eyes.open("many entries", press("Change them…"), where=page.locator("dialog select").last)
    eyes.shut("Cancel")
    for place in ("search", "find"):
        page.goto(f"{eyes.origin}/#/{place}")
        page.get_by_role("searchbox").fill(PAYLOAD)
        page.keyboard.press("Enter")
        eyes.open(f"found by {place}", where=page.get_by_role("main").get_by_role("list").last)
