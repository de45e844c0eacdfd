"""Spare codes: a printed sheet, for whoever forgets the password where no mail is sent."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlmodel import select

from skygge.accounts.reset import make_spare_codes
from skygge.accounts.tables import AccountRow, SpareCodeRow
from skygge.clock import new_id
from skygge.sync.restore import begin_anew
from tests.api.resetting import NEW, OTHER, WRONG, ask_for_link, choose, lead, make_codes, olga, signs_in
from tests.fixtures.world import PASSWORD, Person, World

__all__ = ["lead", "olga"]


def test_spare_codes_are_shown_once_counted_and_stored_hashed(world: World, lead: Person) -> None:
    """The sheet is in one answer; in the database stands nothing that could be typed."""
    assert lead.client.get("/api/v1/spare-codes").json() == {"left": 0, "made_at": None}
    made = make_codes(lead)
    codes = made.json()["codes"]
    assert made.status_code == 201 and len(set(codes)) == 8
    state = lead.client.get("/api/v1/spare-codes").json()
    assert state["left"] == 8 and state["made_at"] is not None and "codes" not in state
    with world.database.read() as session:
        rows = session.exec(select(SpareCodeRow)).all()
        assert len(rows) == 8 and all(len(row.code_hash) == 32 for row in rows)
        assert not any(code.encode() in row.code_hash for row in rows for code in codes)


def test_a_spare_code_opens_once_and_ends_every_session(world: World, lead: Person) -> None:
    """And the others of the sheet stay good."""
    codes = make_codes(lead).json()["codes"]
    phone = world.make_person(lead.name, device_id=new_id())
    assert choose(world, codes[3]) == (204, None)
    assert [one.client.get("/api/v1/me").status_code for one in (lead, phone)] == [401, 401]
    assert signs_in(world, lead.name, NEW)
    assert choose(world, codes[3], OTHER) == WRONG
    again = world.make_person(lead.name)
    assert again.client.get("/api/v1/spare-codes").json()["left"] == 7
    assert choose(world, codes[0], OTHER) == (204, None)


def test_a_new_sheet_ends_the_old_one(world: World, lead: Person) -> None:
    """A sheet that was lost is worth nothing once another is printed."""
    old = make_codes(lead).json()["codes"]
    new = make_codes(lead).json()["codes"]
    assert {choose(world, code) for code in old[:3]} == {WRONG}
    assert choose(world, new[0]) == (204, None)


def test_a_link_ends_the_sheet_and_a_spare_code_ends_the_link(
    world: World, lead: Person, study_id: UUID, olga: Person
) -> None:
    """Whoever knew the old password may have printed a sheet of their own."""
    codes = make_codes(olga).json()["codes"]
    link = ask_for_link(world, lead, study_id, olga).json()["code"]
    assert choose(world, codes[0]) == (204, None)
    assert choose(world, link, OTHER) == WRONG
    assert choose(world, ask_for_link(world, lead, study_id, olga).json()["code"], OTHER) == (204, None)
    assert choose(world, codes[1]) == WRONG


def test_a_sheet_is_made_only_with_the_password(world: World, lead: Person) -> None:
    """Else whoever finds a screen open keeps the account for ever; guessing is counted as a sign-in is."""
    for number in range(5):
        assert make_codes(lead, f"wrong password {number}").json()["code"] == "password.wrong"
    assert make_codes(lead).status_code == 429
    assert not signs_in(world, lead.name, PASSWORD), "one count for both"
    assert lead.client.get("/api/v1/spare-codes").json()["left"] == 0


def test_two_sheets_at_the_same_moment_leave_one(world: World, lead: Person) -> None:
    """Eight codes are good afterwards, not sixteen."""
    other = world.make_person(lead.name)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(make_codes, (lead, other)))
    assert [one.status_code for one in made] == [201, 201]
    assert lead.client.get("/api/v1/spare-codes").json()["left"] == 8


def test_a_code_used_while_a_new_sheet_is_made_waits_for_it(world: World, lead: Person) -> None:
    """And is too late then. Both go by the account first, so neither holds what the other waits for."""
    code = make_codes(lead).json()["codes"][0]
    with ThreadPoolExecutor(1) as pool:
        with world.database.write() as session:
            account = session.get_one(AccountRow, lead.account_id, with_for_update={"key_share": True})
            used = pool.submit(choose, world, code)
            time.sleep(0.5)
            make_spare_codes(session, lead.account_id, account.password_hash, world.clock())
        assert used.result(30) == WRONG
    assert lead.client.get("/api/v1/spare-codes").json()["left"] == 8


def test_after_a_restore_no_sheet_is_good(world: World, lead: Person, study_id: UUID) -> None:
    """A code that was used since the backup would be good again."""
    code = make_codes(lead).json()["codes"][0]
    with world.database.write() as session:
        begin_anew(session, [], world.clock())
    assert choose(world, code) == WRONG
