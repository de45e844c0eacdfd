"""A forgotten password, without mail: a link from the lead, and one's own sheet of spare codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.field import Field, sure
from tests.e2e.observer import NAME, PASSWORD, Observer
from tests.e2e.phone import LAPTOP, Phone
from tests.e2e.test_codebook import look_at
from tests.e2e.test_codebook import sign_in as open_desk

NEW = "et helt andet kodeord"
LONG_CODE = "[2-9A-Z]{5}( [2-9A-Z]{5}){3}"


@pytest.fixture(scope="module")
def desk(playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The lead's laptop."""
    device = open_desk(playwright, tmp_path_factory.mktemp("desk"), field, LAPTOP)
    yield device.page
    assert not [line for line in device.console if re.search("pageerror|Content Security Policy", line)]
    device.close()


@pytest.fixture(scope="module")
def colleague(playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """Somebody else's phone: she came in with an invitation."""
    url = f"{field.server.origin}/api/v1/studies/{field.study_id}/invitations"
    code = field.page.request.post(url, data={"observer": "Bo"}).json()["code"]
    phone = Phone(playwright, tmp_path_factory.mktemp("colleague"), field.server.origin)
    page = phone.open(f"/#/join/{code}")
    page.get_by_label("Name", exact=True).fill("bo")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make an account and join", exact=True).tap()
    expect(page.get_by_role("button", name="START", exact=True)).to_be_visible()
    Observer(page).wait_until_ready_offline()
    yield phone
    phone.close()


def sign_in(page: Page, origin: str, name: str, password: str) -> None:
    """With whatever is the password now."""
    page.goto(f"{origin}/#/sign-in")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def jottings(field: Field) -> list[str]:
    """What the server has."""
    url = f"{field.server.origin}/api/v1/studies/{field.study_id}/entries?limit=500"
    return [one["jotting"] for one in field.page.request.get(url).json()["items"] if one["jotting"]]


def test_a_lead_makes_a_link_and_the_old_phone_keeps_what_it_has(
    playwright: Playwright, field: Field, desk: Page, colleague: Phone, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Her old phone wrote in a stairwell; she chooses a password on another; the old one asks, and loses nothing."""
    origin, old = field.server.origin, colleague.page
    hand = Observer(old)
    hand.start()
    hand.truth("on the server ✓")
    old.context.set_offline(True)
    hand.write("skrevet uden net")

    desk.goto(f"{origin}/#/team")
    members = desk.get_by_role("region", name="Members", exact=True)
    expect(members.get_by_role("button", name="New password for ida")).to_have_count(0)
    members.get_by_role("button", name="New password for bo", exact=True).click()
    expect(members.get_by_text("signs bo out everywhere", exact=False)).to_be_visible()
    look_at(desk, "team-reset-asked")
    members.get_by_role("button", name="Make a link", exact=True).click()
    expect(members.get_by_role("img", name="The link as a QR code")).to_be_visible()
    assert re.fullmatch(LONG_CODE, members.locator(".code").inner_text())
    link = members.locator(".link").inner_text()
    assert link.startswith(f"{origin}/#/reset/")
    look_at(desk, "team-reset")

    other = Phone(playwright, tmp_path_factory.mktemp("other"), origin)
    new = other.open(link.removeprefix(origin))
    expect(new.get_by_role("heading", name="A new password")).to_be_visible()
    look_at(new, "reset-link")
    new.get_by_label("New password", exact=True).fill(NEW)
    new.get_by_role("button", name="Set the password", exact=True).tap()
    expect(new.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    sign_in(new, origin, "bo", NEW)
    # Her encounter goes on there.
    expect(Observer(new).group("Structures")).to_be_visible()
    # What is used is used.
    new.goto(f"{origin}/#/reset/{link.rpartition('/')[2]}")
    new.get_by_label("New password", exact=True).fill(PASSWORD)
    new.get_by_role("button", name="Set the password", exact=True).tap()
    expect(new.get_by_role("alert")).to_contain_text("wrong, used or too old")
    other.close()

    old.context.set_offline(False)
    hand.truth("signed out")
    hand.write("og skrevet bagefter")
    assert "skrevet uden net" not in jottings(field)
    sign_in(old, origin, "bo", NEW)
    expect(hand.group("Structures")).to_be_visible()
    hand.truth("on the server ✓")
    sure(lambda: {"skrevet uden net", "og skrevet bagefter"} <= set(jottings(field)), "words were lost")
    assert len(jottings(field)) == 2


def test_a_sheet_of_spare_codes_lets_her_in_again(field: Field, desk: Page) -> None:
    """Offered in one line, made with the password, saved as a file; typed as it is read aloud, once."""
    origin, page = field.server.origin, field.page
    desk.goto(f"{origin}/#/")
    desk.get_by_role("link", name="print spare codes", exact=False).click()
    expect(desk.get_by_text("You have no sheet yet.")).to_be_visible()
    look_at(desk, "account")
    make = desk.get_by_role("region", name="Spare codes", exact=True)
    make.get_by_label("Your password").fill("not my password")
    make.get_by_role("button", name="Make a sheet", exact=True).click()
    expect(desk.get_by_role("alert")).to_have_text("The password is wrong.")
    make.get_by_label("Your password").fill(PASSWORD)
    make.get_by_role("button", name="Make a sheet", exact=True).click()
    expect(make.get_by_role("listitem")).to_have_count(8)
    codes = make.get_by_role("listitem").all_inner_texts()
    assert all(re.fullmatch(LONG_CODE, code) for code in codes)
    with desk.expect_download() as saved:
        make.get_by_role("button", name="Save as a text file", exact=True).click()
    text = saved.value.path().read_text("utf-8")
    assert all(code in text for code in codes) and NAME in text
    look_at(desk, "account-sheet")
    desk.emulate_media(media="print")
    expect(make.get_by_role("listitem").first).to_be_visible()
    expect(make.get_by_role("button", name="Print the sheet")).to_be_hidden()
    desk.emulate_media(media="screen")
    desk.goto(f"{origin}/#/")
    expect(desk.get_by_role("button", name="START", exact=True)).to_be_visible()
    expect(desk.get_by_role("link", name="print spare codes", exact=False)).to_have_count(0)

    page.goto(f"{origin}/#/settings")
    field.hand.tap("Sign out")
    page.get_by_role("link", name="Forgotten password", exact=True).tap()
    expect(page.get_by_role("heading", name="A new password")).to_be_visible()
    look_at(page, "reset-typed")
    page.get_by_label("Code", exact=True).fill("AAAAA AAAAA AAAAA AAAAA")
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_role("button", name="Set the password", exact=True).tap()
    expect(page.get_by_role("alert")).to_contain_text("wrong, used or too old")
    page.get_by_label("Code", exact=True).fill(codes[2].lower().replace(" ", "-"))
    page.get_by_role("button", name="Set the password", exact=True).tap()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    sign_in(page, origin, NAME, NEW)
    expect(page.get_by_role("button", name="START", exact=True)).to_be_visible()
    page.goto(f"{origin}/#/account")
    expect(page.get_by_text("7 of the codes", exact=False)).to_be_visible()
    look_at(page, "account-phone")


def test_whoever_knows_the_old_password_takes_another(field: Field, desk: Page) -> None:
    """The laptop stays signed in; the phone is asked for the new one, and has lost nothing by then."""
    origin, page = field.server.origin, field.page
    sign_in(desk, origin, NAME, NEW)
    expect(desk.get_by_label("Password", exact=True)).to_have_count(0)
    hand = field.begin(("Citizen", "C7"))
    hand.truth("on the server ✓")
    desk.goto(f"{origin}/#/account")
    change = desk.get_by_role("region", name="Change the password", exact=True)
    now, new = change.get_by_label("Your current password"), change.get_by_label("New password")
    now.fill(NEW)
    new.fill("a" * 20)
    change.get_by_role("button", name="Change", exact=True).click()
    expect(change.get_by_role("alert")).to_contain_text("longer or less common")
    expect(now).to_have_value(NEW)
    new.fill(PASSWORD)
    change.get_by_role("button", name="Change", exact=True).click()
    expect(change.get_by_role("status")).to_contain_text("The password has been changed.")
    expect(now).to_have_value("")
    expect(desk.get_by_text("You have no sheet yet.")).to_be_visible()
    look_at(desk, "account-changed")
    hand.write("skrevet med den gamle adgangskode")
    hand.truth("signed out")
    sign_in(page, origin, NAME, PASSWORD)
    expect(hand.group("Structures")).to_be_visible()
    hand.truth("on the server ✓")
    sure(lambda: "skrevet med den gamle adgangskode" in jottings(field), "words were lost")
