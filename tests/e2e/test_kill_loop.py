"""The browser is killed at random moments of logging; what was shown as on this phone is never missing."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.e2e.browsers import Browser, Chromium, Display, Firefox, WebKit, missing_programs, wait_for
from tests.e2e.field import Field
from tests.e2e.observer import NAME, PASSWORD
from tests.fixtures.server_process import ServerProcess

KILLS = 100 if os.environ.get("SKYGGE_TEST_SIZE") == "deep" else 10
SIGN_IN = f"""
  const set = (field, text) => {{ field.value = text; field.dispatchEvent(new Event('input', {{bubbles: true}})); }};
  set(document.querySelector('input[autocomplete=username]'), {NAME!r});
  set(document.querySelector('input[type=password]'), {PASSWORD!r});
  document.querySelector('button[type=submit]').click();
"""
# Signed out behind the app's back: it goes on, and nothing leaves the phone.
SIGN_OUT = "fetch('/api/v1/session', {method: 'DELETE'}).then(() => { window.isOut = true; });"
IS_HOME = "return document.querySelector('button.start:not(:disabled)') !== null;"
START = "document.querySelector('button.start').click();"
IS_CAPTURE = "return document.querySelector('button.mark') !== null;"
# How many changes the screen says are safe here and not on the server.
TOLD = "document.querySelector('header a[href=\"#/sync\"]')?.textContent"
SHOWN = f"return Number(/\\d+/.exec({TOLD} ?? '')?.[0] ?? 0);"
IS_ALL_SENT = f"return !/\\d/.test({TOLD} ?? '0');"
IS_QUIET = f"return ({TOLD} ?? '').includes('on the server ✓');"
LOG = "window.marks = setInterval(() => document.querySelector('button.mark')?.click(), 8);"


@pytest.fixture(params=["chromium", *(pytest.param(name, marks=pytest.mark.deep) for name in ("firefox", "webkit"))])
def browser(
    request: pytest.FixtureRequest, playwright: Playwright, server: ServerProcess, tmp_path: Path
) -> Iterator[Browser]:
    """One of the three."""
    missing = missing_programs(request.param)
    if missing:
        pytest.skip(f"{request.param} is not there to be killed")
    display = Display() if request.param == "webkit" else None
    folder = tmp_path / request.param
    made: Browser
    if display is not None:
        made = WebKit(folder, display.name)
    else:
        made = Firefox(folder) if request.param == "firefox" else Chromium(playwright, folder, server.origin)
    yield made
    made.kill()
    if display is not None:
        display.close()


def test_no_entry_shown_as_on_this_phone_is_missing_after_a_kill(browser: Browser, server: ServerProcess) -> None:
    """SIGKILL at a random moment of logging, again and again; at the end all of it arrives."""
    found_study(server)
    browser.open(f"{server.origin}/#/sign-in")
    wait_for(browser, "return document.querySelector('input[type=password]') !== null;", "no sign-in form")
    browser.evaluate(SIGN_IN)
    wait_for(browser, IS_HOME, "not signed in")
    # What signing in makes must not arrive in the middle of the counting.
    wait_for(browser, IS_QUIET, "something is left to send", 180)
    browser.evaluate(SIGN_OUT)
    wait_for(browser, "return window.isOut === true;", "still signed in")
    browser.evaluate(START)
    wait_for(browser, IS_CAPTURE, "nothing started")
    shown = before = wait_for(browser, SHOWN, "the start is not on the phone")
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    for kill in range(1, KILLS + 1):
        browser.evaluate(LOG)
        shown = max(shown, watch(browser, moments.uniform(0.05, 0.8)))
        browser.kill()
        browser.open(f"{server.origin}/#/capture")
        wait_for(browser, IS_CAPTURE, f"after kill {kill} the encounter does not run any more")
        survived = wait_for(browser, SHOWN, f"nothing survived kill {kill}")
        assert survived >= shown, f"{shown} were shown as on this phone, {survived} are there"
        shown = survived
    assert shown > before + KILLS, "hardly anything was logged: the test has shown nothing"
    assert arrived(browser, server) == shown - before


def watch(browser: Browser, seconds: float) -> int:
    """The highest number that was on the screen within so many seconds."""
    until, most = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        most = max(most, int(browser.evaluate(SHOWN)))
    return most


def found_study(server: ServerProcess) -> None:
    """An account and a study, by command, while the server stands still."""
    server.stop()
    field = Field(server, None)  # type: ignore[arg-type]  # only its commands are used
    field.command("user", "create", NAME, "--password-file", str(field.password_file()))
    field.command("study", "create", "North", "--lead", NAME, "--codebook", "blank", "--no-lock", "not in this test")
    server.start()


def arrived(browser: Browser, server: ServerProcess) -> int:
    """Sign in again; how many entries the server has when nothing is left to send."""
    browser.evaluate("location.hash = '#/sign-in';")
    wait_for(browser, "return document.querySelector('input[type=password]') !== null;", "no sign-in form")
    browser.evaluate(SIGN_IN)
    wait_for(browser, IS_CAPTURE, "not signed in again")
    wait_for(browser, IS_ALL_SENT, "something is left to send", 180)
    browser.evaluate(COUNT)
    found: Any = wait_for(browser, "return window.found;", "no answer", 60)
    return int(found)


# All pages of the list, counted in the page itself, because only it is signed in.
COUNT = """
  (async () => {
    const ask = (path) => fetch('/api/v1' + path).then((answer) => answer.json());
    const { studies } = await ask('/me');
    let n = 0, cursor = '';
    do {
      const page = await ask(`/studies/${studies[0].study_id}/entries?limit=500${cursor && `&cursor=${cursor}`}`);
      n += page.items.length;
      cursor = page.cursor ?? '';
    } while (cursor);
    window.found = n;
  })();
"""
