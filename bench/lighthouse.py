"""What Lighthouse says of the phone side: a first visit, and the screens that an observer has open.

Chromium as a phone of the middle class on a slow network, as Lighthouse simulates it (its own defaults for mobile).
The scores are its own, 0 to 100; audits that took something off are named on stderr. Of each page the middle of three
runs, since the machine is noisy. Lighthouse is installed on first use, pinned in bench/lighthouse/.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from devtools import node_env, web_build  # noqa: E402  # found through the path set above
from tests.e2e.observer import Observer  # noqa: E402  # found as above
from tests.e2e.phone import find_chromium  # noqa: E402  # found as above
from tests.fixtures.server_process import ServerProcess, free_port  # noqa: E402  # found as above

TOOL = ROOT / "bench" / "lighthouse"
RUNS = 3
SCREENS = {"capture": "#/capture", "home": "#/", "sync": "#/sync", "settings": "#/settings"}


def audit(port: int, pages: dict[str, str]) -> dict[str, Any]:
    """One run over some pages of the browser that listens on that port."""
    command = [str(node_env.node_folder() / "node"), str(TOOL / "audit.mjs"), str(port)]
    command += [f"{name}={address}" for name, address in pages.items()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(folder: Path) -> dict[str, float]:
    """A first visit in an empty browser; then a study, an encounter that runs, and what stands around it."""
    server = ServerProcess(folder / "data")
    server.start()
    runs: list[dict[str, Any]] = []
    with sync_playwright() as driver:
        port = free_port()
        context = driver.chromium.launch_persistent_context(
            str(folder / "profile"),
            executable_path=find_chromium(),
            args=["--no-sandbox", f"--remote-debugging-port={port}"],
            viewport={"width": 360, "height": 740},
            has_touch=True,
        )
        try:
            first = [audit(port, {"first visit": f"{server.origin}/"}) for _ in range(RUNS)]
            page = context.pages[0]
            page.goto(server.setup_url)
            hand = Observer(page)
            hand.set_up()
            hand.wait_until_ready_offline()
            hand.start()
            page.wait_for_selector("button.mark")
            page.goto("about:blank")
            opened = {name: f"{server.origin}/{place}" for name, place in SCREENS.items()}
            runs = [one | audit(port, opened) for one in first]
        finally:
            context.close()
            server.kill()
    return tabulate(runs)


def tabulate(runs: list[dict[str, Any]]) -> dict[str, float]:
    """The middle of the runs, and on stderr what took something off."""
    figures: dict[str, float] = {}
    for name in runs[0]:
        for score in runs[0][name]["scores"]:
            figures[f"{name}: {score}"] = median(run[name]["scores"][score] for run in runs)
        for figure in ("first_paint_ms", "largest_paint_ms", "blocked_ms"):
            figures[f"{name}: {figure}"] = median(run[name][figure] for run in runs)
        failed = sorted({one for run in runs for one in run[name]["failed"]})
        print(f"{name}: {', '.join(failed) or 'nothing taken off'}", file=sys.stderr)
    return figures


def main() -> dict[str, float]:
    """Install, then measure."""
    web_build.install_packages(TOOL, node_env.node_folder())
    with tempfile.TemporaryDirectory() as name:
        return measure(Path(name))


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
