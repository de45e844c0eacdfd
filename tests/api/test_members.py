"""Who belongs to a study, who may invite, and what a stranger sees: nothing."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from skygge.clock import new_id
from skygge.studies.access import PERMISSIONS, Permission, Role
from tests.fixtures.world import PASSWORD, Person, World
from tests.sync.phone import Phone

LISTS = ("members", "devices", "invitations")


def test_a_foreign_study_looks_like_an_absent_one(world: World, lead: Person, study_id: UUID) -> None:
    """Nobody learns which studies exist here: byte for byte the same 404."""
    stranger = world.make_person("Stranger")
    for tail in ("", *(f"/{name}" for name in LISTS)):
        foreign = stranger.client.get(f"/api/v1/studies/{study_id}{tail}")
        absent = stranger.client.get(f"/api/v1/studies/{uuid4()}{tail}")
        assert foreign.status_code == absent.status_code == 404
        assert foreign.content == absent.content
    assert stranger.client.get("/api/v1/studies").json() == {"items": [], "cursor": None}


@pytest.mark.parametrize("wrong", ["1", "1 OR 1=1", "'; DROP TABLE study; --", "0198c000", "%00", "..%2F.."])
def test_ids_that_are_no_ids_are_refused(world: World, lead: Person, study_id: UUID, wrong: str) -> None:
    """Sequential, malformed and SQL-text ids find nothing and break nothing."""
    answer = lead.client.get(f"/api/v1/studies/{wrong}/members")
    assert answer.status_code in (400, 404, 422)
    assert lead.client.get(f"/api/v1/studies/{study_id}/members").status_code == 200


def test_an_invitation_brings_somebody_in_once(world: World, lead: Person, study_id: UUID) -> None:
    """A code of ten letters makes an account and a member, signed in; used again it is gone."""
    made = lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={"role": "observer"})
    assert made.status_code == 201
    code = made.json()["code"]
    assert len(code) == 10
    spoken = f"{code[:5].lower()}-{code[5:].lower()}"
    newcomer = world.client()
    joined = newcomer.post("/api/v1/invitations/accept", json={"code": spoken, "name": "Åse", "password": PASSWORD})
    assert joined.status_code == 201, joined.text
    assert joined.json()["studies"][0]["observer"] == "observer-2"
    assert newcomer.get(f"/api/v1/studies/{study_id}").json()["role"] == "observer"
    form = {"code": code, "name": "Bo", "password": PASSWORD}
    again = world.client().post("/api/v1/invitations/accept", json=form)
    assert (again.status_code, again.json()["code"]) == (410, "invitation.wrong")
    listed = lead.client.get(f"/api/v1/studies/{study_id}/invitations").json()["items"]
    assert listed[0]["accepted_at"] is not None and "code" not in listed[0]


def test_a_stale_invitation_is_gone(world: World, lead: Person, study_id: UUID) -> None:
    """A code found on an old note opens nothing."""
    code = lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={}).json()["code"]
    world.clock.turn(days=7, seconds=1)
    form = {"code": code, "name": "Bo", "password": PASSWORD}
    assert world.client().post("/api/v1/invitations/accept", json=form).status_code == 410


def test_guessing_codes_is_slowed(world: World, lead: Person) -> None:
    """After a few wrong codes the next guess must wait, and the wait is told."""
    form = {"code": "AAAAAAAAAA", "name": "Bo", "password": PASSWORD}
    statuses = [world.client().post("/api/v1/invitations/accept", json=form).status_code for _ in range(8)]
    assert statuses == [410] * 5 + [429] * 3


def test_a_taken_name_leaves_the_invitation_good(world: World, lead: Person, study_id: UUID) -> None:
    """Choosing a name that somebody has costs another try, not the code."""
    code = lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={}).json()["code"]
    form = {"code": code, "name": "LENE lead", "password": PASSWORD}
    taken = world.client().post("/api/v1/invitations/accept", json=form)
    assert (taken.status_code, taken.json()["code"]) == (409, "account.name_taken")
    assert world.client().post("/api/v1/invitations/accept", json={**form, "name": "Bo"}).status_code == 201


def test_only_the_lead_brings_people_in(world: World, lead: Person, study_id: UUID) -> None:
    """Every other role is refused at each of the lead's addresses."""
    for role in (Role.OBSERVER, Role.READER, Role.ANALYST, Role.AUDITOR):
        person = world.make_person(f"A {role}")
        world.join(study_id, person, role)
        refused = [
            person.client.post(f"/api/v1/studies/{study_id}/invitations", json={}),
            person.client.get(f"/api/v1/studies/{study_id}/invitations"),
            person.client.post(f"/api/v1/studies/{study_id}/members", json={"observer": "x"}),
            person.client.post(
                f"/api/v1/studies/{study_id}/devices", json={"device_id": str(new_id()), "revoked": True}
            ),
            person.client.patch(f"/api/v1/studies/{study_id}", json={"title": "Mine now"}),
        ]
        assert {answer.status_code for answer in refused} == {403}
        assert {answer.json()["code"] for answer in refused} == {"role.insufficient"}


def test_members_see_observer_names_and_the_lead_sees_people(world: World, lead: Person, study_id: UUID) -> None:
    """Double coding stays blind: observers know each other by their observer names only."""
    observer = world.make_person("Real Name")
    world.join(study_id, observer)
    path = f"/api/v1/studies/{study_id}/members"
    assert [member["name"] for member in lead.client.get(path).json()["items"]] == ["Lene Lead", "Real Name"]
    seen = observer.client.get(path).json()["items"]
    assert [(member["observer"], member["name"]) for member in seen] == [
        ("observer-1", None),
        ("observer-2", "Real Name"),
    ]


def test_a_member_without_sign_in_and_one_with_an_account(world: World, lead: Person, study_id: UUID) -> None:
    """The lead adds an observer by name only, or somebody who has an account; never the same twice."""
    path = f"/api/v1/studies/{study_id}/members"
    world.make_person("Olga")
    assert lead.client.post(path, json={"observer": "notebook of 2019"}).status_code == 201
    added = lead.client.post(path, json={"name": "olga", "role": "analyst"})
    assert (added.status_code, added.json()["name"], added.json()["observer"]) == (201, "Olga", "observer-2")
    codes = [
        lead.client.post(path, json=form).json()["code"]
        for form in ({"observer": "notebook of 2019"}, {"name": "Olga"}, {"name": "Nobody"})
    ]
    assert codes == ["member.observer_taken", "member.exists", "account.unknown"]


def test_a_device_is_its_owners(world: World, lead: Person, study_id: UUID) -> None:
    """A device is known by the id it made; nobody else can take it; the lead sees all, others their own."""
    observer = world.make_person("Olga")
    world.join(study_id, observer)
    path, device_id = f"/api/v1/studies/{study_id}/devices", str(new_id())
    mine = observer.client.post(path, json={"device_id": device_id, "name": "Olga's phone"})
    assert mine.status_code == 200, mine.text
    assert datetime.fromisoformat(mine.json()["last_contact_at"]).astimezone(UTC) == world.clock()
    taken = lead.client.post(path, json={"device_id": device_id})
    assert (taken.status_code, taken.json()["code"]) == (409, "device.taken")
    lead.client.post(path, json={"device_id": str(new_id())})
    assert len(lead.client.get(path).json()["items"]) == 2
    assert [device["name"] for device in observer.client.get(path).json()["items"]] == ["Olga's phone"]


def test_a_revoked_device_is_told_so(world: World, lead: Person, study_id: UUID) -> None:
    """A lost phone reads nothing any more and knows why; the same person's other devices go on."""
    device_id = new_id()
    phone = world.make_person("Olga", device_id=device_id)
    world.join(study_id, phone)
    laptop = world.make_person("Olga")
    path = f"/api/v1/studies/{study_id}/devices"
    phone.client.post(path, json={"device_id": str(device_id), "name": "phone"})
    assert lead.client.post(path, json={"device_id": str(device_id), "revoked": True}).status_code == 200
    refused = phone.client.get(f"/api/v1/studies/{study_id}/members")
    assert (refused.status_code, refused.json()["code"]) == (401, "device_revoked")
    for address in (
        "/api/v1/me",
        "/api/v1/studies",
        f"/api/v1/studies/{study_id}",
        f"{path}",
        f"/api/v1/studies/{study_id}/changes",
    ):
        answer = phone.client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked"), address
    made = {
        "title": "Mine",
        "time_zone": "Europe/Copenhagen",
        "languages": ["en"],
        "field_mode": "words",
        "observers_see": "own",
        "starter": "blank",
    }
    assert phone.client.post("/api/v1/studies", json=made).status_code == 401
    assert laptop.client.get(f"/api/v1/studies/{study_id}/members").status_code == 200
    assert laptop.client.get("/api/v1/me").status_code == 200
    lead.client.post(path, json={"device_id": str(device_id), "revoked": False})
    assert phone.client.get(f"/api/v1/studies/{study_id}/members").status_code == 200


def test_lists_come_in_pages(world: World, lead: Person, study_id: UUID) -> None:
    """A list is cut as asked and names where the next part begins."""
    path = f"/api/v1/studies/{study_id}/members"
    for number in range(4):
        lead.client.post(path, json={"observer": f"book {number}"})
    first = lead.client.get(path, params={"limit": 3}).json()
    rest = lead.client.get(path, params={"limit": 3, "cursor": first["cursor"]}).json()
    assert len(first["items"]) == 3 and len(rest["items"]) == 2 and rest["cursor"] is None


def test_every_role_has_its_line_in_the_table() -> None:
    """A role without permissions is a decision, not something forgotten."""
    assert set(PERMISSIONS) == set(Role)
    assert PERMISSIONS[Role.LEAD] == set(Permission)
    assert PERMISSIONS[Role.AUDITOR] == {Permission.AUDIT}
    assert PERMISSIONS[Role.READER] == {Permission.READ, Permission.MEMO}
    assert Permission.WRITE not in PERMISSIONS[Role.ANALYST]


def test_amending_a_study_is_a_change_in_its_log(world: World, lead: Person, study_id: UUID) -> None:
    """A new title arrives as a numbered change; what was not sent stays."""
    before = lead.client.get(f"/api/v1/studies/{study_id}").json()
    after = lead.client.patch(f"/api/v1/studies/{study_id}", json={"title": "Syd", "observers_see": "all"}).json()
    assert after == {**before, "title": "Syd", "observers_see": "all", "last_seq": before["last_seq"] + 1}
    assert lead.client.get(f"/api/v1/studies/{study_id}").json() == after
    untouched = lead.client.patch(f"/api/v1/studies/{study_id}", json={}).json()
    assert untouched == after


def test_somebody_signed_in_makes_a_study_and_leads_it(world: World, lead: Person) -> None:
    """A second study begins like the first, with the starter that was chosen."""
    form = {
        "title": "Ældrecenter",
        "time_zone": "Europe/Copenhagen",
        "languages": ["da"],
        "field_mode": "words",
        "observers_see": "all",
        "starter": "actions",
    }
    made = lead.client.post("/api/v1/studies", json=form)
    assert made.status_code == 201, made.text
    assert (made.json()["role"], made.json()["observers_see"], made.json()["last_seq"]) == ("lead", "all", 2)
    unknown = lead.client.post("/api/v1/studies", json={**form, "starter": "../../etc/passwd"})
    assert unknown.status_code == 422


def test_a_study_in_a_zone_that_nobody_knows_can_be_mended(world: World, lead: Person, study_id: UUID) -> None:
    """A phone or a file may name any zone; the lead can still set the right one, and exports still have names."""
    phone = Phone(lead.client, study_id)
    (verdict,) = phone.push(phone.change("study.amended", {"time_zone": "Mars/Base"}, subject_id=str(study_id)))
    assert verdict["verdict"] == "stored"
    assert lead.client.get(f"{phone.url}/exports/jsonl", params={"clock_times": True}).status_code == 200
    mended = lead.client.patch(phone.url, json={"time_zone": "Europe/Copenhagen"})
    assert (mended.status_code, mended.json()["time_zone"]) == (200, "Europe/Copenhagen")


def test_the_lead_gives_roles_and_a_study_keeps_a_lead(world: World, lead: Person, study_id: UUID) -> None:
    """The last lead cannot step down; with a second one that is possible, and both stand on record."""
    place = f"/api/v1/studies/{study_id}/members"
    code = lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={}).json()["code"]
    second = world.client()
    joined = second.post("/api/v1/invitations/accept", json={"code": code, "name": "Bo", "password": PASSWORD}).json()
    assert [study["n_members"] for study in joined["studies"]] == [2]
    own, other = (one["member_id"] for one in lead.client.get(place).json()["items"])
    refused = lead.client.patch(f"{place}/{own}", json={"role": "observer"})
    assert (refused.status_code, refused.json()["code"]) == (409, "member.last_lead")
    assert second.patch(f"{place}/{other}", json={"role": "lead"}).status_code == 403
    assert lead.client.patch(f"{place}/{other}", json={"role": "king"}).status_code == 422
    assert lead.client.patch(f"{place}/{other}", json={"role": "lead"}).json()["role"] == "lead"
    assert lead.client.patch(f"{place}/{own}", json={"role": "observer"}).json()["role"] == "observer"
    assert lead.client.patch(f"{place}/{own}", json={"role": "lead"}).status_code == 403
    kinds = [one["kind"] for one in second.get(f"/api/v1/studies/{study_id}/audit").json()["items"]]
    assert kinds[:2] == ["member.amended", "member.amended"]
