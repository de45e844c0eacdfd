"""Scripts: a bearer token opens one study, for reading unless said otherwise, for a time."""

from uuid import UUID

import pytest

from skygge.studies.access import Role
from tests.fixtures.world import Person, World


def test_a_token_sees_its_one_study(world: World, lead: Person, study_id: UUID) -> None:
    """A script sees the study it was made for, and of the person's other studies nothing."""
    other = world.make_study(lead, title="Other")
    script = world.make_script(study_id, lead)
    assert script.get(f"/api/v1/studies/{study_id}").status_code == 200
    assert script.get(f"/api/v1/studies/{other}").status_code == 404
    assert [study["study_id"] for study in script.get("/api/v1/me").json()["studies"]] == [str(study_id)]
    assert [study["study_id"] for study in script.get("/api/v1/studies").json()["items"]] == [str(study_id)]


def test_a_reading_token_changes_nothing(world: World, lead: Person, study_id: UUID) -> None:
    """A token for a dashboard cannot be used to write, whatever the role of its owner."""
    script = world.make_script(study_id, lead)
    answer = script.patch(f"/api/v1/studies/{study_id}", json={"title": "Taken"})
    assert (answer.status_code, answer.json()["code"]) == (403, "token.read_only")
    writing = world.make_script(study_id, lead, may_write=True)
    assert writing.patch(f"/api/v1/studies/{study_id}", json={"title": "Renamed"}).status_code == 200


def test_a_token_does_nothing_outside_its_study(world: World, lead: Person, study_id: UUID) -> None:
    """A leaked write token cannot found studies or sign anybody out."""
    script = world.make_script(study_id, lead, may_write=True)
    form = {"title": "x", "time_zone": "UTC", "languages": ["en"], "field_mode": "words"}
    made = script.post("/api/v1/studies", json=form)
    assert (made.status_code, made.json()["code"]) == (403, "token.bound")
    assert script.delete("/api/v1/session").status_code == 403


def test_a_token_ends(world: World, lead: Person, study_id: UUID) -> None:
    """A token forgotten in a script stops working by itself."""
    script = world.make_script(study_id, lead, days=2)
    assert script.get("/api/v1/me").status_code == 200
    world.clock.turn(days=2, seconds=1)
    assert script.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("value", ["Bearer", "Bearer x", "Basic bGVuZTp4", "bearer  ", "Bearer " + "x" * 4000])
def test_garbage_in_authorization_is_a_plain_401(world: World, lead: Person, study_id: UUID, value: str) -> None:
    """A wrong token is refused even when a good cookie comes with it, so that scripts notice."""
    answer = lead.client.get("/api/v1/me", headers={"Authorization": value})
    assert (answer.status_code, answer.json()["code"]) == (401, "session.missing")


def _make(person: Person, study_id: UUID, **body: object) -> dict[str, str]:
    answer = person.client.post(f"/api/v1/studies/{study_id}/tokens", json={"name": "R on my laptop", **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


def test_a_token_made_in_the_app_reads_and_is_shown_once(world: World, lead: Person, study_id: UUID) -> None:
    """Its text is in one answer; the list names it, until when it is good, and that it only reads."""
    made = _make(lead, study_id, days=7)
    script = world.client(Authorization=f"Bearer {made['token']}")
    assert script.get(f"/api/v1/studies/{study_id}/exports/entries-csv").status_code == 200
    assert script.patch(f"/api/v1/studies/{study_id}", json={"title": "Taken"}).json()["code"] == "token.read_only"
    listed = lead.client.get(f"/api/v1/studies/{study_id}/tokens")
    (item,) = listed.json()["items"]
    assert (item["name"], item["may_write"], item["revoked_at"]) == ("R on my laptop", False, None)
    assert made["token"] not in listed.text
    world.clock.turn(days=7, seconds=1)
    assert script.get("/api/v1/me").status_code == 401


def test_a_revoked_token_stops_at_once(world: World, lead: Person, study_id: UUID) -> None:
    """Revoking twice changes nothing; a token that there is not is a 404."""
    made = _make(lead, study_id)
    script = world.client(Authorization=f"Bearer {made['token']}")
    url = f"/api/v1/studies/{study_id}/tokens/{made['token_id']}"
    assert [lead.client.delete(url).status_code for _ in range(2)] == [204, 204]
    assert script.get("/api/v1/me").status_code == 401
    assert lead.client.delete(url[:-1] + ("0" if url[-1] != "0" else "1")).json()["code"] == "token.unknown"


def test_tokens_are_their_owners_and_the_leads(world: World, lead: Person, study_id: UUID) -> None:
    """Others neither see nor revoke them; a token makes no tokens; an auditor has nothing to make one for."""
    anna, otto, rita = (world.make_person(name) for name in ("Anna", "Otto", "Rita"))
    for person, role in ((anna, Role.OBSERVER), (otto, Role.ANALYST), (rita, Role.AUDITOR)):
        world.join(study_id, person, role)
    made = _make(anna, study_id)
    url = f"/api/v1/studies/{study_id}/tokens"
    assert otto.client.get(url).json()["items"] == []
    assert otto.client.delete(f"{url}/{made['token_id']}").status_code == 404
    assert [item["token_id"] for item in lead.client.get(url).json()["items"]] == [made["token_id"]]
    script = world.client(Authorization=f"Bearer {made['token']}")
    assert script.post(url, json={"name": "another"}).json()["code"] == "token.bound"
    assert rita.client.post(url, json={"name": "x"}).json()["code"] == "role.insufficient"
    assert lead.client.delete(f"{url}/{made['token_id']}").status_code == 204
