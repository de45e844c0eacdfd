"""Scripts: a bearer token opens one study, for reading unless said otherwise, for a time."""

from uuid import UUID

import pytest

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
