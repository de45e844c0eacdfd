"""Two tabs write into one store, and the browser is killed between the tap and the sync, and in the sync.

What either tab showed as on this phone is never missing, nothing is there twice, and both tabs say the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.e2e.browsers import Chromium, Firefox, Tabbed, missing_programs, wait_for
from tests.e2e.phone import wait_until
from tests.e2e.test_kill_loop import (
    IS_ALL_SENT,
    IS_CAPTURE,
    IS_HOME,
    IS_QUIET,
    SHOWN,
    SIGN_IN,
    SIGN_OUT,
    START,
    arrived,
    found_study,
)
from tests.fixtures.server_process import ServerProcess

# Two hundred kills, of every ten the last in the middle of the sync. Firefox takes several times as long to start.
TENS = {"chromium": 16, "firefox": 4}
TAP = "document.querySelector('button.mark').click();"
TABS = (0, 1)


@pytest.fixture(params=["chromium", "firefox"])
def browser(
    request: pytest.FixtureRequest, playwright: Playwright, server: ServerProcess, tmp_path: Path
) -> Iterator[Tabbed]:
    """One of the two."""
    if missing_programs(request.param):
        pytest.skip(f"{request.param} is not there to be killed")
    folder = tmp_path / request.param
    made: Tabbed = Firefox(folder) if request.param == "firefox" else Chromium(playwright, folder, server.origin)
    yield made
    made.kill()


@pytest.mark.deep
def test_two_tabs_lose_nothing_and_agree_over_kills(
    browser: Tabbed, server: ServerProcess, request: pytest.FixtureRequest
) -> None:
    """SIGKILL while both are written in, then while it is on its way; in the end the server has all of it once."""
    found_study(server)
    open_both(browser, server, "sign-in")
    sign_in(browser)
    wait_for(browser, IS_HOME, "not signed in")
    wait_for(browser, IS_QUIET, "something is left to send", 180)
    sign_out(browser)
    browser.evaluate_in(0, START)
    wait_for(browser, IS_CAPTURE, "nothing started")
    before = told = wait_for(browser, SHOWN, "the start is not on the phone")
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance, n_entries, n_tens = random.Random(seed), 0, TENS[request.node.callspec.params["browser"]]
    for ten in range(n_tens):
        for kill in range(1, 10):
            browser.kill()
            open_both(browser, server, "capture")
            told = max(told, agree(browser, told, f"before kill {kill} of {ten}"))
            told = max(told, tap_in_both(browser, chance))
            if kill % 3 == 0:
                told = agree(browser, told, f"after the taps, before kill {kill + 1} of {ten}")
        browser.kill()
        open_both(browser, server, "capture")
        n_entries += agree(browser, told, f"after ten {ten}") - before
        # The sync begins in whichever tab has the lock, and is cut off somewhere in it.
        sign_in(browser)
        time.sleep(chance.uniform(0.0, 1.5))
        browser.kill()
        open_both(browser, server, "capture")
        assert arrived(browser, server) == n_entries, "entries are missing on the server, or are there twice"
        for tab in TABS:
            wait_until(partial(browser.evaluate_in, tab, IS_ALL_SENT), "a tab does not hear that all is sent")
        sign_out(browser)
        before = told = 0
    assert n_entries > 9 * n_tens, "hardly anything was logged: the test has shown nothing"


def open_both(browser: Tabbed, server: ServerProcess, place: str) -> None:
    """The browser on its profile, with two tabs at one place."""
    browser.open(f"{server.origin}/#/{place}")
    browser.add_tab(f"{server.origin}/#/{place}")


def sign_in(browser: Tabbed) -> None:
    """By the first tab; a cookie that was not yet on the disk dies with the browser."""
    browser.evaluate_in(0, "location.hash = '#/sign-in';")
    wait_for(browser, "return document.querySelector('input[type=password]') !== null;", "no sign-in form")
    browser.evaluate(SIGN_IN)


def sign_out(browser: Tabbed) -> None:
    """Behind the app's back: it goes on, and nothing leaves the phone."""
    browser.evaluate_in(0, SIGN_OUT)
    wait_for(browser, "return window.isOut === true;", "still signed in")


def tap_in_both(browser: Tabbed, chance: random.Random) -> int:
    """MARK in one tab and the other, without waiting; the highest number that either showed."""
    most = 0
    for _ in range(chance.randrange(2, 12)):
        tab = chance.choice(TABS)
        browser.evaluate_in(tab, TAP * chance.randrange(1, 4))
        most = max(most, int(browser.evaluate_in(chance.choice(TABS), SHOWN)))
    return most


def agree(browser: Tabbed, told: int, when: str) -> int:
    """Wait until both tabs show the same number, which may be no lower than what was told; that number."""
    for tab in TABS:
        wait_until(partial(browser.evaluate_in, tab, IS_CAPTURE), f"tab {tab} shows no encounter {when}")
    wait_until(
        lambda: browser.evaluate_in(0, SHOWN) == browser.evaluate_in(1, SHOWN) >= told,
        f"the tabs do not say the same, or less than {told}, {when}",
    )
    return int(browser.evaluate_in(0, SHOWN))
