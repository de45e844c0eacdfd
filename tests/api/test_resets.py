"""A new password without mail, with a link that a lead or the administrator makes; and what holds for every code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from skygge.accounts import passwords, sign_in
from skygge.accounts import routes as account_routes
from skygge.accounts.enrol import find_account
from skygge.accounts.passwords import hash_password
from skygge.accounts.reset import use_code
from skygge.accounts.secrets import ALPHABET, LONG_CODE_LENGTH
from skygge.accounts.tables import ResetLinkRow, SpareCodeRow
from skygge.audit.keep import SERVER, read_log
from skygge.clock import new_id
from skygge.core.wire import to_canonical
from skygge.studies.access import Role
from tests.api.resetting import (
    NEW,
    OTHER,
    WRONG,
    ask_for_link,
    choose,
    lead,
    let_in,
    make_codes,
    member_of,
    olga,
    signs_in,
)
from tests.fixtures.world import PASSWORD, Person, World

__all__ = ["lead", "olga"]


@pytest.fixture
def admin(world: World) -> Person:
    """The server's administrator, who is in no study."""
    return world.make_person("Ada Admin", is_admin=True)


def test_a_lead_lets_a_member_choose_a_new_password(world: World, lead: Person, study_id: UUID, olga: Person) -> None:
    """The link is from the configured address, good once; the member's phones are signed out, the lead's is not."""
    other_phone = world.make_person("Olga", device_id=new_id())
    answer = ask_for_link(world, lead, study_id, olga)
    made = answer.json()
    assert answer.status_code == 201 and answer.headers["cache-control"] == "no-store"
    assert made["name"] == "Olga" and made["url"] == f"{world.settings.url_of_origin}/#/reset/{made['code']}"
    assert made["picture"].startswith("data:image/svg+xml")
    assert len(made["code"]) == LONG_CODE_LENGTH and set(made["code"]) <= set(ALPHABET)
    # Made is not yet used.
    assert olga.client.get("/api/v1/me").status_code == 200
    assert choose(world, made["code"]) == (204, None)
    assert [one.client.get("/api/v1/me").status_code for one in (olga, other_phone, lead)] == [401, 401, 200]
    assert signs_in(world, "Olga", NEW) and not signs_in(world, "Olga", PASSWORD)
    assert choose(world, made["code"], OTHER) == WRONG


def test_a_code_may_be_typed_as_it_is_read_aloud(world: World, lead: Person, study_id: UUID, olga: Person) -> None:
    """In groups, in small letters, with spaces and hyphens."""
    code = ask_for_link(world, lead, study_id, olga).json()["code"].lower()
    assert choose(world, f" {code[:5]} {code[5:10]}-{code[10:15]} - {code[15:]} ") == (204, None)


def test_unknown_used_expired_and_replaced_codes_get_one_answer(
    world: World, lead: Person, study_id: UUID, olga: Person
) -> None:
    """To the byte; nothing tells whether there ever was such a code."""
    replaced = ask_for_link(world, lead, study_id, olga).json()["code"]
    used = ask_for_link(world, lead, study_id, olga).json()["code"]
    assert choose(world, used) == (204, None)
    expired = ask_for_link(world, lead, study_id, olga).json()["code"]
    world.clock.turn(minutes=31)
    bodies = {
        world.client().post("/api/v1/reset", json={"token": code, "password": OTHER}).content
        for code in (replaced, used, expired, "A" * LONG_CODE_LENGTH)
    }
    assert len(bodies) == 1 and b"reset.link_wrong" in bodies.pop()
    assert signs_in(world, "Olga", NEW)


def test_a_weak_password_does_not_use_the_code_up(world: World, lead: Person, study_id: UUID, olga: Person) -> None:
    """However often it is mistyped, the code stays good and nobody has to wait."""
    code = ask_for_link(world, lead, study_id, olga).json()["code"]
    for _ in range(8):
        assert choose(world, code, "short") == (422, "password.too_weak")
    assert choose(world, code) == (204, None)


def test_what_reaches_further_than_the_leads_studies_is_refused(
    world: World, lead: Person, study_id: UUID, admin: Person, olga: Person
) -> None:
    """The administrator, somebody with a study elsewhere, oneself; all in the same words, and no link is there."""
    world.join(study_id, admin, Role.READER)
    nina = world.make_person("Nina")
    world.make_study(nina)
    world.join(study_id, nina)
    answers = [ask_for_link(world, lead, study_id, person) for person in (admin, nina, lead)]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "reset.refused")}
    assert len({one.content for one in answers}) == 1
    with world.database.read() as session:
        assert session.exec(select(ResetLinkRow)).all() == []


def test_a_study_where_she_is_no_lead_counts_although_she_belongs_to_it(
    world: World, lead: Person, study_id: UUID, olga: Person
) -> None:
    """Reading there is less than being somebody else there. Leading there too is enough."""
    other = world.make_study(world.make_person("Nina"))
    world.join(other, olga)
    world.join(other, lead, Role.OBSERVER)
    assert ask_for_link(world, lead, study_id, olga).json()["code"] == "reset.refused"
    third = world.make_study(lead)
    rie = world.make_person("Rie")
    for study in (study_id, third):
        world.join(study, rie, Role.READER)
    assert ask_for_link(world, lead, study_id, rie).status_code == 201


def test_nobody_gets_at_words_of_concern_by_way_of_a_reset(
    world: World, lead: Person, study_id: UUID, olga: Person, admin: Person
) -> None:
    """A concern is its author's alone, against the lead too: such an account the administrator resets, on record."""
    written = olga.client.post(f"/api/v1/studies/{study_id}/concerns", json={"text": "about Lene"})
    assert written.status_code == 201
    assert ask_for_link(world, lead, study_id, olga).json()["code"] == "reset.refused"
    made = admin.client.post("/api/v1/resets", json={"name": "Olga", "password": PASSWORD})
    assert made.status_code == 201
    with world.database.read() as session:
        assert [row.kind for row in read_log(session, study_id, limit=1)] == ["reset.made"]


def test_a_link_ends_when_its_account_gets_another_study(
    world: World, lead: Person, study_id: UUID, olga: Person
) -> None:
    """Else a lead could keep a link ready until there is more to open with it."""
    code = ask_for_link(world, lead, study_id, olga).json()["code"]
    nina = world.make_person("Nina")
    other = world.make_study(nina)
    assert nina.client.post(f"/api/v1/studies/{other}/members", json={"name": "olga"}).status_code == 201
    assert choose(world, code) == WRONG


def test_an_observer_without_sign_in_has_no_password(world: World, lead: Person, study_id: UUID) -> None:
    """Said as it is; a member that is not there is another thing."""
    url = f"/api/v1/studies/{study_id}/members"
    book = lead.client.post(url, json={"observer": "a book"}).json()
    answer = lead.client.post(f"{url}/{book['member_id']}/reset")
    assert (answer.status_code, answer.json()["code"]) == (409, "member.no_sign_in")
    assert lead.client.post(f"{url}/{uuid4()}/reset").status_code == 404
    assert lead.client.post(f"{url}/nobody/reset").status_code == 422


def test_the_administrator_proves_who_it_is(world: World, study_id: UUID, olga: Person, admin: Person) -> None:
    """An open screen is not enough; a name that nobody has is said, since the administrator may know names."""

    def ask(name: str, password: str = PASSWORD) -> tuple[int, str | None]:
        answer = admin.client.post("/api/v1/resets", json={"name": name, "password": password})
        return answer.status_code, answer.json().get("code") if answer.status_code != 201 else None

    assert ask("Olga", "wrong password, truly") == (403, "password.wrong")
    assert ask("Nobody") == (422, "account.unknown")
    assert ask("Ada Admin") == (403, "reset.refused")
    assert ask("OLGA") == (201, None)


def test_guessing_codes_is_slowed_by_the_database(world: World, lead: Person, study_id: UUID, olga: Person) -> None:
    """For all workers; a right code waits too, and is good afterwards."""
    code = ask_for_link(world, lead, study_id, olga).json()["code"]
    for _ in range(5):
        assert choose(world, "B" * LONG_CODE_LENGTH) == WRONG
    assert choose(world, code) == (429, "session.too_many_attempts")
    world.clock.turn(minutes=16)
    assert choose(world, code) == (204, None)


def test_a_reset_lifts_a_lock(world: World, lead: Person, study_id: UUID, olga: Person) -> None:
    """A stranger who guessed at her name for an hour has not shut her out."""
    for number in range(101):
        signs_in(world, "Olga", f"wrong password {number}")
    assert not signs_in(world, "Olga", PASSWORD)
    assert choose(world, ask_for_link(world, lead, study_id, olga).json()["code"]) == (204, None)
    assert signs_in(world, "Olga", NEW)


def test_a_phone_that_was_just_let_in_does_not_come_in_after_a_reset(world: World, lead: Person) -> None:
    """Allowed with the old password, fetched after the new one: that is over."""
    claim = let_in(world, lead)
    assert choose(world, make_codes(lead).json()["codes"][0]) == (204, None)
    form = {"claim": claim, "device_id": str(new_id())}
    assert world.client().post("/api/v1/pairings/finish", json=form).status_code == 410


def test_a_sign_in_with_the_old_password_does_not_outlive_a_reset(
    world: World, lead: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison takes its time and holds no lock; in between the password became another."""
    code = make_codes(lead).json()["codes"][0]

    async def is_right(password: str, password_hash: str | None) -> bool:
        fits = await passwords.is_right(password, password_hash)
        with world.database.write() as session:
            use_code(session, code, hash_password(NEW), world.clock())
        return fits

    monkeypatch.setattr(sign_in, "is_right", is_right)
    assert not signs_in(world, lead.name, PASSWORD)
    monkeypatch.undo()
    assert signs_in(world, lead.name, NEW)


def _at_once(monkeypatch: pytest.MonkeyPatch, world: World, work: Sequence[Callable[[], Any]]) -> list[Any]:
    """All of them meet after the code was looked at and before it is used."""
    meet = Barrier(len(work))
    real = passwords.hash_in_turn

    async def hash_together(password: str) -> str:
        done = await real(password)
        await asyncio.get_running_loop().run_in_executor(None, meet.wait, 20)
        return done

    monkeypatch.setattr(account_routes, "hash_in_turn", hash_together)
    with ThreadPoolExecutor(len(work)) as pool:
        return [one.result() for one in [pool.submit(each) for each in work]]


@pytest.mark.parametrize("kind", ["link", "spare_code"])
def test_one_code_used_twice_at_the_same_moment_works_once(
    world: World, lead: Person, study_id: UUID, olga: Person, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have passed every check; one sets the password, the other hears that the code is used."""
    codes = make_codes(olga).json()["codes"]
    code = codes[0] if kind == "spare_code" else ask_for_link(world, lead, study_id, olga).json()["code"]
    work = [partial(choose, world, code, password) for password in (NEW, OTHER)]
    answers = _at_once(monkeypatch, world, work)
    assert sorted(answers, key=str) == sorted([(204, None), WRONG], key=str)
    monkeypatch.undo()
    won = (NEW, OTHER)[answers.index((204, None))]
    assert [signs_in(world, "Olga", password) for password in (NEW, OTHER)] == [won == NEW, won == OTHER]


def test_everything_is_on_record_and_no_code_is(world: World, lead: Person, study_id: UUID, olga: Person) -> None:
    """Who made a link for whom, what a password was set with, that a sheet was made."""
    codes = make_codes(olga).json()["codes"]
    assert choose(world, codes[0]) == (204, None)
    link = ask_for_link(world, lead, study_id, olga).json()["code"]
    assert choose(world, link, OTHER) == (204, None)
    with world.database.read() as session:
        server = read_log(session, SERVER, limit=50)
        study = read_log(session, study_id, limit=50)
        account = find_account(session, "Olga")
    assert account is not None
    told = [(row.kind, row.who, row.details.get("by")) for row in reversed(server) if "session" not in row.kind]
    assert told == [
        ("spare_codes.made", "Olga", None),
        ("password.reset", "Olga", "spare_code"),
        ("reset.made", "observer-1", None),
        ("password.reset", "Olga", "link"),
    ]
    assert study[0].kind == "reset.made" and study[0].account_id == lead.account_id
    assert study[0].details == {"member_id": member_of(world, lead, study_id, account.id)}
    written = to_canonical([[row.who, row.details] for row in (*server, *study)])
    assert not any(code.encode() in written for code in (*codes, link))


HOSTILE: list[object] = [
    "", " ", "-", "\x00" * 20, "x" * 201, "A" * 1_000_000, "' OR 1=1 --", "../../reset", "\ud800", "𝔄" * 20, "%00",
    None, 7, True, [], {"code": "A"},
]  # fmt: skip


def test_hostile_codes_are_refused_in_plain_words(world: World, lead: Person) -> None:
    """Never a 500, never echoed, and the sheet stays as it was."""
    make_codes(lead)
    json_type = {"content-type": "application/json"}
    for code in HOSTILE:
        body = json.dumps({"token": code, "password": NEW}).encode()
        answer = world.client().post("/api/v1/reset", content=body, headers=json_type)
        assert answer.status_code in (403, 413, 422), (repr(code)[:30], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        if isinstance(code, str) and len(code) > 2:
            assert code[:100].encode("utf-8", "surrogatepass") not in answer.content
        world.clock.turn(minutes=16)
    with world.database.read() as session:
        assert len(session.exec(select(SpareCodeRow)).all()) == 8


def test_the_host_of_a_request_never_gets_into_a_link(
    world: World, lead: Person, study_id: UUID, olga: Person, admin: Person
) -> None:
    """Whoever sends the request through an address of their own gets no link that leads there."""
    member_id = member_of(world, lead, study_id, olga.account_id)
    evil = {"Host": "evil.example"}
    form = {"name": "Olga", "password": PASSWORD}
    for refused in (
        lead.client.post(f"/api/v1/studies/{study_id}/members/{member_id}/reset", headers=evil),
        admin.client.post("/api/v1/resets", json=form, headers=evil),
        lead.client.post(f"/api/v1/studies/{study_id}/invitations", json={}, headers=evil),
    ):
        assert (refused.status_code, refused.json()["code"]) == (400, "host.unknown")
        assert "evil" not in refused.text
