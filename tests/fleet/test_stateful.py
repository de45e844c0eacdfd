"""Hypothesis against the real application on SQLite: it looks for the shortest story that breaks a promise."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from skygge.client import Device, DeviceFailed, Notebook
from skygge.clock import new_id
from skygge.core.fold import fold
from skygge.fieldlog.verify import verify
from skygge.settings import Settings
from tests.fixtures.world import TurnableClock, World, build_world
from tests.sync.phone import stamp

IS_DEEP = os.environ.get("SKYGGE_TEST_SIZE") == "deep"
# Two cores that others use too do 200 stories of 50 steps in minutes, not in one: the whole size is the deep one.
STORIES, STEPS = (200, 50) if IS_DEEP else (10, 25)
FAULTS = ("none", "none", "none", "before", "after", "twice", "late")
WHICH = st.integers(0, 2)


class Story(RuleBasedStateMachine):
    """Three devices of one study, each with a network that may fail at any request."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="skygge-story-"))
        shutil.copyfile(self.template, self.folder / "skygge.db")
        self._building = cast(Generator[World], build_world(Settings(data=self.folder), TurnableClock()))
        self.world: World = next(self._building)
        lead = self.world.make_person("Lene", is_admin=True)
        self.study_id = self.world.make_study(lead)
        self.client = self.world.make_script(self.study_id, lead, may_write=True)
        self.fault = "none"
        self.late: list[tuple[str, str, Any, bytes | None]] = []
        self.devices = [self._device(uuid4(), Notebook()) for _ in range(3)]
        self.entries: list[str] = []
        self.visit = str(new_id())
        self.devices[0].report("encounter.started", self.visit, {"kind": "visit", "started_at": stamp(0)})
        self.devices[0].sync()
        self.last_seq = 0

    def _device(self, device_id: UUID, notebook: Notebook) -> Device:
        token = self.client.headers["Authorization"].removeprefix("Bearer ")
        origin = self.world.settings.url_of_origin
        device = Device(origin, self.study_id, token, device_id=device_id, attempts=1, transport=self._ask)
        device.notebook = notebook
        return device

    def _ask(self, method: str, url: str, headers: Any, body: bytes | None) -> tuple[int, Any, bytes]:
        fault, self.fault = self.fault, "none"
        if fault == "before":
            raise ConnectionError
        if fault == "late" and method == "POST":
            self.late.append((method, url, headers, body))
            raise ConnectionError
        if fault == "twice":
            self.client.request(method, url, headers=headers, content=body)
        answer = self.client.request(method, url, headers=headers, content=body)
        if fault == "after":
            raise ConnectionError
        return answer.status_code, answer.headers, answer.content

    @rule(which=WHICH, words=st.sampled_from(["vent lidt", "hemmelig", "æøå", "\t=1+1"]))
    def log(self, which: int, words: str) -> None:
        """Somebody sees something."""
        entry_id = str(new_id())
        payload = {"encounter_id": self.visit, "kind": "point", "started_at": stamp(1), "jotting": words}
        self.devices[which].report("entry.logged", entry_id, payload)
        self.entries.append(entry_id)

    @rule(which=WHICH, at=st.integers(0, 50), words=st.text(max_size=8))
    def edit(self, which: int, at: int, words: str) -> None:
        """Somebody changes an entry that is known to them, or not."""
        if self.entries:
            clean = words.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
            self.devices[which].report("entry.amended", self.entries[at % len(self.entries)], {"jotting": clean})

    @rule(which=WHICH, at=st.integers(0, 50))
    def strike(self, which: int, at: int) -> None:
        """Somebody strikes a word."""
        if self.entries:
            entry_id = self.entries[at % len(self.entries)]
            self.devices[which].report("words.struck", entry_id, {"words": "hemmelig", "replacement": "▮"})

    @rule(which=WHICH)
    def poison(self, which: int) -> None:
        """A change that no server understands."""
        self.devices[which].report("memo.painted", str(new_id()), {"text": "odd"}, parents=[])

    @rule(which=WHICH, fault=st.sampled_from(FAULTS))
    def sync(self, which: int, fault: str) -> None:
        """A device syncs; its first request may go wrong."""
        self.fault = fault
        try:
            self.devices[which].sync()
        except DeviceFailed:
            pass
        self.fault = "none"

    @rule(which=WHICH)
    def crash(self, which: int) -> None:
        """A device dies and takes up what it had saved."""
        saved = json.loads(json.dumps(self.devices[which].notebook.to_json()))
        self.devices[which] = self._device(self.devices[which].device_id, Notebook.from_json(saved))

    @rule()
    def deliver_late(self) -> None:
        """A request that somebody held back arrives."""
        if self.late:
            method, url, headers, body = self.late.pop(0)
            assert self.client.request(method, url, headers=headers, content=body).status_code == 200

    @invariant()
    def the_cursor_never_goes_back(self) -> None:
        """I2, within one epoch."""
        cursor = max(device.cursor for device in self.devices)
        assert cursor >= self.last_seq
        self.last_seq = cursor

    def teardown(self) -> None:
        """The network is well again: everything that was promised holds."""
        try:
            for device in self.devices * 2:
                device.sync()
            self._check()
        finally:
            self._building.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _check(self) -> None:
        feed = list(self._device(uuid4(), Notebook()).pull())
        told = [change["change_id"] for change in feed]
        for device in self.devices:
            made = {change_id for change_id, kept in device.notebook.kept.items() if kept.own}
            assert made - set(told) == set(device.notebook.parked), "I1, I7"
            assert not device.outbox, "I10"
        assert [change["seq"] for change in feed] == list(range(1, len(feed) + 1)), "I2"
        states = [_state(fold(feed).values())] + [_state(d.notebook.subjects().values()) for d in self.devices]
        assert all(state == states[0] for state in states), "I3"
        with self.world.database.read() as session:
            assert verify(session) == [], "I8"


def _state(things: Any) -> dict[Any, Any]:
    return {(thing.type, thing.id): (thing.fields, thing.conflicts) for thing in things if thing.is_created}


def test_no_story_breaks_a_promise(sqlite_template: Path) -> None:
    """Loss, lateness, doubling, crashes, strikes and poison at any request: I1, I2, I3, I7, I8, I10."""
    Story.template = sqlite_template
    size = settings(
        max_examples=STORIES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Story, settings=size)
