"""A phone-sized Chromium on a persistent profile that can die like a battery dies.

Debian's Chromium, driven by Playwright. `kill` is SIGKILL to the browser's whole process group: nothing gets to say
goodbye, no handler runs, nothing is flushed that was not already flushed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, Response
from playwright.sync_api import Error as PlaywrightError

PHONE = (360, 740)
LAPTOP = (1280, 800)
TABLET = (1024, 768)
# Background networking would make Chromium call its maker; a test talks to its own server only.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-features=Translate"]  # fmt: skip


def find_chromium() -> str:
    """Where the system's Chromium is. `./dev test` installs it where it is missing and may."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("the browser tests need Chromium: apt-get install chromium")
    return found


# The devices that are switched on, for the report of a test that failed.
switched_on: list[Phone] = []


@dataclass
class Phone:
    """One device with its own profile. `origin` stays the same while the server comes and goes."""

    playwright: Playwright
    profile: Path
    origin: str
    size: tuple[int, int] = PHONE
    locale: str = "en-GB"
    dark: bool = False
    trusts: str = ""  # the base64 SHA-256 of a key that the phone was told to trust
    console: list[str] = field(default_factory=list)
    _context: BrowserContext | None = None

    def open(self, path: str = "/") -> Page:
        """Start the browser on the profile and open the app, as a tap on the icon does."""
        is_phone = self.size[0] < 800
        self._context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=find_chromium(),
            args=[*QUIET, f"--ignore-certificate-errors-spki-list={self.trusts}"] if self.trusts else QUIET,
            viewport={"width": self.size[0], "height": self.size[1]},
            has_touch=is_phone,
            is_mobile=is_phone,
            locale=self.locale,
            timezone_id="Europe/Copenhagen",
            color_scheme="dark" if self.dark else "light",
            accept_downloads=True,
        )
        switched_on.append(self)
        page = self._context.pages[0]
        page.set_default_timeout(60_000)
        page.on("console", lambda told: self.console.append(f"{told.type}: {told.text} {told.location['url']}"))
        page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))
        for way in ("goto", "reload"):
            setattr(page, way, _undeterred(getattr(page, way), page))
        page.goto(self.origin + path)
        return page

    @property
    def page(self) -> Page:
        """The page that is open now."""
        assert self._context is not None, "the phone is off"
        return self._context.pages[0]

    def describe(self) -> str:
        """What stands on it, and the last that its console said."""
        try:
            seen = self.page.locator("body").aria_snapshot(timeout=2_000)
        except PlaywrightError as error:
            seen = str(error)
        return "\n".join([self.page.url, *seen.splitlines()[:80], *self.console[-40:]])

    def close(self) -> None:
        """Leave as a person does who swipes the app away."""
        if self._context is not None:
            switched_on.remove(self)
            self._context.close()
            self._context = None

    def kill(self) -> None:
        """SIGKILL the browser's process group and wait until no process of the profile is left."""
        groups = {os.getpgid(pid) for pid in self._processes()}
        assert groups and os.getpgid(0) not in groups, "the browser must have a process group of its own"
        for group in groups:
            os.killpg(group, signal.SIGKILL)
        wait_until(lambda: not self._processes(), "the browser is still there")
        switched_on.remove(self)
        self._context = None
        # Chromium refuses a profile whose lock names a process; a phone that was switched off has no such lock.
        for lock in self.profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def wait_for_cookie_on_disk(self) -> None:
        """Chromium writes cookies out every 30 seconds; a sign-in younger than that dies with the process."""
        wait_until(lambda: self._cookies_on_disk() > 0, "no cookie reached the disk", seconds=60)

    def _cookies_on_disk(self) -> int:
        for path in self.profile.rglob("Cookies"):
            # What is read past Chromium's lock may be half a transaction, which a kill would roll back.
            if any(beside.stat().st_size > 0 for beside in path.parent.glob("Cookies-*")):
                return 0
            try:
                with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
                    return int(database.execute("SELECT count(*) FROM cookies").fetchone()[0])
            except sqlite3.Error:
                return 0
        return 0

    def _processes(self) -> list[int]:
        marker = f"--user-data-dir={self.profile}".encode()
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _runs(entry, marker)]


def _undeterred(go: Callable[..., Response | None], page: Page) -> Callable[..., Response | None]:
    """Going somewhere, and once more where the app began anew at that very moment, as it does after a clearing."""

    def go_twice(*place: str, **options: Any) -> Response | None:
        try:
            return go(*place, **options)
        except PlaywrightError as error:
            if not any(said in error.message for said in ("interrupted by another navigation", "ERR_ABORTED")):
                raise
        page.wait_for_load_state()
        return go(*place, **options)

    return go_twice


IS_ACTIVE = "navigator.serviceWorker.getRegistration().then((found) => found?.active?.state === 'activated')"
HAS_SHELL = "caches.match('/index.html', { ignoreVary: true }).then(Boolean)"
WHAT_IS_THERE = """async () => {
  const of = (one) => one && ['installing', 'waiting', 'active'].map((name) => `${name} ${one[name]?.state}`);
  const within = (asked) => Promise.race([asked, new Promise((done) => setTimeout(done, 5000, 'no answer'))]);
  const found = await within(navigator.serviceWorker.getRegistrations().then((all) => all.map(of)));
  const keys = await within(caches.keys());
  const held = await within(navigator.locks.query().then(({ held }) => held.map(({ name }) => name)));
  return JSON.stringify({ found, keys, held, controller: navigator.serviceWorker.controller?.state ?? null });
}"""
ANSWERS = "navigator.serviceWorker.controller !== null"


def wait_for_worker(page: Page, *, answers: bool = False) -> None:
    """Until the app opens without a network; with `answers`, until its worker answers for this very page.

    Asked from here: what the browser's driver asks a second time goes through `eval`, which the page's policy refuses.
    """
    try:
        wait_until(lambda: _tells(page, IS_ACTIVE), "no service worker is active")
        wait_until(lambda: _tells(page, HAS_SHELL), "the app's files are not on the device")
    except AssertionError as complaint:
        raise AssertionError(f"{complaint}: {page.evaluate(WHAT_IS_THERE)}") from None
    if answers:
        wait_until(lambda: _tells(page, ANSWERS), "the worker does not answer for this page")


def _tells(page: Page, question: str) -> bool:
    """What the page says to a question; no while it begins anew."""
    try:
        return bool(page.evaluate(question))
    except PlaywrightError:
        return False


@contextmanager
def without_network(page: Page) -> Iterator[None]:
    """The device of a page is in a dead spot, and comes out of it whatever happens there."""
    page.context.set_offline(True)
    try:
        yield
    finally:
        page.context.set_offline(False)


def _runs(process: Path, marker: bytes) -> bool:
    try:
        return marker in (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def profile_holds(profile: Path, marker: str) -> bool:
    """Whether any file of a profile has the marker in it, in either of the ways in which a browser writes text."""
    # Not `rglob`: the browser makes and removes folders under it, and that is no error.
    for file in (Path(folder) / name for folder, _, names in os.walk(profile) for name in names):
        try:
            content = file.read_bytes() if file.is_file() else b""
        except OSError:
            continue
        if marker.encode() in content or marker.encode("utf-16-le") in content:
            return True
    return False


def wait_until(holds: Callable[[], bool], complaint: str, seconds: float = 60) -> None:
    """Wait for something to become true; fail with the complaint when it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)
