"""A study with everybody who may come to its door, and what each operation of the API is sent there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from skygge.accounts.access import cookie_name
from skygge.accounts.secrets import hash_token
from skygge.accounts.tables import SessionRow, TokenRow
from skygge.clock import new_id
from skygge.studies.access import Role
from tests.fixtures.world import PASSWORD, Person, World
from tests.sync.phone import Phone

MARKER = "Kirstine-Marker"
A_STUDY = {"title": "Nord", "time_zone": "Europe/Copenhagen", "languages": ["da"], "field_mode": "words",
           "observers_see": "own", "starter": "blank"}  # fmt: skip
FILE = b'{"type":"study","title":"Nord","time_zone":"Europe/Copenhagen","languages":["da"]}\n'


@dataclass(frozen=True)
class Cell:
    """One question: an operation at a target, by an actor; the status and code that are expected."""

    operation: str
    target: str
    actor: str
    status: int
    code: str | None
    query: str = ""


@dataclass
class House:
    """A world with one study, everybody who may come to its door, and the ids that addresses need."""

    world: World
    client: TestClient
    headers: dict[str, dict[str, str]]
    ids: dict[str, str]
    foreign_study: UUID
    foreign_ids: dict[str, str]

    def ask(self, cell: Cell) -> Any:
        """The answer to one question."""
        method, address = cell.operation.split(" ")
        targets = {"own": self.ids["study_id"], "foreign": str(self.foreign_study), "absent": str(uuid4())}
        url = address.format(**{**self.ids, "study_id": targets[cell.target]})
        self.client.cookies.clear()
        self._forget_attempts(address)
        asked: dict[str, Any] = {"headers": self.headers[cell.actor], **body_of(method, address, self.ids)}
        return self.client.request(method, url + cell.query, **asked)

    def holds(self, actor: str) -> bool:
        """Whether what somebody comes with still lies in the database, run out or not."""
        kind, _, text = next(iter(self.headers[actor].items()))[1].replace("=", " ", 1).partition(" ")
        row = TokenRow if kind == "Bearer" else SessionRow
        with self.world.database.read() as session:
            return session.get(row, hash_token(text)) is not None

    def _forget_attempts(self, address: str) -> None:
        """Guessing is slowed for everybody at one address; here each question is the first."""
        if address.endswith(("/accept", "/claim", "/session", "/reset", "/resets", "/spare-codes", "/password")):
            with self.world.database.write() as session:
                session.execute(text("DELETE FROM login_attempt"))


def body_of(method: str, address: str, ids: dict[str, str]) -> dict[str, Any]:
    """What an operation is sent so that only who asks can be wrong with it."""
    end = f"{method} {address.removeprefix('/api/v1')}"
    study = end.replace("/studies/{study_id}", "")
    device_id = str(uuid4())
    bodies: dict[str, Any] = {
        "POST /setup": {"token": "wrong", "name": "Mallory", "password": PASSWORD, "study": A_STUDY},
        "POST /session": {"name": "Lene", "password": PASSWORD},
        "POST /reset": {"token": "wrong", "password": PASSWORD},
        "POST /resets": {"name": "Olga", "password": PASSWORD},
        "POST /spare-codes": {"password": PASSWORD},
        # Too weak, so that everybody keeps the one they have.
        "POST /password": {"password": PASSWORD, "new_password": "a" * 20},
        "POST /invitations/accept": {"code": "AAAAAAAAAA", "name": "Mallory", "password": PASSWORD},
        "POST /pairings/claim": {"code": "AAAAAAAAAA", "device_name": "phone"},
        "POST /pairings/finish": {"claim": "wrong", "device_id": device_id},
        "POST /pairings/{pairing_id}/answer": {"allow": False},
        "POST /studies": A_STUDY,
        "PATCH ": {},
        "POST /members": {"observer": f"book {device_id}"},
        "PATCH /members/{member_id}": {"exports_full": False},
        "POST /devices": {"device_id": device_id, "name": "phone"},
        "POST /invitations": {},
        "POST /tokens": {"name": "script"},
        "POST /clearings": {"device_id": device_id},
        "POST /changes": Phone(None, uuid4()).body([]),  # type: ignore[arg-type]  # only its envelope is wanted
        "POST /end": {"dry_run": True},
        "POST /concerns": {"text": MARKER},
        "POST /requests": {"kind": "access", "received_on": "2026-03-02"},
        "PATCH /requests/{request_id}": {"is_extended": True},
        "POST /withdrawals": {"actor_id": ids["actor_id"], "mode": "erase", "dry_run": True},
    }
    if study == "POST /imports/{name}":
        return {"content": FILE, "params": {"dry_run": "true"}}
    if study == "POST /codebooks/read":
        return {"content": b"note: a file\ncodes: []\n"}
    if study == "GET /search":
        return {"params": {"q": "kirstine"}}
    if study.endswith("/entries") and "/analyses/" in study:
        return {"params": {"cell": "no such cell"}}
    for key in (end, study):
        if key in bodies:
            return {"json": bodies[key]}
    return {}


@pytest.fixture
def house(world: World) -> House:
    """One study with everybody in it, and one of somebody else's."""
    people = {name: world.make_person(name) for name in ("Lene", "Olga", "Rie", "Anne", "Aud", "Fie", "Stine")}
    world.make_person("Ada", is_admin=True)
    lead = people["Lene"]
    study_id, foreign = world.make_study(lead), world.make_study(people["Stine"])
    # A study that nobody here belongs to, with as much in it.
    nina = world.make_person("Nina")
    nobodys = world.make_study(nina)
    roles = {"Olga": Role.OBSERVER, "Rie": Role.READER, "Anne": Role.ANALYST, "Aud": Role.AUDITOR, "Fie": Role.OBSERVER}
    for name, role in roles.items():
        world.join(study_id, people[name], role)
    ids, foreign_ids = fill_study(world, lead, study_id), fill_study(world, nina, nobodys)
    lost = lose_phone(world, lead, study_id)
    with world.database.write() as session:
        session.execute(text("DELETE FROM member WHERE account_id = :gone"), {"gone": _bound(world, people["Fie"])})
    scripts = {
        "foreign_token": world.make_script(foreign, people["Stine"], may_write=True),
        "lead_token": world.make_script(study_id, lead),
        "lead_script": world.make_script(study_id, lead, may_write=True),
        "observer_script": world.make_script(study_id, people["Olga"], may_write=True),
    }
    cookies = {"lost_phone": lost, "stranger": people["Stine"], "former": people["Fie"], "lead": lead,
               "observer": people["Olga"], "reader": people["Rie"], "analyst": people["Anne"], "auditor": people["Aud"],
               "admin": world.make_person("Ada")}  # fmt: skip
    name = cookie_name(world.settings)
    headers = {actor: {"cookie": f"{name}={person.client.cookies[name]}"} for actor, person in cookies.items()}
    headers |= {actor: {"authorization": client.headers["authorization"]} for actor, client in scripts.items()}
    headers |= {"nobody": {}, "garbage": {"authorization": "Bearer garbage"}, **let_run_out(world, lead, study_id)}
    return House(world, world.client(), headers, ids, nobodys, foreign_ids)


def fill_study(world: World, lead: Person, study_id: UUID) -> dict[str, str]:
    """A person, a visit, an entry with words, a token, a pairing: what addresses name."""
    phone = Phone(lead.client, study_id)
    citizen = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    visit = phone.visit()
    entry = phone.entry(visit, actor_id=citizen["subject_id"], jotting=MARKER)
    phone.push(citizen, visit, entry)
    # Something is on record that a thing may have left with.
    assert lead.client.get(f"{phone.url}/exports/csv").status_code == 200
    token = lead.client.post(f"{phone.url}/tokens", json={"name": "mine"}).json()
    members = {one["observer"]: one["member_id"] for one in phone.read("members")}
    pairing = lead.client.post("/api/v1/pairings").json()
    concern = lead.client.post(f"{phone.url}/concerns", json={"text": MARKER}).json()
    asked = lead.client.post(f"{phone.url}/requests", json={"kind": "access", "received_on": "2026-03-02"}).json()
    return {
        "study_id": str(study_id), "actor_id": citizen["subject_id"], "entry_id": entry["subject_id"],
        "subject_id": entry["subject_id"],
        "token_id": token["token_id"], "pairing_id": pairing["id"],
        "member_id": members.get("observer-5", members["observer-1"]),
        "name": "jsonl",
        "kind": "dpia", "concern_id": concern["concern_id"], "request_id": asked["request_id"],
    }  # fmt: skip


def lose_phone(world: World, lead: Person, study_id: UUID) -> Person:
    """The observer's phone, left in a bus and revoked."""
    device_id = new_id()
    phone = world.make_person("Olga", device_id=device_id)
    url = f"/api/v1/studies/{study_id}/devices"
    phone.client.post(url, json={"device_id": str(device_id), "name": "phone"})
    revoked = lead.client.post(url, json={"device_id": str(device_id), "revoked": True})
    assert revoked.status_code == 200
    return phone


def let_run_out(world: World, lead: Person, study_id: UUID) -> dict[str, dict[str, str]]:
    """The lead's phone, last heard of sixty-one days ago, and a script of the lead's whose days are over.

    Made last: whoever signs in clears away what has run out, and then it would only be one that is not there.
    """
    name = cookie_name(world.settings)
    world.clock.turn(days=-61)
    phone = world.make_person(lead.name, device_id=new_id())
    script = world.make_script(study_id, lead, may_write=True, days=60)
    for client in (phone.client, script):
        assert client.get("/api/v1/me").status_code == 200, "it was good once"
    world.clock.turn(days=61)
    return {
        "expired": {"cookie": f"{name}={phone.client.cookies[name]}"},
        "expired_token": {"authorization": script.headers["authorization"]},
    }


def _bound(world: World, person: Person) -> object:
    return person.account_id.hex if world.database.is_sqlite else person.account_id
