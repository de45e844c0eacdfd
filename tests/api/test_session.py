"""Signing in and out, how long it lasts, and that guessing does not pay."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from fastapi import Request
from sqlmodel import select

from skygge.accounts.access import cookie_name, identify
from skygge.accounts.links import make_reset_link
from skygge.accounts.rotation import ARRIVED_AT, keep_up
from skygge.accounts.secrets import hash_token
from skygge.accounts.tables import SessionRow
from skygge.clock import new_id
from skygge.settings import Settings
from tests.fixtures.world import PASSWORD, Person, TurnableClock, World, build_world


def _sign_in(world: World, name: str, password: str = PASSWORD, **more: str) -> int:
    client = world.client()
    return client.post("/api/v1/session", json={"name": name, "password": password, **more}).status_code


def test_name_and_password_open_a_session(world: World, lead: Person, study_id: UUID) -> None:
    """Signing in answers what GET /me answers, and gives a cookie that scripts cannot read."""
    client = world.client()
    answer = client.post("/api/v1/session", json={"name": "lene  LEAD", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["studies"][0]["study_id"] == str(study_id)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("skygge_session=")
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Secure" not in cookie
    assert client.get("/api/v1/me").json()["account"]["name"] == "Lene Lead"


def test_a_session_is_stored_hashed(world: World, lead: Person) -> None:
    """Who reads the database cannot sign in with what is written there."""
    token = next(iter(lead.client.cookies.values()))
    with world.database.read() as session:
        rows = session.exec(select(SessionRow)).all()
    assert [row.token_hash for row in rows] == [hash_token(token)]
    assert token.encode() not in rows[0].token_hash


def test_signing_out_ends_the_session_on_the_server(world: World, lead: Person) -> None:
    """A copied cookie is worth nothing after signing out."""
    token = dict(lead.client.cookies)
    assert lead.client.delete("/api/v1/session").status_code == 204
    thief = world.client()
    thief.cookies.update(token)
    assert thief.get("/api/v1/me").status_code == 401


def test_a_session_without_device_ends_after_twelve_idle_hours(world: World, lead: Person) -> None:
    """A laptop left open is signed out overnight; one in use is not."""
    world.clock.turn(hours=11)
    assert lead.client.get("/api/v1/me").status_code == 200
    world.clock.turn(hours=11)
    assert lead.client.get("/api/v1/me").status_code == 200
    world.clock.turn(hours=12, seconds=1)
    assert lead.client.get("/api/v1/me").status_code == 401


def test_a_phone_stays_signed_in_for_sixty_days_after_contact(world: World) -> None:
    """A phone that was in a drawer for two weeks still syncs; one lost for two months does not."""
    phone = world.make_person("Field", device_id=new_id())
    for _ in range(5):
        world.clock.turn(days=59)
        assert phone.client.get("/api/v1/me").status_code == 200
    world.clock.turn(days=60, seconds=1)
    assert phone.client.get("/api/v1/me").status_code == 401


def test_how_long_a_sign_in_lasts_is_a_setting(settings: Settings, clock: TurnableClock) -> None:
    """Each contact counts anew by it, whichever way somebody came in; a device has its own."""
    for world in build_world(settings.model_copy(update={"session_hours": 2, "device_days": 5}), clock):
        lead = world.make_person("Lene Lead")
        field = {"device_id": str(new_id()), "device_name": "phone"}
        for more, step in (({}, {"hours": 2}), (field, {"days": 5})):
            client = world.client()
            body = {"name": lead.name, "password": PASSWORD, **more}
            assert client.post("/api/v1/session", json=body).status_code == 200
            for _ in range(2):
                world.clock.turn(**step)
                world.clock.turn(minutes=-1)
                assert client.get("/api/v1/me").status_code == 200
            world.clock.turn(**step)
            world.clock.turn(minutes=1)
            assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("name", ["Lene Lead", "Nobody Here"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_bytes(world: World, lead: Person, name: str) -> None:
    """Nobody learns from an answer which names exist."""
    answer = world.client().post("/api/v1/session", json={"name": name, "password": "wrong password, truly"})
    assert answer.status_code == 401
    assert answer.content == (
        b'{"type":"about:blank","title":"Name or password is wrong.","status":401,'
        b'"code":"session.wrong_credentials","detail":"Name or password is wrong."}'
    )


@pytest.mark.parametrize("name", ["Lene Lead", "Nobody Here"])
def test_guessing_is_slowed_then_locked(world: World, lead: Person, name: str) -> None:
    """After five wrong passwords one must wait; after a hundred and one the right one is refused for a day too."""
    statuses = [_sign_in(world, name, f"wrong password {number}") for number in range(101)]
    assert statuses[:5] == [401] * 5
    assert set(statuses[5:]) == {429}
    locked = world.client().post("/api/v1/session", json={"name": name, "password": PASSWORD})
    assert (locked.status_code, locked.json()["code"]) == (429, "session.locked")
    assert int(locked.headers["retry-after"]) > 3600
    world.clock.turn(hours=1)
    assert _sign_in(world, name) == 429
    world.clock.turn(hours=24)
    assert _sign_in(world, name) == (200 if name == lead.name else 401)


def test_a_short_wait_is_enough_after_a_few_mistakes(world: World, lead: Person) -> None:
    """Somebody who mistyped six times gets in after the wait the answer names."""
    for number in range(5):
        assert _sign_in(world, lead.name, f"wrong password {number}") == 401
    refused = world.client().post("/api/v1/session", json={"name": lead.name, "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (429, "session.too_many_attempts")
    world.clock.turn(seconds=int(refused.headers["retry-after"]) + 2)
    assert _sign_in(world, lead.name) == 200
    assert _sign_in(world, lead.name, "wrong again, but once") == 401


def test_a_lock_does_not_end_sessions(world: World, lead: Person) -> None:
    """A stranger who guesses at my name cannot stop my work."""
    for number in range(101):
        _sign_in(world, lead.name, f"wrong password {number}")
    assert lead.client.get("/api/v1/me").status_code == 200


def test_a_reset_link_sets_a_password_once(world: World, lead: Person) -> None:
    """A reset ends every session, lifts the lock, and its link is then used up."""
    with world.database.write() as session:
        link = make_reset_link(session, lead.account_id, world.settings.url_of_origin, world.clock())
    form = {"token": link.rpartition("/")[2], "password": "et helt andet kodeord"}
    assert world.client().post("/api/v1/reset", json=form).status_code == 204
    assert lead.client.get("/api/v1/me").status_code == 401
    assert _sign_in(world, lead.name) == 401
    assert _sign_in(world, lead.name, form["password"]) == 200
    again = world.client().post("/api/v1/reset", json=form)
    assert (again.status_code, again.json()["code"]) == (403, "reset.link_wrong")


def test_a_megabyte_of_password_is_refused_before_hashing(world: World, lead: Person) -> None:
    """A huge password costs the server nothing."""
    assert _sign_in(world, lead.name, "x" * 200_000) == 422
    assert _sign_in(world, lead.name, "x" * 1_000_000) == 413


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars",
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345",
        "skyggeskyggeskygge",
        "qwertyuiopqwertyuiop",
    ],
)
def test_weak_passwords_are_refused(world: World, lead: Person, study_id: UUID, password: str) -> None:
    """Fifteen characters that are not on the list; nothing about capitals or digits."""
    code = lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={}).json()["code"]
    answer = world.client().post(
        "/api/v1/invitations/accept", json={"code": code, "name": "Olga", "password": password}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "password.too_weak")


def _token(person: Person) -> str:
    return next(iter(person.client.cookies.values()))


def _come_with(world: World, token: str) -> tuple[int, str | None]:
    """Status, and the cookie's new token if the answer carries one, for whoever comes with a token."""
    name = cookie_name(world.settings)
    answer = world.client().get("/api/v1/me", headers={"Cookie": f"{name}={token}"})
    return answer.status_code, answer.cookies.get(name)


def test_a_token_is_replaced_after_a_day(world: World) -> None:
    """The first answer after 24 hours carries another one, a cookie like the first; the sign-in stays what it was."""
    device_id = new_id()
    phone = world.make_person("Field", device_id=device_id)
    first = _token(phone)
    world.clock.turn(hours=23)
    assert "set-cookie" not in phone.client.get("/api/v1/me").headers
    world.clock.turn(hours=1)
    answer = phone.client.get("/api/v1/me")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("skygge_session=") and "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert f"Max-Age={400 * 24 * 3600}" in cookie
    second = _token(phone)
    assert len(second) == len(first) == 43 and second != first
    again = phone.client.get("/api/v1/me")
    assert again.json()["device_id"] == str(device_id)
    assert "set-cookie" not in again.headers
    world.clock.turn(hours=24)
    assert phone.client.get("/api/v1/me").status_code == 200
    assert _token(phone) not in (first, second)


def test_a_lost_answer_costs_nothing(world: World) -> None:
    """A phone that never got its new token goes on with the old one for weeks, and is handed the new one each time."""
    first = _token(world.make_person("Field", device_id=new_id()))
    for _ in range(3):
        world.clock.turn(days=59)
        status, successor = _come_with(world, first)
        assert (status, successor is not None) == (200, True)
    assert successor is not None
    assert _come_with(world, successor) == (200, None)


def test_two_at_once_get_the_same_successor(world: World) -> None:
    """Two requests with the old token before the new one is used: both pass, and no answer makes the other's wrong."""
    first = _token(world.make_person("Field", device_id=new_id()))
    world.clock.turn(hours=24)
    gate = threading.Barrier(4)

    def ask(_: int) -> tuple[int, str | None]:
        gate.wait()
        return _come_with(world, first)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert [status for status, _ in answers] == [200] * 4
    (successor,) = {one for _, one in answers}
    assert successor is not None
    assert _come_with(world, successor) == (200, None)


def test_an_old_token_after_its_successor_ends_the_sign_in(world: World, lead: Person, study_id: UUID) -> None:
    """Somebody has a copy: nobody's token of that sign-in is good any more, and the leads and the admin read of it."""
    device_id = new_id()
    field = world.make_person("Field", device_id=device_id)
    observer = world.join(study_id, field)
    first = _token(field)
    world.clock.turn(hours=24)
    second = _come_with(world, first)[1]
    assert second is not None
    assert _come_with(world, second) == (200, None)
    name = cookie_name(world.settings)
    world.clock.turn(seconds=30)
    reused = world.client().get("/api/v1/me", headers={"Cookie": f"{name}={first}"})
    assert (reused.status_code, reused.json()["code"]) == (401, "session.reused")
    assert "set-cookie" not in reused.headers
    for token in (first, second):
        answer = world.client().get("/api/v1/me", headers={"Cookie": f"{name}={token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "session.missing")
    told = world.make_person(lead.name).client
    rows = told.get(f"/api/v1/studies/{study_id}/audit").json()["items"]
    kept = [(row["kind"], row["who"], row["details"]) for row in rows]
    assert kept == [("session.reused", observer, {"device_id": str(device_id)})]
    server = told.get("/api/v1/audit", params={"kind": "session.reused"}).json()["items"]
    assert [row["who"] for row in server] == ["Field"]


def test_other_sign_ins_of_the_same_person_go_on(world: World) -> None:
    """What was stolen from the phone says nothing about the tablet."""
    phone, tablet = (world.make_person("Field", device_id=new_id()) for _ in range(2))
    first = _token(phone)
    world.clock.turn(hours=24)
    assert [phone.client.get("/api/v1/me").status_code for _ in range(2)] == [200, 200]
    world.clock.turn(seconds=30)
    assert _come_with(world, first)[0] == 401
    assert phone.client.get("/api/v1/me").status_code == 401
    assert tablet.client.get("/api/v1/me").status_code == 200


def test_a_request_under_way_while_the_successor_is_used_is_no_theft(world: World) -> None:
    """A long upload began with the old token; meanwhile another request was answered, and a third used the new one."""
    first = _token(world.make_person("Field", device_id=new_id()))
    world.clock.turn(hours=24)
    began = world.clock()
    successor = _come_with(world, first)[1]
    world.clock.turn(seconds=1)
    assert successor is not None and _come_with(world, successor)[0] == 200
    world.clock.turn(seconds=1)
    headers = [(b"cookie", f"{cookie_name(world.settings)}={first}".encode())]
    scope = {"type": "http", "app": world.app, "headers": headers, "state": {ARRIVED_AT: began}}
    assert asyncio.run(identify(Request(scope))).name == "Field"
    assert _come_with(world, successor)[0] == 200
    world.clock.turn(seconds=30)
    assert _come_with(world, first)[0] == 401


def test_a_request_that_the_network_held_back_is_no_theft_and_gets_no_successor(world: World) -> None:
    """A phone asks several things at once; one of them arrives after the others were answered and went on."""
    first = _token(world.make_person("Field", device_id=new_id()))
    world.clock.turn(hours=24)
    successor = _come_with(world, first)[1]
    assert successor is not None and _come_with(world, successor)[0] == 200
    world.clock.turn(seconds=29)
    assert _come_with(world, first) == (200, None)
    assert _come_with(world, successor)[0] == 200


def test_signing_out_ends_the_successor_too(world: World) -> None:
    """Whoever signs out with an old token leaves no good one behind, in no answer that was lost."""
    phone = world.make_person("Field", device_id=new_id())
    first = _token(phone)
    world.clock.turn(hours=24)
    successor = _come_with(world, first)[1]
    answer = phone.client.delete("/api/v1/session")
    assert answer.status_code == 204
    assert [cookie.split(";")[0] for cookie in answer.headers.get_list("set-cookie")] == ['skygge_session=""']
    assert successor is not None
    assert [_come_with(world, token)[0] for token in (first, successor)] == [401, 401]


def test_neither_token_can_be_told_from_the_database(world: World) -> None:
    """Stored hashed, both; once the new one is used, not even the old one tells it."""
    first = _token(world.make_person("Field", device_id=new_id()))
    world.clock.turn(hours=24)
    successor = _come_with(world, first)[1]
    assert successor is not None
    with world.database.read() as session:
        assert {row.token_hash for row in session.exec(select(SessionRow))} == {
            hash_token(first),
            hash_token(successor),
        }
        kept = b"".join(repr(row.model_dump()).encode() for row in session.exec(select(SessionRow)))
    assert first.encode() not in kept and successor.encode() not in kept
    _come_with(world, successor)
    with world.database.read() as session:
        assert [row.successor_salt for row in session.exec(select(SessionRow))] == [None, None]


def test_a_script_keeps_its_token(world: World, lead: Person, study_id: UUID) -> None:
    """Nobody could tell a script its new one."""
    script = world.make_script(study_id, lead)
    world.clock.turn(days=20)
    answer = script.get("/api/v1/me")
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert script.get("/api/v1/me").status_code == 200


def test_no_successor_outlives_the_sign_in_that_is_just_ending(world: World) -> None:
    """A new token is being written while the theft of an older one is noticed: it ends with the others."""
    first = _token(world.make_person("Field", device_id=new_id()))
    world.clock.turn(hours=24)
    second = _come_with(world, first)[1]
    assert second is not None and _come_with(world, second)[0] == 200
    world.clock.turn(hours=24)

    def notice() -> int:
        return _come_with(world, first)[0]

    with ThreadPoolExecutor(1) as pool:
        with world.database.write() as session:
            third = keep_up(session, second, world.clock(), world.settings.lifetimes)
            session.flush()
            noticed = pool.submit(notice)
            time.sleep(0.5)
            assert not noticed.done(), "it waits its turn"
        assert noticed.result() == 401
    assert third is not None
    assert [_come_with(world, token)[0] for token in (first, second, third)] == [401] * 3
