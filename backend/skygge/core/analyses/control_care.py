"""Where entries stand between control and care, once the study has set positions; and the path of an encounter.

Definition: a structure stands at its (control, care) of the newest codebook, an entry where it was placed itself if it
was. n of a place = entries that stand there; seconds = observed seconds of those that are states, over the encounters
whose end is known. The path of an encounter is its placed entries in stream order; one in which a clock was set back
has none. Positions are set by the study and not measured: the answer says by whom and when they were last changed.
Nothing is averaged. Undefined, so null: seconds of a place without states. Where no structure has both positions there
are no places, and a warning says so.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat
from skygge.core.cells import Cells, Part, Tally, count_in
from skygge.core.coding import labels_of
from skygge.core.durations import read_bouts
from skygge.core.streams import Observed, Seen

Place = tuple[int, int]


class ControlCareParams(AnalysisParams):
    """How many paths are written out."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})
    dimension: Annotated[Literal["structure"], Field(description="Only structures have positions.")] = "structure"
    paths_most: Annotated[int, Field(ge=0, le=1_000, description="How many encounters' paths to write out.")] = 100


class PlacedStructure(Part):
    """A structure that has both positions."""

    key: str
    labels: dict[str, str]
    control: int
    care: int


class ControlCarePlace(Tally):
    """One place of the map."""

    control: int
    care: int
    seconds: float | None


class ControlCareStep(Part):
    """One entry of a path; `is_own_place` where the entry was placed apart from its structure."""

    entry_id: str
    start_s: float
    structure: str | None
    control: int
    care: int
    is_own_place: bool


class ControlCarePath(Part):
    """The path of one encounter."""

    encounter_id: str
    visit: str
    steps: list[ControlCareStep]


class ControlCareResult(Part):
    """The map. `set_by` and `set_at` are null where the log does not tell."""

    is_set: bool
    set_by: str | None
    set_at: str | None
    structures: list[PlacedStructure]
    places: list[ControlCarePlace]
    paths: list[ControlCarePath]
    n_not_placed: int = Field(description="Entries looked at that stand nowhere.")


def draw_map(observed: Observed, params: ControlCareParams) -> ControlCareResult:
    """The places that are in use, and the paths."""
    structures = _structures(observed)
    placed = _placed(observed)
    by, at = _set_by(observed) if structures else (None, None)
    return ControlCareResult(
        is_set=bool(structures),
        set_by=by,
        set_at=at,
        structures=structures,
        places=[_place(observed, place, entries) for place, entries in sorted(_by_place(placed).items())],
        paths=_paths(observed, placed)[: params.paths_most],
        n_not_placed=len(observed.kept) - len(placed),
    )


def find_cells(observed: Observed, params: ControlCareParams) -> Cells:
    """The entries of every place."""
    return {_token(place): [seen.row for seen in entries] for place, entries in _by_place(_placed(observed)).items()}


def _structures(observed: Observed) -> list[PlacedStructure]:
    found = []
    for (dimension, key), code in observed.codes.items():
        control, care = code.get("control"), code.get("care")
        if dimension == "structure" and control is not None and care is not None:
            labels = labels_of(observed, "structure", key)
            found.append(PlacedStructure(key=key, labels=labels, control=control, care=care))
    return found


def _placed(observed: Observed) -> list[tuple[Seen, Place, bool]]:
    """Entries that stand somewhere; none before the study has set positions."""
    positions = {one.key: (one.control, one.care) for one in _structures(observed)}
    found: list[tuple[Seen, Place, bool]] = []
    for seen in observed.entries if positions else ():
        own = seen.thing.get("control"), seen.thing.get("care")
        structure = positions.get(seen.thing.get("structure") or "")
        if own[0] is not None and own[1] is not None:
            found.append((seen, (own[0], own[1]), True))
        elif structure is not None:
            found.append((seen, structure, False))
    return found


def _by_place(placed: list[tuple[Seen, Place, bool]]) -> dict[Place, list[Seen]]:
    found: dict[Place, list[Seen]] = {}
    for seen, place, _ in placed:
        found.setdefault(place, []).append(seen)
    return found


def _place(observed: Observed, place: Place, entries: list[Seen]) -> ControlCarePlace:
    rows = [seen.row for seen in entries]
    tally = count_in(observed, _token(place), rows)
    bouts = read_bouts(observed, observed.kept)
    own = {int(row): int(ms) for row, ms in zip(bouts.rows, bouts.length_ms, strict=True)}
    lengths = [own[row] for row in rows if row in own]
    return ControlCarePlace(
        **tally.model_dump(), control=place[0], care=place[1], seconds=sum(lengths) / 1000 if lengths else None
    )


def _paths(observed: Observed, placed: list[tuple[Seen, Place, bool]]) -> list[ControlCarePath]:
    steps: dict[str, list[ControlCareStep]] = {}
    for seen, place, is_own in placed:
        step = ControlCareStep(
            entry_id=seen.id,
            start_s=(seen.start_ms - observed.stretches[seen.encounter_id].zero_ms) / 1000,
            structure=seen.thing.get("structure"),
            control=place[0],
            care=place[1],
            is_own_place=is_own,
        )
        steps.setdefault(seen.encounter_id, []).append(step)
    return [
        ControlCarePath(encounter_id=encounter_id, visit=observed.stretches[encounter_id].visit, steps=own)
        for encounter_id, own in steps.items()
        if not observed.stretches[encounter_id].fell_ms
    ]


def _set_by(observed: Observed) -> tuple[str | None, str | None]:
    """Who published the version with which the positions became what they are, and when."""
    wanted = {one.key: (one.control, one.care) for one in _structures(observed)}
    found: tuple[str | None, str | None] = (None, None)
    is_same = False
    for change in sorted(observed.read_publications(), key=lambda one: one["payload"].get("version", 0)):
        codes = change["payload"].get("codes", ())
        positions = {
            code["key"]: (code["control"], code["care"])
            for code in codes
            if code["dimension"] == "structure" and None not in (code.get("control"), code.get("care"))
        }
        if positions == wanted and not is_same:
            found = change.get("author"), change.get("made_at")
        is_same = positions == wanted
    return found


def _token(place: Place) -> str:
    return f"place:{place[0]},{place[1]}"


def _warn(observed: Observed, params: ControlCareParams) -> list[Caveat]:
    return [] if _structures(observed) or not len(observed.kept) else [Caveat(code="positions.not_set")]


ANALYSIS = Analysis(
    name="control-care",
    question={
        "en": "Where did a visit move between control and care?",
        "da": "Hvor bevægede et besøg sig mellem kontrol og omsorg?",
    },
    params=ControlCareParams,
    result=ControlCareResult,
    compute=draw_map,
    cells=find_cells,
    warn=_warn,
)
