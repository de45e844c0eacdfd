"""The phones of the fleet: the library's Python client, and the real phone's TypeScript in Node."""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

from devtools import node_env, web_build
from devtools.machine import WORKSHOP
from skygge.client import Device, DeviceFailed, Notebook
from skygge.core.changes import SCHEMA
from tests.fleet.kinds import NEW_KINDS

REPOSITORY = Path(__file__).resolve().parents[2]
TYPES = ("encounter", "entry", "gap", "memo")
Draft = dict[str, Any]
Things = dict[tuple[str, str], tuple[Any, Any]]


@dataclass(frozen=True)
class Ticket:
    """Where a phone asks, and by which token."""

    origin: str
    study_id: UUID
    token: str


class FleetPhone(Protocol):
    """What the fleet asks of any phone."""

    name: str
    ahead: timedelta
    # What its version adds to a memo without anybody else knowing it.
    flavour: Mapping[str, Any]
    # Whether its version is one schema ahead of any server.
    is_ahead: bool

    def write(self, draft: Draft) -> str:
        """Report a change; its id."""

    @property
    def device_id(self) -> UUID:
        """By which the server knows it."""

    def told(self, change_id: str) -> dict[str, Any] | None:
        """A change as this phone wrote it, where that can be asked."""

    def sync(self) -> str | None:
        """Bring the copies together; what went wrong, None when nothing did."""

    def sign_in(self, ticket: Ticket) -> None:
        """Ask there from now on."""

    def crash(self) -> None:
        """Die and start again with what was saved."""

    def wipe(self) -> None:
        """Lose everything; a new device begins."""

    def pick_entry(self, at: float) -> str | None:
        """One of the entries known here, `at` from 0 to below 1, or None. Quick, for it is asked often."""

    def things(self) -> Things:
        """What this phone says that things are."""

    def bytes(self) -> str:
        """Everything that this phone keeps, as text."""

    def unsent(self) -> int:
        """How many changes have no verdict."""

    def acknowledged(self) -> set[str]:
        """Ids of own changes that the server has said it stored."""

    def parked(self) -> set[str]:
        """Ids of own changes that the server has set aside."""


@dataclass
class PythonPhone:
    """The library's device; what it has saved survives a crash.

    `manner`: what its version and its place put into every envelope. `shared`: changes that are the same on many
    phones are kept once, or a fleet of two hundred would need more memory than there is.
    """

    name: str
    ticket: Ticket
    rng: random.Random
    ahead: timedelta = timedelta()
    flavour: Mapping[str, Any] = field(default_factory=dict)
    manner: dict[str, Any] = field(default_factory=dict)
    is_ahead: bool = False
    shared: dict[str, Any] = field(default_factory=dict)
    device: Device = field(init=False)
    _logged: list[str] = field(default_factory=list)
    _n_seen: int = 0
    _seen_in: str | None = None

    def __post_init__(self) -> None:
        self._begin(uuid4(), Notebook())

    def _begin(self, device_id: UUID, notebook: Notebook) -> None:
        ticket = self.ticket
        self.device = Device(
            ticket.origin,
            ticket.study_id,
            ticket.token,
            device_id=device_id,
            attempts=1,
            clock=lambda: datetime.now(UTC) + self.ahead,
        )
        self.device.notebook = notebook
        self._logged, self._n_seen = [], 0

    def write(self, draft: Draft) -> str:
        change = self.device.report(draft["kind"], draft["subject_id"], draft["payload"], draft.get("parents"))
        change.update(self.manner)
        if self.is_ahead and draft["kind"] in NEW_KINDS:
            change["schema"] = SCHEMA + 1
        return str(change["change_id"])

    @property
    def device_id(self) -> UUID:
        return self.device.device_id

    def told(self, change_id: str) -> dict[str, Any] | None:
        return dict(self.device.notebook.kept[change_id].change)

    def sync(self) -> str | None:
        before = len(self.device.notebook.kept)
        try:
            self.device.sync()
        except DeviceFailed as failure:
            return str(failure)
        finally:
            self._share(before)
        return None

    def _share(self, since: int) -> None:
        """A notebook puts another change in the place of one and never alters it, so all may hold the same."""
        for change_id, kept in islice(self.device.notebook.kept.items(), since, None):
            known = self.shared.setdefault(change_id, (kept.change, kept.fed))
            if known == (kept.change, kept.fed):
                kept.change, kept.fed = known

    def sign_in(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self._begin(self.device.device_id, self.device.notebook)

    def crash(self) -> None:
        said = json.loads(json.dumps(self.device.notebook.to_json()))
        self._begin(self.device.device_id, Notebook.from_json(said))

    def wipe(self) -> None:
        self._begin(uuid4(), Notebook())

    def pick_entry(self, at: float) -> str | None:
        notebook = self.device.notebook
        if len(notebook.kept) < self._n_seen or notebook.epoch != self._seen_in:
            self._logged, self._n_seen = [], 0
        for one in islice(notebook.kept.values(), self._n_seen, None):
            if one.change["kind"] == "entry.logged":
                insort(self._logged, one.change["subject_id"])
        self._n_seen, self._seen_in = len(notebook.kept), notebook.epoch
        return self._logged[int(at * len(self._logged))] if self._logged else None

    def things(self) -> Things:
        found: Things = {}
        for (kind, thing_id), thing in self.device.notebook.subjects().items():
            if kind in TYPES and thing.is_created:
                found[kind, thing_id] = (thing.fields, copy.deepcopy(thing.conflicts))
        return found

    def bytes(self) -> str:
        return json.dumps(self.device.notebook.to_json(), ensure_ascii=False)

    def unsent(self) -> int:
        return len(self.device.notebook.outbox)

    def acknowledged(self) -> set[str]:
        kept = self.device.notebook.kept
        return {change_id for change_id, one in kept.items() if one.own and one.acknowledged}

    def parked(self) -> set[str]:
        return set(self.device.notebook.parked)


class NodePhone:
    """The real store and sync of the web app, in a program of its own."""

    flavour: Mapping[str, Any] = {}
    is_ahead = False

    def __init__(self, name: str, ticket: Ticket) -> None:
        self.name, self.ticket, self.ahead = name, ticket, timedelta()
        self._process: subprocess.Popen[str] | None = None
        self._device_id = uuid4()
        self._start()

    def _start(self) -> None:
        node = node_env.node_folder() / "node"
        self._process = subprocess.Popen(
            [str(node), str(phone_program())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._open()

    def _open(self) -> None:
        ticket = self.ticket
        said = {"origin": ticket.origin, "study_id": str(ticket.study_id), "token": ticket.token}
        self.ask("open", device_id=str(self._device_id), **said)

    def ask(self, what: str, **more: Any) -> Any:
        """The program's answer to an order of phoneProgram.ts."""
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer
        return answer["answer"]

    def write(self, draft: Draft) -> str:
        self.ask("clock", ahead_ms=int(self.ahead.total_seconds() * 1000))
        return str(self.ask("write", drafts=[draft])[0])

    @property
    def device_id(self) -> UUID:
        return self._device_id

    def told(self, change_id: str) -> dict[str, Any] | None:
        return None

    def sync(self) -> str | None:
        self.ask("clock", ahead_ms=int(self.ahead.total_seconds() * 1000))
        failed: str | None = self.ask("sync")
        return failed

    def sign_in(self, ticket: Ticket) -> None:
        # Its notes lie in the memory of the process, so it goes on with the same one.
        self.ticket = ticket
        self._open()

    def crash(self) -> None:
        self.ask("restart")

    def wipe(self) -> None:
        self._device_id = uuid4()
        self._open()
        self.ask("wipe")

    def pick_entry(self, at: float) -> str | None:
        entry_id: str | None = self.ask("pick", at=at)
        return entry_id

    def things(self) -> Things:
        told = self.ask("state", types=list(TYPES))["things"]
        return {(one["type"], one["id"]): (one["fields"], one["conflicts"]) for one in told}

    def bytes(self) -> str:
        return str(self.ask("state", types=[])["kept"])

    def unsent(self) -> int:
        return int(self.ask("state", types=[])["counts"]["unsent"])

    def acknowledged(self) -> set[str]:
        kept = [record for store in json.loads(self.bytes()) for record in store]
        return {one["change_id"] for one in kept if "body" in one and "own" in one and "acknowledged" in one}

    def parked(self) -> set[str]:
        kept = [record for store in json.loads(self.bytes()) for record in store]
        return {one["change_id"] for one in kept if "code" in one and "body" not in one}

    def close(self) -> None:
        """End the program."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()


@cache
def phone_program() -> Path:
    """The phone's TypeScript as one file for Node; built anew for every run, a second or two."""
    folder = WORKSHOP / f"phone-{os.getpid()}"
    os.environ["SKYGGE_PHONE_PROGRAM"] = str(folder)
    node = node_env.node_folder()
    web_build.install_packages(node_env.FRONTEND, node)
    web_build.npm(node_env.FRONTEND, node, "exec", "--", "vite", "build", "--config", "phone.config.ts")
    return folder / "phoneProgram.js"
