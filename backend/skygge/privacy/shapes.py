"""What a withdrawal asks for and what it found."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from skygge.core.model import Id, SubjectType

Mode = Literal["stop", "redact", "erase"]


class WithdrawalIn(BaseModel):
    """Which person, and what is to happen. A dry run changes nothing and counts what would."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    actor_id: Id
    mode: Mode
    dry_run: bool = False


class TextToRead(BaseModel):
    """A text that may speak of the person without naming them: a person decides whether it stays."""

    type: SubjectType
    id: UUID
    encounter_id: UUID | None = None


class WithdrawalOut(BaseModel):
    """What became of a withdrawal. `promises` are those given when consent was asked, the newest first."""

    mode: Mode
    dry_run: bool
    promises: list[str]
    n_entries: int
    n_encounters: int
    n_references: int
    n_changes: int
    to_read: list[TextToRead]
