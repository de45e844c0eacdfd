"""Entries as intervals in lanes, one encounter after the other: for re-reading, not for counting.

A point has a start only. A state is half-open, [start, end). A state that nobody ended lasts until the next onset in
one of the exclusive sets of its codes and in the same lane of that set (a code of scope `act` runs per actor, one of
scope `interaction` once per encounter), else until the observed end of the encounter; it is marked inferred. A state
that runs across an edge of the encounter, a gap or an edge of the filter is cut into its observed pieces and marked
truncated. Nothing is ever lengthened by a gap. The end of an encounter that nobody ended is its last entry. All ways
of giving a structure are shown. With `from`, a state that somebody ended is shown if any of it lies inside; one that
nobody ended only if it began inside.

A clock that was wrong throughout is corrected, and the basis says how many times were. An encounter in which the clock
was set back is drawn as it was written and says so (`clock_set_back_s`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat, warn_of_moments
from skygge.core.cells import Cells, Part
from skygge.core.coding import labels_of, token_of
from skygge.core.filters import Span
from skygge.core.streams import Observed, Seen, Stretch, length, streams_of


class TimelineParams(AnalysisParams):
    """What the lanes are. All ways of giving a structure are shown."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"dimension", "uncoded", "bouts"})
    lanes: Annotated[Literal["actor", "structure", "action"], Field(description="One lane per actor or per code.")] = (
        "actor"
    )

    def in_force(self) -> Self:
        """Whatever way a structure was given is for re-reading too."""
        return self


class TimelinePiece(Part):
    """An observed piece, in seconds from the start of the encounter."""

    start_s: float
    end_s: float


class TimelineInterval(Part):
    """One entry. `end_s` is null for points, which have no duration."""

    entry_id: str
    kind: str
    start_s: float
    end_s: float | None
    is_inferred: bool = Field(description="Nobody ended it; the end follows from what came next.")
    is_truncated: bool = Field(description="Cut by a gap or by an edge of the encounter or filter.")
    observed_seconds: float
    pieces: list[TimelinePiece]
    action: str | None
    structure: str | None
    flags: list[str]


class TimelineLane(Part):
    """One lane. `key` is null for entries without an actor or code."""

    key: str | None
    labels: dict[str, str]
    n: int
    cell: str = Field(description="Opens exactly these entries.")
    intervals: list[TimelineInterval]


class TimelineGap(TimelinePiece):
    """Time that was not observed."""

    kind: str


class TimelineEncounter(Part):
    """One encounter: one stream, never pooled with that of another observer."""

    encounter_id: str
    kind: str
    visit: str
    observer: str | None
    agency: str | None
    started_at: str
    visit_offset_s: float = Field(
        description="How long after the first encounter of its visit this one began; 0 where it was the first."
    )
    duration_s: float
    is_end_known: bool
    clock_set_back_s: float | None = Field(
        description="By how much the clock was set back in it; null where it was not."
    )
    observed_seconds: float
    gaps: list[TimelineGap]
    lanes: list[TimelineLane]


class TimelineResult(Part):
    """Encounters by their start; those of one visit follow one another, so that two observers can be compared."""

    encounters: list[TimelineEncounter]


def draw_lanes(observed: Observed, params: TimelineParams) -> TimelineResult:
    """Everything that a timeline shows."""
    streams = streams_of(observed.entries)
    first: dict[str, int] = {}
    for stretch in observed.stretches.values():
        first[stretch.visit] = min(first.get(stretch.visit, stretch.zero_ms), stretch.zero_ms)
    by_visit = sorted(observed.stretches.values(), key=lambda one: (first[one.visit], one.visit, one.zero_ms))
    return TimelineResult(
        encounters=[
            _encounter(stretch, first[stretch.visit], _lanes(observed, params, stretch, streams[stretch.id]))
            for stretch in by_visit
        ]
    )


def find_cells(observed: Observed, params: TimelineParams) -> Cells:
    """The entries of every lane."""
    cells: dict[str, list[int]] = defaultdict(list)
    for entry in observed.entries:
        cells[_token(entry.encounter_id, params, _lane(entry, params))].append(entry.row)
    return dict(cells)


def _encounter(stretch: Stretch, first_ms: int, lanes: list[TimelineLane]) -> TimelineEncounter:
    gaps = [gap for gap in stretch.gaps if gap.end_ms > stretch.start_ms and gap.start_ms < stretch.end_ms]
    return TimelineEncounter(
        encounter_id=stretch.id,
        kind=stretch.thing["kind"],
        visit=stretch.visit,
        observer=stretch.thing.get("observer"),
        agency=stretch.thing.get("agency"),
        started_at=stretch.thing["started_at"],
        visit_offset_s=(stretch.zero_ms - first_ms) / 1000,
        duration_s=(stretch.end_ms - stretch.zero_ms) / 1000,
        is_end_known=stretch.is_end_known,
        clock_set_back_s=stretch.fell_ms / 1000 if stretch.fell_ms else None,
        observed_seconds=stretch.observed_ms / 1000,
        gaps=[
            TimelineGap(kind=gap.kind, start_s=_seconds(stretch, gap.start_ms), end_s=_seconds(stretch, gap.end_ms))
            for gap in gaps
        ],
        lanes=lanes,
    )


def _lanes(observed: Observed, params: TimelineParams, stretch: Stretch, stream: list[Seen]) -> list[TimelineLane]:
    lanes: dict[str | None, list[TimelineInterval]] = defaultdict(list)
    for entry in stream:
        lanes[_lane(entry, params)].append(_interval(stretch, entry, int(observed.end_ms[entry.row])))
    return [
        TimelineLane(
            key=key,
            labels=labels_of(observed, params.lanes, key),
            n=len(lanes[key]),
            cell=_token(stretch.id, params, key),
            intervals=lanes[key],
        )
        for key in sorted(lanes, key=lambda key: _lane_order(observed, params, key))
    ]


def _interval(stretch: Stretch, entry: Seen, end: int) -> TimelineInterval:
    is_state = entry.kind == "state"
    pieces: list[Span] = stretch.observed(entry.start_ms, end) if is_state else []
    return TimelineInterval(
        entry_id=entry.id,
        kind=entry.kind,
        start_s=_seconds(stretch, entry.start_ms),
        end_s=_seconds(stretch, end) if is_state else None,
        is_inferred=is_state and entry.end_ms is None,
        is_truncated=is_state and length(pieces) < end - entry.start_ms,
        observed_seconds=length(pieces) / 1000,
        pieces=[TimelinePiece(start_s=_seconds(stretch, a), end_s=_seconds(stretch, b)) for a, b in pieces],
        action=entry.thing.get("action"),
        structure=entry.thing.get("structure"),
        flags=entry.keys("flag"),
    )


def _lane(entry: Seen, params: TimelineParams) -> str | None:
    return next(iter(entry.keys(params.lanes)), None)


def _lane_order(observed: Observed, params: TimelineParams, key: str | None) -> tuple[bool, int, str]:
    code = observed.codes.get((params.lanes, key or ""), {})
    return key is None, code.get("order", 0), "".join(labels_of(observed, params.lanes, key).values()) or str(key)


def _token(encounter_id: str, params: TimelineParams, key: str | None) -> str:
    return f"{encounter_id}/{params.lanes}:{token_of(key)}"


def _seconds(stretch: Stretch, at_ms: int) -> float:
    return (at_ms - stretch.zero_ms) / 1000


def _warn(observed: Observed, params: TimelineParams) -> list[Caveat]:
    return warn_of_moments(observed, "structure") if params.lanes == "structure" else []


ANALYSIS = Analysis(
    name="timeline",
    question={"en": "What happened when, and who was at it?", "da": "Hvad skete der hvornår, og hvem gjorde det?"},
    params=TimelineParams,
    result=TimelineResult,
    compute=draw_lanes,
    cells=find_cells,
    warn=_warn,
)
