"""From one to two: an invitation, roles, devices, and a visit that both watched. Alone one sees none of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.field import EACH_SIZE, Field, sure
from tests.e2e.observer import PASSWORD, Observer
from tests.e2e.phone import Phone, without_network
from tests.e2e.test_codebook import look_at, sign_in
from tests.e2e.test_today import Pushed

pytestmark = EACH_SIZE


@pytest.fixture(scope="module")
def desk(
    playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory, desk_size: tuple[int, int]
) -> Iterator[Page]:
    """The lead's screen at home."""
    device = sign_in(playwright, tmp_path_factory.mktemp("desk"), field, desk_size)
    yield device.page
    assert not [line for line in device.console if re.search("pageerror|Content Security Policy", line)]
    device.close()


@pytest.fixture(scope="module")
def colleague(playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """Somebody else's phone, not signed in."""
    phone = Phone(playwright, tmp_path_factory.mktemp("colleague"), field.server.origin)
    yield phone
    phone.close()


def ask(field: Field, things: str) -> list[dict[str, Any]]:
    """A list of the study, read with the lead's phone."""
    answer = field.page.request.get(f"{field.server.origin}/api/v1/studies/{field.study_id}/{things}")
    return [dict(one) for one in answer.json()["items"]]


def test_alone_one_sees_nothing_of_a_team_but_the_way_to_invite(field: Field, desk: Page) -> None:
    """No place, no member list, no pairing: a link in the settings."""
    places = desk.get_by_role("navigation", name="Places")
    expect(places.get_by_role("link", name="Codebook")).to_be_visible()
    expect(places.get_by_role("link", name="Team")).to_have_count(0)
    desk.goto(f"{field.server.origin}/#/analysis")
    agreement = desk.get_by_role("link", name=re.compile("two observers"))
    expect(desk.get_by_role("link", name=re.compile("^How often"))).not_to_have_count(0)
    expect(agreement).to_have_count(0)
    desk.goto(f"{field.server.origin}/#/settings")
    desk.get_by_role("link", name="Invite somebody", exact=True).click()
    expect(desk.get_by_role("region", name="Invite somebody", exact=True)).to_be_visible()
    expect(desk.get_by_role("region", name="Members", exact=True)).to_have_count(0)
    expect(desk.get_by_role("region", name="Watched together", exact=True)).to_have_count(0)


def test_an_invitation_makes_a_second_member_once(field: Field, desk: Page, colleague: Phone) -> None:
    """A link shown once; the colleague signs in with it, and a second try is told why not."""
    invite = desk.get_by_role("region", name="Invite somebody", exact=True)
    invite.get_by_label("Observer name (optional)").fill("Bo")
    invite.get_by_role("button", name="Make an invitation", exact=True).click()
    link = invite.locator(".link").inner_text()
    expect(invite.get_by_text("Good once and for a week.", exact=False)).to_be_visible()
    expect(invite.get_by_text("observer · Bo", exact=False)).to_be_visible()
    look_at(desk, "team-invite")
    page = colleague.open(link.removeprefix(field.server.origin))
    page.get_by_label("Name", exact=True).fill("bo")
    page.get_by_label("Password", exact=True).fill("kort")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make an account and join", exact=True).tap()
    expect(page.get_by_role("button", name="START", exact=True)).to_be_visible()
    assert sorted(str(one["observer"]) for one in ask(field, "members")) == ["Bo", "observer-1"]
    again = page.request.post(
        f"{field.server.origin}/api/v1/invitations/accept",
        data={"code": link.rsplit("/", 1)[1], "name": "c", "password": PASSWORD},
    )
    assert again.status == 410


def test_roles_are_given_and_the_last_lead_stays(field: Field, desk: Page, colleague: Phone) -> None:
    """Team is a place now; a reader's role arrives at the server, and nobody leads a study without a lead."""
    desk.goto(f"{field.server.origin}/#/settings")
    desk.reload()
    desk.get_by_role("navigation", name="Places").get_by_role("link", name="Team").click(timeout=60_000)
    members = desk.get_by_role("region", name="Members", exact=True)
    members.get_by_label("Role of ida").select_option("observer")
    expect(desk.get_by_role("alert")).to_contain_text("A study always has a lead")
    expect(members.get_by_label("Role of ida")).to_have_value("lead")
    members.get_by_label("Role of bo").select_option("reader")
    sure(lambda: {one["observer"]: one["role"] for one in ask(field, "members")}["Bo"] == "reader", "no reader")
    members.get_by_label("Role of bo").select_option("observer")
    sure(lambda: {one["observer"]: one["role"] for one in ask(field, "members")}["Bo"] == "observer", "no observer")


def test_a_visit_that_two_watched_is_paired_afterwards(field: Field, desk: Page, colleague: Phone) -> None:
    """Neither said the six letters; the lead pairs them, and takes one out again."""
    hand = field.begin(("Citizen", "C1"))
    other = Observer(colleague.page)
    other.start()
    other.see(action="Asks")
    expect(desk.get_by_text("An encounter of theirs runs", exact=False).first).to_be_visible(timeout=60_000)
    look_at(desk, "team")
    hand.see("C1", action="Asks")
    other.end()
    hand.end()
    together = desk.get_by_role("region", name="Watched together", exact=True)
    together.get_by_role("button", name="It was one visit", exact=True).click(timeout=60_000)
    expect(together.get_by_role("heading", name="One visit, several observers")).to_be_visible()
    sure(lambda: len({one["visit_id"] for one in ask(field, "encounters?limit=100")} - {None}) == 1, "not paired")
    assert {bool(one["visit_code"]) for one in ask(field, "encounters?limit=100")} == {True}
    desk.goto(f"{field.server.origin}/#/review")
    search, rows = desk.get_by_role("search"), desk.locator("tbody tr[aria-rowindex]")
    expect(rows).to_have_count(2, timeout=60_000)
    search.get_by_label("Observer", exact=True).select_option(label="Bo")
    expect(rows).to_have_count(1)
    search.get_by_label("Observer", exact=True).select_option(label="all")
    # One visit, so there is one to choose, and both observers' entries are of it.
    expect(search.get_by_label("Encounter", exact=True).get_by_role("option")).to_have_count(2)
    search.get_by_label("Encounter", exact=True).select_option(index=1)
    expect(rows).to_have_count(2)
    desk.goto(f"{field.server.origin}/#/team")
    together.get_by_role("button", name=re.compile("^Take .* out$")).click()
    sure(lambda: [one["visit_id"] for one in ask(field, "encounters?limit=100")].count(None) == 1, "still one visit")
    expect(together.get_by_role("button", name="It was one visit", exact=True)).to_be_visible()


def test_a_lost_phone_is_revoked_and_let_in_again(field: Field, desk: Page, colleague: Phone) -> None:
    """With the consequence said first; the phone reads nothing more until it is open again."""
    devices = desk.get_by_role("region", name="Devices", exact=True)
    row = devices.get_by_role("listitem").filter(has_text="bo · last heard of")
    row.get_by_role("button", name="Revoke…", exact=True).click()
    expect(row.get_by_role("alert")).to_contain_text("60 days")
    look_at(desk, "team-revoke")
    row.get_by_role("button", name=re.compile("^Revoke .*[^…]$")).click()
    expect(row.get_by_text(re.compile("^revoked "))).to_be_visible()
    refused = colleague.page.request.get(f"{field.server.origin}/api/v1/studies/{field.study_id}/entries")
    assert refused.json()["code"] == "device_revoked"
    row.get_by_role("button", name="Open again", exact=True).click()
    expect(row.get_by_role("button", name="Revoke…", exact=True)).to_be_visible()
    assert colleague.page.request.get(f"{field.server.origin}/api/v1/studies/{field.study_id}/entries").ok


def test_a_wrong_clock_is_told_beside_the_device(field: Field, desk: Page, colleague: Phone) -> None:
    """How far it is from the server's, and what to do; a right one is called right."""
    Pushed(field, ahead_min=12).visit()
    desk.goto(f"{field.server.origin}/#/settings")
    desk.goto(f"{field.server.origin}/#/team")
    devices = desk.get_by_role("region", name="Devices", exact=True).get_by_role("listitem")
    wrong = devices.filter(has_text="clock 12 min fast")
    expect(wrong).to_contain_text("Its clock is wrong: set it.")
    expect(devices.filter(has_text="bo · last heard of")).to_contain_text("clock right")
    expect(devices.filter(has_text="Its clock is wrong")).to_have_count(1)


def test_what_the_server_did_not_take_waits_and_is_told(field: Field, desk: Page, colleague: Phone) -> None:
    """A reader now, with an encounter from before: her phone keeps it and says so, and the team sees how many wait."""
    devices = desk.get_by_role("region", name="Devices", exact=True)
    row = devices.get_by_role("listitem").filter(has_text="bo · last heard of")
    expect(row).to_contain_text(re.compile(r"Everything on it had been sent .*; of what was written later"))
    other = Observer(colleague.page)
    with without_network(colleague.page):
        other.start()
        other.mark()
        other.end()
        desk.get_by_label("Role of bo").select_option("reader")
        sure(lambda: {one["observer"]: one["role"] for one in ask(field, "members")}["Bo"] == "reader", "no reader")
    colleague.page.goto(f"{field.server.origin}/#/sync")
    colleague.page.get_by_role("button", name="Send now").tap()
    sure(lambda: any(one["n_waiting"] for one in ask(field, "devices")), "her phone told of nothing that waits")
    n_waiting = max(one["n_waiting"] or 0 for one in ask(field, "devices"))
    desk.goto(f"{field.server.origin}/#/settings")
    desk.goto(f"{field.server.origin}/#/team")
    expect(row).to_contain_text(f": {n_waiting} changes that the server does not have")
