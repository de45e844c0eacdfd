"""Changing one's own password, by whoever still knows the old one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from skygge.accounts import passwords, sign_in
from skygge.accounts.passwords import hash_password
from skygge.accounts.tables import AccountRow, SessionRow
from skygge.audit.tables import AuditRow
from skygge.clock import new_id
from tests.api.resetting import NEW, OTHER, WRONG, ask_for_link, choose, lead, let_in, make_codes, olga, signs_in
from tests.fixtures.world import PASSWORD, Person, World

__all__ = ["lead", "olga"]


def change(person: Person, new: str = NEW, password: str = PASSWORD) -> Any:
    """What somebody hears who wants another password."""
    return person.client.post("/api/v1/password", json={"password": password, "new_password": new})


def stays(person: Person) -> bool:
    """Whether somebody is still signed in."""
    return bool(person.client.get("/api/v1/me").status_code == 200)


def test_the_new_one_is_good_and_the_old_one_is_not(world: World, lead: Person) -> None:
    """Also for whoever stays signed in and is asked once more; a name for it stands in the audit log, no password."""
    assert change(lead).status_code == 204
    assert not signs_in(world, lead.name, PASSWORD) and signs_in(world, lead.name, NEW)
    assert make_codes(lead, NEW).status_code == 201
    with world.database.read() as session:
        rows = session.exec(select(AuditRow).where(AuditRow.kind == "password.changed")).all()
    assert [(row.account_id, row.details) for row in rows] == [(lead.account_id, {})]


def test_every_other_sign_in_ends_and_this_one_stays(world: World, lead: Person, olga: Person) -> None:
    """Also the one that is being handed a new token at that moment; nobody else is signed out."""
    phone, lost = (world.make_person(lead.name, device_id=new_id()) for _ in range(2))
    world.clock.now += timedelta(days=2)
    assert stays(phone) and stays(lost), "each is handed its next token"
    laptop = world.make_person(lead.name)
    assert change(phone).status_code == 204
    assert [stays(one) for one in (phone, lost, laptop, olga)] == [True, False, False, True]


def test_a_copy_of_the_cookie_ends_with_the_old_password(world: World, lead: Person) -> None:
    """Whoever changes it because somebody may have been there is not left alone with a copy of this very sign-in."""
    phone = world.make_person(lead.name, device_id=new_id())
    copy = world.client()
    copy.cookies.update(phone.client.cookies)
    assert copy.get("/api/v1/me").status_code == 200
    assert change(phone).status_code == 204
    assert stays(phone) and copy.get("/api/v1/me").status_code == 401
    with world.database.read() as session:
        kept = session.exec(select(SessionRow).where(SessionRow.account_id == lead.account_id)).one()
    assert kept.device_id is not None, "a phone stays a phone: signed in for days"


def test_links_spare_codes_and_half_paired_phones_end_too(
    world: World, lead: Person, study_id: UUID, olga: Person
) -> None:
    """Whoever knew the old password may have made them."""
    codes = make_codes(olga).json()["codes"]
    link = ask_for_link(world, lead, study_id, olga).json()["code"]
    claim = let_in(world, olga)
    assert change(olga).status_code == 204
    form = {"claim": claim, "device_id": str(new_id())}
    assert world.client().post("/api/v1/pairings/finish", json=form).status_code == 410
    assert (choose(world, codes[0], OTHER), choose(world, link, OTHER)) == (WRONG, WRONG)
    assert olga.client.get("/api/v1/spare-codes").json() == {"left": 0, "made_at": None}


@pytest.mark.parametrize("weak", ["kort", "a" * 40, "passwordpassword"])
def test_a_weak_one_changes_nothing(world: World, lead: Person, weak: str) -> None:
    """And it is not repeated in the answer."""
    other = world.make_person(lead.name)
    refused = change(lead, weak)
    assert (refused.status_code, refused.json()["code"]) == (422, "password.too_weak")
    assert weak not in refused.text
    assert stays(other) and signs_in(world, lead.name, PASSWORD)


def test_without_the_old_one_nothing_changes_and_guessing_is_counted(world: World, lead: Person) -> None:
    """Else whoever finds a screen open keeps the account for ever."""
    for number in range(5):
        assert change(lead, NEW, f"wrong password {number}").json()["code"] == "password.wrong"
    assert change(lead).status_code == 429
    world.clock.now += timedelta(hours=2)
    assert signs_in(world, lead.name, PASSWORD) and not signs_in(world, lead.name, NEW)


@pytest.mark.parametrize("begun", [make_codes, lambda who: change(who, OTHER)], ids=["a sheet", "another change"])
def test_what_was_begun_with_the_old_password_is_not_done_after_the_new(
    world: World, lead: Person, monkeypatch: pytest.MonkeyPatch, begun: Callable[[Person], Any]
) -> None:
    """The comparison takes its time and holds no lock; in between the password became another."""

    async def is_right(password: str, password_hash: str | None) -> bool:
        fits = await passwords.is_right(password, password_hash)
        with world.database.write() as session:
            session.get_one(AccountRow, lead.account_id).password_hash = hash_password(NEW)
        return fits

    monkeypatch.setattr(sign_in, "is_right", is_right)
    assert begun(lead).json()["code"] == "password.wrong"
    monkeypatch.undo()
    assert signs_in(world, lead.name, NEW)
    assert lead.client.get("/api/v1/spare-codes").json()["left"] == 0


def test_of_two_at_the_same_moment_one_gets_through(world: World, lead: Person) -> None:
    """The other is told that the password is wrong, or that its sign-in has ended; both have not both won."""
    other = world.make_person(lead.name)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(change, (lead, other), (NEW, OTHER)))
    assert sorted(one.status_code for one in answers) in ([204, 401], [204, 403])
    won = answers[0].status_code == 204
    assert [signs_in(world, lead.name, one) for one in (NEW, OTHER)] == [won, not won]
