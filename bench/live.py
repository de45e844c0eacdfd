"""How soon what one device wrote stands on another's screen: from the server's answer to the changed page.

A real server, SQLite with its bus in the process and PostgreSQL with LISTEN and NOTIFY; a script writes an entry, the
review table on a laptop and the timeline on a second phone show it, both in a real Chromium and at rest. Seconds from
the moment at which the writer has the server's answer; the budget is two. The floor beside it is how long somebody who
reads the stream of events itself waits for the same.

`SKYGGE_BENCH_ROUNDS` changes how many entries.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from skygge.client import Device, new_subject_id  # noqa: E402  # found through the path set above
from skygge.client.device import ask_http  # noqa: E402  # found as above
from tests.e2e.field import Field  # noqa: E402  # found as above
from tests.e2e.observer import NAME, Observer  # noqa: E402  # found as above
from tests.e2e.phone import LAPTOP, PHONE, Phone  # noqa: E402  # found as above
from tests.e2e.test_codebook import sign_in  # noqa: E402  # found as above
from tests.fixtures.clusters import own_cluster  # noqa: E402  # found as above
from tests.fixtures.server_process import ServerProcess, command_env  # noqa: E402  # found as above

ROUNDS = int(os.environ.get("SKYGGE_BENCH_ROUNDS", "15"))
BUDGET_S = 2
APART_S = 1.5
PATIENCE_S = 60
Figures = dict[str, float]
# The page itself notes when the words stand in it: asking from outside would only measure the asking.
WATCH = """(words) => {
  window.seenAt = null;
  const look = () => {
    if (window.seenAt || !document.querySelector('main').innerText.includes(words)) return;
    window.seenAt = Date.now();
    watching.disconnect();
  };
  const watching = new MutationObserver(look);
  watching.observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


class Writer(Device):
    """A script that writes an entry at a time, and knows when the server had it."""

    def __init__(self, origin: str, study_id: str, token: str) -> None:
        self.answered_at = 0.0
        self.encounter_id = new_subject_id()
        super().__init__(origin, study_id, token, transport=self._note)

    def _note(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        answer = ask_http(method, url, headers, body)
        if method == "POST":
            self.answered_at = time.time()
        return answer

    def visit(self) -> None:
        """An encounter that is over: where one runs, phones are left alone."""
        now = datetime.now(UTC).replace(microsecond=0)
        self.report("encounter.started", self.encounter_id, {"kind": "visit", "started_at": now.isoformat()})
        end = {"ended_at": (now + timedelta(hours=1)).isoformat(), "end_origin": "tap"}
        self.report("encounter.ended", self.encounter_id, end)
        self.sync()

    def write(self, words: str) -> None:
        """One entry, to the server."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        seen = {"encounter_id": str(self.encounter_id), "kind": "point", "started_at": now, "jotting": words}
        self.report("entry.logged", new_subject_id(), seen)
        self.sync()


class Listener:
    """Somebody who reads the stream of events and does nothing else."""

    def __init__(self, server: ServerProcess, study_id: str, token: str) -> None:
        self.heard: list[float] = []
        self._line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        self._line.request("GET", f"/api/v1/studies/{study_id}/events", headers={"Authorization": f"Bearer {token}"})
        self._answer = self._line.getresponse()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while line := self._answer.readline():
                if line.startswith(b"data:"):
                    self.heard.append(time.time())
        except (OSError, http.client.HTTPException, ValueError):
            return  # The server was stopped.


def seen_at(page: Page) -> float:
    """When the words that it watches for stood in a page."""
    deadline = time.monotonic() + PATIENCE_S
    while (at := page.evaluate("window.seenAt")) is None:
        assert time.monotonic() < deadline, "it never reached the screen"
        time.sleep(0.02)
    return float(at) / 1000


def measure_rounds(writer: Writer, listener: Listener, pages: Mapping[str, Page]) -> Figures:
    """Entry by entry: how long after the answer each screen has it."""
    waits: dict[str, list[float]] = {name: [] for name in ("floor: the event itself", *pages)}
    for number in range(ROUNDS):
        words = f"live number {number}."
        for page in pages.values():
            page.evaluate(WATCH, words)
        n_heard = len(listener.heard)
        writer.write(words)
        for name, page in pages.items():
            waits[name].append(max(0.0, seen_at(page) - writer.answered_at))
        assert len(listener.heard) > n_heard, "no event came"
        waits["floor: the event itself"].append(max(0.0, listener.heard[n_heard] - writer.answered_at))
        time.sleep(APART_S)
    figures: Figures = {}
    for name, took in waits.items():
        figures[f"{name}, p50 (s{'' if name.startswith('floor') else f'; budget {BUDGET_S}'})"] = median(took)
        figures[f"{name}, worst (s)"] = max(took)
    return figures


def measure(driver: Playwright, folder: Path, url: str = "") -> Figures:
    """A study set up on a laptop, a second phone of the same person, and a script."""
    server = ServerProcess(folder / "data", {"SKYGGE_DATABASE_URL": url} if url else {})
    server.start()
    laptop = Phone(driver, folder / "laptop", server.origin, size=LAPTOP)
    hand = Observer(laptop.open(server.setup_url.removeprefix(server.origin)))
    hand.tap = lambda name: laptop.page.get_by_role("button", name=name, exact=True).click()  # type: ignore[method-assign]  # a mouse
    hand.set_up()
    field = Field(server, laptop)
    study_id, token = field.study_id, make_token(field, url)
    phone = sign_in(driver, folder / "phone", field, PHONE)
    try:
        writer = Writer(server.origin, study_id, token)
        writer.visit()
        writer.write("live begins")
        laptop.page.goto(f"{server.origin}/#/review")
        # Without any entry there is nothing to filter.
        laptop.page.get_by_label("Search words", exact=True).fill("live number")
        phone.page.goto(f"{server.origin}/#/encounter/{writer.encounter_id}")
        phone.page.get_by_role("heading", level=1).first.wait_for()
        listener = Listener(server, study_id, token)
        time.sleep(5)
        pages = {"review table on a laptop": laptop.page, "timeline on a second phone": phone.page}
        return measure_rounds(writer, listener, pages)
    finally:
        phone.close()
        laptop.close()
        server.kill()


def make_token(field: Field, url: str) -> str:
    """A token that may write, made beside the running server."""
    command = [sys.executable, "-m", "skygge", "token", "create", "--user", NAME, "--study", field.study_id, "--write"]
    env = command_env(field.server.data) | ({"SKYGGE_DATABASE_URL": url} if url else {})
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        found = {f"sqlite, {what}": value for what, value in measure(driver, Path(name) / "lite").items()}
        with own_cluster("skygge") as (address,):
            on_postgres = measure(driver, Path(name) / "postgres", address)
    json.dump(found | {f"postgresql, {what}": value for what, value in on_postgres.items()}, sys.stdout)
