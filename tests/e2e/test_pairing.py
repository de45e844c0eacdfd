"""A phone is signed in from the laptop: ten letters typed inside the icon, and a person's yes."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import MakePhone
from tests.e2e.observer import NAME, Observer
from tests.e2e.phone import LAPTOP
from tests.fixtures.server_process import ServerProcess


def test_a_phone_comes_in_with_a_code_and_writes(server: ServerProcess, make_phone: MakePhone) -> None:
    """A wrong code first; then the right one, waiting, allowed under the device's name, and the first entry arrives."""
    laptop = make_phone("laptop", size=LAPTOP)
    desk = laptop.open(server.setup_url.removeprefix(server.origin))
    hand = Observer(desk)
    desk.get_by_label("Name", exact=True).fill(NAME)
    desk.get_by_label("Password", exact=True).fill("fire ord i en lang række")
    desk.get_by_label("Title", exact=True).fill("Home care North")
    desk.get_by_role("button", name="Create account and study", exact=True).click()
    expect(desk.get_by_role("button", name="START", exact=True)).to_be_visible()
    desk.goto(f"{server.origin}/#/add-phone")
    desk.get_by_role("button", name="Make a code", exact=True).click()
    expect(desk.get_by_role("img", name="The same code, for a camera")).to_be_visible()
    code = desk.locator(".code").inner_text()
    assert re.fullmatch("[2-9A-Z]{5} [2-9A-Z]{5}", code)

    phone = make_phone("phone").open()
    phone.get_by_role("link", name="Sign in with a code from another device", exact=True).tap()
    phone.get_by_label("Code", exact=True).fill("AAAAA AAAAA")
    phone.get_by_role("button", name="Ask to come in", exact=True).tap()
    expect(phone.get_by_role("alert")).to_contain_text("This code is wrong, used or older than ten minutes")
    phone.get_by_label("Code", exact=True).fill(code.lower())
    phone.get_by_label("What this device is to be called", exact=True).fill("Idas telefon")
    phone.get_by_role("button", name="Ask to come in", exact=True).tap()
    expect(phone.get_by_role("status").filter(has_text="Idas telefon")).to_be_visible()
    expect(desk.get_by_text("“Idas telefon” wants to come in as you.")).to_be_visible()
    desk.get_by_role("button", name="Allow it", exact=True).click()
    # A new study asks its phones for a lock before anything else.
    phone.get_by_label("New passphrase").fill("regn over stille marker")
    phone.get_by_label("The same again").fill("regn over stille marker")
    phone.get_by_role("button", name="Set the lock", exact=True).tap()
    phone.get_by_role("button", name="I have written it down", exact=True).tap()
    expect(phone.get_by_role("button", name="START", exact=True)).to_be_visible()
    expect(desk.get_by_text("This code is used up.")).to_be_visible()

    hand = Observer(phone)
    hand.start()
    hand.write("den første linje")
    hand.truth("on the server ✓")


def test_who_is_refused_stays_outside(server: ServerProcess, make_phone: MakePhone) -> None:
    """The link that a camera opens fills the code in; a no ends it, and the phone is told."""
    laptop = make_phone("laptop")
    desk = laptop.open(server.setup_url.removeprefix(server.origin))
    hand = Observer(desk)
    hand.set_up()
    desk.goto(f"{server.origin}/#/add-phone")
    hand.tap("Make a code")
    code = desk.locator(".code").inner_text().replace(" ", "")
    phone = make_phone("phone").open(f"/#/pair/{code}")
    expect(phone.get_by_label("Code", exact=True)).to_have_value(code)
    phone.get_by_role("button", name="Ask to come in", exact=True).tap()
    hand.tap("That is not mine")
    expect(desk.get_by_text("Nobody was let in.")).to_be_visible()
    expect(phone.get_by_role("alert")).to_contain_text("This code is wrong, used or older")
    assert phone.request.get(f"{server.origin}/api/v1/me").status == 401
