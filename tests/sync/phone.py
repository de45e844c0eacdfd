"""A phone as the server sees it: makes changes, pushes them, pulls the feed."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from skygge.clock import new_id
from tests.fixtures.world import Person, World

HERE = timezone(timedelta(hours=1))
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=HERE)
Change = dict[str, Any]


@dataclass
class Phone:
    """One device of one person in one study."""

    client: TestClient
    study_id: UUID
    device_id: UUID = field(default_factory=uuid4)
    clock_offset: timedelta = timedelta()
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        """Where the study answers."""
        return f"/api/v1/studies/{self.study_id}"

    def change(self, kind: str, payload: Change | None = None, **envelope: Any) -> Change:
        """A change as a phone writes it. What is given wins."""
        number = next(self._numbers)
        return {
            "change_id": str(new_id()),
            "kind": kind,
            "subject_id": str(new_id()),
            "parents": [],
            "payload": payload or {},
            "made_at": stamp(number),
            "utc_offset_minutes": 60,
            "time_zone": "Europe/Copenhagen",
            "device_id": str(self.device_id),
            "device_seq": number,
            "session_id": "session-1",
            "monotonic_ms": number * 1000.5,
            "schema": 1,
            "app_version": "test",
            **envelope,
        }

    def visit(self, **fields: Any) -> Change:
        """A visit that begins in the morning."""
        return self.change("encounter.started", {"kind": "visit", "started_at": stamp(0), **fields})

    def entry(self, encounter: Change, **fields: Any) -> Change:
        """An entry in a visit, a minute after the one before."""
        payload = {"encounter_id": encounter["subject_id"], "kind": "point", "action": "talks", **fields}
        change = self.change("entry.logged", payload)
        change["payload"].setdefault("started_at", change["made_at"])
        return change

    def amend(self, change: Change, payload: Change, *parents: Change, kind: str | None = None) -> Change:
        """A later change about the same thing, replacing what the given changes said (or the first one)."""
        named = [parent["change_id"] for parent in parents or (change,)]
        kind = kind or change["kind"].split(".")[0] + ".amended"
        return self.change(kind, payload, subject_id=change["subject_id"], parents=named)

    def body(self, changes: Iterable[object], **envelope: Any) -> Change:
        """The body of a push."""
        now = datetime.now(tz=HERE) + self.clock_offset
        return {
            "protocol": 1,
            "device_id": str(self.device_id),
            "device_time": now.isoformat(timespec="milliseconds"),
            "changes": list(changes),
            **envelope,
        }

    def push(self, *changes: object) -> list[Change]:
        """Push changes and give back their verdicts."""
        answer = self.client.post(f"{self.url}/changes", json=self.body(changes))
        assert answer.status_code == 200, answer.text
        verdicts: list[Change] = answer.json()["verdicts"]
        return verdicts

    def pull(self, after: int = 0, **query: Any) -> Change:
        """One page of the feed."""
        answer = self.client.get(f"{self.url}/changes", params={"after": after, **query})
        assert answer.status_code == 200, answer.text
        page: Change = answer.json()
        return page

    def pull_all(self, limit: int = 500, **query: Any) -> list[Change]:
        """The whole feed, page by page."""
        found: list[Change] = []
        page: Change = {"cursor": 0, "has_more": True}
        while page["has_more"]:
            page = self.pull(page["cursor"], limit=limit, **query)
            found += page["changes"]
        return found

    def read(self, name: str, **query: Any) -> list[Change]:
        """The items of a list."""
        answer = self.client.get(f"{self.url}/{name}", params=query)
        assert answer.status_code == 200, answer.text
        items: list[Change] = answer.json()["items"]
        return items

    def withdraw(self, actor_id: str, mode: str, **asked: Any) -> Change:
        """Carry out a withdrawal after reading every text that has to be read, and keeping it."""
        asked = {"actor_id": actor_id, "mode": mode, **asked}
        found = self.client.post(f"{self.url}/withdrawals", json={**asked, "dry_run": True})
        assert found.status_code == 200, found.text
        decided = [{"id": text["id"], "decision": "kept"} for text in found.json()["to_read"]]
        answer = self.client.post(f"{self.url}/withdrawals", json={"decided": decided, **asked})
        assert answer.status_code == 200, answer.text
        done: Change = answer.json()
        return done


@pytest.fixture
def phone(world: World, lead: Person, study_id: UUID) -> Phone:
    """The lead's phone."""
    return Phone(lead.client, study_id)


def join_with_phone(world: World, study_id: UUID, name: str) -> Phone:
    """Another observer of the study, with a phone."""
    person = world.make_person(name)
    world.join(study_id, person)
    return Phone(person.client, study_id)


def stamp(minutes: float) -> str:
    """A moment of that morning, in Copenhagen's winter time."""
    return (MORNING + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


def words(verdicts: Sequence[Change]) -> list[str]:
    """The verdicts in one word each."""
    return [verdict["verdict"] for verdict in verdicts]
