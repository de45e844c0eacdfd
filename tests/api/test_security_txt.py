"""`/.well-known/security.txt`: whom to tell of a hole, in the form that RFC 9116 wants, or nothing."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from skygge.app import create_app
from skygge.errors import StartRefused
from skygge.settings import load_settings
from tests.fixtures.world import World

ADDRESS = "/.well-known/security.txt"


def test_it_is_absent_where_nobody_is_named(sqlite_world: World) -> None:
    """An address that nobody reads would be worse than none."""
    answer = sqlite_world.anonymous.get(ADDRESS)
    assert (answer.status_code, answer.json()["code"]) == (404, "address.unknown")


def test_it_names_the_contact_and_an_end(sqlite_world: World) -> None:
    """Contact and Expires once each, less than a year away; read without signing in, before the set-up too."""
    contact = "mailto:sikkerhed@example.org"
    app = create_app(sqlite_world.settings.model_copy(update={"security_contact": contact}))
    app.state.clock = sqlite_world.clock
    with TestClient(app, base_url=sqlite_world.settings.url_of_origin) as client:
        answer = client.get(ADDRESS)
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in answer.text.splitlines()]
    assert sorted(name for name, _ in fields) == ["Canonical", "Contact", "Expires", "Preferred-Languages"]
    told = dict(fields)
    assert told["Contact"] == contact
    assert told["Canonical"] == f"{sqlite_world.settings.url_of_origin}{ADDRESS}"
    left = datetime.fromisoformat(told["Expires"]) - sqlite_world.clock()
    assert timedelta(days=170) < left < timedelta(days=365)


@pytest.mark.parametrize("contact", ["sikkerhed@example.org", "http://example.org", "mailto:a@b\nExpires: never"])
def test_a_contact_that_is_no_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    """Said in one sentence at the start, not found by whoever wanted to write."""
    monkeypatch.setenv("SKYGGE_SECURITY_CONTACT", contact)
    with pytest.raises(StartRefused):
        load_settings()
