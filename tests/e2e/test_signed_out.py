"""Signed out or shut out, a phone goes on: nothing is blocked, nothing is thrown away, nobody else sends it."""

from __future__ import annotations

import json
import sqlite3
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.field import Field, sure
from tests.e2e.observer import NAME, PASSWORD
from tests.e2e.test_screens import PICTURES

END_SESSION = "fetch('/api/v1/session', { method: 'DELETE' })"


def sign_in(page: Page, origin: str) -> None:
    """As the owner of the phone."""
    page.goto(f"{origin}/#/sign-in")
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).tap()


def cookie_of(page: Page) -> str:
    """What the browser signs its requests with."""
    (cookie,) = (one for one in page.context.cookies() if one["name"] == "skygge_session")
    return cookie["value"]


def alter(field: Field, statement: str) -> None:
    """Let time pass in the server's file."""
    database = sqlite3.connect(field.server.data / "skygge.db")
    with database:
        database.execute(statement)
    database.close()


def test_signing_out_with_unsent_entries_warns_and_keeps_them(own_field: Field) -> None:
    """First the session ends by itself, as it does overnight: logging goes on. Then she signs out, and in again."""
    page, hand, origin = own_field.page, own_field.hand, own_field.server.origin
    page.evaluate(END_SESSION)
    hand.start()
    hand.mark()
    hand.write("hun venter ved døren")
    hand.truth("signed out, 4 to send")
    page.goto(f"{origin}/#/settings")
    hand.tap("Sign out")
    asked = page.get_by_role("dialog", name="4 not yet on the server")
    expect(asked).to_contain_text("They stay on this phone")
    page.screenshot(path=PICTURES / "sign-out-unsent.png")
    asked.get_by_role("button", name="Cancel", exact=True).tap()
    expect(asked).to_be_hidden()
    hand.tap("Sign out")
    hand.tap("Sign out, keep them here")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_text("hun venter ved døren")).to_have_count(0)
    sign_in(page, origin)
    expect(hand.group("Structures")).to_be_visible()
    assert [entry["jotting"] for entry in own_field.entries()] == [None, "hun venter ved døren"]


def test_a_phone_that_is_shut_out_goes_on_and_hands_over_what_it_holds(own_field: Field) -> None:
    """Revoked in the middle of a visit: each tap is on the phone, and the server keeps it aside for the lead."""
    page, hand, origin = own_field.page, own_field.hand, own_field.server.origin
    hand.start()
    hand.mark()
    hand.truth("on the server ✓")
    study = f"{origin}/api/v1/studies/{own_field.study_id}"
    (device,) = page.request.get(f"{study}/devices").json()["items"]
    assert page.request.post(f"{study}/devices", data={"device_id": device["device_id"], "revoked": True}).ok
    hand.write("set efter at telefonen blev lukket ude")
    hand.truth("2 set aside")
    hand.mark()
    hand.truth("3 set aside")
    page.reload()
    expect(hand.group("Structures")).to_be_visible()
    page.goto(f"{origin}/#/sync")
    expect(page.get_by_text("The lead has shut this phone out of the study.")).to_be_visible()
    expect(page.get_by_text("This phone has been revoked.")).to_have_count(3)
    page.screenshot(path=PICTURES / "sync-revoked.png")
    sure(lambda: page.request.get(f"{study}/entries").status == 401, "it still reads")


def test_a_phone_is_handed_a_new_token_and_a_copy_of_the_old_one_signs_it_out(own_field: Field) -> None:
    """A day later it goes on as before. Then somebody uses the copy: the phone asks to sign in, and loses nothing."""
    page, hand, origin = own_field.page, own_field.hand, own_field.server.origin
    hand.start()
    hand.mark()
    hand.truth("on the server ✓")
    copied = cookie_of(page)
    alter(own_field, "UPDATE session SET created_at = datetime(created_at, '-25 hours')")
    hand.mark()
    hand.truth("on the server ✓")
    sure(lambda: cookie_of(page) != copied, "it still has the old token")
    hand.mark()
    hand.truth("on the server ✓")
    # Half a minute for what the network holds back.
    alter(own_field, "UPDATE session SET replaced_at = datetime(replaced_at, '-31 seconds')")
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{origin}/api/v1/me", headers={"Cookie": f"skygge_session={copied}"}))
    assert json.loads(refused.value.read())["code"] == "session.reused"
    hand.write("skrevet bagefter")
    hand.truth("signed out")
    sign_in(page, origin)
    expect(hand.group("Structures")).to_be_visible()
    hand.truth("on the server ✓")
    assert [entry["jotting"] for entry in own_field.entries()] == [None, None, None, "skrevet bagefter"]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{origin}/#/records")
    page.get_by_role("radio", name="Everything", exact=True).check()
    page.get_by_text("Sign-in ended: used from two places").wait_for()
    page.screenshot(path=PICTURES / "records-copied.png")
