"""What the tests of new passwords do again and again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from skygge.clock import new_id
from tests.fixtures.world import PASSWORD, Person, World

NEW = "et helt andet kodeord"
OTHER = "noch ein ganz anderes"
WRONG = (403, "reset.link_wrong")


@pytest.fixture
def lead(world: World) -> Person:
    """A lead who is not the administrator."""
    return world.make_person("Lene Lead")


@pytest.fixture
def olga(world: World, lead: Person, study_id: UUID) -> Person:
    """An observer in the lead's study, on her phone."""
    person = world.make_person("Olga", device_id=new_id())
    world.join(study_id, person)
    return person


def member_of(world: World, lead: Person, study_id: UUID, account_id: UUID | None) -> str:
    """The member that an account is."""
    members = lead.client.get(f"/api/v1/studies/{study_id}/members").json()["items"]
    return next(str(one["member_id"]) for one in members if one["account_id"] == (account_id and str(account_id)))


def ask_for_link(world: World, lead: Person, study_id: UUID, person: Person) -> Any:
    """What the lead hears who wants a link for somebody."""
    member_id = member_of(world, lead, study_id, person.account_id)
    return lead.client.post(f"/api/v1/studies/{study_id}/members/{member_id}/reset")


def choose(world: World, code: str, password: str = NEW) -> tuple[int, str | None]:
    """Status and problem of choosing a password with a code."""
    answer = world.client().post("/api/v1/reset", json={"token": code, "password": password})
    return answer.status_code, None if answer.status_code == 204 else answer.json()["code"]


def signs_in(world: World, name: str, password: str) -> bool:
    """Whether the password is good."""
    return world.client().post("/api/v1/session", json={"name": name, "password": password}).status_code == 200


def make_codes(person: Person, password: str = PASSWORD) -> Any:
    """What somebody hears who wants a sheet of spare codes."""
    return person.client.post("/api/v1/spare-codes", json={"password": password})


def let_in(world: World, person: Person) -> str:
    """A phone that somebody has just allowed and that has not fetched its session yet: the claim with which it does."""
    offer = person.client.post("/api/v1/pairings").json()
    claim = {"code": offer["code"], "device_name": "phone"}
    claimed = world.client().post("/api/v1/pairings/claim", json=claim).json()
    allowed = person.client.post(f"/api/v1/pairings/{offer['id']}/answer", json={"allow": True})
    assert allowed.json()["state"] == "allowed"
    return str(claimed["claim"])
