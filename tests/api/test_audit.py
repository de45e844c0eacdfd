"""The audit log: what was done is on record, nobody alters it unseen, and it is read by those it is for."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from skygge.audit.keep import SERVER, Event, keep, read_log
from skygge.audit.verify import verify_audit
from skygge.studies.access import Role
from tests.fixtures.world import PASSWORD, Person, World
from tests.sync.phone import Phone, stamp

EDITS = {
    "what": "UPDATE audit SET kind = 'session.ended' WHERE number = 2",
    "who": "UPDATE audit SET who = 'Somebody' WHERE number = 2",
    "details": "UPDATE audit SET details = '{}' WHERE number = 2",
    "when": "UPDATE audit SET at = (SELECT at FROM audit WHERE number = 3) WHERE number = 2",
    "a missing row": "DELETE FROM audit WHERE number = 2",
    "the first missing": "DELETE FROM audit WHERE number = 1",
    "the last missing": "DELETE FROM audit WHERE number = 3",
    "all missing": "DELETE FROM audit",
    "no end": "DELETE FROM audit_head",
    "another number": "UPDATE audit SET number = 9 WHERE number = 3",
    "another seal": "UPDATE audit SET hash = previous_hash WHERE number = 2",
    "another chain": "UPDATE audit SET previous_hash = hash WHERE number = 2",
}


def _keep(world: World, n: int, study_id: UUID | None = None) -> None:
    for number in range(n):
        world.clock.turn(seconds=1.25)
        with world.database.write() as session:
            keep(session, Event("export.made", world.clock(), "observer-1", None, study_id, {"æ": [number, None]}))


def test_one_raw_edit_is_found(world: World, study_id: UUID) -> None:
    """Whatever is changed or taken away in the table, `verify` says where; before and after, it says nothing."""
    _keep(world, 3, study_id)
    for name, edit in EDITS.items():
        with Session(world.database.writer) as session:
            assert verify_audit(session) == []
            session.execute(text(edit))
            findings = verify_audit(session)
            session.rollback()
        assert findings and all(finding.startswith(f"Study {study_id}: ") for finding in findings), name


def test_rows_are_numbered_for_each_study_and_for_the_server(world: World, study_id: UUID) -> None:
    """Without gaps; a row of one says nothing about the other."""
    _keep(world, 2, study_id)
    _keep(world, 3)
    with world.database.read() as session:
        assert [row.number for row in read_log(session, study_id, limit=9)] == [2, 1]
        assert [row.number for row in read_log(session, SERVER, limit=9)] == [3, 2, 1]
        assert verify_audit(session) == []


def test_a_kind_that_nobody_knows_is_refused(world: World, study_id: UUID) -> None:
    """A slip of the pen must not make an event that no screen can name."""
    with pytest.raises(ValueError, match="tea"), world.database.write() as session:
        keep(session, Event("tea.made", world.clock(), "observer-1"))


def test_signing_in_is_on_record_and_wrong_names_are_not_repeated(world: World, lead: Person) -> None:
    """Started, refused, ended: with the account; what was typed as an unknown name may be a password."""
    client = world.client()
    assert client.post("/api/v1/session", json={"name": lead.name, "password": "wrong but long"}).status_code == 401
    assert client.post("/api/v1/session", json={"name": "my secret", "password": PASSWORD}).status_code == 401
    assert client.post("/api/v1/session", json={"name": lead.name, "password": PASSWORD}).status_code == 200
    client.delete("/api/v1/session")
    answer = lead.client.get("/api/v1/audit")
    assert [(row["kind"], row["who"]) for row in answer.json()["items"]] == [
        ("session.ended", lead.name), ("session.started", lead.name),
        ("session.refused", "(unknown)"), ("session.refused", lead.name),
    ]  # fmt: skip
    assert "my secret" not in answer.text


def test_an_export_is_on_record_with_its_filters_and_never_its_contents(
    world: World, lead: Person, study_id: UUID
) -> None:
    """Format, tier, filters, options; a preview and a refused one leave no trace."""
    url = f"/api/v1/studies/{study_id}/exports"
    lead.client.get(f"{url}/csv", params={"observer": ["observer-1"], "clock_times": "1"})
    lead.client.get(f"{url}/jsonl", params={"history": "1"})
    lead.client.get(f"{url}/csv/preview")
    lead.client.get(f"{url}/csv", params={"kind": "party"})
    items = lead.client.get(f"/api/v1/studies/{study_id}/audit", params={"kind": "export.made"}).json()["items"]
    told = [row["details"] for row in items]
    assert [one["format"] for one in told] == ["jsonl", "csv"]
    assert (told[0]["options"], told[0]["clock_times"]) == ({"history": True}, True)
    assert (told[1]["filters"], told[1]["tier"], told[1]["clock_times"]) == ({"observer": ["observer-1"]}, "full", True)
    assert items[0]["account_id"] == str(lead.account_id)


def test_an_export_is_on_record_with_how_much_was_in_it(world: World, lead: Person, study_id: UUID) -> None:
    """Entries and encounters as its preview counts them, all or filtered; of a codebook its codes; nothing held."""
    phone = Phone(lead.client, study_id)
    visit, other, gone = phone.visit(agency="North"), phone.visit(), phone.visit()
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    about = phone.entry(visit, actor_id=person["subject_id"])
    taken_back, lost = phone.entry(visit), phone.entry(gone)
    phone.push(visit, other, gone, person, about, phone.entry(visit), phone.entry(visit, kind="reflection"))
    phone.push(phone.entry(other), taken_back, lost)
    phone.push(phone.amend(taken_back, {}, kind="entry.retracted"), phone.amend(gone, {}, kind="encounter.retracted"))
    url = f"/api/v1/studies/{study_id}"
    asked = [
        ("csv", {}), ("csv", {"agency": "North"}), ("entries-csv", {"agency": "North", "tier": "deidentified"}),
        ("jsonl", {"tier": "deidentified"}), ("qdc", {}),
    ]  # fmt: skip
    for name, params in asked:
        lead.client.get(f"{url}/exports/{name}", params=params)
    stopped = {"stopped_at": stamp(30), "stopped_in": visit["subject_id"]}
    phone.push(phone.amend(person, stopped, kind="person.stopped"))
    lead.client.get(f"{url}/exports/csv")
    items = lead.client.get(f"{url}/audit", params={"kind": "export.made"}).json()["items"]
    found = [row["details"]["counts"] for row in reversed(items)]
    whole, north = {"entries": 3, "encounters": 2}, {"entries": 2, "encounters": 1}
    n_codes = len({(one["dimension"], one["key"]) for one in _codes(lead, url)})
    assert found == [whole, north, north, whole, {"codes": n_codes}, {"entries": 2, "encounters": 2}]
    assert n_codes > 0
    for (name, params), counts in zip(asked[:4], found, strict=False):
        preview = lead.client.get(f"{url}/exports/{name}/preview", params=params).json()
        # What is held since is no longer in the preview.
        assert (preview["n_entries"] + 1, preview["n_encounters"]) == (counts["entries"], counts["encounters"])


def _codes(lead: Person, url: str) -> list[dict[str, Any]]:
    lines = lead.client.get(f"{url}/exports/jsonl").text.splitlines()
    return [line for line in map(json.loads, lines) if line["type"] == "code"]


def test_members_tokens_and_devices_are_on_record(world: World, lead: Person, study_id: UUID) -> None:
    """Who let whom in, as what."""
    url = f"/api/v1/studies/{study_id}"
    world.make_person("Anna")
    member = lead.client.post(f"{url}/members", json={"name": "Anna", "role": "analyst"}).json()
    lead.client.patch(f"{url}/members/{member['member_id']}", json={"exports_full": True})
    lead.client.post(f"{url}/invitations", json={"role": "reader"})
    token = lead.client.post(f"{url}/tokens", json={"name": "dashboard"}).json()
    lead.client.delete(f"{url}/tokens/{token['token_id']}")
    answer = lead.client.get(f"{url}/audit")
    assert [row["kind"] for row in answer.json()["items"]] == [
        "token.revoked", "token.made", "invitation.made", "member.amended", "member.added",
    ]  # fmt: skip
    assert token["token"] not in answer.text


def test_the_log_is_read_by_leads_and_auditors_alone(world: World, lead: Person, study_id: UUID) -> None:
    """An auditor sees the log and nothing else; the server's own log is the admin's."""
    _keep(world, 3, study_id)
    answers: dict[str, Any] = {}
    for role in (Role.OBSERVER, Role.READER, Role.ANALYST, Role.AUDITOR):
        person = world.make_person(f"Person {role}")
        world.join(study_id, person, role)
        answers[role] = person.client.get(f"/api/v1/studies/{study_id}/audit").status_code
        assert person.client.get("/api/v1/audit").json()["code"] == "role.insufficient"
    assert answers == {"observer": 403, "reader": 403, "analyst": 403, "auditor": 200}
    page = lead.client.get(f"/api/v1/studies/{study_id}/audit", params={"limit": 2}).json()
    assert [row["number"] for row in page["items"]] == [3, 2]
    rest = lead.client.get(f"/api/v1/studies/{study_id}/audit", params={"limit": 2, "cursor": page["cursor"]}).json()
    assert ([row["number"] for row in rest["items"]], rest["cursor"]) == ([1], None)


def test_a_consent_is_on_record_once_and_without_what_it_says(world: World, lead: Person, study_id: UUID) -> None:
    """Whoever pushed it, when it arrived; the same push again leaves no second line."""
    phone = Phone(lead.client, study_id)
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    said = {"actor_id": person["subject_id"], "at": person["made_at"], "ethics": "given", "witness": "the neighbour"}
    consent = phone.change("consent.recorded", said)
    phone.push(person, consent)
    phone.push(person, consent)
    answer = lead.client.get(f"{phone.url}/audit")
    (row,) = answer.json()["items"]
    assert (row["kind"], row["details"]["consent_id"]) == ("consent.recorded", consent["subject_id"])
    assert "neighbour" not in answer.text and "given" not in answer.text


def test_a_kind_that_is_no_word_is_refused(world: World, lead: Person, study_id: UUID) -> None:
    """Found by the fuzzer: a zero byte is no text to PostgreSQL and was a failure of the server."""
    for kind in ("export.made\x00", "\x00", "Ü", ""):
        answer = lead.client.get(f"/api/v1/studies/{study_id}/audit", params={"kind": kind})
        assert answer.status_code == 422, kind


def test_an_auditor_sees_whether_the_chain_holds(world: World, lead: Person, study_id: UUID) -> None:
    """Number and hash of the last row, to compare with what one noted earlier; a raw edit is said, and where."""
    address = f"/api/v1/studies/{study_id}/audit/chain"
    auditor = world.make_person("Aud")
    world.join(study_id, auditor, Role.AUDITOR)
    assert auditor.client.get(address).json() == {"n_rows": 0, "hash": None, "findings": []}
    _keep(world, 3, study_id)
    newest = auditor.client.get(f"/api/v1/studies/{study_id}/audit").json()["items"][0]
    assert auditor.client.get(address).json() == {"n_rows": 3, "hash": newest["hash"], "findings": []}
    with world.database.writer.begin() as connection:
        connection.execute(text(EDITS["who"]))
    findings = auditor.client.get(address).json()["findings"]
    assert findings == ["row 2 of the audit log was altered."]
