"""The contract of an analysis: what it asks, what it takes, what it answers, and the entries behind every cell.

An analysis is one file in `analyses/` that offers `ANALYSIS`. Adding one touches nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from skygge.core.filters import Filters
from skygge.core.model import EncounterKind
from skygge.core.reader import StudyReader
from skygge.core.registry import discover
from skygge.core.streams import Observed, Seen, read_observed


class CellUnknown(ValueError):
    """A cell was asked for that this analysis, with these parameters, does not have."""


class AnalysisParams(Filters):
    """What every analysis takes. Encounters of kind visit unless others are asked for."""

    kind: Annotated[list[EncounterKind], Field(max_length=5, description="Kinds of encounter; visits by default.")] = [
        "visit"
    ]

    def in_force(self) -> Self:
        """These parameters with the defaults filled in that depend on one another."""
        return self


class Part(BaseModel):
    """A piece of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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


P = TypeVar("P", bound=AnalysisParams)
R = TypeVar("R", bound=BaseModel)
Cells = Mapping[str, list[Seen]]


@dataclass(frozen=True)
class Analysis(Generic[P, R]):
    """One analysis. `cells` gives the entries behind each cell token; `compute` draws its counts from the same."""

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
    params = params.in_force()
    observed = read_observed(reader, params)
    return Answer(
        name=analysis.name,
        params=params.model_dump(mode="json", by_alias=True),
        basis=rest_on(observed),
        warnings=[*_warnings(observed), *analysis.warn(observed, params)],
        result=analysis.compute(observed, params),
    )


def entries_behind(analysis: Analysis[P, R], reader: StudyReader, params: P, cell: str) -> list[Seen]:
    """Exactly the entries behind one cell, in stream order. Raises CellUnknown."""
    params = params.in_force()
    cells = analysis.cells(read_observed(reader, params), params)
    if cell not in cells:
        raise CellUnknown(analysis.name)
    return cells[cell]


def rest_on(observed: Observed) -> Basis:
    """The basis of every answer over these entries."""
    stretches = observed.stretches.values()
    known = [stretch for stretch in stretches if stretch.is_end_known]
    versions = {entry.thing.get("codebook_version") for entry in observed.entries}
    return Basis(
        n_entries=len(observed.entries),
        n_encounters=len(stretches),
        n_visits=count_visits(observed, observed.stretches),
        n_left_out=len(stretches) - len(known),
        observed_seconds=sum(stretch.observed_ms for stretch in known) / 1000,
        times_corrected=sum(entry.is_corrected for entry in observed.entries),
        codebook_versions=sorted(version for version in versions if version is not None),
    )


def count_visits(observed: Observed, encounter_ids: Iterable[str]) -> int:
    """Distinct visits among encounters of kind visit."""
    stretches = (observed.stretches[encounter_id] for encounter_id in set(encounter_ids))
    return len({stretch.visit for stretch in stretches if stretch.thing.get("kind") == "visit"})


def _warnings(observed: Observed) -> list[Caveat]:
    basis = rest_on(observed)
    found = {
        "entries.encounter_unknown": observed.n_lost or None,
        "entries.none": None if observed.entries else 0,
        "encounters.end_unknown": basis.n_left_out or None,
        "times.corrected": basis.times_corrected or None,
        "tags.other_origin_left_out": observed.n_not_counted_tags or None,
    }
    return [Caveat(code=code, n=n) for code, n in found.items() if n is not None]
