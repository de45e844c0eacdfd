"""Hostile bodies at every address that takes one: the stated answer, never a 5xx, nothing stored, nothing repeated.

What lies inside `changes[]` has its own table in tests/sync: there a bad change is parked, not refused.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from skygge.app import describe_api
from skygge.clock import new_id
from tests.fixtures.world import PASSWORD, Person, World
from tests.sync.phone import Phone

SECRET = "Fru Jensen i Nørregade 7"
SOME_ID = "0198c000-0000-7000-8000-000000000000"
STUDY = {"title": "T", "time_zone": "UTC", "languages": ["en"], "field_mode": "words"}


@dataclass(frozen=True)
class Address:
    """One address that takes a JSON body: a good body, and which of its fields is free text."""

    method: str
    path: str
    body: dict[str, Any]
    text: str | None = None


ADDRESSES = (
    Address("POST", "/session", {"name": "Nobody", "password": PASSWORD}, "name"),
    Address("POST", "/reset", {"token": "x", "password": PASSWORD}),
    Address("POST", "/resets", {"name": "Nobody", "password": "not the right one"}, "name"),
    Address("POST", "/spare-codes", {"password": "not the right one"}),
    Address("POST", "/password", {"password": "not the right one", "new_password": PASSWORD}),
    Address("POST", "/invitations/accept", {"code": "AAAAAAAAAA", "name": "Bo", "password": PASSWORD}, "name"),
    Address("POST", "/studies", STUDY, "title"),
    Address("PATCH", "/studies/{study_id}", {"title": "T"}, "title"),
    Address("POST", "/studies/{study_id}/members", {"observer": "book"}, "observer"),
    Address("POST", "/studies/{study_id}/devices", {"device_id": str(new_id()), "name": "phone"}, "name"),
    Address("POST", "/studies/{study_id}/invitations", {"observer": "invited"}, "observer"),
    Address("POST", "/setup", {"token": "x", "name": "Bo", "password": PASSWORD, "study": STUDY}, "name"),
    Address("POST", "/pairings/claim", {"code": "AAAAAAAAAA", "device_name": "phone"}, "device_name"),
    Address("POST", "/pairings/finish", {"claim": "x", "device_id": SOME_ID}),
    Address("POST", "/pairings/{id}/answer", {"allow": False}),
    Address("PATCH", "/studies/{study_id}/members/{id}", {"role": "reader"}),
    Address("POST", "/studies/{study_id}/tokens", {"name": "script"}, "name"),
    Address("POST", "/studies/{study_id}/withdrawals", {"actor_id": SOME_ID, "mode": "stop"}),
    Address("POST", "/studies/{study_id}/clearings", {"device_id": SOME_ID}),
    Address("POST", "/studies/{study_id}/end", {"title": "T"}, "title"),
    # Harm may take many words: its own limit is asked in tests/sync/test_concerns.py.
    Address("POST", "/studies/{study_id}/concerns", {"text": "T"}),
    Address("POST", "/studies/{study_id}/requests", {"kind": "access", "received_on": "2026-03-02"}),
    Address("PATCH", "/studies/{study_id}/requests/{id}", {"outcome": "done"}),
)
# What lies inside has a table of its own, in tests/sync/test_push.py and test_import.py and test_codebook_files.py.
FORM_TYPES = (
    *("text/plain", "text/plain;charset=UTF-8", "Text/Plain", "application/x-www-form-urlencoded"),
    *("multipart/form-data", "multipart/form-data; boundary=x"),
)
ELSEWHERE = {"/studies/{study_id}/changes", "/studies/{study_id}/imports/{id}", "/studies/{study_id}/codebooks/read"}


def _nested(depth: int) -> bytes:
    return b'{"title":' + b"[" * depth + b"]" * depth + b"}"


UNREADABLE: dict[str, bytes] = {
    "not JSON": b"{",
    "nothing but a brace": b"}",
    "100,000 nested arrays": _nested(100_000),
    "40 nested arrays": _nested(40),
    "5,000-digit integer": b'{"title":' + b"9" * 5000 + b"}",
    "invalid UTF-8": b'{"title":"\xff\xfe"}',
    "UTF-16 body": json.dumps({"title": SECRET}).encode("utf-16"),
    "duplicate keys": b'{"title":"a","title":"b"}',
    "duplicate keys, one escaped": b'{"title":"a","tit\\u006ce":"b"}',
}
BAD_TEXTS: dict[str, str] = {
    "lone surrogate": '"\\ud83d"',
    "NUL": '"a\\u0000b"',
    "a number": "12",
    "2^63": str(2**63),
    "NaN": "NaN",
    "1e999": "1e999",
    "Infinity": "-Infinity",
    "a list": '["x"]',
    "an object": '{"$ne": null}',
    "201 letters": json.dumps("x" * 201),
    "empty": '""',
}


@pytest.fixture
def fire(world: World, lead: Person, study_id: UUID) -> Iterator[Callable[..., Any]]:
    """Send a body as the signed-in lead; afterwards nothing may be stored and every list still answers."""
    before = _count_rows(world)

    def send(address: Address, body: bytes, **headers: str) -> Any:
        path = "/api/v1" + address.path.replace("{study_id}", str(study_id)).replace("{id}", SOME_ID)
        return lead.client.request(
            address.method, path, content=body, headers={"Content-Type": "application/json", **headers}
        )

    yield send
    for name in ("members", "devices", "invitations"):
        assert lead.client.get(f"/api/v1/studies/{study_id}/{name}").status_code == 200
    assert lead.client.get("/api/v1/studies").status_code == 200
    assert _count_rows(world) == before


def _count_rows(world: World) -> dict[str, int]:
    kept = {"login_attempt"}
    with world.database.read() as session:
        tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in kept]
        return {table.name: len(session.execute(select(table)).all()) for table in tables}


@cache
def _described() -> dict[str, Any]:
    """The API's own description; making it takes seconds."""
    return describe_api()


def _unsafe_operations() -> set[tuple[str, str]]:
    """Method and address of all that changes something, as the API's own description tells."""
    return {
        (method.upper(), re.sub(r"\{(?!study_id)\w+\}", "{id}", path.removeprefix("/api/v1")))
        for path, operations in _described()["paths"].items()
        for method in operations
        if method in ("post", "put", "patch", "delete")
    }


def test_every_address_that_takes_a_body_is_here() -> None:
    """As the API's own description tells; a new one has to be added to the table."""
    told = {
        (method.upper(), re.sub(r"\{(?!study_id)\w+\}", "{id}", path.removeprefix("/api/v1")))
        for path, operations in _described()["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    here = {(address.method, address.path) for address in ADDRESSES}
    assert {(method, path) for method, path in told if path not in ELSEWHERE} == here
    assert ELSEWHERE <= {path for _, path in told}


def test_bodies_that_cannot_be_read_are_400(fire: Callable[..., Any]) -> None:
    """What is not one JSON document in UTF-8 with distinct keys is refused before anybody looks at it."""
    for address in ADDRESSES:
        for name, body in UNREADABLE.items():
            answer = fire(address, body)
            assert (answer.status_code, answer.json()["code"]) == (400, "body.unreadable"), (address.path, name)
            assert answer.headers["content-type"] == "application/problem+json"


def test_values_that_fit_nowhere_are_422_and_not_repeated(fire: Callable[..., Any]) -> None:
    """A text that no database or export could carry is refused, and the answer names the field, not the value."""
    for address in ADDRESSES:
        if address.text is None:
            continue
        for name, literal in BAD_TEXTS.items():
            rest = "".join(
                f",{json.dumps(key)}:{json.dumps(value)}" for key, value in address.body.items() if key != address.text
            )
            answer = fire(address, f'{{"{address.text}":{literal}{rest}}}'.encode())
            assert answer.status_code == 422, (address.path, name, answer.text)
            assert answer.json()["code"] == "request.invalid"
            assert answer.json()["errors"][0]["loc"] == ["body", address.text]
            assert set(answer.json()["errors"][0]) == {"loc", "kind"}


def test_unknown_fields_are_422_and_not_repeated(fire: Callable[..., Any]) -> None:
    """Nobody makes themself an admin with a field that should not be there; its name is their text too."""
    for address in ADDRESSES:
        for extra in ({"is_admin": True}, {"account_id": str(new_id())}, {SECRET: SECRET}):
            answer = fire(address, json.dumps({**address.body, **extra}).encode())
            assert answer.status_code == 422, address.path
            assert "Jensen" not in answer.text and "is_admin" not in answer.text


def test_a_value_is_never_repeated_in_an_error(fire: Callable[..., Any]) -> None:
    """A jotting sent to the wrong field or address must not come back, for it may land in a log."""
    for address in ADDRESSES:
        for body in (
            [SECRET],
            SECRET,
            {key: [SECRET] for key in address.body},
            {key: {SECRET: 1} for key in address.body},
        ):
            answer = fire(address, json.dumps(body).encode())
            assert answer.status_code == 422, address.path
            assert "Jensen" not in answer.text and "Jensen" not in str(answer.headers)


def test_only_json_is_taken(fire: Callable[..., Any]) -> None:
    """Text that carries JSON is refused by its type, and so is what comes packed."""
    for address in ADDRESSES:
        body = json.dumps(address.body).encode()
        for media_type in ("json", "application/xml", "application/octet-stream", ""):
            assert fire(address, body, **{"Content-Type": media_type}).status_code == 415, (address.path, media_type)
        packed = fire(address, gzip.compress(body), **{"Content-Encoding": "gzip"})
        assert packed.status_code == 415, address.path


def test_what_a_form_may_send_is_no_json(world: World, lead: Person, study_id: UUID) -> None:
    """A page elsewhere can have these types sent without asking first: 415 at all that writes, and nothing is stored.

    Not where the body is a file, for a script's library may call its bytes so. A browser says where it comes from.
    """
    phone = Phone(lead.client, study_id)
    good = {(address.method, address.path): json.dumps(address.body).encode() for address in ADDRESSES}
    changes, file = ("POST", "/studies/{study_id}/changes"), ("POST", "/studies/{study_id}/imports/jsonl")
    good[changes] = json.dumps(phone.body([phone.visit()])).encode()
    good[file] = b'{"type":"actor","id":"%s","label":"C1","kind":"citizen"}\n' % SOME_ID.encode()

    def send(method: str, path: str, media_type: str, **headers: str) -> Any:
        address = "/api/v1" + path.replace("{study_id}", str(study_id)).replace("{id}", SOME_ID)
        body = good.get((method, path), b"")
        return lead.client.request(method, address, content=body, headers={"Content-Type": media_type, **headers})

    before = _count_rows(world)
    for method, path in (*sorted(_unsafe_operations() - set(good)), *good):
        for media_type in FORM_TYPES:
            if "/imports/" in path:
                assert send(method, path, media_type, Origin="https://elsewhere.example").status_code == 403
                continue
            answer = send(method, path, media_type)
            assert (answer.status_code, answer.json()["code"]) == (415, "body.media_type"), (method, path, media_type)
    assert _count_rows(world) == before
    assert [one["verdict"] for one in send(*changes, "application/json").json()["verdicts"]] == ["stored"]
    assert send(*file, "application/x-www-form-urlencoded").json()["created"] == {"actor": 1}


def test_large_bodies_are_413_with_the_limit(fire: Callable[..., Any]) -> None:
    """A huge body is refused, with or without a stated length, and the answer says how much is taken."""

    def chunks() -> Iterator[bytes]:
        yield b'{"title":"'
        for _ in range(320):
            yield b"x" * 65_536
        yield b'"}'

    for address in ADDRESSES:
        for body in (b'{"title":"' + b"x" * 1_000_000 + b'"}', chunks()):
            answer = fire(address, body)
            assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large"), address.path
            assert answer.json()["max_bytes"] == 256 * 1024


ODD_QUERIES = (
    *("limit=-1", "limit=0", "limit=1001", "limit=1e3", "limit=NaN", "limit=9223372036854775808"),
    *("cursor=-1", "cursor=9223372036854775808", "cursor=%00"),
    *("q=%00", "offset=9223372036854775808", "is_admin=1"),
)


def _list_paths() -> list[str]:
    """Every address that answers with `items`, as the API's own description tells."""
    document = _described()
    found = []
    for path, operations in document["paths"].items():
        answer = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        shape = answer.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "items" in document["components"]["schemas"].get(shape, {}).get("properties", {}):
            found.append(path)
    return found


def test_odd_queries_are_422_at_every_list(world: World, lead: Person, study_id: UUID) -> None:
    """Numbers out of range, half bytes and unknown parameters are refused, not guessed at."""
    for path in _list_paths():
        address = re.sub(r"\{\w+\}", SOME_ID, path.replace("{study_id}", str(study_id)))
        rest = "&cell=total" if address.endswith("/entries") and "/analyses/" in address else ""
        for query in ODD_QUERIES:
            words = "&q=vent" if address.endswith("/search") and not query.startswith("q=") else ""
            answer = lead.client.get(f"{address}?{query}{rest}{words}")
            assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), (path, query)
            wrong = [error["loc"] for error in answer.json()["errors"]]
            assert wrong == [["query", query.partition("=")[0]]], (path, query)


def test_every_list_of_the_contract_is_among_them() -> None:
    """The paths above come from the description; this is what must at least be in it."""
    names = {path.partition("{study_id}/")[2] for path in _list_paths()}
    assert names >= {
        *("", "members", "devices", "invitations", "quarantine", "conflicts", "codebooks", "actors", "encounters"),
        *("entries", "fieldnotes", "memos", "entries/{entry_id}/history", "analyses", "exports"),
        *("analyses/frequencies/entries", "analyses/timeline/entries"),
    }


def test_every_list_comes_page_by_page(world: World, lead: Person, study_id: UUID) -> None:
    """`limit` is kept and the cursor leads to the rest, also in lists that are made by the program itself."""
    for name in ("analyses", "exports", "codebooks"):
        address = f"/api/v1/studies/{study_id}/{name}"
        whole = lead.client.get(address).json()["items"]
        joined: list[Any] = []
        cursor: int | None = 0
        while cursor is not None:
            page = lead.client.get(address, params={"limit": 1, "cursor": cursor}).json()
            assert len(page["items"]) == 1
            joined, cursor = joined + page["items"], page["cursor"]
        assert joined == whole != []


def test_unknown_analyses_and_formats_are_404_by_their_own_codes(world: World, lead: Person, study_id: UUID) -> None:
    """Whoever mistypes a name learns that it is the name; strangers learn nothing."""
    stranger = world.make_person("Stranger")
    for path, code in (
        ("analyses/frequency", "analysis.unknown"),
        ("analyses/frequency/entries?cell=total", "analysis.unknown"),
        ("analyses/%27--", "analysis.unknown"),
        ("exports/painting", "export.unknown"),
    ):
        address = f"/api/v1/studies/{study_id}/{path}"
        assert (lead.client.get(address).status_code, lead.client.get(address).json()["code"]) == (404, code)
        assert stranger.client.get(address).json()["code"] == "study.unknown"


def test_odd_but_honest_texts_are_stored_exactly(world: World, lead: Person, study_id: UUID) -> None:
    """Markup, direction overrides, piled accents and formulas are words like any other, and come back unchanged."""
    path = f"/api/v1/studies/{study_id}/members"
    texts = [
        "</script><img src=x onerror=alert(1)>",
        "\u202egnirts\u202c",
        "e" + "\u0301" * 150,
        "=1+1",
        "% _ \\ ' \" --",
        "🧑🏽‍🦽 æøå",
    ]
    for text in texts:
        answer = lead.client.post(path, json={"observer": text})
        assert (answer.status_code, answer.json().get("observer")) == (201, text)
    assert [member["observer"] for member in lead.client.get(path).json()["items"]][1:] == texts


def test_an_id_used_in_another_study_is_another_thing(world: World, lead: Person, study_id: UUID) -> None:
    """One phone works in two studies under one id; what happens to it in one does not reach the other."""
    other, device_id = world.make_study(lead, title="Other"), str(new_id())
    for study in (study_id, other):
        made = lead.client.post(f"/api/v1/studies/{study}/devices", json={"device_id": device_id, "name": str(study)})
        assert made.status_code == 200
    lead.client.post(f"/api/v1/studies/{other}/devices", json={"device_id": device_id, "revoked": True})
    device = lead.client.get(f"/api/v1/studies/{study_id}/devices").json()["items"][0]
    assert (device["name"], device["revoked_at"]) == (str(study_id), None)
