"""The lock on the phone: no word in the profile while it is locked, and no tap that waits for a passphrase."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.browsers import Browser, Chromium, Display, WebKit, missing_programs, wait_for
from tests.e2e.conftest import MakePhone
from tests.e2e.field import Field, sure
from tests.e2e.observer import Observer
from tests.e2e.phone import profile_holds, wait_until
from tests.e2e.test_kill_loop import IS_CAPTURE, IS_HOME, SIGN_IN, START, found_study
from tests.fixtures.server_process import ServerProcess

PASSPHRASE = "regn over stille kornmarker"
OTHER = "sne over stille kornmarker"
CONTROL = "Kontrolordet"
MARKER = "Hemmelighedsordet"


@pytest.fixture
def field(own_field: Field) -> Field:
    """A phone with a study and no lock yet."""
    return own_field


def set_lock(page: Page, origin: str, passphrase: str = PASSPHRASE) -> str:
    """Set the lock as a person does; gives back the recovery code as it stood on the screen."""
    page.goto(f"{origin}/#/settings")
    page.get_by_role("link", name="Lock on this device").tap()
    # What is lost with both is said before there is a lock, not after.
    expect(page.get_by_text("words that are only on this device are lost", exact=False)).to_be_visible()
    page.get_by_label("New passphrase").fill(passphrase)
    page.get_by_label("The same again").fill(passphrase)
    page.get_by_role("button", name="Set the lock", exact=True).tap()
    code = "-".join(page.locator("output span").all_inner_texts()) if shown(page) else ""
    page.get_by_role("button", name="I have written it down", exact=True).tap()
    return code


def shown(page: Page) -> bool:
    """The recovery code is there."""
    expect(page.get_by_role("heading", name="Your recovery code")).to_be_visible()
    return True


def unlock(page: Page, origin: str, passphrase: str) -> None:
    """Type a passphrase where the app asks for it."""
    page.goto(f"{origin}/#/lock")
    page.get_by_label("Passphrase", exact=True).fill(passphrase)
    page.get_by_role("button", name="Unlock", exact=True).tap()


def test_words_are_sealed_and_logging_goes_on_while_locked(field: Field) -> None:
    """Set, written, killed offline, locked, written, opened, sent: no word in the profile, none missing."""
    page, origin = field.page, field.server.origin
    write_and_set(field)
    field.phone.wait_for_cookie_on_disk()
    field.go_offline()
    hand = field.begin()
    hand.write(f"{MARKER} lukket op", actor="C1")
    page.get_by_role("button", name="Words", exact=True).tap()
    page.get_by_label("What was said or seen").press_sequentially(f"{MARKER} halvt skrevet")
    page.wait_for_timeout(300)
    field.phone.kill()
    assert not profile_holds(field.phone.profile, MARKER)
    page = field.phone.open("/")
    hand = Observer(page)
    hand.truth("locked")
    hand.see("C1", action="Talks", structure="Directing")
    hand.write(f"{MARKER} mens låst", actor="C1")
    expect(page.get_by_role("region", name="Last entry")).to_contain_text("C1")
    page.goto(f"{origin}/#/find")
    expect(page.get_by_role("heading", name="Lock on this device")).to_be_visible()
    field.phone.kill()
    assert not profile_holds(field.phone.profile, MARKER)
    page = field.phone.open("/")
    Observer(page).truth("locked")
    field.come_home()
    page.goto(f"{origin}/#/sync")
    page.get_by_role("button", name="Send now", exact=True).tap()
    expect(page.get_by_text("Locked words are sent once you have given your passphrase.")).to_be_visible()
    unlock(page, origin, OTHER)
    expect(page.get_by_role("alert")).to_have_text("That is not the passphrase.")
    unlock(page, origin, PASSPHRASE)
    expect(page.get_by_role("button", name="Lock now", exact=True)).to_be_visible()
    page.goto(f"{origin}/#/capture")
    jottings = [entry["jotting"] for entry in field.entries()]
    assert [words for words in jottings if words] == [f"{MARKER} lukket op", f"{MARKER} mens låst"]
    assert len(jottings) == 4
    # What was written while locked is found once it is open.
    page.goto(f"{origin}/#/find")
    page.get_by_role("searchbox").fill(f"{MARKER} mens")
    expect(page.get_by_text(re.compile(f"{MARKER} mens låst")).first).to_be_visible()
    # The half sentence is where it was being typed.
    assert not profile_holds(field.phone.profile, MARKER)


def test_a_study_that_requires_the_lock_has_it_set_before_the_first_visit(
    server: ServerProcess, make_phone: MakePhone
) -> None:
    """A phone sees the lock first; an encounter would go on. With the lock set it stands on the first screen."""
    phone = make_phone("phone")
    page = phone.open(server.setup_url.removeprefix(server.origin))
    Observer(page).set_up(keeps_lock=True)
    expect(page.get_by_text("This study asks for a lock")).to_be_visible()
    page.goto(f"{server.origin}/#/review")
    expect(page.get_by_text("This study asks for a lock")).to_be_visible()
    page.get_by_label("New passphrase").fill("12345678901234")
    page.get_by_label("The same again").fill("12345678901234")
    page.get_by_role("button", name="Set the lock", exact=True).tap()
    expect(page.get_by_role("alert")).to_contain_text("Digits alone")
    page.get_by_label("New passphrase").fill(PASSPHRASE)
    page.get_by_label("The same again").fill(PASSPHRASE)
    page.get_by_role("button", name="Set the lock", exact=True).tap()
    page.get_by_role("button", name="I have written it down", exact=True).tap()
    hand = Observer(page)
    hand.start()
    hand.write(f"{MARKER} straks")
    hand.truth("on the server ✓")
    assert not profile_holds(phone.profile, MARKER)
    page.goto(f"{server.origin}/#/lock")
    expect(page.get_by_text("The study requires the lock on phones.")).to_be_visible()


def test_no_lock_is_set_while_the_disk_is_being_cleared(field: Field) -> None:
    """What is written between the copy and its return would be lost, and with a lock every word sealed by it."""
    page, origin = field.page, field.server.origin
    page.goto(f"{origin}/#/lock")
    page.get_by_label("New passphrase").fill(PASSPHRASE)
    page.get_by_label("The same again").fill(PASSPHRASE)
    page.evaluate("void navigator.locks.request('skygge-disk', () => new Promise((done) => (window.cleared = done)))")
    page.get_by_role("button", name="Set the lock", exact=True).tap()
    expect(page.get_by_text("A moment …")).to_be_visible()
    page.wait_for_timeout(2000)
    expect(page.get_by_role("heading", name="Your recovery code")).to_have_count(0)
    page.evaluate("window.cleared()")
    expect(page.get_by_role("heading", name="Your recovery code")).to_be_visible()


def write_and_set(field: Field) -> None:
    """Words without a lock, then the lock: they go from the disk too, as soon as all of it is on the server."""
    page, origin = field.page, field.server.origin
    hand = field.begin(("Citizen", "C1"))
    hand.write(f"{CONTROL} før låsen", actor="C1")
    hand.truth("on the server ✓")
    sure(lambda: profile_holds(field.phone.profile, CONTROL), "the grep finds nothing: this test would prove nothing")
    hand.end()
    assert re.fullmatch(r"([0-9a-f]{4}-){7}[0-9a-f]{4}", set_lock(page, origin))
    page.goto(f"{origin}/#/")
    page.goto(f"{origin}/#/sync")
    clean = "the words from before the lock are still there"
    wait_until(lambda: not profile_holds(field.phone.profile, CONTROL), clean, seconds=150)
    # The app begins anew with the clearing, once everything is back: a lock is locked after a start.
    page.wait_for_timeout(5000)
    # Chromium may still be throwing the old worker away: the app asks until it has a new one.
    Observer(page).wait_until_ready_offline()
    unlock(page, origin, PASSPHRASE)
    expect(page.get_by_role("button", name="Lock now", exact=True)).to_be_visible()


def test_the_browser_itself_remembers_nothing_that_is_being_typed(field: Field) -> None:
    """For its next start a browser writes down what stood in the fields of a page, in a file that no lock seals."""
    page = field.page
    write_and_set(field)
    field.begin()
    page.get_by_role("button", name="Words", exact=True).tap()
    page.get_by_label("What was said or seen").press_sequentially(f"{MARKER} halvt skrevet")
    page.wait_for_timeout(300)
    # It writes as the page goes from one place to another, after a moment.
    page.evaluate("history.pushState(null, '', '#/find?skrevet'); history.replaceState(null, '', '#/capture')")
    sure(lambda: profile_holds(field.phone.profile / "Default" / "Sessions", "#/find?skrevet"), "nothing was written")
    assert not profile_holds(field.phone.profile, MARKER)


def test_words_begun_before_a_kill_are_gone_on_with_after_the_passphrase(field: Field) -> None:
    """The pencil of a locked entry asks for the passphrase in its place, and then shows what was typed."""
    page, origin = field.page, field.server.origin
    set_lock(page, origin)
    hand = field.begin(("Citizen", "C1"))
    hand.see("C1", action="Talks", structure="Directing")
    page.get_by_role("button", name="Write words", exact=True).tap()
    page.get_by_label("What was said or seen").press_sequentially("halvt skrevet")
    page.wait_for_timeout(300)
    field.phone.kill()
    page = field.phone.open("/")
    Observer(page).truth("locked")
    page.get_by_role("button", name="Write words", exact=True).tap()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("Words of this entry are locked")
    sheet.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    sheet.get_by_role("button", name="Unlock", exact=True).tap()
    expect(page.get_by_label("What was said or seen")).to_have_value("halvt skrevet")
    page.get_by_role("button", name="Save words", exact=True).tap()
    expect(page.get_by_role("button", name="Said word for word", exact=True)).to_be_enabled()


def test_it_locks_by_itself_and_saves_first_what_is_being_typed(field: Field) -> None:
    """Ten minutes away: what stands in the sheet is saved, the words are locked, the encounter runs on."""
    page, origin = field.page, field.server.origin
    set_lock(page, origin)
    hand = field.begin(("Citizen", "C1"))
    page.get_by_role("button", name="Words", exact=True).tap()
    page.get_by_label("What was said or seen").press_sequentially("ikke gemt endnu")
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 11 * 60000; }")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    hand.truth("locked")
    expect(page.get_by_role("dialog")).to_be_hidden()
    hand.see("C1", action="Talks", structure="Directing")
    unlock(page, origin, PASSPHRASE)
    expect(page.get_by_role("button", name="Lock now", exact=True)).to_be_visible()
    page.goto(f"{origin}/#/capture")
    assert [entry["jotting"] for entry in field.entries()] == ["ikke gemt endnu", None]


def test_the_recovery_code_opens_and_both_lost_keeps_who_what_and_when(field: Field) -> None:
    """By the code a new passphrase is set; without both, what only the phone had loses its words and nothing else."""
    page, origin = field.page, field.server.origin
    code = set_lock(page, origin)
    hand = field.begin(("Citizen", "C1"))
    hand.write("på serveren", actor="C1")
    hand.truth("on the server ✓")
    hand.wait_until_ready_offline()
    field.go_offline()
    hand.write("kun her", actor="C1")
    hand.truth("2 to send")
    field.phone.close()
    page = field.phone.open("/#/lock")
    page.get_by_role("button", name="Use the recovery code").tap()
    page.get_by_label("Recovery code").fill(code.replace("-", " ").upper())
    page.get_by_label("New passphrase").fill(OTHER)
    page.get_by_label("The same again").fill(OTHER)
    page.get_by_role("button", name="Unlock with the code").tap()
    expect(page.get_by_role("button", name="Lock now", exact=True)).to_be_visible()
    page.get_by_role("button", name="Lock now", exact=True).tap()
    page.get_by_role("button", name="Both are lost").tap()
    page.get_by_role("button", name="Give up the locked words").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Type “give up” to go on").fill("give up")
    page.get_by_role("button", name="Give up the locked words").tap()
    expect(page.get_by_label("New passphrase")).to_be_visible()
    field.come_home()
    page.goto(f"{origin}/#/capture")
    assert [entry["jotting"] for entry in field.entries()] == ["på serveren", "▮"]
    page.goto(f"{origin}/#/find")
    page.get_by_role("searchbox").fill("på serveren")
    expect(page.get_by_text("på serveren").first).to_be_visible()


# By scripts, because WebKitGTK has no Playwright here.
FILL = "const set = (field, text) => { field.value = text; field.dispatchEvent(new Event('input', {bubbles: true})); };"
GO_LOCK = "location.hash = '#/lock';"
IS_LOCK = "return document.querySelectorAll('input[autocomplete=new-password]').length === 2;"
SET = f"""{FILL}
  for (const field of document.querySelectorAll('input[autocomplete=new-password]')) set(field, {PASSPHRASE!r});
  document.querySelector('button[type=submit]').click();"""
IS_SET = "return document.querySelector('output span') !== null;"
IS_SHEET = "return document.querySelector('dialog textarea') !== null;"
IS_SAVED = "return document.querySelector('dialog') === null;"
WORDS = "[...document.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Words').click();"
IS_LOCKED = "return document.querySelector('header a[href=\"#/sync\"]')?.textContent.includes('locked') ?? false;"


@pytest.fixture(params=["chromium", pytest.param("webkit", marks=pytest.mark.deep)])
def browser(
    request: pytest.FixtureRequest, playwright: Playwright, server: ServerProcess, tmp_path: Path
) -> Iterator[tuple[Browser, Path]]:
    """One of the two engines that phones have, with the folder of its profile."""
    if missing_programs(request.param):
        pytest.skip(f"{request.param} is not there")
    display = Display() if request.param == "webkit" else None
    folder = tmp_path / request.param
    made = WebKit(folder, display.name) if display else Chromium(playwright, folder, server.origin)
    yield made, folder
    made.kill()
    if display:
        display.close()


def test_a_profile_that_was_locked_holds_no_word(browser: tuple[Browser, Path], server: ServerProcess) -> None:
    """Killed like a battery dies, in both engines: the words of before the lock are found, those under it are not."""
    page, folder = browser
    found_study(server)
    page.open(f"{server.origin}/#/sign-in")
    wait_for(page, "return document.querySelector('input[type=password]') !== null;", "no sign-in form")
    page.evaluate(SIGN_IN)
    wait_for(page, IS_HOME, "not signed in")
    page.evaluate(START)
    wait_for(page, IS_CAPTURE, "nothing started")
    jot(page, CONTROL)
    sure(lambda: profile_holds(folder, CONTROL), "the grep finds nothing: this test would prove nothing")
    page.evaluate(GO_LOCK)
    wait_for(page, IS_LOCK, "no form for a lock")
    page.evaluate(SET)
    wait_for(page, IS_SET, "the lock was not set")
    page.evaluate("location.hash = '#/capture';")
    wait_for(page, IS_CAPTURE, "the encounter does not run any more")
    jot(page, f"{MARKER} lukket op")
    page.kill()
    assert not profile_holds(folder, MARKER)
    page.open(f"{server.origin}/#/capture")
    wait_for(page, IS_LOCKED, "not locked after a start")
    jot(page, f"{MARKER} mens låst")
    page.kill()
    assert not profile_holds(folder, MARKER)
    page.open(f"{server.origin}/#/capture")


def jot(page: Browser, words: str) -> None:
    """WORDS, typed and saved."""
    page.evaluate(WORDS)
    wait_for(page, IS_SHEET, "no sheet for words")
    page.evaluate(f"{FILL} set(document.querySelector('dialog textarea'), {words!r});")
    page.evaluate("document.querySelector('dialog button[type=submit]').click();")
    wait_for(page, IS_SAVED, "the sheet did not close")
