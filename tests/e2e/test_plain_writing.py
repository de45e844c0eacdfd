"""What the papers say of corrections, suggestions and dictation is what the fields for words do."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.field import Field


def test_the_keyboard_is_asked_to_send_nothing_unless_the_study_allows_it(field: Field) -> None:
    """Off at first and where the study says so; what is typed is the same either way."""
    field.begin(("Citizen", "C1"))
    for allowed in (False, True):
        box = open_words(field)
        for name in ("spellcheck", "autocorrect", "writingsuggestions"):
            assert bool(box.get_attribute(name)) is not allowed, name
        field.page.get_by_role("dialog").get_by_role("button", name="Save words", exact=True).tap()
        study = f"{field.server.origin}/api/v1/studies/{field.study_id}"
        assert field.page.request.patch(study, data={"allows_dictation": not allowed}).ok
        field.page.reload()


def open_words(field: Field) -> Locator:
    """WORDS, and the field that it opens."""
    field.page.get_by_role("button", name="Words", exact=True).tap()
    box = field.page.get_by_label("What was said or seen")
    expect(box).to_be_visible()
    return box
