"""Every operation of the API, asked by everybody, in one's own study, in somebody else's and in one that is not there.

The operations come from OpenAPI, the expected answers from the table in expected_answers.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from skygge.accounts import access
from skygge.accounts.access import cookie_name
from skygge.accounts.secrets import hash_token
from skygge.accounts.tables import SessionRow, TokenRow
from skygge.clock import new_id
from skygge.studies.access import Role
from tests.api.expected_answers import (
    ACTORS,
    ELSEWHERE,
    ELSEWHERE_NO_TOKENS,
    EXPECTED,
    FULL_TIER,
    REFUSED,
    STUDY,
)
from tests.api.test_headers import CARRIED
from tests.fixtures.world import PASSWORD, Person, World
from tests.sync.phone import Phone

MARKER = "Kirstine-Marker"
# A hundred addresses are made in a loop from one piece of code each: these ask there in their own study, in one that is
# not theirs, before a download, and for more than de-identified files.
MANY = (f"GET {STUDY}/analyses/", f"GET {STUDY}/exports/")
ASKING_MANY = frozenset({"nobody", "lost_phone", "former", "observer", "reader", "analyst", "auditor", "lead_token"})
ASKING_ELSEWHERE = frozenset({"stranger"})
BEFOREHAND = ("/preview", "/losses", "/methods")
ASKING_BEFOREHAND = frozenset({"lost_phone", "observer", "reader", "auditor"})
# All analyses stand behind one door, and all exports; in the reduced size the rest are only asked by who may not.
ASKING_THE_REST = frozenset({"former", "reader", "auditor"})
ASKED_WHOLE = ("frequencies", "transitions", "csv", "jsonl", "qdpx")
IS_DEEP = os.environ.get("SKYGGE_TEST_SIZE") == "deep"
ASKING_FOR_MORE = frozenset({"observer", "analyst"})
METHODS = ("get", "post", "put", "patch", "delete")
A_STUDY = {"title": "Nord", "time_zone": "Europe/Copenhagen", "languages": ["da"], "field_mode": "words",
           "observers_see": "own", "starter": "blank"}  # fmt: skip
# Where no token may go, in no study.
NO_TOKENS = ("/tokens", "/concerns", "/members/{member_id}/reset")
FILE = b'{"type":"study","title":"Nord","time_zone":"Europe/Copenhagen","languages":["da"]}\n'


# A new code makes an older one worthless, signing in clears away what has run out (it has to be there while the others
# are asked), and signing out ends the sessions that the others need. Who has founded a study meanwhile is no longer the
# lead's alone to let choose a password.
LAST = {
    f"POST {STUDY}/members/{{member_id}}/reset": -1,
    "POST /api/v1/pairings": 1,
    "POST /api/v1/session": 2,
    "DELETE /api/v1/session": 3,
}


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


def list_operations(document: dict[str, Any]) -> list[str]:
    """`GET /api/v1/me` and so on, those last that would spoil it for the others."""
    found = [
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
        if method in METHODS
    ]
    return sorted(found, key=lambda one: LAST.get(one, 0))


def find_row(operation: str, table: dict[str, tuple[int, str]]) -> tuple[int, list[str]] | None:
    """The hand-written row of an operation: its own, or that of the pattern it fits."""
    if operation in table:
        status, row = table[operation]
        return status, row.split()
    parts = operation.split("/")
    for pattern, (status, row) in table.items():
        wanted = pattern.split("/")
        if len(wanted) == len(parts) and all(want in ("*", part) for want, part in zip(wanted, parts, strict=True)):
            return status, row.split()
    return None


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
        return {"params": {"q": "vent"}}
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


def list_cells(operations: list[str]) -> Iterator[Cell]:
    """Every question, with the answer that the table has for it. Raises AssertionError for an operation without row."""
    for operation in operations:
        found = find_row(operation, EXPECTED)
        assert found is not None, f"{operation} has no row in the table: decide by hand who may"
        many = operation.startswith(MANY)
        is_beforehand = many and operation.endswith(BEFOREHAND)
        asking = ASKING_BEFOREHAND if is_beforehand else ASKING_MANY if many else frozenset(ACTORS)
        if many and not IS_DEEP and not set(ASKED_WHOLE).intersection(operation.split("/")):
            yield from _only(ASKING_THE_REST, _cells(operation, "own", *found))
            continue
        yield from _only(asking, _cells(operation, "own", *found))
        elsewhere = ELSEWHERE_NO_TOKENS if operation.partition(STUDY)[2].startswith(NO_TOKENS) else ELSEWHERE
        for target in ("foreign", "absent") if STUDY in operation else ():
            asking = ASKING_ELSEWHERE if many else frozenset(ACTORS)
            yield from _only(asking, _cells(operation, target, 404, elsewhere.split()))
        full = None if is_beforehand else find_row(operation, FULL_TIER)
        if full is not None:
            for query in ("?tier=full", "?clock_times=true"):
                yield from _only(ASKING_FOR_MORE, _cells(operation, "own", full[0], full[1], query))


def _only(actors: frozenset[str], cells: Iterator[Cell]) -> Iterator[Cell]:
    return (cell for cell in cells if cell.actor in actors)


def _cells(operation: str, target: str, status: int, row: list[str], query: str = "") -> Iterator[Cell]:
    assert len(row) == len(ACTORS), operation
    for actor, word in zip(ACTORS, row, strict=True):
        if word == "ok":
            yield Cell(operation, target, actor, status, None, query)
        elif word == "other":
            yield Cell(operation, target, actor, 410 if "pairing" in operation else 404, "", query)
        else:
            yield Cell(operation, target, actor, *REFUSED[word], query)


def test_everybody_gets_what_the_table_says_and_nothing_else(house: House) -> None:
    """≥ 2,000 questions; a refusal never carries a word of the study, nor does an analyst's file."""
    operations = list_operations(house.world.app.openapi())
    wrong: list[tuple[Cell, int, str | None]] = []
    n_cells = 0
    for cell in list_cells(operations):
        if cell.actor.startswith("expired") and LAST.get(cell.operation, 0) < LAST["POST /api/v1/session"]:
            assert house.holds(cell.actor), f"only gone and not run out, at {cell.operation}"
        answer = house.ask(cell)
        n_cells += 1
        said = answer.json().get("code") if "problem+json" in answer.headers.get("content-type", "") else None
        if {name: answer.headers.get_list(name) for name in CARRIED} != {name: [CARRIED[name]] for name in CARRIED}:
            wrong.append((cell, answer.status_code, "lacks a header"))
        is_code_right = cell.code in (None, "") or said == cell.code
        if answer.status_code != cell.status or not is_code_right:
            wrong.append((cell, answer.status_code, said))
        is_refused = cell.code is not None
        if MARKER.encode() in answer.content and (is_refused or is_deidentified(cell)):
            wrong.append((cell, answer.status_code, "tells what was written"))
    assert wrong == [], f"{len(wrong)} of {n_cells}"
    assert n_cells >= 2_000


def test_the_column_of_what_has_run_out_is_about_that_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the end of a sign-in or of a script forgotten, every question of theirs would be answered otherwise."""
    operations = [one for one in list_operations(house.world.app.openapi()) if one.startswith("GET") and STUDY in one]
    cells = [
        cell for cell in list_cells(operations)
        if cell.actor.startswith("expired") and cell.target == "own" and not cell.operation.startswith(MANY)
        and cell.code == REFUSED["sign"][1]
    ]  # fmt: skip
    assert len(cells) > 30
    assert {house.ask(cell).status_code for cell in cells} == {401}
    monkeypatch.setattr(access, "find_session", lambda session, token, now: session.get(SessionRow, hash_token(token)))
    monkeypatch.setattr(access, "find_token", lambda session, token, now: session.get(TokenRow, hash_token(token)))
    assert [cell for cell in cells if house.ask(cell).status_code == 401] == []


def test_a_thing_of_another_study_is_as_absent_as_one_that_never_was(house: House) -> None:
    """Under the address of one's own study: same status, same bytes, whatever the id belongs to elsewhere."""
    things = [name for name in house.ids if name not in ("study_id", "name", "kind")]
    operations = [
        operation for operation in list_operations(house.world.app.openapi())
        if STUDY in operation
        and (operation.endswith("/withdrawals") or any(f"{{{name}}}" in operation for name in things))
    ]  # fmt: skip
    assert len(operations) >= 9
    for operation in operations:
        answers = []
        for ids in (house.foreign_ids, {name: str(uuid4()) for name in things}):
            wanted = {**house.ids, **{name: ids[name] for name in things}}
            method, address = operation.split(" ")
            house.client.cookies.clear()
            asked: dict[str, Any] = {"headers": house.headers["lead"], **body_of(method, address, wanted)}
            answers.append(house.client.request(method, address.format(**wanted), **asked))
        assert (answers[0].status_code, answers[0].content) == (answers[1].status_code, answers[1].content), operation
        assert MARKER.encode() not in answers[0].content and answers[0].status_code < 500, operation


def is_deidentified(cell: Cell) -> bool:
    """Whether what the cell gets back has to be without free text."""
    return cell.actor == "analyst" and ("/exports" in cell.operation or cell.operation.endswith("/report"))


def test_an_operation_that_is_missing_in_the_table_fails() -> None:
    """Nothing is let through because nobody thought of it."""
    with pytest.raises(AssertionError, match="has no row"):
        list(list_cells(["GET /api/v1/studies/{study_id}/secrets"]))


def test_an_absent_study_and_a_foreign_one_are_the_same_to_the_byte(house: House) -> None:
    """Whether a study exists is nobody's business: same bytes, same headers but for the id of each request."""
    for operation in (one for one in list_operations(house.world.app.openapi()) if STUDY in one):
        answers = [house.ask(Cell(operation, target, "lead", 404, None)) for target in ("foreign", "absent")]
        assert answers[0].content == answers[1].content, operation
        told = [{name: text for name, text in one.headers.items() if name != "x-request-id"} for one in answers]
        assert told[0] == told[1], operation
