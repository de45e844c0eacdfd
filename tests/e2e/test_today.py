"""Tonight: what was captured, what is unwritten, what was left open; each one click away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from skygge.clock import new_id
from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP
from tests.e2e.test_codebook import look_at

SIZES = pytest.mark.parametrize(
    "size", [LAPTOP, pytest.param((1024, 768), marks=pytest.mark.deep)], ids=["1280x800", "1024x768"]
)
AT = datetime.fromisoformat("2026-03-02T09:00:00+01:00")


def stamp(minutes: float) -> str:
    """So many minutes after nine, as a phone writes it."""
    return (AT + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


class Pushed:
    """What another phone of the observer's sends: her encounters with whatever was left open."""

    def __init__(self, field: Field, *, ahead_min: float = 0) -> None:
        self.field, self.device, self.seq = field, str(new_id()), 0
        self.ahead = timedelta(minutes=ahead_min)
        self.session = str(uuid4())

    def say(self, kind: str, subject_id: str, payload: dict[str, Any], minutes: float = 0, clock: float = 0) -> None:
        """One change, made some minutes after nine by a clock that is `clock` minutes ahead."""
        self.seq += 1
        feed = f"{self.field.server.origin}/api/v1/studies/{self.field.study_id}/changes?after=0&limit=500"
        seen_all = kind.endswith((".retracted", "actor.amended"))
        known = self.field.page.request.get(feed).json()["changes"] if seen_all else []
        seen = [one["change_id"] for one in known if one["subject_id"] == subject_id]
        change = {
            "change_id": str(new_id()), "kind": kind, "subject_id": subject_id, "parents": seen, "payload": payload,
            "made_at": stamp(minutes + clock), "utc_offset_minutes": 60, "time_zone": "Europe/Copenhagen",
            "device_id": self.device, "device_seq": self.seq, "session_id": self.session,
            "monotonic_ms": minutes * 60_000, "schema": 1, "app_version": "0.1.0",
        }  # fmt: skip
        body = {
            "protocol": 1,
            "device_id": self.device,
            "device_time": (datetime.now(UTC) + self.ahead).isoformat(timespec="milliseconds"),
            "changes": [change],
        }
        url = f"{self.field.server.origin}/api/v1/studies/{self.field.study_id}/changes"
        answer = self.field.page.request.post(url, data=body)
        # A strike is stored without the word that it strikes.
        expected = "erased" if kind == "words.struck" else "stored"
        assert answer.json()["verdicts"][0]["verdict"] == expected, answer.text()

    def visit(self, minutes: float = 0, *, end_origin: str | None = "tap") -> str:
        """Half an hour that has ended."""
        visit = str(new_id())
        self.say("encounter.started", visit, {"kind": "visit", "started_at": stamp(minutes)}, minutes)
        ended = {"ended_at": stamp(minutes + 30), "end_origin": end_origin}
        self.say("encounter.ended", visit, ended, minutes + 30)
        return visit

    def entry(self, visit: str, minutes: float, *, clock: float = 0, **more: Any) -> str:
        """An entry some minutes after nine."""
        said = {"encounter_id": visit, "kind": "point", "started_at": stamp(minutes + clock), **more}
        entry_id = str(new_id())
        self.say("entry.logged", entry_id, said, minutes, clock)
        return entry_id


def read(field: Field, things: str, thing_id: str) -> dict[str, Any]:
    """One thing as the server has it."""
    asked = f"{field.server.origin}/api/v1/studies/{field.study_id}/{things}?limit=500"
    return next(dict(one) for one in field.page.request.get(asked).json()["items"] if one["id"] == thing_id)


def begin_evening(laptop: Field, size: tuple[int, int]) -> Page:
    """The app is opened, and asks at once what has come. What comes by itself is for test_live."""
    laptop.page.reload()
    return open_today(laptop, size)


def open_today(laptop: Field, size: tuple[int, int]) -> Page:
    """The evening's list, from the first screen."""
    page = laptop.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{laptop.server.origin}/#/")
    page.get_by_role("link", name="Tonight", exact=True).click(timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tonight")
    return page


def loose(page: Page, heading: str) -> Locator:
    """A loose end by its name."""
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=re.compile(f"^{heading}")))


@SIZES
def test_what_is_due_is_counted_and_one_click_away(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """Unwritten, uncoded, still open, written apart: each count leads to the thing itself."""
    phone = Pushed(field)
    visit = phone.visit()
    phone.entry(visit, 1, structure="directing", structure_origin="explicit")
    phone.entry(visit, 2)
    state = phone.entry(visit, 3, kind="state", structure="directing", structure_origin="explicit")
    apart = phone.entry(visit, 4, structure="directing", structure_origin="explicit")
    for words in ("hun ler", "hun græder"):
        phone.say("entry.amended", apart, {"jotting": words}, 5)
    page = begin_evening(laptop, size)
    sums = page.get_by_role("list", name="Tonight")
    expect(sums.get_by_text("Open states: 1")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The oldest of these ended more than a day ago")).to_be_visible()
    for told in ("Encounters unwritten: 1", "Marks to code: 1", "Written apart: 1"):
        expect(sums.get_by_text(told)).to_be_visible(timeout=60_000)
    sums.get_by_role("link", name="Marks to code: 1").click()
    expect(page.get_by_role("status").filter(has_text="1 of")).to_be_visible()
    page.go_back()
    sums.get_by_role("link", name="Open states: 1").click()
    expect(page).to_have_url(re.compile(f"#/entry/{state}$"))
    page.go_back()
    sums.get_by_role("link", name="Written apart: 1").click()
    expect(page).to_have_url(re.compile(f"#/entry/{apart}$"))
    page.go_back()
    sums.get_by_role("link", name="Encounters unwritten: 1").click()
    expect(page).to_have_url(re.compile(f"#/write/{visit}$"))
    page.get_by_role("button", name="New paragraph", exact=True).click()
    page.keyboard.type("Nu er det skrevet.")
    page = open_today(laptop, size)
    expect(sums.get_by_text("Open states: 1")).to_be_visible()
    expect(sums.get_by_text("Encounters unwritten")).to_be_hidden()
    for kind, thing in (("entry.retracted", state), ("entry.retracted", apart), ("encounter.retracted", visit)):
        phone.say(kind, thing, {}, 10)


@SIZES
def test_loose_ends_are_tied_on_the_spot(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """An end that nobody gave, a gap without a reason, a name: each is settled where it is told."""
    phone = Pushed(field)
    visit = phone.visit(end_origin=None)
    named = phone.entry(visit, 1, kind="note", jotting="så siger Karen nej")
    gap = str(new_id())
    phone.say(
        "gap.recorded", gap,
        {"encounter_id": visit, "kind": "not_recorded", "from": stamp(5), "to": stamp(9)},
    )  # fmt: skip
    page = begin_evening(laptop, size)
    end = loose(page, "End unknown")
    end.get_by_label("It ended at").fill("09:41", timeout=60_000)
    end.get_by_role("button", name="That was the end", exact=True).click()
    expect(end).to_be_hidden()
    reason = loose(page, "not recorded")
    reason.get_by_label("Why").fill("telefonen døde")
    reason.get_by_role("button", name="Keep the reason", exact=True).click()
    expect(reason).to_be_hidden()
    names = loose(page, "May be a name")
    expect(names.locator(".hint")).to_have_text("Karen")
    names.get_by_role("button", name="Strike words", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Strike “Karen”")).click()
    expect(names).to_be_hidden()
    sure(lambda: "Karen" not in read(field, "entries", named)["jotting"], "the name is still there")
    ended = read(field, "encounters", visit)
    assert (ended["ended_at"], ended["end_origin"]) == (stamp(41), "recalled")
    phone.say("encounter.retracted", visit, {}, 50)


@SIZES
def test_a_clock_set_back_is_mended_in_one_step_and_taken_back(
    field: Field, laptop: Field, size: tuple[int, int]
) -> None:
    """What was written since, or everything: one step moves it, one step moves it back. Analyses wait for it."""
    phone = Pushed(field)
    visit = phone.visit()
    first = phone.entry(visit, 40, structure="directing", structure_origin="explicit")
    second = phone.entry(visit, 41, clock=-12, structure="doing_for", structure_origin="explicit")
    page = begin_evening(laptop, size)
    clock = loose(page, "Clock jumped")
    expect(clock).to_contain_text("set back by about 12 min", timeout=60_000)
    clock.get_by_role("button", name="Shift this encounter by …", exact=True).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_label("Minutes (negative: earlier)")).to_have_value("12")
    look_at(page, f"today-shift-{size[0]}")
    expect(sheet.get_by_role("radio", name="Only what was written after the clock was set back")).to_be_checked()
    sheet.get_by_role("button", name="Shift by 12 min", exact=True).click()
    sure(lambda: read(field, "entries", second)["started_at"] == stamp(41), "what came after was not shifted")
    assert read(field, "entries", first)["started_at"] == stamp(40)
    page.get_by_role("button", name="Undo the shift", exact=True).click()
    sure(lambda: read(field, "entries", second)["started_at"] == stamp(29), "the shift was not taken back")
    clock.get_by_role("button", name="Shift this encounter by …", exact=True).click()
    # A clock that was ahead until it was set right: then the other half is wrong, the other way round.
    sheet.get_by_role("radio", name="Only what was written before that").check()
    sheet.get_by_role("button", name="Shift by -12 min", exact=True).click()
    sure(lambda: read(field, "entries", first)["started_at"] == stamp(28), "what came before was not shifted")
    moved = read(field, "encounters", visit)
    assert (moved["started_at"], moved["ended_at"]) == (stamp(-12), stamp(18))
    assert read(field, "entries", second)["started_at"] == stamp(29)
    page.get_by_role("button", name="Undo the shift", exact=True).click()
    sure(lambda: read(field, "entries", first)["started_at"] == stamp(40), "the shift was not taken back")
    assert read(field, "encounters", visit)["started_at"] == stamp(0)
    # The same from an analysis, which has left it out until now, and counts again by itself.
    page.goto(f"{field.server.origin}/#/analysis/transitions")
    out = page.get_by_role("list", name="The clock was set back in these encounters")
    expect(page.get_by_text("because the clock was set back: 1.")).to_be_visible()
    look_at(page, f"analysis-set-back-{size[0]}")
    out.get_by_role("button", name="Shift this encounter by …", exact=True).click()
    sheet.get_by_role("button", name="Shift by 12 min", exact=True).click()
    sure(lambda: read(field, "entries", second)["started_at"] == stamp(41), "the analysis did not shift it")
    expect(out).to_be_hidden()
    expect(page.get_by_role("button", name="Undo the shift", exact=True)).to_be_visible()
    phone.say("encounter.retracted", visit, {}, 60)


def test_an_encounter_written_apart_leads_to_where_it_is_chosen(field: Field, laptop: Field) -> None:
    """By the names that screens have for the field, and not to the encounter, which shows nothing of it."""
    phone = Pushed(field)
    visit = phone.visit()
    for place in ("hjem 71", "hjem 72"):
        phone.say("encounter.amended", visit, {"setting": place}, 5)
    page = begin_evening(laptop, LAPTOP)
    page.get_by_role("link", name=re.compile("Visit.* · Place, by alias$")).click(timeout=60_000)
    expect(page).to_have_url(re.compile("#/conflicts$"))
    for place in ("hjem 71", "hjem 72"):
        expect(page.get_by_text(place, exact=True)).to_be_visible()
    page.get_by_role("button", name="Keep this", exact=True).first.click()
    expect(page.get_by_text("hjem 71", exact=True)).to_have_count(0)
    phone.say("encounter.retracted", visit, {}, 50)


@SIZES
def test_somebody_who_was_held_is_kept_held_again_or_decided_about(
    field: Field, laptop: Field, size: tuple[int, int]
) -> None:
    """The wrong person: first in words what going on means, then all is shown; and back. Or the way to a withdrawal."""
    phone = Pushed(field)
    visit, held, label = phone.visit(), str(new_id()), f"C{size[0]}"
    phone.say("actor.added", held, {"label": label, "kind": "citizen"})
    entry = phone.entry(
        visit, 1, actor_id=held, jotting="siger nej", structure="directing", structure_origin="explicit"
    )
    phone.say("person.stopped", held, {"stopped_at": stamp(2), "stopped_in": visit}, 2)
    page = begin_evening(laptop, size)
    end = loose(page, "Stopped for a person").filter(has_text=label)
    expect(end).to_contain_text("Held and hidden: entries 1", timeout=60_000)
    expect(end.get_by_role("link", name="Withdrawal …", exact=True)).to_have_attribute("href", f"#/withdrawal/{held}")
    end.get_by_role("button", name=f"Go on for {label} …", exact=True).click()
    means = end.get_by_text(f"What is held about {label} (entries: 1) is then seen, counted and exported again")
    # Whoever works without a mouse is taken along, whatever the button that was pressed gives way to.
    expect(means).to_be_focused()
    end.get_by_role("button", name="Cancel", exact=True).click()
    expect(end.get_by_role("button", name=f"Go on for {label} …", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(means).to_be_focused()
    look_at(page, f"today-held-{size[0]}")
    assert read(field, "actors", held)["stopped_in"] == visit
    end.get_by_role("button", name=f"Go on for {label}", exact=True).click()
    expect(end).to_have_count(0)
    sure(lambda: read(field, "actors", held)["stopped_at"] is None, "it is still stopped")
    again = page.get_by_role("button", name=f"Hold again for {label}", exact=True)
    expect(again).to_be_focused()
    again.click()
    expect(end).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^Loose ends: "))).to_be_focused()
    sure(lambda: read(field, "actors", held)["stopped_in"] == visit, "it is not held again")
    assert read(field, "actors", held)["stopped_at"] == stamp(2)
    page.goto(f"{field.server.origin}/#/entry/{entry}")
    expect(page.get_by_text("Held and hidden, because it was stopped for a person: 1.")).to_be_visible()
    expect(page.get_by_text("siger nej")).to_have_count(0)
    page = open_today(laptop, size)
    end.get_by_role("button", name=f"Go on for {label} …", exact=True).click()
    end.get_by_role("button", name=f"Go on for {label}", exact=True).click()
    page.goto(f"{field.server.origin}/#/entry/{entry}")
    expect(page.get_by_text("siger nej").first).to_be_visible()
    still_typed(page, phone, held, visit)
    phone.say("encounter.retracted", visit, {}, 50)


def still_typed(page: Page, phone: Pushed, held: str, visit: str) -> None:
    """A stop that arrives as somebody writes hides the form; it stands there as it was when that is taken back."""
    words, verbatim = (page.get_by_label(name, exact=True) for name in ("Words", "Said word for word"))
    words.fill("siger nej, og vender sig om")
    verbatim.check()
    phone.say("person.stopped", held, {"stopped_at": stamp(3), "stopped_in": visit}, 3)
    expect(page.get_by_text("What you were writing stays on this device.")).to_be_visible()
    expect(words).to_be_hidden()
    phone.say("actor.amended", held, {"stopped_at": None, "stopped_in": None}, 4)
    expect(words).to_have_value("siger nej, og vender sig om")
    expect(verbatim).to_be_checked()


@SIZES
def test_who_is_owed_information_is_named_until_it_is_written_down(
    field: Field, laptop: Field, size: tuple[int, int]
) -> None:
    """A bystander who walked through the visit: one click to where it is written down what they were told."""
    phone = Pushed(field)
    visit, label = phone.visit(), f"B{size[0]}"
    neighbour = str(new_id())
    phone.say("actor.added", neighbour, {"label": label, "kind": "bystander"})
    phone.entry(visit, 1, actor_id=neighbour, structure="directing", structure_origin="explicit")
    page = begin_evening(laptop, size)
    owed = loose(page, "Information owed")
    expect(owed.get_by_role("link", name=label, exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=2, name=re.compile("^Loose ends: "))).to_be_visible()
    look_at(page, f"today-owed-{size[0]}")
    owed.get_by_role("link", name=label, exact=True).click()
    expect(page).to_have_url(re.compile(f"#/privacy/{neighbour}$"))
    phone.say("consent.recorded", str(new_id()), {"actor_id": neighbour, "ethics": "given", "at": stamp(40)}, 40)
    page = open_today(laptop, size)
    expect(owed.filter(has_text=label)).to_have_count(0)
    phone.say("encounter.retracted", visit, {}, 50)
