"""One study in the field: a server, an observer who has set it up, and what the server knows of her notes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.observer import PASSWORD, Observer
from tests.e2e.phone import LAPTOP, TABLET, Phone, wait_until
from tests.fixtures.server_process import REPOSITORY, ServerProcess, command_env, kept_port

# For a file whose tests go on from one another: all of them on a laptop, and all of them on a tablet in a new study.
EACH_SIZE = pytest.mark.parametrize(
    "desk_size",
    [pytest.param(LAPTOP, id="1280x800"), pytest.param(TABLET, marks=pytest.mark.deep, id="1024x768")],
    indirect=True,
    scope="module",
)


@dataclass
class Field:
    """The phone of the observer, and the server that she reaches when there is a network."""

    server: ServerProcess
    phone: Phone
    touched: set[str] = field(default_factory=set)

    @property
    def page(self) -> Page:
        """What stands on the phone."""
        return self.phone.page

    @property
    def hand(self) -> Observer:
        """The observer's gestures on what stands there now."""
        return Observer(self.page)

    def begin(self, *people: tuple[str, str]) -> Observer:
        """START an encounter, whatever was before, with some people; `(kind, pseudonym)`."""
        self.settle()
        hand = self.hand
        hand.start()
        for kind, label in people:
            hand.add_actor(kind, label)
        return hand

    def settle(self) -> None:
        """End what runs and stand on the first screen, as between two scenes."""
        self.page.goto(f"{self.server.origin}/#/")
        expect(self.page.locator("h1").first).to_be_visible()
        if self.page.get_by_role("button", name="End", exact=True).count():
            self.hand.end()
        expect(self.page.get_by_role("button", name="START", exact=True)).to_be_visible()

    def read(self, things: str) -> list[dict[str, Any]]:
        """A list of the study as its lead reads it, once everything has arrived."""
        self.hand.truth("on the server ✓")
        items: list[dict[str, Any]] = []
        asked = f"{self.server.origin}/api/v1/studies/{self.study_id}/{things}?limit=500"
        cursor: str | None = ""
        while cursor is not None:
            answer = self.page.request.get(asked + (f"&cursor={cursor}" if cursor else "")).json()
            items += answer["items"]
            cursor = answer["cursor"]
        return items

    def last_encounter(self) -> dict[str, Any]:
        """The encounter that was begun last."""
        return max(self.read("encounters"), key=lambda one: str(one["started_at"]))

    def entries(self, encounter_id: str | None = None) -> list[dict[str, Any]]:
        """The entries of an encounter (of the last one), in stream order."""
        wanted = encounter_id or self.last_encounter()["id"]
        return [entry for entry in self.read("entries") if entry["encounter_id"] == wanted]

    def actor(self, label: str) -> str:
        """The id of a pseudonym."""
        return next(str(one["id"]) for one in self.read("actors") if one["label"] == label)

    @property
    def study_id(self) -> str:
        """The one study."""
        me = json.loads(self.page.request.get(f"{self.server.origin}/api/v1/me").text())
        return str(me["studies"][0]["study_id"])

    def go_offline(self) -> None:
        """The stairwell: nothing answers any more."""
        self.server.kill()

    def come_home(self) -> None:
        """A network again."""
        self.server.start()

    def command(self, *words: str) -> str:
        """A `skygge` command on the server's data while it stands still."""
        command = [sys.executable, "-m", "skygge", *words]
        done = subprocess.run(
            command, env=command_env(self.server.data), check=True, capture_output=True, text=True, cwd=REPOSITORY
        )
        return done.stdout.strip()

    def password_file(self) -> Path:
        """A file that holds the password of the tests."""
        file = self.server.data / "password"
        file.write_text(PASSWORD + "\n")
        return file


@dataclass(frozen=True)
class Founding:
    """A study and the phone that founded it, as both lie on the disk when they are switched off.

    Copies of them begin where these stopped, at the same address: a browser keeps what it has for an address alone. So
    of the copies of one founding only one can run at a time.
    """

    data: Path
    profile: Path
    port: int

    def start_server(self, data: Path) -> ServerProcess:
        """A server over a copy of the study."""
        shutil.copytree(self.data, data)
        server = ServerProcess(data, port=self.port)
        server.start()
        return server

    def open_phone(self, server: ServerProcess, phone: Phone) -> Field:
        """The phone that founded the study, switched on again."""
        shutil.copytree(self.profile, phone.profile, symlinks=True)
        made = Field(server, phone)
        hand = Observer(phone.open())
        hand.wait_until_ready_offline()
        hand.truth("on the server ✓")
        return made


def found(playwright: Playwright, folder: Path) -> Founding:
    """Found a study by hand on a phone, as everybody does once, and switch both off."""
    server = ServerProcess(folder / "data", port=kept_port())
    server.start()
    phone = Phone(playwright, folder / "phone", server.origin)
    open_field(server, phone)
    phone.close()
    phone.wait_for_cookie_on_disk()
    server.stop()
    return Founding(server.data, phone.profile, server.port)


def open_field(server: ServerProcess, phone: Phone) -> Field:
    """Set the study up on the phone and wait until it works without a network."""
    made = Field(server, phone)
    hand = Observer(phone.open(server.setup_url.removeprefix(server.origin)))
    hand.set_up()
    hand.wait_until_ready_offline()
    hand.truth("on the server ✓")
    return made


def sure(holds: Any, complaint: str) -> None:
    """Wait until something is so on the server."""
    wait_until(holds, complaint, seconds=60)
