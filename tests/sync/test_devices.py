"""Devices in a study: called by something a person knows again, and one for each credential."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from skygge.accounts.access import cookie_name
from skygge.accounts.sessions import Device as SignedInDevice
from skygge.accounts.sessions import start_session
from skygge.accounts.tokens import name_token
from skygge.client import Device, new_subject_id
from tests.fixtures.world import PASSWORD, Person, World
from tests.sync.phone import Phone
from tests.sync.script import report_visit
from tests.sync.test_backup import device_of


def devices_of(person: Person, study_id: UUID) -> dict[str, str]:
    """Id and name of every device that the list shows."""
    items = person.client.get(f"/api/v1/studies/{study_id}/devices").json()["items"]
    return {item["device_id"]: item["name"] for item in items}


def test_a_phone_is_called_what_it_called_itself_at_sign_in_and_a_second_one_is_numbered(
    world: World, lead: Person, study_id: UUID
) -> None:
    """Nobody has to name anything, and no name is empty; a name that somebody chose stays."""
    names = ["Android phone", "Android phone", "iPhone"]
    phones = [_sign_in(world, lead, study_id, name) for name in names]
    for phone in phones:
        phone.push(phone.visit())
    told = devices_of(lead, study_id)
    assert sorted(told.values()) == ["Android phone", "Android phone 2", "iPhone"]
    assert [told[str(phone.device_id)] for phone in phones] == ["Android phone", "Android phone 2", "iPhone"]
    body = {"device_id": str(phones[0].device_id), "name": "the blue one"}
    assert lead.client.post(f"/api/v1/studies/{study_id}/devices", json=body).status_code == 200
    phones[0].push(phones[0].visit())
    assert devices_of(lead, study_id)[str(phones[0].device_id)] == "the blue one"


def test_a_browser_that_came_in_by_an_invitation_is_a_device_like_any_other(
    world: World, lead: Person, study_id: UUID
) -> None:
    """It is listed once it has read, has to be cleaned of what is erased after that, and can be closed to the study."""
    phone, browser, device_id = Phone(lead.client, study_id), world.client(), str(uuid4())
    memo = phone.change("memo.written", {"text": "Kirstine kom"})
    phone.push(memo)
    code = lead.client.post(f"{phone.url}/invitations", json={"role": "reader"}).json()["code"]
    form = {"code": code, "name": "Rie", "password": PASSWORD, "device_id": device_id, "device_name": "Firefox"}
    assert browser.post("/api/v1/invitations/accept", json=form).status_code == 201
    # As long as the sign-ins of a phone last, and not for hours.
    world.clock.turn(hours=30)
    lead = phone_owner(world, lead, phone)
    assert "Kirstine" in browser.get(f"{phone.url}/changes").text
    assert devices_of(lead, study_id)[device_id] == "Firefox"
    strike = {"words": "Kirstine", "replacement": "C1"}
    phone.push(phone.change("words.struck", strike, subject_id=memo["subject_id"]))
    sheet = {one["device_id"]: one for one in phone.read("device-sheet")}[device_id]
    assert sheet["observer"] == "observer-2" and sheet["unclean_since"] is not None
    records = lead.client.get("/api/v1/audit").json()["items"]
    assert {"device_id": device_id} in [one["details"] for one in records if one["kind"] == "session.started"]
    revoked = {"device_id": device_id, "revoked": True}
    assert lead.client.post(f"{phone.url}/devices", json=revoked).status_code == 200
    for address in (f"{phone.url}/changes", f"{phone.url}/memos", "/api/v1/me"):
        assert browser.get(address).json()["code"] == "device_revoked", address


def phone_owner(world: World, person: Person, phone: Phone) -> Person:
    """The same person, signed in anew."""
    again = world.make_person(person.name)
    phone.client = again.client
    return again


def test_a_script_is_one_device_that_of_its_token(world: World, lead: Person, study_id: UUID) -> None:
    """The library asks which it is; what it sends, what the list shows and what may be revoked is the same id."""
    device = device_of(world, study_id, lead)
    report_visit(device)
    device.sync()
    assert devices_of(lead, study_id) == {str(device.device_id): "Script"}
    assert {change["device_id"] for change in device.pull()} <= {str(device.device_id)}
    with world.database.write() as session:
        token = name_token(session, device.device_id, "nightly")
        assert token.device_id == device.device_id
    revoked = {"device_id": str(device.device_id), "revoked": True}
    assert lead.client.post(f"/api/v1/studies/{study_id}/devices", json=revoked).status_code == 200
    report_visit(device)
    assert {verdict["code"] for verdict in device.push()} == {"device.revoked"}


def test_a_second_program_with_the_token_goes_on_numbering(world: World, lead: Person, study_id: UUID) -> None:
    """Without a file it begins with nothing: what the feed tells of its own device counts."""
    first = device_of(world, study_id, lead)
    report_visit(first)
    first.sync()
    second = Device(world.settings.url_of_origin, study_id, first._token, transport=first.transport, attempts=1)
    list(second.pull())
    change = second.report("memo.written", new_subject_id(), {"text": "x"})
    assert (change["device_id"], change["device_seq"]) == (str(first.device_id), 4)


def test_a_device_with_a_file_asks_once(world: World, lead: Person, study_id: UUID, tmp_path: Path) -> None:
    """After the first contact it reports without a network, under the same id."""
    file = tmp_path / "device.json"
    device = device_of(world, study_id, lead, file=file)
    report_visit(device)

    def no_network(*_asked: Any) -> Any:
        raise ConnectionError

    again = Device(world.settings.url_of_origin, study_id, "t", transport=no_network, attempts=1, file=file)
    report_visit(again)
    assert json.loads(file.read_text("utf-8"))["device_id"] == str(device.device_id)
    assert [change["device_seq"] for change in again.outbox] == [1, 2, 3, 4, 5, 6]
    assert {change["device_id"] for change in again.outbox} == {str(device.device_id)}


def _sign_in(world: World, person: Person, study_id: UUID, name: str) -> Phone:
    device_id = uuid4()
    with world.database.write() as session:
        token = start_session(
            session, person.account_id, SignedInDevice(device_id, name), world.clock(), world.settings.lifetimes
        )
    client = world.client()
    client.cookies.set(cookie_name(world.settings), token)
    phone = Phone(client, study_id)
    phone.device_id = device_id
    return phone
