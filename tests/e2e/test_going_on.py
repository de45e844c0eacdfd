"""Going on with somebody for whom it was stopped: at once where it was stopped just now, else after what it means."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.field import Field, sure


def test_what_was_decided_is_not_lifted_by_one_touch(own_field: Field) -> None:
    """A stop of this encounter is taken back as it was made; a withdrawal only once its meaning was read."""
    page, hand = own_field.page, own_field.begin(("Citizen", "C1"))
    dialog = page.get_by_role("dialog")
    hand.see("C1", action="Talks", structure="Directing")
    hand.more("Who is here, consent")
    dialog.get_by_role("button", name="Stop for C1", exact=True).tap()
    dialog.get_by_role("button", name="Go on for C1", exact=True).tap()
    expect(dialog.get_by_role("button", name="Stop for C1", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Close", exact=True).tap()
    expect(hand.who("C1")).to_have_count(1)
    study = f"{own_field.server.origin}/api/v1/studies/{own_field.study_id}"
    asked = {"actor_id": own_field.actor("C1"), "mode": "stop"}
    assert page.request.post(f"{study}/withdrawals", data=asked).ok
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(hand.who("C1")).to_have_count(0, timeout=60_000)
    hand.more("Who is here, consent")
    expect(dialog.get_by_role("button", name="Go on for C1", exact=True)).to_have_count(0)
    dialog.get_by_role("button", name="Go on for C1 …", exact=True).tap()
    expect(dialog).to_contain_text("C1 has withdrawn, and it was decided that nothing more is written about them.")
    dialog.get_by_role("button", name="Cancel", exact=True).tap()
    assert stopped_at(own_field)
    dialog.get_by_role("button", name="Go on for C1 …", exact=True).tap()
    dialog.get_by_role("button", name="Go on for C1", exact=True).tap()
    expect(dialog.get_by_role("button", name="Stop for C1", exact=True)).to_be_visible()
    sure(lambda: stopped_at(own_field) is None, "it is still stopped")


def stopped_at(field: Field) -> object:
    """Since when it is stopped for the one person."""
    return next(one for one in field.read("actors") if one["label"] == "C1")["stopped_at"]
