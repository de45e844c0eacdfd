"""The pictures that the papers and the app's manifest show, taken by a test; `python -m tests.e2e.pictures` keeps them.

A test takes each anew and holds the kept one against it: the same words stand on the screen, numbers aside, and it
looks the same from afar. What is told from afar are the means of some hundred fields, so that another version of the
browser or another font is no difference, and another layout or colour is one.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.e2e.observer import Observer
from tests.fixtures.server_process import REPOSITORY

MANIFEST, PAPERS = REPOSITORY / "frontend" / "public" / "screenshots", REPOSITORY / "docs" / "pictures"
# Where each lies; the first two are also what a browser shows before it installs the app.
KEPT: Mapping[str, Path] = {
    "narrow": MANIFEST, "wide": MANIFEST,
    "analysis": PAPERS, "export": PAPERS, "install-iphone": PAPERS, "install-android": PAPERS,
}  # fmt: skip
WORDS = Path(__file__).with_name("pictures.json")
TAKEN = REPOSITORY / "test-results" / "pictures" / "papers"
MARGIN = 12
MOST_OFF = 4.0  # of 255, in the mean of all fields
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
FROM_AFAR = """async (pictures) => Promise.all(pictures.map(async (picture) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const across = 20, down = Math.round(20 * image.height / image.width);
  const canvas = new OffscreenCanvas(across, down).getContext('2d');
  canvas.imageSmoothingQuality = 'high';
  canvas.drawImage(image, 0, 0, across, down);
  const sight = canvas.getImageData(0, 0, across, down).data;
  return [...sight.filter((_, at) => at % 4 !== 3)];
}))"""


def photograph(page: Page, origin: str) -> list[str]:
    """Take all of them in the example study, from a laptop that plays a phone in between; what is not as it was."""
    tools = page.context.new_cdp_session(page)
    page.goto(f"{origin}/#/review")
    expect(page.get_by_role("row").nth(5)).to_be_visible()
    found = [*take(tools, page, "wide")]
    page.goto(f"{origin}/#/analysis/frequencies")
    expect(page.locator("footer")).to_be_visible()
    page.get_by_role("button", name="Without numbers", pressed=True).click()
    expect(page.get_by_text("For the methods section")).to_be_visible()
    found += take(tools, page, "analysis")
    page.goto(f"{origin}/#/export")
    expect(page.get_by_text("NVivo / ATLAS.ti / MAXQDA").first).to_be_visible()
    found += take(tools, page, "export")
    tools.send("Emulation.setDeviceMetricsOverride", PHONE)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(f"{origin}/#/settings")
    # Offered by the browser itself, or in its place where it keeps that back.
    page.evaluate("dispatchEvent(new Event('beforeinstallprompt'))")
    found += take(tools, page, "install-android", _install_hint(page))
    # As Safari on an iPhone calls itself; what is drawn then is the app's.
    tools.send("Emulation.setUserAgentOverride", {"userAgent": f"{page.evaluate('navigator.userAgent')} iPhone"})
    page.evaluate("dispatchEvent(new Event('appinstalled'))")
    found += take(tools, page, "install-iphone", _install_hint(page))
    page.goto(f"{origin}/#/")
    page.get_by_role("button", name="START", exact=True).click()
    hand = Observer(page)
    hand.who("C4").click()
    hand.group("Actions").get_by_role("button", name="Asks", exact=True).click()
    hand.group("Structures").get_by_role("button", name="Doing with", exact=True).click()
    expect(page.get_by_role("button", name="same again", exact=True)).to_be_visible()
    hand.truth("on the server ✓")
    found += take(tools, page, "narrow")
    tools.send("Emulation.clearDeviceMetricsOverride")
    tools.detach()
    return found


def _install_hint(page: Page) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name="On the home screen"))


def take(tools: CDPSession, page: Page, name: str, part: Locator | None = None) -> Iterator[str]:
    """Take a picture of the screen, or of a part of it, and hold the kept one against it.

    By the browser's own tools: the driver would give the page its laptop's size for the moment.
    """
    TAKEN.mkdir(parents=True, exist_ok=True)
    how: dict[str, Any] = {"format": "png"}
    if part is not None:
        part.scroll_into_view_if_needed()
        box = part.bounding_box()
        assert box is not None
        x, y = box["x"] - MARGIN, box["y"] + page.evaluate("scrollY") - MARGIN
        size = {"width": box["width"] + 2 * MARGIN, "height": box["height"] + 2 * MARGIN}
        how |= {"captureBeyondViewport": True, "clip": {"x": x, "y": y, **size, "scale": 1}}
    picture = tools.send("Page.captureScreenshot", how)["data"]
    (TAKEN / f"{name}.png").write_bytes(base64.b64decode(picture))
    words = words_of((part or page.locator("body")).inner_text())
    (TAKEN / f"{name}.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    kept = json.loads(WORDS.read_text("utf-8")).get(name, [])
    if words != kept:
        yield f"{name}: gone {sorted(set(kept) - set(words))}, new {sorted(set(words) - set(kept))}"
    yield from look_from_afar(page, name)


def words_of(text: str) -> list[str]:
    """The lines on a screen, each once, without the numbers and hours that are others every day."""
    return sorted({re.sub(r"\d+", "0", line.strip()) for line in text.splitlines() if line.strip()})


def look_from_afar(page: Page, name: str) -> Iterator[str]:
    """Compare the kept picture with the one just taken, in a page of its own, which has no policy of ours."""
    files = [KEPT[name] / f"{name}.png", TAKEN / f"{name}.png"]
    if not files[0].exists():
        yield f"{name}: none is kept"
        return
    nowhere = page.context.new_page()
    try:
        pictures = [base64.b64encode(file.read_bytes()).decode() for file in files]
        kept, now = nowhere.evaluate(FROM_AFAR, pictures)
    finally:
        nowhere.close()
    off = sum(abs(one - other) for one, other in zip(kept, now, strict=False)) / len(now)
    if len(kept) != len(now) or off > MOST_OFF:
        yield f"{name}: looks otherwise ({off:.1f})"


def keep() -> None:
    """Put what the last run of the browser tests has taken where the papers look for it."""
    words = {}
    for name, folder in sorted(KEPT.items()):
        shutil.copy(TAKEN / f"{name}.png", folder / f"{name}.png")
        words[name] = json.loads((TAKEN / f"{name}.json").read_text("utf-8"))
    WORDS.write_text(json.dumps(words, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    keep()
