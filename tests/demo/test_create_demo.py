"""The example study on a server: written through the same door, once, and led by somebody who can sign in."""

from __future__ import annotations

from sqlmodel import select

from skygge.accounts.tables import AccountRow
from skygge.demo.create import create_demo
from skygge.fieldlog.tables import ChangeRow
from skygge.fieldlog.verify import verify
from skygge.founding.found_study import adopt_demo_studies
from tests.fixtures.world import World


def count_changes(world: World) -> int:
    with world.database.read() as session:
        return len(session.exec(select(ChangeRow.change_id)).all())


def test_the_first_account_leads_it_and_making_it_again_changes_nothing(world: World) -> None:
    """Two accounts: the first meets the example, labelled; the log verifies."""
    first, second = world.make_person("Lene Lead"), world.make_person("Second Person")
    for _ in range(2):
        with world.database.write() as session:
            create_demo(session, world.clock)
        assert count_changes(world) == 566
    studies = first.client.get("/api/v1/me").json()["studies"]
    assert [(study["is_demo"], study["role"]) for study in studies] == [(True, "lead")]
    assert "invented" in studies[0]["title"]
    assert second.client.get("/api/v1/me").json()["studies"] == []
    with world.database.read() as session:
        assert verify(session) == []


def test_made_before_anybody_is_there_it_waits_for_the_first_lead(sqlite_world: World) -> None:
    """`./dev run --demo` on a fresh machine: the set-up adopts it."""
    with sqlite_world.database.write() as session:
        create_demo(session, sqlite_world.clock)
    person = sqlite_world.make_person("Lene Lead")
    assert person.client.get("/api/v1/me").json()["studies"] == []
    with sqlite_world.database.write() as session:
        adopt_demo_studies(session, session.get_one(AccountRow, person.account_id), sqlite_world.clock)
    assert [study["is_demo"] for study in person.client.get("/api/v1/me").json()["studies"]] == [True]
