"""The contract of an import: a file becomes changes that go through the same door as a push, all of them or none.

An import is one file in `imports/` that offers `IMPORT`. Change ids are UUIDv5: importing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from skygge.core.model import SubjectType
from skygge.core.registry import discover

MAX_ERRORS = 100
# Every value that each field of a thing ever had in a study.
Said = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class RowError:
    """What is wrong in one row (counted from 1). `where` names a field; what stood there is never repeated."""

    row: int
    code: str
    where: str = ""


class FileUnsafe(ValueError):
    """A file is built to do harm (a way out of its folder, a link, an entity): not looked into any further."""


class FileTooLarge(ValueError):
    """A file unpacks to more than is taken in."""


class ImportRefused(ValueError):
    """A file cannot be imported; nothing of it was."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(f"{len(errors)} rows cannot be imported")
        self.errors = list(errors[:MAX_ERRORS])


@dataclass(frozen=True)
class StandingCodebook:
    """A version that the study has already: its subject, its codes, and the changes that stand for it."""

    subject_id: str
    codes: Sequence[Mapping[str, Any]]
    change_ids: Sequence[str]


def _nothing(_kind: SubjectType, _thing_id: str) -> Said | None:
    return None


@dataclass(frozen=True)
class Target:
    """The study that a file is imported into. One without encounters takes study and codebook from the file.

    `said` looks up what the study has said about a thing so far; None where it never heard of it.
    """

    study_id: UUID
    time_zone: str
    has_encounters: bool
    languages: Sequence[str] = ("en",)
    codebooks: Mapping[int, StandingCodebook] = field(default_factory=dict)
    study_change_ids: Sequence[str] = ()
    said: Callable[[SubjectType, str], Said | None] = _nothing


@dataclass(frozen=True)
class PlannedChange:
    """A change to be written. `author` is an observer's name, None for whoever imports.

    A verbatim one was written by a phone: what the server does not understand of it is quarantined, as in a push.
    `clock_offset_ms`: by how much that phone's clock was ahead, where another server had found it wrong. `where` says
    in which part of the file the row stands, where it has several.
    """

    row: int
    change: Mapping[str, Any]
    author: str | None = None
    is_verbatim: bool = False
    clock_offset_ms: int | None = None
    where: str = ""


@dataclass
class Plan:
    """What a file would do: changes in order, things by type, and the observers it names.

    `n_known` things were said before as the file says them; `differing` rows say what the study never said. `noted`
    rows come in otherwise than they stood in the file, under a code of NOTED.
    """

    changes: list[PlannedChange] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    observers: list[str] = field(default_factory=list)
    n_known: int = 0
    differing: list[RowError] = field(default_factory=list)
    noted: list[RowError] = field(default_factory=list)


# What an import makes of something that has no like here, in words.
NOTED: Mapping[str, Mapping[str, str]] = {
    "end.unknown": {
        "en": "nobody says when this observation ended; its end is unknown until a person confirms one",
        "da": "ingen siger, hvornår observationen sluttede; dens slutning er ukendt, til nogen bekræfter en",
    },
    "state.unpaired": {
        "en": "a state that was begun and never ended; it comes in without an end, which nobody invents",
        "da": "en tilstand, der blev begyndt og aldrig afsluttet; den kommer ind uden slutning, og ingen opfinder en",
    },
    "modifier.as_flag": {
        "en": "modifiers come in as flags",
        "da": "modifikatorer kommer ind som flag",
    },
    "subject.other": {
        "en": "a subject whose kind the file does not tell; it comes in as *other*",
        "da": "en deltager, hvis art filen ikke fortæller; den kommer ind som *anden*",
    },
}


@dataclass(frozen=True)
class Import:
    """One format that can be read. `read` takes the file in pieces that end at line ends, and the study.

    It raises ImportRefused with every row that is wrong, FileUnsafe and FileTooLarge for a file that is meant to hurt.
    """

    name: str
    suffix: str
    purpose: Mapping[str, str]
    read: Callable[[Iterable[bytes], Target], Plan]


@cache
def all_imports() -> Mapping[str, Import]:
    """Every import there is, by name."""
    from skygge.core import imports  # imported late: the imports import this module

    return discover(imports, "IMPORT", Import)
