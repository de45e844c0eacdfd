"""Signing in and out, how long it lasts, and that guessing does not pay."""

from uuid import UUID

import pytest
from sqlmodel import select

from skygge.accounts.links import make_reset_link
from skygge.accounts.secrets import hash_token
from skygge.accounts.tables import SessionRow
from skygge.clock import new_id
from tests.fixtures.world import PASSWORD, Person, World


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
