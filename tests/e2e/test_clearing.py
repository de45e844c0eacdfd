"""What was erased goes from the disk of a second phone too, and with it nothing that was not to go."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from skygge.clock import new_id
from tests.e2e.conftest import MakePhone
from tests.e2e.field import Field, sure
from tests.e2e.observer import PASSWORD, Observer
from tests.e2e.phone import Phone, profile_holds, wait_for_worker
from tests.e2e.test_today import Pushed, stamp
from tests.fixtures.server_process import ServerProcess

MARKER = "Annemettemarkeren"
OWN = "min egen notering"


@pytest.mark.parametrize(
    "way",
    [
        "a person withdraws",
        "words are struck",
        pytest.param("words are struck without a network", marks=pytest.mark.deep),
        pytest.param("words are struck wherever text stands", marks=pytest.mark.deep),
        pytest.param("words are taken out", marks=pytest.mark.deep),
    ],
)
def test_the_profiles_of_both_phones_are_clean_after_they_have_heard(
    server: ServerProcess, make_phone: MakePhone, way: str
) -> None:
    """The lead's label and jottings lie on both disks; she has them erased; then no byte is left, on hers neither.

    Until it is done the phone says so, and so does the lead's list. The observer's own notes, her device and the way
    in without a network are there as before.
    """
    lead = make_phone("lead")
    page = lead.open(server.setup_url.removeprefix(server.origin))
    Observer(page).set_up()
    study = study_of(server, page)
    page.request.patch(study, data={"observers_see": "all"})
    ways = {
        "a person withdraws": withdrawn,
        "words are struck": struck,
        "words are struck without a network": struck_offline,
        "words are struck wherever text stands": struck_wherever,
        "words are taken out": taken_out,
    }
    erase = ways[way](Field(server, lead), study)
    phone = make_phone("bo")
    theirs = join(server, page, phone, study)
    begin_and_hold(server, theirs)
    for disk in (lead, phone):
        sure(lambda disk=disk: holds(disk), "the marker never reached the phone: this test would prove nothing")
    device = newest_device(page, study)
    erase()
    for reader in (page, theirs):
        reader.goto(f"{server.origin}/#/sync")
        reader.get_by_role("button", name="Send now", exact=True).tap()
    sure(lambda: not holds(lead), "bytes of the marker are still in the profile of who had them erased")
    sure(lambda: sheet_of(page, study, device)["unclean_since"] is None, "the phone was never cleared")
    sure(lambda: not holds(phone), "bytes of the marker are still in the profile")
    wait_for_worker(theirs)
    phone.close()
    assert not holds(phone)
    server.kill()
    again = phone.open("/")
    expect(again.get_by_role("button", name="START", exact=True)).to_be_visible()
    again.goto(f"{server.origin}/#/find")
    again.get_by_role("searchbox").fill(OWN)
    expect(again.get_by_text(re.compile(OWN)).first).to_be_visible()
    assert not holds(phone)
    server.start()
    Observer(again).page.goto(f"{server.origin}/#/")
    Observer(again).start()
    Observer(again).truth("on the server ✓")
    assert newest_device(page, study) == device, "the phone must go on as the device that it was"


def withdrawn(field: Field, study: str) -> Callable[[], None]:
    """A person with the marker for a name, in the lead's encounter, and how that person is erased."""
    hand = field.begin(("Citizen", MARKER))
    hand.write(f"@{MARKER} siger nej, {MARKER} går", actor=MARKER)
    hand.end()
    hand.truth("on the server ✓")
    written_about(field)

    def erase() -> None:
        request = field.page.request
        who = next(one for one in request.get(f"{study}/actors").json()["items"] if one["label"] == MARKER)
        done = request.post(f"{study}/withdrawals", data={"actor_id": who["id"], "mode": "erase"})
        assert done.ok, done.text()

    return erase


def written_about(field: Field) -> None:
    """The name in what others did, in a field note, in a memo, and in what the person agreed to."""
    elsewhere, visit = Pushed(field), str(field.last_encounter()["id"])
    entry = elsewhere.entry(visit, 1, kind="note", jotting=f"naboen så {MARKER} gå")
    note = {"encounter_id": visit, "text": f"{MARKER} sad ved vinduet", "anchors": [], "position": 1}
    elsewhere.say("fieldnote.written", str(new_id()), note, 2)
    memo = {"text": f"hvorfor går {MARKER}?", "about": [{"type": "entry", "id": entry}]}
    elsewhere.say("memo.written", str(new_id()), memo, 3)
    consent = {"actor_id": field.actor(MARKER), "ethics": "given", "at": stamp(4), "way": f"{MARKER} nikkede"}
    elsewhere.say("consent.recorded", str(new_id()), consent, 4)


def taken_out(field: Field, study: str) -> Callable[[], None]:
    """A person who is spoken of by name, and how the words go on the screen while who and what stay."""
    hand = field.begin(("Citizen", "C1"))
    hand.write(f"{MARKER} siger nej", actor="C1")
    hand.end()
    hand.truth("on the server ✓")

    def erase() -> None:
        page = field.page
        page.goto(f"{field.server.origin}/#/withdrawal/{field.actor('C1')}")
        page.get_by_role("radio", name=re.compile("^Take the words out")).check()
        page.get_by_role("checkbox", name=re.compile("^I have checked")).check()
        page.get_by_role("button", name="Take the words about C1 out", exact=True).tap()
        expect(page.locator("article h2").first).to_be_visible()
        page.goto(f"{field.server.origin}/#/")
        assert [MARKER in str(one["jotting"]) for one in field.entries()] == [False]

    return erase


def struck(field: Field, study: str) -> Callable[[], None]:
    """A jotting that was written three times over with the marker in it, and how that is struck from everywhere."""
    elsewhere = Pushed(field)
    entry = elsewhere.entry(elsewhere.visit(), 0, kind="note", jotting=f"{MARKER} ringer på")
    for turn, words in enumerate((f"{MARKER} ringer", f"så ringer {MARKER}"), 1):
        elsewhere.say("entry.amended", entry, {"jotting": words}, turn)
    return lambda: elsewhere.say("words.struck", entry, {"words": MARKER}, 3)


def struck_wherever(field: Field, study: str) -> Callable[[], None]:
    """Every other kind of text with the marker in it, three versions where it has several; and each of them struck."""
    elsewhere = Pushed(field)
    visit = elsewhere.visit()
    citizen = {"label": f"{MARKER}s mor", "kind": "citizen"}
    gap = {
        "encounter_id": visit,
        "kind": "off_record",
        "from": stamp(1),
        "to": stamp(2),
        "reason": f"{MARKER} bad om det",
    }
    note = {"encounter_id": visit, "text": f"{MARKER} sad ved vinduet", "anchors": [], "position": 1}
    code = {"dimension": "action", "key": "waits_for", "label": {"en": f"Waits for {MARKER}"}}
    draft = {**code, "definition": f"Som da {MARKER} ventede", "example": f"{MARKER} venter"}
    about: list[tuple[str, str, dict[str, Any], str]] = [
        ("encounter", visit, {"setting": f"hjemme hos {MARKER}"}, "amended"),
        ("actor", str(new_id()), citizen, "added"),
        ("gap", str(new_id()), gap, "recorded"),
        ("fieldnote", str(new_id()), note, "written"),
        ("memo", str(new_id()), {"text": f"hvorfor går {MARKER}?", "about": []}, "written"),
        ("code", str(new_id()), code, "proposed"),
        ("codebook", str(new_id()), {"version": 2, "note": f"efter {MARKER}", "codes": [draft]}, "drafted"),
    ]
    for turn, (kind, subject_id, payload, began) in enumerate(about):
        elsewhere.say(f"{kind}.{began}", subject_id, payload, turn)
        for text in (name for name in ("text", "reason", "setting", "label") if isinstance(payload.get(name), str)):
            for version in (1, 2):
                elsewhere.say(f"{kind}.amended", subject_id, {text: f"{version}. {MARKER}"}, turn)
    who = str(about[1][1])
    consent = str(new_id())
    elsewhere.say("consent.recorded", consent, {"actor_id": who, "ethics": "given", "at": stamp(8), "way": MARKER}, 8)
    study_id = study.rpartition("/")[2]
    elsewhere.say("study.amended", study_id, {"title": f"Hos {MARKER}"}, 9)

    def erase() -> None:
        for minute, subject_id in enumerate([*(one[1] for one in about), consent, study_id], 10):
            elsewhere.say("words.struck", subject_id, {"words": MARKER}, minute)

    return erase


def struck_offline(field: Field, study: str) -> Callable[[], None]:
    """A jotting written three times over on this very phone, and how that is struck on it while nothing answers."""
    hand, page = field.begin(("Citizen", "C1")), field.page
    hand.write(f"så ringer {MARKER} på", actor="C1")
    for words in (f"så ringer {MARKER}", f"ind kommer {MARKER} nu"):
        hand.tap("Write words; there may be a name in them")
        page.get_by_label("What was said or seen").fill(words)
        page.get_by_role("button", name="Save words", exact=True).tap()
        expect(page.get_by_role("dialog")).to_have_count(0)
    (entry,) = field.entries()
    hand.end()
    hand.truth("on the server ✓")

    def erase() -> None:
        field.go_offline()
        page.goto(f"{field.server.origin}/#/entry/{entry['id']}")
        page.get_by_role("button", name=re.compile("^Strike words")).first.tap()
        sheet = page.get_by_role("dialog").last
        word = sheet.get_by_role("group").first.get_by_role("button", name=MARKER, exact=True)
        if word.get_attribute("aria-pressed") != "true":
            word.tap()
        sheet.get_by_role("button", name=re.compile(f"^Strike .*{MARKER}")).tap()
        expect(page.get_by_label("Words", exact=True)).not_to_have_value(re.compile(MARKER))
        field.come_home()

    return erase


def held(page: Page, entries: int) -> None:
    """Until they are on this disk as well: what never was needs no clearing."""
    expect(page.get_by_role("link", name=re.compile("^09:00"))).to_contain_text(f"{entries} entr", timeout=90_000)


def test_a_screen_that_is_opened_in_the_middle_of_a_clearing_is_shown(
    server: ServerProcess, make_phone: MakePhone
) -> None:
    """Screens whose files were never asked for before: the browser takes the worker that would answer for them."""
    laptop = make_phone("laptop")
    page = laptop.open(server.setup_url.removeprefix(server.origin))
    Observer(page).set_up()
    elsewhere = Pushed(Field(server, laptop))
    visit = elsewhere.visit()
    for turn, (place, title) in enumerate({"people": "People", "memos": "Memos"}.items()):
        wait_for_worker(page)
        page.reload()
        wait_for_worker(page, answers=True)
        # The moment is the app's own: as it asks to be cleared.
        page.evaluate(
            """place => { const ask = window.fetch; window.fetch = (address, init) => {
            if (String(address).endsWith('/clearings')) { window.fetch = ask; location.hash = '#/' + place; }
            return ask(address, init); }; }""",
            place,
        )
        named = elsewhere.entry(visit, turn, kind="note", jotting="så siger Karen nej")
        held(page, turn + 1)
        elsewhere.say("words.struck", named, {"words": "Karen"}, turn)
        page.goto(f"{server.origin}/#/sync")
        # Not before the app's own files are all in place, which takes a moment when it is new.
        for _ in range(120):
            if page.url.endswith(f"#/{place}"):
                break
            # It may be gone between a look and a tap.
            with suppress(PlaywrightTimeout):
                page.get_by_role("button", name="Send now", exact=True).tap(timeout=500)
            page.wait_for_timeout(500)
        expect(page).to_have_url(re.compile(f"#/{place}$"))
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        page.goto(f"{server.origin}/#/")


@pytest.mark.deep
def test_who_moves_on_while_the_disk_is_cleared_still_hears_and_is_heard(
    server: ServerProcess, make_phone: MakePhone
) -> None:
    """Twenty-five strikes from elsewhere, and each time the reader opens a screen in the middle of the clearing.

    Once in a while Chromium never got done with it, and refused every write until it was started anew.
    """
    laptop = make_phone("laptop")
    page = laptop.open(server.setup_url.removeprefix(server.origin))
    Observer(page).set_up()
    wait_for_worker(page)
    elsewhere = Pushed(Field(server, laptop))
    visit = elsewhere.visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for turn in range(25):
        page.goto(f"{server.origin}/#/today")
        named = elsewhere.entry(visit, turn, kind="note", jotting="så siger Karen nej")
        # Where nobody is in the middle of something; from there on she hears of the strike within seconds.
        page.goto(f"{server.origin}/#/")
        held(page, 2 * turn + 1)
        asked.clear()
        elsewhere.say("words.struck", named, {"words": "Karen"}, turn)
        for _ in range(2_000):
            if any(url.endswith("/clearings") for url in asked):
                break
            page.wait_for_timeout(50)
        else:
            raise AssertionError("nothing was cleared")
        page.wait_for_timeout((0, 20, 60, 250)[turn % 4])
        page.goto(f"{server.origin}/#/today")
        marker = elsewhere.entry(visit, turn, structure="directing", structure_origin="explicit")
        heard = page.locator("main")
        page.goto(f"{server.origin}/#/entry/{marker}")
        expect(heard).to_contain_text("directing", ignore_case=True, timeout=90_000)
        assert not any("pageerror" in line for line in laptop.console), laptop.console


def study_of(server: ServerProcess, page: Page) -> str:
    """The address of the one study."""
    me = page.request.get(f"{server.origin}/api/v1/me").json()
    return f"{server.origin}/api/v1/studies/{me['studies'][0]['study_id']}"


def join(server: ServerProcess, page: Page, phone: Phone, study: str) -> Page:
    """Another observer, signed in on a phone of her own."""
    code = page.request.post(f"{study}/invitations", data={"role": "observer"}).json()["code"]
    theirs = phone.open("/")
    form = {"code": code, "name": "bo", "password": PASSWORD}
    assert theirs.request.post(f"{server.origin}/api/v1/invitations/accept", data=form).ok
    signed_in = {"name": "bo", "password": PASSWORD, "device_id": str(uuid4()), "device_name": "phone"}
    assert theirs.request.post(f"{server.origin}/api/v1/session", data=signed_in).ok
    theirs.goto("about:blank")
    theirs.goto(f"{server.origin}/")
    return theirs


def begin_and_hold(server: ServerProcess, page: Page) -> None:
    """An entry of her own, and everybody else's on her disk."""
    hand = Observer(page)
    expect(page.get_by_role("button", name="START", exact=True)).to_be_visible()
    hand.wait_until_ready_offline()
    hand.start()
    hand.write(OWN)
    hand.end()
    hand.truth("on the server ✓")


def newest_device(page: Page, study: str) -> str:
    """The device that was heard of last."""
    devices: list[dict[str, Any]] = page.request.get(f"{study}/devices").json()["items"]
    return str(devices[0]["device_id"])


def sheet_of(page: Page, study: str, device_id: str) -> dict[str, Any]:
    """What the lead's sheet says of a device."""
    found: list[dict[str, Any]] = page.request.get(f"{study}/device-sheet").json()["items"]
    return next(one for one in found if one["device_id"] == device_id)


def holds(phone: Phone) -> bool:
    """Whether the marker is in any file of the phone."""
    return profile_holds(phone.profile, MARKER)
