"""The contract of an analysis: what it asks, what it takes, what it answers, and the entries behind every cell.

An analysis is one file in `analyses/` that offers `ANALYSIS`. Adding one touches nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from skygge.core.arrays import distinct, np
from skygge.core.cells import Cells, Part
from skygge.core.coding import CodeDimension, are_moments
from skygge.core.filters import Filters
from skygge.core.model import EncounterKind
from skygge.core.reader import StudyReader
from skygge.core.registry import discover
from skygge.core.streams import Observed, Seen, read_observed


class CellUnknown(ValueError):
    """A cell was asked for that this analysis, with these parameters, does not have."""


class AnalysisParams(Filters):
    """What every analysis takes. Encounters of kind visit unless others are asked for, explicit structures only."""

    # What of the three below has no meaning in an analysis; asking for it all the same is answered with a warning.
    without_effect: ClassVar[frozenset[str]] = frozenset()

    kind: Annotated[list[EncounterKind], Field(max_length=5, description="Kinds of encounter; visits by default.")] = [
        "visit"
    ]
    dimension: Annotated[CodeDimension, Field(description="Which codes are looked at.")] = "structure"
    uncoded: Annotated[
        Literal["break", "skip"],
        Field(description="Whether an entry without a code in the dimension breaks the chain or is passed over."),
    ] = "break"
    bouts: Annotated[
        Literal["complete", "all"],
        Field(description="Whether means of durations leave out states that an edge or a gap cuts."),
    ] = "complete"

    def in_force(self) -> Self:
        """These parameters with the defaults filled in that depend on one another.

        Explicit structures where structures are looked at; elsewhere how they were given is no matter.
        """
        if self.dimension == "structure" and not self.origin:
            return self.model_copy(update={"origin": ["explicit"]})
        return self


def differs_from_dimension(rows: str, info: ValidationInfo) -> str:
    """A table of a dimension by itself says nothing."""
    if rows == info.data.get("dimension"):
        raise PydanticCustomError("parameters_contradict", "`rows` is the dimension itself")
    return rows


class Basis(Part):
    """What the numbers rest on."""

    n_entries: int = Field(description="Entries looked at.")
    n_encounters: int = Field(description="Encounters looked at, those without entries too.")
    n_visits: int = Field(description="Visits among them; two observers of one visit count once.")
    n_left_out: int = Field(description="Encounters whose end nobody gave: left out of rates, shares and intervals.")
    observed_seconds: float = Field(description="Observed time, gaps taken off, of the encounters not left out.")
    times_corrected: int = Field(description="Entries whose device clock was wrong and whose times were corrected.")
    codebook_versions: list[int] = Field(description="Versions with which these entries were coded.")


class Caveat(Part):
    """Something to know before quoting a number. The code is stable; the screen has the words."""

    code: str
    n: int | None = None
    names: list[str] = Field(default=[], description="Parameters, codes or encounters that this is about.")


P = TypeVar("P", bound=AnalysisParams)
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True)
class Analysis(Generic[P, R]):
    """One analysis. `cells` gives the rows of entries behind each token; `compute` draws its counts from the same."""

    name: str
    question: Mapping[str, str]
    params: type[P]
    result: type[R]
    compute: Callable[[Observed, P], R]
    cells: Callable[[Observed, P], Cells]
    warn: Callable[[Observed, P], list[Caveat]] = field(default=lambda observed, params: [])


class Answer(Part, Generic[R]):
    """What an analysis answers."""

    name: str
    params: dict[str, Any] = Field(description="Filters and parameters in force.")
    basis: Basis
    warnings: list[Caveat]
    result: R


@cache
def all_analyses() -> Mapping[str, Analysis[Any, Any]]:
    """Every analysis there is, by name."""
    from skygge.core import analyses  # imported late: the analyses import this module

    return discover(analyses, "ANALYSIS", Analysis)


def answer(analysis: Analysis[P, R], reader: StudyReader, params: P) -> Answer[R]:
    """Run an analysis over what its parameters keep. Empty data is an answer with nulls and a warning."""
    asked, params = params, params.in_force()
    observed = read_observed(reader, params)
    basis = rest_on(observed)
    return Answer(
        name=analysis.name,
        params=params.model_dump(mode="json", by_alias=True),
        basis=basis,
        warnings=[*_warnings(observed, basis), *_without_effect(asked), *analysis.warn(observed, params)],
        result=analysis.compute(observed, params),
    )


def entries_behind(analysis: Analysis[P, R], reader: StudyReader, params: P, cell: str) -> list[Seen]:
    """Exactly the entries behind one cell, in stream order. Raises CellUnknown."""
    params = params.in_force()
    observed = read_observed(reader, params)
    cells = analysis.cells(observed, params)
    if cell not in cells:
        raise CellUnknown(analysis.name)
    return observed.see(cells[cell])


def rest_on(observed: Observed) -> Basis:
    """The basis of every answer over these entries."""
    stretches = observed.stretches.values()
    known = [stretch for stretch in stretches if stretch.is_end_known]
    timed = [stretch for stretch in known if stretch.is_timed]
    versions = distinct(observed.table.version[observed.kept])
    return Basis(
        n_entries=len(observed.kept),
        n_encounters=len(stretches),
        n_visits=count_visits(observed, observed.stretches),
        n_left_out=len(stretches) - len(known),
        observed_seconds=sum(stretch.observed_ms for stretch in timed) / 1000,
        times_corrected=int(observed.table.is_corrected[observed.kept].sum()),
        codebook_versions=versions[versions > 0].tolist(),
    )


def count_visits(observed: Observed, encounter_ids: Iterable[str]) -> int:
    """Distinct visits among encounters of kind visit."""
    stretches = (observed.stretches[encounter_id] for encounter_id in set(encounter_ids))
    return len({stretch.visit for stretch in stretches if stretch.thing.get("kind") == "visit"})


def warn_of_moments(observed: Observed, dimension: str) -> list[Caveat]:
    """Durations of codes used as points do not exist, and the answer says so."""
    return [Caveat(code=f"{dimension}s.are_moments")] if are_moments(observed, dimension) else []


def warn_of_several_flags(observed: Observed, dimension: str) -> list[Caveat]:
    """An entry with several flags counts under each."""
    flags = observed.table.flags
    several = [place for place, own in enumerate(flags.words) if len(own) > 1]
    n = int(np.isin(flags.codes[observed.kept], several).sum()) if dimension == "flag" else 0
    return [Caveat(code="flags.several_on_one_entry", n=n)] if n else []


def _without_effect(asked: AnalysisParams) -> list[Caveat]:
    names = sorted(asked.without_effect & asked.model_fields_set)
    return [Caveat(code="parameters.without_effect", names=names)] if names else []


def _warnings(observed: Observed, basis: Basis) -> list[Caveat]:
    found = {
        "entries.encounter_unknown": observed.n_lost or None,
        "entries.held": observed.n_held or None,
        "entries.none": None if basis.n_entries else 0,
        "encounters.end_unknown": basis.n_left_out or None,
        "times.corrected": basis.times_corrected or None,
        "tags.other_origin_left_out": observed.n_not_counted_tags or None,
    }
    fell = [stretch.id for stretch in observed.stretches.values() if stretch.fell_ms]
    told = [Caveat(code="encounters.clock_set_back", n=len(fell), names=fell)] if fell else []
    return [*(Caveat(code=code, n=n) for code, n in found.items() if n is not None), *told]
