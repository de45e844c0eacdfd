"""Letters that climb over their neighbours and texts that turn around: the layout holds, and nothing is covered."""

from __future__ import annotations

import pytest

from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP, PHONE

CLIMBING = "vent" + "\u0308" * 10_000 + " \u202edrejet om\u202c slut"
FITS = "document.documentElement.scrollWidth <= innerWidth"
STYLE = """(one) => {
  const { overflowX, overflowClipMargin, display } = getComputedStyle(one);
  return [overflowX, overflowClipMargin, display];
}"""


@pytest.mark.parametrize("place", ["encounter", "write", "search"])
def test_letters_that_climb_stay_in_their_place(field: Field, place: str) -> None:
    """They are cut where their own block ends, text that turns around turns nothing else, and nothing grows wider."""
    hand = field.begin(("Citizen", "C1"))
    page = field.page
    hand.write(CLIMBING, actor="C1")
    encounter_id = field.last_encounter()["id"]
    hand.end()
    # Nothing is to change any more by itself while it is looked at.
    sure(lambda: field.last_encounter()["ended_at"], "the end has not arrived")
    page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    page.goto(f"{field.server.origin}/#/{place}" + ("" if place == "search" else f"/{encounter_id}"))
    if place == "search":
        page.get_by_role("searchbox").first.fill("slut")
        page.keyboard.press("Enter")
    words = page.locator(".jotting, .words").filter(has_text="slut").first
    words.wait_for()
    # A block that is clipped on all sides: marks reach past its edge by a few pixels at most.
    overflow, margin, display = words.evaluate(STYLE)
    assert (overflow, display != "inline") == ("clip", True) and float(margin.removesuffix("px")) <= 4
    assert page.evaluate(FITS)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate(FITS)
