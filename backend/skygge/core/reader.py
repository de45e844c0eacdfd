"""What everything that reads a study reads it through, and which things take part at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from skygge.core.filters import Thing
from skygge.core.model import SubjectType


class StudyReader(Protocol):
    """Where things come from, streamed: JSON Lines objects as one viewer may see them, in the order of the format."""

    @property
    def study_id(self) -> UUID: ...

    def things(self, kind: SubjectType) -> Iterator[dict[str, Any]]:
        """All of one kind, retracted ones too (with `retracted`), reflections only to their author."""
        ...

    def changes(self) -> Iterator[dict[str, Any]]:
        """The log, verbatim, with `author`; without what only its author may see."""
        ...

    def clock_offsets(self, kind: Literal["encounter", "entry", "gap"]) -> Mapping[str, int]:
        """By id, the milliseconds to add to the times of things written by a clock that was wrong."""
        ...

    def set_back(self) -> Mapping[str, int]:
        """By id, the encounters in which the clock was set back and nobody has set the times right: milliseconds."""
        ...

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder of one's own for files that cannot be written in one go, gone afterwards."""
        ...


def is_counted(thing: Thing) -> bool:
    """Whether a thing takes part at all: not taken back, not merged into another entry, not a reflection."""
    if thing.get("retracted"):
        return False
    return thing["type"] != "entry" or (thing.get("kind") != "reflection" and thing.get("merged_into") is None)
