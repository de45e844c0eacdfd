"""The vocabulary: every thing a study holds, with the field names of the JSON Lines format.

Values stay what they were on the wire: an id is a lower-case UUID text, a time is its ISO 8601 text with offset,
because the local hour of a field note must survive every round trip. `read_instant` turns a time into an instant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from skygge.core.identity import is_canonical_id, is_visit_code

MAX_TEXT = 100_000
MAX_LABEL = 200
MAX_TERM = 2_000
DAY_MS = 86_400_000
FIRST_YEAR, LAST_YEAR = 1900, 2200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-/]{0,63}")
COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


class Strict(BaseModel):
    """Nothing unknown, nothing coerced, no NaN; errors never carry what was written."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


def read_instant(stamp: str) -> datetime:
    """The aware instant of a time text (`Z` or an offset), in UTC. Raises ValueError when there is none."""
    return _read_moment(stamp).astimezone(UTC)


def _read_moment(stamp: str) -> datetime:
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError("a time needs an offset and a year that field work can have")
    return moment


@lru_cache(maxsize=4_096)  # a row of an export asks several times for the same moment
def to_unix_ms(stamp: str) -> int:
    """Whole milliseconds since 1970 of a time text, rounded down, before 1970 too."""
    since = _read_moment(stamp) - EPOCH
    return since.days * DAY_MS + since.seconds * 1_000 + since.microseconds // 1_000


def read_zone(name: str) -> tzinfo:
    """A time zone by its name; UTC for one that this machine does not know: a phone or a file may name any."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _check_text(text: str) -> str:
    if "\x00" in text or not _is_well_formed(text):
        raise ValueError("a text holds NUL or half a character")
    return text


def _is_well_formed(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text) if not text.isascii() else True


def _check_stamp(text: str) -> str:
    if STAMP.fullmatch(text) is None:
        raise ValueError("not an ISO 8601 time with offset")
    read_instant(text)
    return text


def _check_date(text: str) -> str:
    if len(text) != 10 or not FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR:
        raise ValueError("not an ISO 8601 date")
    return text


def _check_id(text: str) -> str:
    if not is_canonical_id(text):
        raise ValueError("not a UUID in lower case")
    return text


def _check_visit_code(text: str) -> str:
    if not is_visit_code(text):
        raise ValueError("not six capital letters")
    return text


def _matches(pattern: re.Pattern[str]) -> AfterValidator:
    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise ValueError("not of the expected form")
        return text

    return AfterValidator(check)


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_check_text)]
Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL), AfterValidator(_check_text)]
Term = Annotated[str, Field(min_length=1, max_length=MAX_TERM, pattern=r"\S"), AfterValidator(_check_text)]
Stamp = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"}), AfterValidator(_check_stamp)]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}), AfterValidator(_check_date)]
Id = Annotated[str, Field(json_schema_extra={"format": "uuid"}), AfterValidator(_check_id)]
Key = Annotated[str, _matches(KEY)]
Zone = Annotated[str, _matches(ZONE)]
Color = Annotated[str, _matches(COLOR)]
Language = Annotated[str, _matches(LANGUAGE)]
VisitCode = Annotated[str, AfterValidator(_check_visit_code)]
BigInt = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
OffsetMinutes = Annotated[int, Field(ge=-1440, le=1440)]
Position = Annotated[int, Field(ge=-2, le=2)]

FieldMode = Literal["words", "actions", "structures"]
ObserversSee = Literal["own", "all"]
Dimension = Literal["structure", "action", "flag"]
Timing = Literal["point", "state", "either"]
Scope = Literal["act", "interaction"]
CodeStatus = Literal["provisional", "active", "retired"]
ActorKind = Literal["professional", "citizen", "relative", "observer", "bystander", "thing_or_place", "other"]
EncounterKind = Literal["visit", "between", "interview", "focus_group", "meeting"]
CheckAnswer = Literal["yes", "partly", "declined", "could_not_ask", "proxy"]
SeenAssent = Literal["assent", "dissent"]
EntryKind = Literal["point", "state", "note", "reflection"]
Taken = Literal["tap", "back_dated", "recalled"]
StructureOrigin = Literal["explicit", "carried", "later", "none"]
EndOrigin = Literal["tap", "back_dated", "recalled", "exclusive", "encounter_end"]
GapKind = Literal["off_record", "not_recorded", "struck"]
SubjectType = Literal["study", "codebook", "code", "actor", "consent", "encounter", "gap", "entry", "fieldnote", "memo"]
SUBJECT_TYPES: tuple[SubjectType, ...] = (
    "study", "codebook", "code", "actor", "consent", "encounter", "gap", "entry", "fieldnote", "memo",
)  # fmt: skip


class Terms(Strict):
    """Who answers for a study, what for, and how long it keeps what; each may be left open."""

    controller: Term | None = None
    joint_controller: Term | None = None
    processor: Term | None = None
    hosting_place: Term | None = None
    purpose: Term | None = None
    purpose_limits: Term | None = None
    legal_basis: Term | None = None
    retention_until: Day | None = None
    concern_procedure: Term | None = None


class Study(Terms):
    """Owns everything else; says how much is coded in the field, what observers see of each other, and its terms.

    The terms are what an ethics board and a data-protection officer ask for; an empty one is not answered yet.
    """

    title: Label = ""
    time_zone: Zone = "Europe/Copenhagen"
    languages: Annotated[list[Language], Field(min_length=1, max_length=10)] = ["en"]
    field_mode: FieldMode = "structures"
    observers_see: ObserversSee = "own"
    allows_dictation: bool = False
    lock_required: bool = True
    lock_reason: Term | None = None

    @model_validator(mode="after")
    def _check_lock(self) -> Self:
        if lacks_lock_reason(self.model_dump(include=self.model_fields_set)):
            raise ValueError("without the lock there has to be a reason")
        return self


def lacks_lock_reason(said: Mapping[str, object]) -> bool:
    """Whether what is said about a study takes the lock off its phones, or the reason for that away, unexplained."""
    has_reason = bool(said.get("lock_reason"))
    is_off = said.get("lock_required") is False
    return not has_reason and (is_off or ("lock_reason" in said and said.get("lock_required") is not True))


class Code(Strict):
    """One code of a codebook version. Control and care stay empty until the study sets them."""

    dimension: Dimension
    key: Key
    label: Annotated[dict[Language, Label], Field(min_length=1, max_length=10)]
    definition: Text = ""
    starts: Text = ""
    ends: Text = ""
    example: Text = ""
    counter_example: Text = ""
    timing: Timing = "point"
    scope: Scope = "act"
    exclusive_set: Key | None = None
    control: Position | None = None
    care: Position | None = None
    color: Color | None = None
    shortcut: Annotated[str, Field(max_length=8), AfterValidator(_check_text)] | None = None
    order: BigInt = 0
    status: CodeStatus = "active"
    replaced_by: Key | None = None


class Codebook(Strict):
    """One version, whole. A published one never changes."""

    version: Annotated[int, Field(ge=1, le=100_000)]
    note: Text = ""
    follows: Annotated[int, Field(ge=1, le=100_000)] | None = None
    codes: Annotated[list[Code], Field(max_length=1_000)]


class Actor(Strict):
    """A person by pseudonym, or a thing or place. Never a real name. `stopped_at`: nothing more about them, please."""

    label: Label = ""
    kind: ActorKind = "other"
    agency: Label | None = None
    merged_into: Id | None = None
    stopped_at: Stamp | None = None
    stopped_in: Id | None = None


class Consent(Strict):
    """What an actor agreed to, on which basis, and what was promised on withdrawal."""

    actor_id: Id
    ethics: Key | None = None
    legal_basis: Key | None = None
    withdrawal_promise: Key | None = None
    way: Label | None = None
    witness: Label | None = None
    renew_on: Day | None = None
    at: Stamp


class Presence(Strict):
    """When a participant was there. `to` is empty while nobody has seen them leave."""

    actor_id: Id
    from_: Annotated[Stamp | None, Field(alias="from")] = None
    to: Stamp | None = None


class Check(Strict):
    """The one-tap consent check of an encounter."""

    actor_id: Id
    answer: CheckAnswer
    # What was seen of somebody who could not be asked in words.
    assent: SeenAssent | None = None


class Encounter(Strict):
    """One stretch of fieldwork watched by one observer. No `end_origin` = nobody ended it: end unknown."""

    kind: EncounterKind = "visit"
    visit_code: VisitCode | None = None
    visit_id: Id | None = None
    observer: Label | None = None
    focal_actor_id: Id | None = None
    setting: Text | None = None
    agency: Label | None = None
    presence: Annotated[list[Presence], Field(max_length=200)] = []
    checks: Annotated[list[Check], Field(max_length=200)] = []
    started_at: Stamp = ""
    ended_at: Stamp | None = None
    end_origin: EndOrigin | None = None
    time_zone: Zone | None = None
    utc_offset_minutes: OffsetMinutes | None = None


class Gap(Strict):
    """Time inside an encounter that is not observation. An open one has no `to`."""

    encounter_id: Id = ""
    kind: GapKind = "off_record"
    from_: Annotated[Stamp, Field(alias="from")] = ""
    to: Stamp | None = None
    reason: Text | None = None


class Entry(Strict):
    """What was seen. Everything but encounter, kind and start may be missing: a mark is complete in itself."""

    encounter_id: Id = ""
    kind: EntryKind = "point"
    actor_id: Id | None = None
    recipient_id: Id | None = None
    action: Key | None = None
    structure: Key | None = None
    structure_origin: StructureOrigin = "none"
    flags: Annotated[list[Key], Field(max_length=50)] = []
    started_at: Stamp = ""
    ended_at: Stamp | None = None
    end_origin: EndOrigin | None = None
    taken: Taken = "tap"
    precision_s: Annotated[int, Field(ge=0, le=604_800)] = 0
    jotting: Text | None = None
    verbatim: bool = False
    codebook_version: Annotated[int, Field(ge=1, le=100_000)] | None = None
    control: Position | None = None
    care: Position | None = None
    merged_into: Id | None = None


class FieldNote(Strict):
    """One paragraph of the continuous account, anchored to entries or to none. `position` orders paragraphs."""

    encounter_id: Id = ""
    position: Annotated[float, Field(ge=-1e15, le=1e15)] = 0
    anchors: Annotated[list[Id], Field(max_length=1_000)] = []
    text: Text = ""
    author: Label | None = None
    written_at: Stamp | None = None


class About(Strict):
    """What a memo thinks about: a study, a code (by key), an actor, an encounter, an entry or another memo."""

    type: Literal["study", "code", "actor", "encounter", "entry", "fieldnote", "memo"]
    id: Label


class Memo(Strict):
    """Dated thinking; a reply is a memo about a memo."""

    about: Annotated[list[About], Field(max_length=1_000)] = []
    text: Text = ""
    author: Label | None = None
    written_at: Stamp | None = None
