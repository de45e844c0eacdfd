"""A phone is let in with a short code: once, within ten minutes, and only after its owner has said yes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from skygge.clock import new_id
from tests.fixtures.world import PASSWORD, Person, World

PAIRINGS = "/api/v1/pairings"


def offer(lead: Person) -> Any:
    """A code from the laptop."""
    answer = lead.client.post(PAIRINGS)
    assert answer.status_code == 201
    return answer.json()


def claim(phone: TestClient, code: str, name: str = "iPhone") -> Any:
    """The phone types it; the claim."""
    answer = phone.post(f"{PAIRINGS}/claim", json={"code": code, "device_name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


def finish(phone: TestClient, claimed: Any, device_id: UUID | None = None) -> Any:
    """The phone asks whether it may come in."""
    body = {"claim": claimed["claim"], "device_id": str(device_id or new_id())}
    return phone.post(f"{PAIRINGS}/finish", json=body)


def test_a_phone_comes_in_after_its_owner_has_seen_its_name(world: World, lead: Person, study_id: UUID) -> None:
    """Waiting, seen, allowed, in; the session is the phone's, for sixty days."""
    made, phone = offer(lead), world.client()
    assert made["url"] == f"{world.settings.url_of_origin}/#/pair/{made['code']}"
    assert made["picture"].startswith("data:image/svg+xml")
    spoken = f" {made['code'][:5].lower()}-{made['code'][5:]} "
    claimed = claim(phone, spoken)
    assert claimed["name"] == lead.name
    waiting = finish(phone, claimed)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "pairing.waiting")
    assert phone.get("/api/v1/me").status_code == 401
    assert lead.client.get(f"{PAIRINGS}/{made['id']}").json() == {"state": "claimed", "device_name": "iPhone"}
    allowed = lead.client.post(f"{PAIRINGS}/{made['id']}/answer", json={"allow": True})
    assert allowed.json()["state"] == "allowed"
    came = finish(phone, claimed)
    assert came.status_code == 200
    assert came.json()["studies"][0]["study_id"] == str(study_id)
    world.clock.turn(hours=24 * 59)
    assert phone.get("/api/v1/me").json()["account"]["name"] == lead.name


def test_a_code_is_good_for_one_phone_and_a_claim_for_one_session(world: World, lead: Person) -> None:
    """The second who types it is told no more than that it is over; so is who comes back twice."""
    made, phone = offer(lead), world.client()
    claimed = claim(phone, made["code"])
    thief = world.client().post(f"{PAIRINGS}/claim", json={"code": made["code"], "device_name": "iPhone"})
    assert (thief.status_code, thief.json()["code"]) == (410, "pairing.over")
    lead.client.post(f"{PAIRINGS}/{made['id']}/answer", json={"allow": True})
    assert finish(phone, claimed).status_code == 200
    assert finish(world.client(), claimed).status_code == 410
    assert lead.client.get(f"{PAIRINGS}/{made['id']}").json()["state"] == "over"


def test_it_is_over_after_ten_minutes_whatever_was_reached(world: World, lead: Person) -> None:
    """Not claimed, and claimed and allowed but never fetched."""
    unclaimed = offer(lead)
    world.clock.turn(minutes=10)
    late = world.client().post(f"{PAIRINGS}/claim", json={"code": unclaimed["code"], "device_name": "iPhone"})
    assert late.status_code == 410
    made, phone = offer(lead), world.client()
    claimed = claim(phone, made["code"])
    lead.client.post(f"{PAIRINGS}/{made['id']}/answer", json={"allow": True})
    world.clock.turn(minutes=10)
    assert finish(phone, claimed).status_code == 410


def test_no_is_no_and_a_newer_code_ends_the_older(world: World, lead: Person) -> None:
    """Refused, and replaced."""
    made, phone = offer(lead), world.client()
    claimed = claim(phone, made["code"])
    assert lead.client.post(f"{PAIRINGS}/{made['id']}/answer", json={"allow": False}).json()["state"] == "refused"
    assert lead.client.post(f"{PAIRINGS}/{made['id']}/answer", json={"allow": True}).status_code == 410
    assert finish(phone, claimed).status_code == 410
    older, newer = offer(lead), offer(lead)
    refused = world.client().post(f"{PAIRINGS}/claim", json={"code": older["code"], "device_name": "x"})
    assert refused.status_code == 410
    claim(world.client(), newer["code"])


def test_nobody_answers_for_somebody_else(world: World, lead: Person) -> None:
    """Another person, and a script."""
    made = offer(lead)
    claim(world.client(), made["code"])
    other = world.make_person("Bo")
    for client in (other.client, world.client()):
        status = client.post(f"{PAIRINGS}/{made['id']}/answer", json={"allow": True}).status_code
        assert status == (410 if client is other.client else 401)
        assert client.get(f"{PAIRINGS}/{made['id']}").status_code == status


def test_guessing_is_slowed_down(world: World, lead: Person) -> None:
    """410, 410, …, then 429; a right code is not free either while the wait runs."""
    made = offer(lead)
    body = {"code": "AAAAAAAAAA", "device_name": "iPhone"}
    statuses = [world.client().post(f"{PAIRINGS}/claim", json=body).status_code for _ in range(8)]
    assert statuses[:5] == [410] * 5 and statuses[-1] == 429
    right = {**body, "code": made["code"]}
    assert world.client().post(f"{PAIRINGS}/claim", json=right).status_code == 429
    world.clock.turn(minutes=1)
    claim(world.client(), made["code"])


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1"])
def test_codes_are_made_and_used_under_the_own_name_only(world: World, lead: Person, study_id: UUID, host: str) -> None:
    """A page that points its name at this machine neither makes a code nor spends one: pairing and invitations."""
    made, elsewhere = offer(lead), {"Host": host}
    invited = lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={}).json()["code"]
    acceptance = {"code": invited, "name": "Olga", "password": PASSWORD}
    typed = {"code": made["code"], "device_name": "iPhone"}
    for answer in (
        lead.client.post(PAIRINGS, headers=elsewhere),
        lead.client.get(f"{PAIRINGS}/{made['id']}", headers=elsewhere),
        lead.client.post(f"{PAIRINGS}/{made['id']}/answer", json={"allow": True}, headers=elsewhere),
        world.client().post(f"{PAIRINGS}/claim", json=typed, headers=elsewhere),
        world.client().post(f"{PAIRINGS}/finish", json={"claim": "x", "device_id": str(new_id())}, headers=elsewhere),
        world.client().post("/api/v1/invitations/accept", json=acceptance, headers=elsewhere),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "host.unknown")
    claim(world.client(), made["code"])
    assert world.client().post("/api/v1/invitations/accept", json=acceptance).status_code == 201
