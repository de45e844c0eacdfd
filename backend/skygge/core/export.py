"""The contract of an export: what it is for, how it is streamed, and what this very file could not hold.

An export is one file in `exports/` that offers `EXPORT`. Adding one touches nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from skygge.core.filters import Filters
from skygge.core.losses import LOSSES as LOSSES
from skygge.core.losses import Losses as Losses
from skygge.core.reader import StudyReader
from skygge.core.registry import discover
from skygge.core.tier import AskedTier, ClockTimes

# Left out by the de-identified tier, whatever the format.
TIER_LOSSES = ("tier_names", "tier_texts", "tier_times")
# Left out by `held.leave_out_held` before any format sees the study.
ALWAYS_LOST = ("held",)


# What has to be known before a file leaves, in words; the number of groups stands in the text.
SMALL_GROUP = 5
SMALL_GROUPS: Mapping[str, str] = {
    "en": "Agencies with under five workers: {n}. People there can be recognised even without names and dates.",
    "da": "Organisationer med under fem medarbejdere: {n}. Dér kan folk genkendes selv uden navne og datoer.",
}


class ExportOptions(Filters):
    """What every export takes."""

    clock_times: ClockTimes = False
    tier: AskedTier = None
    new_since: Annotated[
        int | None,
        Field(
            ge=1,
            le=2**53,
            description="Only encounters that arrived after an export, by that export's number in the audit log.",
        ),
    ] = None


# Under which of the five buttons of the screen a format stands: to read; for QDA programs; tables; to keep; the rest.
Group = Literal["read", "qda", "tables", "archive", "more"]
O = TypeVar("O", bound=ExportOptions)  # noqa: E741  # O for options, as P and R elsewhere


@dataclass(frozen=True)
class Export(Generic[O]):
    """One format. `stream` yields the file in pieces and notes losses while it does; `may_lose` names their codes.

    `always_has_dates`: its dates and clock times cannot be left out, and it has to be said beside the download.
    `is_codebook`: it holds codes and nothing that was observed. `group`: the button of the screen that it stands
    under. `needs`: a package that only an extra brings; where it is not installed, there is no such format.
    """

    name: str
    media_type: str
    suffix: str
    purpose: Mapping[str, str]
    options: type[O]
    stream: Callable[[StudyReader, O, Losses], Iterator[bytes]]
    may_lose: tuple[str, ...] = ()
    always_has_dates: bool = False
    group: Group = "more"
    needs: str | None = None
    is_codebook: bool = False

    def describe_options(self) -> dict[str, Any]:
        """What can be chosen, as a JSON schema. Clock times are no choice where they always stand."""
        schema = self.options.model_json_schema(by_alias=True)
        if self.always_has_dates:
            schema["properties"].pop("clock_times", None)
        return schema


def count_small_groups(reader: StudyReader) -> int:
    """Agencies in which fewer than SMALL_GROUP workers are known: their people are easily recognised in any file."""
    workers = Counter(
        actor.get("agency")
        for actor in reader.things("actor")
        if actor.get("kind") == "professional" and actor.get("merged_into") is None
    )
    agencies = {thing.get("agency") for thing in reader.things("encounter") if not thing.get("retracted")}
    return sum(agency is not None and workers[agency] < SMALL_GROUP for agency in agencies | set(workers))


@cache
def all_exports() -> Mapping[str, Export[Any]]:
    """Every export that can be written here, by name."""
    from skygge.core import exports  # imported late: the exports import this module

    found = discover(exports, "EXPORT", Export)
    return {name: export for name, export in found.items() if export.needs is None or find_spec(export.needs)}


def file_name(title: str, export: Export[Any], options: ExportOptions, today: date) -> str:
    """`study-format.suffix`, with the date only where clock times are asked for: a name may not tell a date either."""
    parts = [_plain(title) or "study", export.name, *([today.isoformat()] if options.clock_times else [])]
    return "-".join(parts) + export.suffix


def _plain(title: str) -> str:
    spelled = title.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-")
