"""How much of what identifies people a file holds, as it is asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

Tier = Literal["full", "deidentified"]


def refuse_clock(tier: Tier | None, info: ValidationInfo) -> Tier | None:
    """A file cannot be without what identifies people and hold the hours of their visits."""
    if tier == "deidentified" and info.data.get("clock_times"):
        raise PydanticCustomError("filters_contradict", "clock times identify people")
    return tier


ClockTimes = Annotated[
    bool, Field(description="Dates and clock times too. Anyone with the rota can then name these people.")
]
AskedTier = Annotated[
    Tier | None,
    AfterValidator(refuse_clock),
    Field(description="`deidentified` drops free text, exact times and identifiers; without: as much as I may have."),
]
