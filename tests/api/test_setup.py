"""The first start: one link, one account, one study; before it 503, after it 410."""

from typing import Any

import pytest

from skygge.accounts.links import make_setup_link
from skygge.accounts.secrets import hash_token
from skygge.clock import new_id
from tests.fixtures.world import PASSWORD, World

STUDY = {
    "title": "Hjemmepleje Nord",
    "time_zone": "Europe/Copenhagen",
    "languages": ["da", "en"],
    "field_mode": "structures",
    "starter": "heuristic-four",
}


def _new_token(world: World) -> str:
    with world.database.write() as session:
        return make_setup_link(session, world.settings.url_of_origin, world.clock()).rpartition("/")[2]


def _form(token: str, **changed: Any) -> dict[str, Any]:
    return {"token": token, "name": "Lene", "password": PASSWORD, "study": STUDY, **changed}


def test_everything_answers_503_while_there_is_no_account(world: World) -> None:
    """A server that nobody set up shows nothing but its set-up, and says so with a stable code."""
    for path in ("/api/v1/me", "/api/v1/studies", "/api/v1/studies/0198c000-0000-7000-8000-000000000000/members"):
        answer = world.anonymous.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "setup.needed")
    signed = world.anonymous.post("/api/v1/session", json={"name": "x", "password": "y"})
    assert signed.status_code == 503
    assert world.anonymous.get("/api/v1/setup").json() == {"needed": True}
    assert world.anonymous.get("/healthz").status_code == 200
    assert world.anonymous.get("/readyz").status_code == 200


def test_the_link_makes_account_and_study_and_signs_in(world: World) -> None:
    """One form later the first lead is signed in, is the server's admin, and has a study with a codebook."""
    done = world.anonymous.post("/api/v1/setup", json=_form(_new_token(world)))
    assert done.status_code == 201, done.text
    me = world.anonymous.get("/api/v1/me").json()
    assert me["account"] == done.json()["account"] == {**me["account"], "name": "Lene", "is_admin": True}
    assert [study["study_id"] for study in me["studies"]] == [done.json()["study_id"]]
    assert me["studies"][0]["role"] == "lead"
    study = world.anonymous.get(f"/api/v1/studies/{done.json()['study_id']}").json()
    assert (study["title"], study["languages"], study["last_seq"]) == ("Hjemmepleje Nord", ["da", "en"], 2)


def test_the_browser_of_the_set_up_is_a_device_that_can_be_closed(world: World) -> None:
    """A laptop that is stolen in the first week is closed from another one, and reads nothing more."""
    told = {"device_id": str(new_id()), "device_name": "Laptop"}
    done = world.anonymous.post("/api/v1/setup", json=_form(_new_token(world), **told))
    address = f"/api/v1/studies/{done.json()['study_id']}"
    assert world.anonymous.get(f"{address}/changes").status_code == 200
    other = world.make_person("Lene").client
    listed = other.get(f"{address}/devices").json()["items"]
    assert [(one["device_id"], one["name"]) for one in listed] == [tuple(told.values())]
    record = next(one for one in other.get("/api/v1/audit").json()["items"] if one["kind"] == "session.started")
    assert record["details"] == {"device_id": told["device_id"]}
    other.post(f"{address}/devices", json={"device_id": told["device_id"], "revoked": True})
    assert world.anonymous.get(f"{address}/changes").json()["code"] == "device_revoked"
    assert other.get(f"{address}/changes").status_code == 200


def test_the_link_works_once(world: World) -> None:
    """After the first account the set-up is gone for good, for the right token too."""
    token = _new_token(world)
    assert world.anonymous.post("/api/v1/setup", json=_form(token)).status_code == 201
    again = world.client().post("/api/v1/setup", json=_form(token, name="Another"))
    assert (again.status_code, again.json()["code"]) == (410, "setup.used")
    assert world.client().get("/api/v1/setup").status_code == 410


def test_a_guessed_link_is_refused(world: World) -> None:
    """Who cannot read the console cannot become the first lead."""
    _new_token(world)
    answer = world.anonymous.post("/api/v1/setup", json=_form("A" * 43))
    assert (answer.status_code, answer.json()["code"]) == (403, "setup.link_wrong")
    assert world.anonymous.get("/api/v1/setup").json() == {"needed": True}


def test_a_link_is_good_for_thirty_minutes(world: World) -> None:
    """A link found in an old terminal opens nothing."""
    token = _new_token(world)
    world.clock.turn(minutes=31)
    assert world.anonymous.post("/api/v1/setup", json=_form(token)).status_code == 403


def test_a_newer_link_replaces_the_older(world: World) -> None:
    """Only the last printed link is good."""
    old, new = _new_token(world), _new_token(world)
    assert world.anonymous.post("/api/v1/setup", json=_form(old)).status_code == 403
    assert world.anonymous.post("/api/v1/setup", json=_form(new)).status_code == 201


def test_a_refused_form_leaves_the_link_good(world: World) -> None:
    """A weak password or a wrong zone costs nothing but another try."""
    token = _new_token(world)
    weak = world.anonymous.post("/api/v1/setup", json=_form(token, password="short"))
    assert (weak.status_code, weak.json()["code"]) == (422, "password.too_weak")
    nowhere = world.anonymous.post("/api/v1/setup", json=_form(token, study={**STUDY, "time_zone": "Mars/Base"}))
    assert nowhere.status_code == 422
    assert world.anonymous.post("/api/v1/setup", json=_form(token)).status_code == 201


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "skygge.example"])
def test_setup_answers_to_its_own_host_only(world: World, host: str) -> None:
    """A page that points its name at this machine cannot read or use the set-up."""
    token = _new_token(world)
    for answer in (
        world.anonymous.get("/api/v1/setup", headers={"Host": host}),
        world.anonymous.post("/api/v1/setup", json=_form(token), headers={"Host": host}),
        world.anonymous.post("/api/v1/reset", json={"token": "x", "password": PASSWORD}, headers={"Host": host}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "host.unknown")


def test_a_link_is_nowhere_in_the_database_file(sqlite_world: World) -> None:
    """Who gets hold of the file, or of its write-ahead log, cannot become the first lead: only a hash lies there."""
    token = _new_token(sqlite_world)
    files = sorted(sqlite_world.settings.data.glob("skygge.db*"))
    lies = b"".join(file.read_bytes() for file in files)
    assert hash_token(token) in lies, "looked in the wrong place"
    assert token.encode() not in lies
    assert sqlite_world.anonymous.post("/api/v1/setup", json=_form(token)).status_code == 201
