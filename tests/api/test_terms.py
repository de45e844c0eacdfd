"""The terms of a study: one record that its leads keep, audited, and what they ask of every member's phone."""

from typing import Any
from uuid import UUID

import pytest

from skygge.studies.access import Role
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone

TERMS = {
    "controller": "Aalborg Kommune",
    "joint_controller": "Universitetet",
    "processor": "Driftscenter Nord",
    "hosting_place": "A server in Aalborg",
    "purpose": "To understand how care is shaped together",
    "purpose_limits": "Never to judge one employee",
    "legal_basis": "Databeskyttelsesloven § 10",
    "retention_until": "2028-12-31",
    "concern_procedure": "Ring til Mette, 12 34",
}
LOCK_OFF = {"lock_required": False, "lock_reason": "Phones never leave the building"}


def _address(study_id: UUID) -> str:
    return f"/api/v1/studies/{study_id}"


def _brief(person: Person) -> dict[str, Any]:
    briefs: list[dict[str, Any]] = person.client.get("/api/v1/me").json()["studies"]
    return briefs[0]


def test_a_new_study_asks_for_the_lock_and_for_no_dictation(world: World, lead: Person, study_id: UUID) -> None:
    """Nobody has to think of it; the terms themselves are empty until somebody answers them."""
    study = lead.client.get(_address(study_id)).json()
    assert (study["lock_required"], study["lock_reason"], study["allows_dictation"]) == (True, None, False)
    assert {study[name] for name in TERMS} == {None}
    assert (_brief(lead)["lock_required"], _brief(lead)["allows_dictation"]) == (True, False)


def test_the_terms_are_kept_by_leads_and_on_record(world: World, lead: Person, study_id: UUID) -> None:
    """One request sets them; the log of the study has them, the audit log says which, never what; null empties one."""
    after = lead.client.patch(_address(study_id), json={**TERMS, "allows_dictation": True})
    assert after.status_code == 200, after.text
    assert {name: after.json()[name] for name in TERMS} == TERMS and after.json()["allows_dictation"] is True
    record = lead.client.get(f"{_address(study_id)}/audit").json()["items"][0]
    assert record["kind"] == "study.amended"
    assert record["details"] == {"fields": sorted([*TERMS, "allows_dictation"]), "seq": after.json()["last_seq"]}
    emptied = lead.client.patch(_address(study_id), json={"joint_controller": None}).json()
    assert (emptied["joint_controller"], emptied["controller"]) == (None, "Aalborg Kommune")


def test_what_the_study_asks_reaches_every_members_phone(world: World, lead: Person, study_id: UUID) -> None:
    """With the answer to *who am I*, which a phone asks for at every start."""
    observer = world.make_person("Ofelia Observer")
    world.join(study_id, observer, Role.OBSERVER)
    asked = {**LOCK_OFF, "allows_dictation": True, "retention_until": "2028-12-31"}
    assert lead.client.patch(_address(study_id), json=asked).status_code == 200
    for person in (lead, observer):
        brief = _brief(person)
        told = (brief["lock_required"], brief["allows_dictation"], brief["retention_until"])
        assert told == (False, True, "2028-12-31")
        assert "lock_reason" not in brief


@pytest.mark.parametrize("reason", [{}, {"lock_reason": None}])
def test_the_lock_is_not_switched_off_without_a_written_reason(
    world: World, lead: Person, study_id: UUID, reason: dict[str, Any]
) -> None:
    """A stable code says what is missing, for a new study too, and nothing is changed."""
    refused = lead.client.patch(_address(study_id), json={"lock_required": False, **reason})
    assert (refused.status_code, refused.json()["code"]) == (422, "study.lock_reason_missing")
    form = {"title": "Nord", "time_zone": "Europe/Copenhagen", "languages": ["da"], "field_mode": "words"}
    refused = lead.client.post("/api/v1/studies", json={**form, "lock_required": False, **reason})
    assert (refused.status_code, refused.json()["code"]) == (422, "study.lock_reason_missing")
    assert lead.client.get(_address(study_id)).json()["lock_required"] is True
    made = lead.client.post("/api/v1/studies", json={**form, **LOCK_OFF}).json()
    assert (made["lock_required"], made["lock_reason"]) == (False, LOCK_OFF["lock_reason"])


@pytest.mark.parametrize("reason", ["", "  \n ", "Kirstine-Marker" * 200, 7])
def test_an_empty_reason_is_none_and_a_long_one_is_not_echoed(
    world: World, lead: Person, study_id: UUID, reason: object
) -> None:
    """Spaces are no reason, and what was sent is not in the answer."""
    refused = lead.client.patch(_address(study_id), json={"lock_required": False, "lock_reason": reason})
    assert refused.status_code == 422 and "Kirstine" not in refused.text


def test_the_reason_cannot_be_taken_away_alone(world: World, lead: Person, study_id: UUID) -> None:
    """It goes when the lock comes back, not before."""
    assert lead.client.patch(_address(study_id), json=LOCK_OFF).status_code == 200
    refused = lead.client.patch(_address(study_id), json={"lock_reason": None})
    assert (refused.status_code, refused.json()["code"]) == (422, "study.lock_reason_missing")
    after = lead.client.patch(_address(study_id), json={"lock_required": True, "lock_reason": None}).json()
    assert (after["lock_required"], after["lock_reason"]) == (True, None)


def test_a_phone_cannot_take_the_lock_off_by_a_change_without_a_reason(
    world: World, lead: Person, study_id: UUID
) -> None:
    """The same rule behind the door of changes, where a verdict says it and the change is kept."""
    phone = Phone(lead.client, study_id)
    about = {"subject_id": str(study_id), "parents": [phone.pull_all()[0]["change_id"]]}
    bare = phone.change("study.amended", {"lock_required": False}, **about)
    explained = phone.change("study.amended", LOCK_OFF, **about)
    verdicts = phone.push(bare, explained)
    assert [one["verdict"] for one in verdicts] == ["quarantined", "stored"]
    assert verdicts[0]["code"] == "change.content_invalid"
    assert phone.client.get(phone.url).json()["lock_required"] is False


@pytest.mark.parametrize("day", ["2028-02-30", "31-12-2028", "0001-01-01", 20281231])
def test_a_day_that_does_not_exist_is_refused(world: World, lead: Person, study_id: UUID, day: object) -> None:
    """The retention date is one, or there is none."""
    assert lead.client.patch(_address(study_id), json={"retention_until": day}).status_code == 422
