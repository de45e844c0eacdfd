"""Three browsers that can be killed like a battery dies: Chromium, Firefox and WebKitGTK, each on a profile of its own.

Firefox is spoken to by Marionette, its own line protocol, and WebKitGTK by WebDriver's HTTP: both are a page of code,
so no driver is needed that is not in the system's packages.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Error, Playwright

from tests.e2e.phone import Phone, wait_until
from tests.fixtures.server_process import free_port, is_open

SYSTEM_PYTHON = Path("/usr/bin/python3")
STARTS_WITHIN_S = 60
# Nothing may ask, restore a session, or call home between two kills.
FIREFOX_PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "browser.sessionstore.resume_from_crash": False,
    "toolkit.startup.max_resumed_crashes": -1,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.auto": False,
    "extensions.update.enabled": False,
    "services.settings.server": "data:,",
}


class Browser(Protocol):
    """What a test needs of any of them."""

    def open(self, url: str) -> None:
        """Start on the profile and go to the address."""

    def evaluate(self, script: str) -> Any:
        """Run the body of a function in the page. Raises OSError when the browser is not there (any more)."""

    def kill(self) -> None:
        """SIGKILL to all of it."""


class Tabbed(Browser, Protocol):
    """A browser that may have a second tab."""

    def add_tab(self, url: str) -> None:
        """Open a second tab at the address; the first stays as it is."""

    def evaluate_in(self, tab: int, script: str) -> Any:
        """As `evaluate`, in the first tab (0) or the second (1)."""


class Chromium:
    """Debian's Chromium through Playwright."""

    def __init__(self, playwright: Playwright, folder: Path, origin: str) -> None:
        self._phone = Phone(playwright, folder, origin)

    def open(self, url: str) -> None:
        """Start on the profile and go to the address."""
        self._phone.open(url.removeprefix(self._phone.origin))

    def evaluate(self, script: str) -> Any:
        """Run the body of a function in the page."""
        return self.evaluate_in(0, script)

    def add_tab(self, url: str) -> None:
        """Open a second tab at the address."""
        self._phone.page.context.new_page().goto(url)

    def evaluate_in(self, tab: int, script: str) -> Any:
        """Run the body of a function in one of the tabs."""
        try:
            return self._phone.page.context.pages[tab].evaluate(f"() => {{ {script} }}")
        except Error as gone:
            raise OSError(str(gone)) from gone

    def kill(self) -> None:
        """SIGKILL to all of it."""
        self._phone.kill()


class Firefox:
    """Firefox ESR, headless, by Marionette: `LENGTH:[0, number, command, parameters]` over a socket."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._sent = 0
        self._tabs: list[str] = []

    def open(self, url: str) -> None:
        """Start on the profile and go to the address."""
        port = free_port()
        chosen = {**FIREFOX_PREFERENCES, "marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in chosen.items()]
        (self._folder / "user.js").write_text("\n".join(lines) + "\n")
        for lock in ("lock", ".parentlock"):
            (self._folder / lock).unlink(missing_ok=True)
        command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(self._folder)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_until(lambda: is_open(port), "Firefox did not start", seconds=STARTS_WITHIN_S)
        self._line = socket.create_connection(("127.0.0.1", port), timeout=STARTS_WITHIN_S)
        self._receive()
        self._ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"pageLoadStrategy": "eager"}}})
        self._ask("WebDriver:Navigate", {"url": url})
        self._tabs = [self._ask("WebDriver:GetWindowHandle", {})["value"]]

    def evaluate(self, script: str) -> Any:
        """Run the body of a function in the page."""
        return self._ask("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def add_tab(self, url: str) -> None:
        """Open a second tab at the address."""
        self._tabs.append(self._ask("WebDriver:NewWindow", {"type": "tab"})["handle"])
        self._switch_to(1)
        self._ask("WebDriver:Navigate", {"url": url})

    def evaluate_in(self, tab: int, script: str) -> Any:
        """Run the body of a function in one of the tabs, and look at that one from now on."""
        self._switch_to(tab)
        return self.evaluate(script)

    def _switch_to(self, tab: int) -> None:
        self._ask("WebDriver:SwitchToWindow", {"handle": self._tabs[tab], "focus": True})

    def kill(self) -> None:
        """SIGKILL to all of it."""
        if self._line is not None:
            self._line.close()
            self._line = None
        _kill_group(self._process)
        self._process = None

    def _ask(self, command: str, parameters: dict[str, Any]) -> Any:
        if self._line is None:
            raise OSError("Firefox is not there")
        self._sent += 1
        message = json.dumps([0, self._sent, command, parameters]).encode()
        self._line.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._receive()
        if error is not None:
            raise OSError(str(error.get("message")))
        return result

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._read(1)
        body = b""
        while len(body) < int(length[:-1]):
            body += self._read(int(length[:-1]) - len(body))
        return json.loads(body)

    def _read(self, most: int) -> bytes:
        assert self._line is not None
        read = self._line.recv(most)
        if not read:
            raise OSError("Firefox hung up")
        return read


class WebKit:
    """WebKitGTK by WebDriver, on an invisible display."""

    def __init__(self, folder: Path, display: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._display = display
        self._driver: subprocess.Popen[bytes] | None = None
        self._address = ""

    def open(self, url: str) -> None:
        """Start on the profile and go to the address."""
        port = free_port()
        env = {**os.environ, "DISPLAY": self._display, "LIBGL_ALWAYS_SOFTWARE": "1", "GDK_BACKEND": "x11"}
        env["WEBKIT_DISABLE_COMPOSITING_MODE"] = "1"
        self._driver = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"], env=env, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(lambda: is_open(port), "WebKitWebDriver did not start", seconds=STARTS_WITHIN_S)
        self._address = f"http://127.0.0.1:{port}"
        options = {"binary": str(self._program()), "args": [str(self._folder)]}
        wanted = {"alwaysMatch": {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}}
        session = self._post("/session", {"capabilities": wanted})["sessionId"]
        self._address += f"/session/{session}"
        self._post("/url", {"url": url})

    def evaluate(self, script: str) -> Any:
        """Run the body of a function in the page."""
        return self._post("/execute/sync", {"script": script, "args": []})

    def kill(self) -> None:
        """SIGKILL to all of it: the driver, the browser, and the processes of its pages and its network."""
        _kill_group(self._driver)
        self._driver = None

    def _program(self) -> Path:
        program = self._folder.parent / "gtk-browser"
        browser = Path(__file__).with_name("gtk_browser.py")
        program.write_text(f'#!/bin/sh\nexec {SYSTEM_PYTHON} {browser} "$@"\n')
        program.chmod(0o755)
        return program

    def _post(self, place: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self._address + place, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=STARTS_WITHIN_S) as answer:
            return json.load(answer)["value"]


def _kill_group(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    group = process.pid
    os.killpg(group, signal.SIGKILL)
    process.wait(30)
    wait_until(lambda: not _lives(group), "the browser is still there")


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return any(_is_of(entry, group) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _is_of(process: Path, group: int) -> bool:
    """A zombie is dead: it only waits to be counted."""
    try:
        after_name = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return int(after_name[2]) == group and after_name[0] != "Z"


class Display:
    """A screen that nobody sees, for browsers that need one."""

    def __init__(self) -> None:
        read, write = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x900x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as told:
            self.name = f":{told.readline().strip()}"

    def close(self) -> None:
        """Take it away."""
        self._process.terminate()
        self._process.wait(10)


def missing_programs(name: str) -> list[str]:
    """Which programs are not there to run a browser."""
    needed = {"chromium": [], "firefox": ["firefox-esr"], "webkit": ["WebKitWebDriver", "Xvfb", str(SYSTEM_PYTHON)]}
    return [program for program in needed[name] if shutil.which(program) is None]


def wait_for(browser: Browser, script: str, complaint: str, seconds: float = 60) -> Any:
    """Wait until a script gives something that counts as true, and give that back."""
    deadline = time.monotonic() + seconds
    while not (found := browser.evaluate(script)):
        if time.monotonic() > deadline:
            shown = browser.evaluate("return `${location.href}: ${document.body?.innerText.slice(0, 400)}`;")
            raise AssertionError(f"{complaint}; the screen shows: {shown}")
        time.sleep(0.05)
    return found
