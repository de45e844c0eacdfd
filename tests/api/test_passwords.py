"""What a password costs: Argon2id, never more than three at once, and no less for a name that nobody has."""

from __future__ import annotations

import asyncio
import threading
import time
from uuid import UUID

import pytest
from sqlmodel import select

from skygge.accounts import passwords
from skygge.accounts.links import make_reset_link
from skygge.accounts.tables import AccountRow
from tests.fixtures.world import PASSWORD, Person, World

ARGON2ID = "$argon2id$v=19$"


class Spy:
    """Stands where the hasher stands: counts what is asked of it, and how much of it at the same time."""

    def __init__(self, takes_s: float = 0) -> None:
        self.takes_s = takes_s
        self.verified: list[str] = []
        self.most_at_once = self._now = 0
        self._lock = threading.Lock()
        self._real = passwords._hasher  # what is spied upon

    def hash(self, password: str) -> str:
        self._work()
        return self._real.hash(password) if not self.takes_s else ARGON2ID

    def verify(self, password: str, password_hash: str) -> bool:
        self._work()
        self.verified.append(password_hash)
        return self._real.verify(password, password_hash) if not self.takes_s else False

    def _work(self) -> None:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        time.sleep(self.takes_s)
        with self._lock:
            self._now -= 1


def test_a_name_that_nobody_has_costs_a_comparison_too(
    world: World, lead: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of an answer tells no names: one comparison each, with the same parameters of the same Argon2id."""
    costs = []
    for name in (lead.name, "Nobody Here"):
        spy = Spy()
        monkeypatch.setattr(passwords, "_hasher", spy)
        answer = world.client().post("/api/v1/session", json={"name": name, "password": "wrong password, truly"})
        assert answer.status_code == 401
        # algorithm, version and parameters; salt and hash after them differ
        costs.append([one.split("$")[1:4] for one in spy.verified])
        monkeypatch.undo()
    assert costs[0] == costs[1]
    assert len(costs[0]) == 1 and costs[0][0][0] == "argon2id"


def test_the_hash_of_nobody_fits_nothing() -> None:
    """Whoever has read the code cannot sign in as somebody who is not there."""
    assert asyncio.run(passwords.is_right("nobody has this password", None)) is False


def test_never_more_than_three_hashes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten who sign in and ten who choose a password together cost the memory of three; and three do run abreast."""
    spy = Spy(takes_s=0.03)
    monkeypatch.setattr(passwords, "_hasher", spy)

    async def all_together() -> None:
        hashing = [passwords.hash_in_turn(f"{PASSWORD} {number}") for number in range(10)]
        comparing = [passwords.is_right(PASSWORD, ARGON2ID) for _ in range(10)]
        await asyncio.gather(*hashing, *comparing)

    asyncio.run(all_together())
    assert len(spy.verified) == 10
    assert spy.most_at_once == 3


def test_what_is_stored_is_argon2id(world: World, lead: Person, study_id: UUID) -> None:
    """By every way in which a password comes in over the network: an invitation, a reset."""
    code = lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={}).json()["code"]
    form = {"code": code, "name": "Olga", "password": PASSWORD}
    assert world.client().post("/api/v1/invitations/accept", json=form).status_code == 201
    with world.database.write() as session:
        link = make_reset_link(session, lead.account_id, world.settings.url_of_origin, world.clock())
    form = {"token": link.rpartition("/")[2], "password": "et helt andet kodeord"}
    assert world.client().post("/api/v1/reset", json=form).status_code == 204
    with world.database.read() as session:
        stored = {row.name: row.password_hash for row in session.exec(select(AccountRow))}
    assert sorted(stored) == [lead.name, "Olga"]
    assert all(one.startswith(ARGON2ID) for one in stored.values())
    assert not any(PASSWORD in one or form["password"] in one for one in stored.values())
