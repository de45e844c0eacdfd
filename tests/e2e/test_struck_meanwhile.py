"""Words are struck on another device while somebody types about the same entry: they do not come back with that."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.field import Field, sure
from tests.e2e.test_scenes import leaves_the_disk
from tests.e2e.test_today import Pushed

NAME = "Annemette"


def test_words_struck_elsewhere_leave_what_is_being_typed(own_field: Field) -> None:
    """In the sheet of a running encounter and in an entry's form: gone from the field, and from what is then saved."""
    page, hand, elsewhere = own_field.page, own_field.begin(("Citizen", "C1")), Pushed(own_field)
    for turn, (label, save) in enumerate((("What was said or seen", "Save words"), ("Words", "Save"))):
        hand.write(f"{NAME} siger nej", actor="C1")
        entry = own_field.entries()[-1]["id"]
        if save == "Save words":
            hand.tap("Write words")
        else:
            page.goto(f"{own_field.server.origin}/#/entry/{entry}")
        words = page.get_by_label(label, exact=True)
        words.press("End")
        words.press_sequentially(f", og {NAME} går")
        page.wait_for_timeout(300)
        elsewhere.say("words.struck", entry, {"words": NAME, "replacement": "C1"}, turn)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(words).to_have_value("C1 siger nej, og C1 går", timeout=60_000)
        words.press_sequentially(" nu")
        page.get_by_role("button", name=save, exact=True).tap()
        sure(lambda: "går nu" in str(own_field.entries()[-1]["jotting"]), f"{save} did not save")
        assert NAME not in str(own_field.entries())
        page.goto(f"{own_field.server.origin}/#/capture")
        expect(page.get_by_role("region", name="Last entry")).to_be_visible()
    own_field.settle()
    leaves_the_disk(own_field, NAME)
