"""What the figures weigh: the drawings of all analyses together, and whatever one analysis loads."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.fixtures.server_process import REPOSITORY, ServerProcess

ASSETS = REPOSITORY / "frontend" / "dist" / "assets"
CHARTS = REPOSITORY / "frontend" / "src" / "charts"
VIEWS = REPOSITORY / "frontend" / "src" / "analysis" / "views"
MOST_BYTES, MOST_OF_ONE = 40 * 1024, 24 * 1024
HASH = len("-XXXXXXXX.js")
IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
USED = re.compile(r"charts/(\w+)\.svelte")


@pytest.fixture
def chunks(server: ServerProcess) -> dict[str, Path]:
    """The built app by the name of each piece."""
    return {path.name[:-HASH]: path for path in ASSETS.glob("*.js")}


def test_all_drawings_together_stay_light(chunks: dict[str, Path]) -> None:
    """At most 40 kB gzipped: each drawing, alone or in the view that it is built into, with d3 and saving."""
    drawings = {path.stem for path in CHARTS.glob("*.svelte")}
    views = {path.stem: set(USED.findall(path.read_text("utf-8"))) for path in VIEWS.glob("*.svelte")}
    alone = {name for name in drawings if name in chunks}
    around = {view for view, used in views.items() if used - alone}
    found = {name for name in chunks if name in alone | around or name.startswith("d3-")} | {"save"}
    assert {"Plot", "Matrix", "Timelines", "d3-shape"} <= found and len(found) > 9
    weights = {name: weigh([chunks[name]]) for name in found}
    assert sum(weights.values()) <= MOST_BYTES, sorted(weights.items(), key=lambda one: -one[1])


def test_no_analysis_loads_much(chunks: dict[str, Path]) -> None:
    """24 kB: everything that is fetched for one view, its words and tables too, beyond what is there before it."""
    before = reach([path for name, path in chunks.items() if name in ("index", "Analysis")])
    loaded = {path.stem: reach([chunks[path.stem]]) - before for path in VIEWS.glob("*.svelte") if path.stem in chunks}
    assert len(loaded) > 12
    heavy = {view: weigh(own) for view, own in loaded.items() if weigh(own) > MOST_OF_ONE}
    assert heavy == {}


def weigh(paths: Iterable[Path]) -> int:
    """Bytes over the wire."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def reach(paths: Iterable[Path]) -> set[Path]:
    """Pieces and whatever they need at once."""
    found: set[Path] = set()
    rest = list(paths)
    while rest:
        path = rest.pop()
        if path not in found:
            found.add(path)
            rest += [ASSETS / name for name in IMPORTED.findall(path.read_text("utf-8"))]
    return found
