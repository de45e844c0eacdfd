"""The change log, what is parked beside it, and the tables that are its fold. Every key leads with the study.

Field times are instants in UTC with the local offset in minutes beside them; `retracted` and `conflicts` come from the
fold. What is filtered is a column, lists are JSON. Only the binary columns may hold what a text column cannot (NUL,
half a character).
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import JSON, Field, SQLModel

from skygge.db import UtcTime

HASH_BYTES = 32


class ChangeRow(SQLModel, table=True):
    """One change as it was sent (`raw`), with its gap-free number. `private_to` is the only member who may see it.

    `seal` is a hash over what the server added, `check_value` the change's share of the order-independent checksum.
    `redacted_by` is the change that made a stub of it; `raw` and the hashes are those of the stub then.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_id", "study_id", "change_id", unique=True),
        Index("ix_change_subject", "study_id", "subject_id", "seq"),
    )

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    change_id: UUID
    kind: str = Field(max_length=64)
    subject_id: UUID
    encounter_id: UUID | None = None
    device_id: UUID
    author_id: UUID
    private_to: UUID | None = None
    made_at: datetime = Field(sa_type=UtcTime)
    received_at: datetime = Field(sa_type=UtcTime)
    corrected_at: datetime | None = Field(default=None, sa_type=UtcTime)
    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)
    check_value: int = Field(sa_type=BigInteger)
    content_hash: bytes = Field(max_length=HASH_BYTES)
    seal: bytes = Field(max_length=HASH_BYTES)
    raw: bytes
    redacted_by: UUID | None = None


class RedactionRow(SQLModel, table=True):
    """What was erased or struck, so that a later copy is recognised: where something was, never what it was.

    Without `change_id` the whole thing was erased, and whatever is said about it. `edits` are those of `core.redact`.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        Index("ix_redaction_subject", "study_id", "subject_id"),
        Index("ix_redaction_change", "study_id", "change_id"),
    )

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    id: UUID = Field(primary_key=True)
    subject_id: UUID
    change_id: UUID | None = None
    mode: str = Field(max_length=10)
    redacted_by: UUID
    edits: list[Any] = Field(default_factory=list, sa_type=JSON)
    redacted_at: datetime = Field(sa_type=UtcTime)
    seal: bytes = Field(max_length=HASH_BYTES)


class QuarantineRow(SQLModel, table=True):
    """What was sent and could not be taken, kept whole. `change_id` is empty where even that could not be read."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("ix_quarantine_content", "study_id", "author_id", "content_hash", unique=True),)

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    id: UUID = Field(primary_key=True)
    change_id: UUID | None = None
    author_id: UUID
    device_id: UUID
    code: str = Field(max_length=64)
    received_at: datetime = Field(sa_type=UtcTime)
    content_hash: bytes = Field(max_length=HASH_BYTES)
    seal: bytes = Field(max_length=HASH_BYTES)
    raw: bytes


class Folded(SQLModel):
    """What every folded thing has. `conflicts` lists the fields with several standing values, empty = none."""

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    id: UUID = Field(primary_key=True)
    retracted: bool = False
    conflicts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class CodebookRow(Folded, table=True):
    """One version of the codebook. Its codes are CodeRows."""

    __tablename__ = "codebook"
    __table_args__ = (Index("ix_codebook_version", "study_id", "version"),)

    version: int
    status: str = Field(max_length=20)
    note: str = Field(default="", sa_type=Text)
    follows: int | None = None


class CodeRow(Folded, table=True):
    """One code of a version (`codebook_id`), or one that somebody proposed (without)."""

    __tablename__ = "code"
    __table_args__ = (Index("ix_code_codebook", "study_id", "codebook_id"),)

    codebook_id: UUID | None = None
    version: int | None = None
    dimension: str = Field(max_length=20)
    key: str = Field(max_length=64)
    label: dict[str, str] = Field(sa_type=JSON)
    definition: str = Field(default="", sa_type=Text)
    starts: str = Field(default="", sa_type=Text)
    ends: str = Field(default="", sa_type=Text)
    example: str = Field(default="", sa_type=Text)
    counter_example: str = Field(default="", sa_type=Text)
    timing: str = Field(default="point", max_length=20)
    scope: str = Field(default="act", max_length=20)
    exclusive_set: str | None = Field(default=None, max_length=64)
    control: int | None = None
    care: int | None = None
    color: str | None = Field(default=None, max_length=7)
    shortcut: str | None = Field(default=None, max_length=8)
    order: int = Field(default=0, sa_type=BigInteger)
    status: str = Field(default="active", max_length=20)
    replaced_by: str | None = Field(default=None, max_length=64)


class ActorRow(Folded, table=True):
    """A person by pseudonym, or a thing or place."""

    __tablename__ = "actor"

    label: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    agency: str | None = Field(default=None, max_length=200)
    merged_into: UUID | None = None
    stopped_at: datetime | None = Field(default=None, sa_type=UtcTime)
    stopped_at_offset_minutes: int | None = None
    stopped_in: UUID | None = None


class ConsentRow(Folded, table=True):
    """What an actor agreed to at a moment."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_actor", "study_id", "actor_id", "at"),)

    actor_id: UUID
    ethics: str | None = Field(default=None, max_length=64)
    legal_basis: str | None = Field(default=None, max_length=64)
    withdrawal_promise: str | None = Field(default=None, max_length=64)
    way: str | None = Field(default=None, max_length=200)
    witness: str | None = Field(default=None, max_length=200)
    renew_on: str | None = Field(default=None, max_length=10)
    at: datetime = Field(sa_type=UtcTime)
    at_offset_minutes: int


class Timed(SQLModel):
    """What was given a time by a device. `clock_offset_ms`: error of the clock that gave its start, where corrected.

    `clock_run` and `clock_base_ms` are what the change that gave it tells of the clock (`core.clock_readings`).
    """

    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)
    clock_run: int | None = Field(default=None, sa_type=BigInteger)
    clock_base_ms: int | None = Field(default=None, sa_type=BigInteger)


class EncounterRow(Folded, Timed, table=True):
    """One stretch of fieldwork watched by one observer. `clock_fell_ms`: by how much the clock was set back in it."""

    __tablename__ = "encounter"
    __table_args__ = (
        Index("ix_encounter_start", "study_id", "started_at"),
        Index("ix_encounter_observer", "study_id", "observer"),
        Index("ix_encounter_visit", "study_id", "visit_id"),
    )

    kind: str = Field(max_length=20)
    visit_code: str | None = Field(default=None, max_length=6)
    visit_id: UUID | None = None
    observer: str = Field(max_length=200)
    focal_actor_id: UUID | None = None
    setting: str | None = Field(default=None, sa_type=Text)
    agency: str | None = Field(default=None, max_length=200)
    presence: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    checks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    started_at: datetime = Field(sa_type=UtcTime)
    started_at_offset_minutes: int
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at_offset_minutes: int | None = None
    end_origin: str | None = Field(default=None, max_length=20)
    time_zone: str | None = Field(default=None, max_length=64)
    utc_offset_minutes: int | None = None
    clock_fell_ms: int | None = Field(default=None, sa_type=BigInteger)


class GapRow(Folded, table=True):
    """Time inside an encounter that is not observation."""

    __tablename__ = "gap"
    __table_args__ = (Index("ix_gap_encounter", "study_id", "encounter_id", "from_at"),)
    wire_names: ClassVar[dict[str, str]] = {"from_at": "from", "to_at": "to"}

    encounter_id: UUID
    kind: str = Field(max_length=20)
    from_at: datetime = Field(sa_type=UtcTime)
    from_at_offset_minutes: int
    to_at: datetime | None = Field(default=None, sa_type=UtcTime)
    to_at_offset_minutes: int | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)


class EntryRow(Folded, Timed, table=True):
    """What was seen. `device_seq` orders entries of one moment; `private_to` is the author of a reflection."""

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_stream", "study_id", "encounter_id", "started_at", "device_seq", "id"),)

    encounter_id: UUID
    kind: str = Field(max_length=20)
    actor_id: UUID | None = None
    recipient_id: UUID | None = None
    action: str | None = Field(default=None, max_length=64)
    structure: str | None = Field(default=None, max_length=64)
    structure_origin: str = Field(default="none", max_length=20)
    flags: list[str] = Field(default_factory=list, sa_type=JSON)
    started_at: datetime = Field(sa_type=UtcTime)
    started_at_offset_minutes: int
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at_offset_minutes: int | None = None
    end_origin: str | None = Field(default=None, max_length=20)
    taken: str = Field(default="tap", max_length=20)
    precision_s: int = 0
    jotting: str | None = Field(default=None, sa_type=Text)
    verbatim: bool = False
    codebook_version: int | None = None
    control: int | None = None
    care: int | None = None
    merged_into: UUID | None = None
    device_seq: int = Field(default=0, sa_type=BigInteger)
    private_to: UUID | None = None


class FieldNoteRow(Folded, table=True):
    """One paragraph of the continuous account."""

    __tablename__ = "fieldnote"
    __table_args__ = (Index("ix_fieldnote_encounter", "study_id", "encounter_id", "position"),)

    encounter_id: UUID
    position: float = 0
    anchors: list[str] = Field(default_factory=list, sa_type=JSON)
    text: str = Field(default="", sa_type=Text)
    author: str = Field(max_length=200)
    written_at: datetime = Field(sa_type=UtcTime)
    written_at_offset_minutes: int


class MemoRow(Folded, table=True):
    """Dated thinking about something."""

    __tablename__ = "memo"

    about: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    text: str = Field(default="", sa_type=Text)
    author: str = Field(max_length=200)
    written_at: datetime = Field(sa_type=UtcTime)
    written_at_offset_minutes: int


class SearchRow(SQLModel, table=True):
    """What is searched of a thing: its words, folded. Made of the row of the thing, in the same transaction."""

    __tablename__ = "search_words"

    study_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=20)
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    words: str = Field(sa_type=Text)
