"""The phone under the thumb: tap to paint, tap to durable, cold offline start, timelines and heap at 50,000 entries.

Chromium at 1, 4 and 6 times slower than the machine (throttled through CDP), with the machine's own floor beside it:
a bare strict IndexedDB write, and a page without anything on it. Medians and 95th percentiles in ms; machines like
this one are noisy, so the ratio to the floor says more than the figure.

The entries are written into the phone's database directly, as the app itself would have left them: folded things and
one change each. `SKYGGE_BENCH_ENTRIES` makes them fewer.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.filled import FILL  # noqa: E402  # found through the path set above
from tests.e2e.observer import Observer  # noqa: E402  # found as above
from tests.e2e.phone import Phone  # noqa: E402  # found as above
from tests.fixtures.server_process import ServerProcess  # noqa: E402  # found as above

ENTRIES = int(os.environ.get("SKYGGE_BENCH_ENTRIES", "50000"))
ENCOUNTERS = 500
TAPS = 60
RATES = (1, 4, 6)
# Where the app's own marks would be in the way of what is measured: the screen that follows the touch, and the line
# that says that it is on this phone.
TAP = """async () => {
  const told = () => document.querySelector('header a[href="#/sync"]').textContent;
  const before = told(), began = performance.now();
  document.querySelector('button.mark').click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const painted = performance.now() - began;
  while (told() === before) await new Promise((done) => setTimeout(done, 1));
  return [painted, performance.now() - began];
}"""
BARE_WRITE = """async () => {
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const asked = indexedDB.open('floor');
  asked.onupgradeneeded = () => asked.result.createObjectStore('a');
  const db = await answer(asked);
  const times = [];
  for (let n = 0; n < 60; n++) {
    const began = performance.now();
    const tx = db.transaction('a', 'readwrite', { durability: 'strict' });
    tx.objectStore('a').put({ n }, n);
    await new Promise((done) => { tx.oncomplete = done; });
    times.push(performance.now() - began);
  }
  db.close();
  return times;
}"""


def p95(times: list[float]) -> float:
    """The 95th percentile, by nearest rank."""
    return sorted(times)[max(0, -(-95 * len(times) // 100) - 1)]


def throttle(page: Page, rate: int) -> CDPSession:
    """Slow the page's processor down."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    return session


def measure_taps(page: Page, rate: int, figures: dict[str, float]) -> None:
    """MARK, sixty times, a little apart."""
    throttle(page, rate)
    floor = page.evaluate(BARE_WRITE)
    taps = []
    for _ in range(TAPS):
        taps.append(page.evaluate(TAP))
        page.wait_for_timeout(30)
    painted, durable = [tap[0] for tap in taps], [tap[1] for tap in taps]
    figures[f"tap to painted, p50, {rate}x (ms)"] = median(painted)
    figures[f"tap to painted, p95, {rate}x (ms)"] = p95(painted)
    figures[f"tap to shown as durable, p50, {rate}x (ms)"] = median(durable)
    figures[f"tap to shown as durable, p95, {rate}x (ms)"] = p95(durable)
    figures[f"bare strict write, p50, {rate}x (ms)"] = median(floor)
    figures[f"bare strict write, p95, {rate}x (ms)"] = p95(floor)
    figures[f"durable over the floor, p50, {rate}x"] = median(durable) / median(floor)


def measure_start(page: Page, origin: str, rate: int, figures: dict[str, float]) -> None:
    """Reload without a server: the first paint, and the moment at which MARK can be touched."""
    throttle(page, rate)
    paints, ready = [], []
    for _ in range(3):
        page.goto(f"{origin}/#/capture")
        page.reload()
        page.wait_for_selector("button.mark")
        told = page.evaluate(
            "[performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, performance.now()]"
        )
        paints.append(told[0])
        ready.append(told[1])
    figures[f"cold offline start, first paint, {rate}x (ms)"] = median(paints)
    figures[f"cold offline start, MARK there, {rate}x (ms)"] = median(ready)


def measure_timeline(page: Page, origin: str, encounter_id: str, rate: int, figures: dict[str, float]) -> None:
    """From the touch on an encounter in the middle of all to its entries on the screen."""
    throttle(page, rate)
    times = []
    for _ in range(5):
        page.goto(f"{origin}/#/find")
        page.wait_for_selector("input[type=search]")
        times.append(
            page.evaluate(
                "async (id) => { const began = performance.now(); location.hash = '#/encounter/' + id;"
                " while (!document.querySelector('ol a[href^=\"#/entry/\"]')) await new Promise(requestAnimationFrame);"
                " return performance.now() - began; }",
                encounter_id,
            )
        )
    figures[f"open a timeline, p50, {rate}x (ms)"] = median(times)


def measure(folder: Path) -> dict[str, float]:
    """Set a study up on a phone, fill it, and measure."""
    figures: dict[str, float] = {"entries on the phone": ENTRIES}
    server = ServerProcess(folder / "data")
    server.start()
    with sync_playwright() as driver:
        phone = Phone(driver, folder / "phone", server.origin)
        try:
            page = phone.open(server.setup_url.removeprefix(server.origin))
            hand = Observer(page)
            hand.set_up()
            hand.wait_until_ready_offline()
            encounter_id = page.evaluate(FILL, {"entries": ENTRIES, "encounters": ENCOUNTERS})
            server.kill()
            page.reload()
            hand.start()
            for rate in RATES:
                measure_start(page, server.origin, rate, figures)
                page.wait_for_timeout(3000)
                measure_taps(page, rate, figures)
                measure_timeline(page, server.origin, encounter_id, rate, figures)
            session = throttle(page, 1)
            session.send("HeapProfiler.collectGarbage")
            used = session.send("Runtime.getHeapUsage")["usedSize"]
            figures["heap (MB)"] = used / 1_000_000
        finally:
            phone.close()
            server.kill()
    return figures


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        json.dump(measure(Path(name)), sys.stdout)
