"""The drawings of a report as plain shapes: laid out once, written as SVG into a page and as EMF into a document.

Lengths are in pixels of a sheet 900 wide. Drawn are timelines, time budgets, saturation and rates; of other analyses a
report has tables, the matrix of transitions shaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skygge.core.report_words import WORDS, name_encounter

MOST_DRAWN = 40
WIDTH, LEFT, RIGHT, ROW = 900, 150, 20, 22
INK, SOFT, LINE = "#191b1c", "#5d5b55", "#dcd8cf"


@dataclass(frozen=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True)
class Stroke:
    """A line through points."""

    points: Sequence[tuple[float, float]]
    color: str = LINE
    is_dashed: bool = False


@dataclass(frozen=True)
class Words:
    """A line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    color: str = INK


Shape = Box | Stroke | Words


@dataclass(frozen=True)
class Drawing:
    """Shapes on a sheet, with what they show in words."""

    title: str
    height: int
    shapes: Sequence[Shape]


@dataclass(frozen=True)
class Palette:
    """The language of a report, and the colours of its structures by key."""

    language: str
    colors: Mapping[str, str]

    def say(self, word: str) -> str:
        return WORDS[self.language].get(word, word)

    def name(self, thing: Mapping[str, Any]) -> str:
        labels = thing.get("labels") or {}
        return str(labels.get(self.language) or next(iter(labels.values()), None) or thing.get("key") or "–")

    def color(self, key: Any) -> str:
        return self.colors.get(str(key), SOFT)


def draw(name: str, result: Mapping[str, Any], palette: Palette) -> list[Drawing]:
    """The drawings of one analysis; none where it has only tables."""
    drawer = DRAWERS.get(name)
    return list(drawer(result, palette)) if drawer is not None else []


def _timelines(result: Mapping[str, Any], palette: Palette) -> Iterator[Drawing]:
    encounters = result["encounters"][:MOST_DRAWN]
    longest = max((one["duration_s"] for one in encounters), default=0) or 60
    for number, one in enumerate(encounters, 1):
        who = name_encounter(one, number, palette.language), one["agency"], one["observer"]
        title = " · ".join(filter(None, who))
        yield Drawing(title, len(one["lanes"]) * ROW + 20, list(_timeline(one, _scale(longest), palette)))


def _scale(most: float) -> Callable[[float], float]:
    factor = (WIDTH - LEFT - RIGHT) / most
    return lambda value: round(LEFT + max(0.0, value) * factor, 1)


def _timeline(one: Mapping[str, Any], x: Callable[[float], float], palette: Palette) -> Iterator[Shape]:
    height = len(one["lanes"]) * ROW
    for gap in one["gaps"]:
        left = x(gap["start_s"])
        yield Box(left, 0, max(2, round(x(gap["end_s"]) - left, 1)), height, LINE)
    for number, lane in enumerate(one["lanes"]):
        y = number * ROW + ROW // 2
        yield Words(0, y + 4, palette.name(lane))
        yield Stroke([(LEFT, y), (x(one["duration_s"]), y)])
        for interval in lane["intervals"]:
            yield from _interval(interval, y, x, palette.color(interval["structure"]))
    yield Words(LEFT, height + 16, f"0 – {round(one['duration_s'] / 60)} min", SOFT)


def _interval(interval: Mapping[str, Any], y: int, x: Callable[[float], float], color: str) -> Iterator[Shape]:
    if interval["end_s"] is None:
        yield Box(x(interval["start_s"]), y - 8, 3, 16, color)
        return
    for piece in interval["pieces"]:
        left = x(piece["start_s"])
        yield Box(left, y - 5, max(2, round(x(piece["end_s"]) - left, 1)), 10, color)
    if interval["is_inferred"]:
        at = x(interval["end_s"])
        yield Stroke([(at, y - 8), (at, y + 8)], INK, is_dashed=True)


def _budgets(result: Mapping[str, Any], palette: Palette) -> Iterator[Drawing]:
    for budget in result["budgets"][:MOST_DRAWN]:
        rows = [row for row in budget["rows"] if row["seconds"]]
        if not rows or not budget["observed_seconds"]:
            continue
        x = _scale(max(budget["observed_seconds"], *(row["seconds"] for row in rows)))
        shapes: list[Shape] = []
        for number, row in enumerate(rows):
            y = number * ROW
            shapes.append(Words(0, y + 15, palette.name(row)))
            shapes.append(Box(LEFT, y + 4, round(x(budget["observed_seconds"]) - LEFT, 1), 14, "#f0ede6"))
            shapes.append(Box(LEFT, y + 4, max(2, round(x(row["seconds"]) - LEFT, 1)), 14, palette.color(row["key"])))
        shapes.append(Words(LEFT, len(rows) * ROW + 16, f"0 – {round(budget['observed_seconds'] / 60)} min", SOFT))
        title = palette.name(budget) if budget["key"] is not None else palette.say("all")
        yield Drawing(title, len(rows) * ROW + 20, shapes)


def _saturation(result: Mapping[str, Any], palette: Palette) -> Iterator[Drawing]:
    curve = result["curve"]
    if len(curve) < 2:
        return
    most, height = max(1, result["n_in_codebook"]), 220
    step = (WIDTH - LEFT - RIGHT) / (len(curve) - 1)

    def line(values: Iterable[float]) -> list[tuple[float, float]]:
        return [
            (round(LEFT + n * step, 1), round(height - value / most * (height - 20), 1))
            for n, value in enumerate(values)
        ]

    shapes: list[Shape] = [
        Stroke([(LEFT, height), (WIDTH - RIGHT, height)]),
        Stroke(line(one["expected"] for one in curve), SOFT, is_dashed=True),
        Stroke(line(one["n_seen"] for one in curve), INK),
        *(Box(x - 2, y - 2, 5, 5, INK) for x, y in line(one["n_seen"] for one in curve)),
        Words(0, height + 4, "0"),
        Words(0, 24, str(most)),
        Words(LEFT, height + 18, f"1 – {len(curve)} {palette.say('n_visits')}", SOFT),
    ]
    yield Drawing(palette.say("curve"), height + 24, shapes)


def _rates(result: Mapping[str, Any], palette: Palette) -> Iterator[Drawing]:
    rows = [row for row in result["rows"] if row["column"] is None and row["per_hour"] is not None]
    most = max(
        [row["per_hour"] for row in rows] + [row["interval"]["high"] for row in rows if row["interval"]], default=0
    )
    if not most:
        return
    x, shapes = _scale(most), list[Shape]()
    for number, row in enumerate(rows):
        y = number * ROW + ROW // 2
        shapes += [Words(0, y + 4, palette.name(row)), Stroke([(LEFT, y), (WIDTH - RIGHT, y)])]
        if row["interval"]:
            shapes.append(Stroke([(x(row["interval"]["low"]), y), (x(row["interval"]["high"]), y)], INK))
        shapes.append(Box(x(row["per_hour"]) - 3, y - 3, 7, 7, INK))
    shapes.append(Words(LEFT, len(rows) * ROW + 16, f"0 – {most:.2g} · {palette.say('per_hour')}", SOFT))
    yield Drawing(palette.say("per_hour"), len(rows) * ROW + 20, shapes)


DRAWERS: Mapping[str, Callable[[Mapping[str, Any], Palette], Iterator[Drawing]]] = {
    "rates": _rates,
    "saturation": _saturation,
    "time-budget": _budgets,
    "timeline": _timelines,
}
