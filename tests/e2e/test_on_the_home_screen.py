"""As an icon on the home screen, and fitted to the hand, the eyes and the room it is used in."""

from __future__ import annotations

import json
import struct
from urllib.parse import urljoin

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.e2e.field import Field, sure
from tests.e2e.phone import wait_for_worker

WIDTH = 360
# What the app asks of the browser's lock on the screen, in order.
LISTEN = """() => {
  window.lit = [];
  const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
  navigator.wakeLock.request = async (kind) => {
    const lock = await ask(kind);
    window.lit.push('on');
    lock.addEventListener('release', () => window.lit.push('off'));
    return lock;
  };
}"""
OFFER = """() => {
  const offer = new Event('beforeinstallprompt', { cancelable: true });
  offer.prompt = async () => void (window.isAsked = true);
  dispatchEvent(offer);
  return offer.defaultPrevented;
}"""
BRIGHTNESS = """(place) => {
  const [r, g, b] = getComputedStyle(place).backgroundColor.match(/[\\d.]+/g).map(Number);
  return Math.max(r, g, b);
}"""


def test_the_browser_finds_nothing_against_installing_it(field: Field) -> None:
    """Asked by its own tools; each picture that the manifest names is there, in the size it names."""
    page = field.page
    page.goto(f"{field.server.origin}/#/")
    wait_for_worker(page)
    tools = page.context.new_cdp_session(page)
    assert tools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    told = tools.send("Page.getAppManifest")
    assert told["errors"] == [] and told["url"].endswith("/manifest.webmanifest")
    manifest = json.loads(told["data"])
    pictures = [
        *manifest["icons"],
        *manifest["screenshots"],
        *(one for cut in manifest["shortcuts"] for one in cut["icons"]),
    ]
    for picture in pictures:
        answer = page.request.get(urljoin(field.server.origin, picture["src"]))
        assert answer.ok, picture
        if picture["src"].endswith(".png"):
            assert "x".join(map(str, struct.unpack(">II", answer.body()[16:24]))) == picture["sizes"], picture
    assert {one.get("form_factor") for one in manifest["screenshots"]} == {"narrow", "wide"}
    assert "maskable" in {one["purpose"] for one in manifest["icons"]}
    icon = page.locator("link[rel='apple-touch-icon']").get_attribute("href")
    touch = page.request.get(urljoin(field.server.origin, str(icon))).body()
    assert struct.unpack(">II", touch[16:24]) == (180, 180)
    tools.detach()


def test_what_the_browser_offers_is_one_touch_away(field: Field) -> None:
    """Android's offer comes once, early, and is kept for the button; the browser shows no bar of its own."""
    page = field.page
    page.goto(f"{field.server.origin}/#/settings")
    button = page.get_by_role("button", name="Install Skygge", exact=True)
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    assert page.evaluate(OFFER), "the browser shows a bar of its own"
    button.tap()
    assert page.evaluate("window.isAsked"), "the browser was not asked"
    expect(button).to_have_count(0)


def test_the_screen_stays_lit_while_an_encounter_is_written(field: Field) -> None:
    """From START on, and no longer than the encounter's screen is there."""
    page = field.page
    field.settle()
    page.evaluate(LISTEN)

    def lit() -> str:
        return str(page.evaluate("window.lit.join(' ')"))

    assert lit() == ""
    field.hand.start()
    sure(lambda: lit() == "on", "the screen may go dark in the middle of an encounter")
    # Not home: that leads straight back to an encounter that runs.
    page.goto(f"{field.server.origin}/#/sync")
    sure(lambda: lit() == "on off", "the screen stays lit where nothing is written")
    field.settle()


def test_the_left_hand_has_mark_at_its_own_side_and_keeps_it(field: Field) -> None:
    """The screen is mirrored for it, and still is after a restart."""
    page = field.page
    right = _sides(field)
    page.goto(f"{field.server.origin}/#/settings")
    page.get_by_label("Left hand", exact=False).check()
    left = _sides(field)
    page.reload()
    assert left == {name: WIDTH - middle for name, middle in right.items()}
    assert _sides(field) == left
    _set_back(page, field, "Left hand")


def _sides(field: Field) -> dict[str, float]:
    """Where the middles of two buttons are, from the left."""
    field.begin()
    buttons = {"mark": field.page.locator("button.mark"), "words": field.page.get_by_role("button", name="Words")}
    return {name: _box(button)["x"] + _box(button)["width"] / 2 for name, button in buttons.items()}


def test_bigger_buttons_are_bigger_and_all_on_the_screen(field: Field) -> None:
    """At least seventy-six pixels for what is touched in an encounter, fifty-eight otherwise."""
    page = field.page
    heights = []
    for wanted in (False, True):
        page.goto(f"{field.server.origin}/#/settings")
        page.get_by_label("Bigger buttons", exact=False).set_checked(wanted)
        field.begin(("Citizen", "C1"))
        page.reload()
        mark, code = page.locator("button.mark"), field.hand.group("Structures").get_by_role("button").first
        heights.append((_box(mark)["height"], _box(code)["height"]))
        expect(mark).to_be_in_viewport(ratio=1)
        expect(code).to_be_in_viewport(ratio=1)
    assert all(height >= 58 for height in heights[0]) and all(height >= 76 for height in heights[1]), heights
    _set_back(page, field, "Bigger buttons")


def test_in_the_discreet_look_nothing_shines(field: Field) -> None:
    """No filled button is brighter than a dim lamp, and it stays so after a restart."""
    page = field.page
    page.goto(f"{field.server.origin}/#/settings")
    page.get_by_role("radio", name="Discreet").check()
    field.begin(("Citizen", "C1")).write("så dæmpet som muligt")
    page.reload()
    expect(field.hand.group("Structures")).to_be_visible()
    places = page.locator("body, main, button").all()
    shining = [(place.evaluate(BRIGHTNESS), place.text_content()) for place in places]
    assert len(shining) > 10 and max(shining)[0] < 64, shining
    page.goto(f"{field.server.origin}/#/settings")
    page.get_by_role("radio", name="As usual").check()
    field.settle()


def _set_back(page: Page, field: Field, switch: str) -> None:
    page.goto(f"{field.server.origin}/#/settings")
    page.get_by_label(switch, exact=False).uncheck()
    field.settle()


def _box(place: Locator) -> FloatRect:
    """Where something is, in pixels; it must be there."""
    found = place.bounding_box()
    assert found is not None
    return found
