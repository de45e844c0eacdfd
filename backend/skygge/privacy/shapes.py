"""What a withdrawal asks for and what it found."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from skygge.core.model import Id, Label, Strict, SubjectType
from skygge.core.report import Language
from skygge.core.report_formats import ReportFormat

Mode = Literal["stop", "redact", "erase"]
MAX_DECIDED = 20_000


class Decision(Strict):
    """What a person decided about a text they have read: it stays, words were struck in it, or all of it was."""

    id: Id
    decision: Literal["kept", "struck", "erased"]


class WithdrawalIn(BaseModel):
    """Which person, and what is to happen. A dry run changes nothing and counts what would.

    `decided`: what became of each text of `to_read`. Redaction and erasure wait for the last of them.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    actor_id: Id
    mode: Mode
    dry_run: bool = False
    # The label where it stands in a text without `@`: struck too, or left for somebody to read.
    strike_mentions: bool = True
    decided: Annotated[list[Decision], Field(max_length=MAX_DECIDED)] = []


class TextToRead(BaseModel):
    """A text that may speak of the person without naming them: a person decides whether it stays.

    `quotes`: of a codebook only the passages that repeat what was noted near the person; the rest of it is about codes.
    """

    type: SubjectType | None
    id: UUID
    encounter_id: UUID | None = None
    quotes: list[str] = []


class EarlierExport(BaseModel):
    """A download that may hold the person: its row in the audit log, when, by whom, in which format and tier."""

    number: int
    at: datetime
    who: str
    format: str | None
    tier: str | None


class WithdrawalOut(BaseModel):
    """What became of a withdrawal. `promises` are those given when consent was asked, the newest first.

    `n_kept`, `n_struck` and `n_erased` are what a person decided about the texts of `to_read`.
    """

    mode: Mode
    dry_run: bool
    promises: list[str]
    n_entries: int
    n_encounters: int
    n_references: int
    n_mentions: int
    n_consents: int
    n_changes: int
    n_kept: int = 0
    n_struck: int = 0
    n_erased: int = 0
    to_read: list[TextToRead]
    exports: list[EarlierExport]
    at: datetime
    number: int | None = None
    seal: str | None = None


class ClearingIn(Strict):
    """A device that wants its disk cleared, or has done it after seeing the feed up to `cleaned_to`."""

    device_id: Id
    cleaned_to: Annotated[int, Field(ge=0, le=2**62)] | None = None


class DeviceSheetOut(BaseModel):
    """A device as it matters when it is lost. `unclean_since`: something was erased then, and its disk not cleared.

    `people` are the pseudonyms of those who were at encounters begun on it. `may_hold` are those of all encounters that
    its owner may read today: any of them may be on it. The list of people, consents and memos are on every device.
    At `told_at` it said whether a lock was set, and how much waited on it; of what came later nobody knows.
    """

    device_id: UUID
    name: str
    observer: str | None
    last_contact_at: datetime | None
    revoked_at: datetime | None
    n_changes: int
    people: list[str]
    may_hold: list[str]
    has_lock: bool | None
    n_waiting: int | None
    told_at: datetime | None
    unclean_since: datetime | None


class PaperQuery(Strict):
    """Which file a paper is written as, in which language."""

    format: ReportFormat = "html"
    language: Language = "en"


class EndIn(Strict):
    """The end of a study. A dry run counts; to erase, its title is typed as it stands."""

    dry_run: bool = True
    title: Label | None = None


class EndOut(BaseModel):
    """What goes, or went, at the end of a study: things by type, and its reach. `number` and `seal`: its record.

    Concerns and requests stay, and are counted so that nobody believes otherwise.
    """

    dry_run: bool
    things: dict[str, int]
    n_changes: int
    n_parked: int
    n_devices: int
    n_exports: int
    n_concerns: int
    n_requests: int
    at: datetime
    number: int | None = None
    seal: str | None = None
