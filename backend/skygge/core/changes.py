"""What may be reported: the envelope of a change, its kinds, and the rules of each payload.

A change that does not fit is refused with a code; whoever stores it keeps it whole and asks again after an upgrade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from skygge.core import model
from skygge.core.model import (
    MAX_LABEL,
    Actor,
    BigInt,
    Code,
    Codebook,
    Consent,
    Encounter,
    Entry,
    FieldNote,
    Gap,
    Id,
    Label,
    Memo,
    OffsetMinutes,
    Stamp,
    Strict,
    Study,
    SubjectType,
    Text,
    Zone,
)

SCHEMA = 1
T = TypeVar("T", bound=Strict)


class ChangeRefused(ValueError):
    """A change is not understood or breaks a rule. `code` is stable; `where` names fields, never contents."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.where = where


class Redacted(Strict):
    """What makes a change a stub: `erased` leaves no payload, `words` a payload without what was struck.

    `by` is the change that took the content out. Nothing tells what was there, not even a hash.
    """

    mode: Literal["words", "erased"]
    by: Id


class Change(Strict):
    """The envelope. `parents` are the changes whose values this one replaces; `monotonic_ms` never jumps.

    `redacted` is there only on stubs.
    """

    change_id: Id
    kind: Annotated[str, Field(max_length=64)]
    subject_id: Id
    parents: Annotated[list[Id], Field(max_length=2_000)] = []
    payload: dict[str, object]
    made_at: Stamp
    utc_offset_minutes: OffsetMinutes
    time_zone: Zone
    device_id: Id
    device_seq: Annotated[BigInt, Field(ge=0)]
    session_id: Label
    monotonic_ms: Annotated[float, Field(ge=0, le=2**63)]
    schema_: Annotated[int, Field(alias="schema", ge=1, le=2**31)]
    app_version: Label
    group_id: Id | None = None
    redacted: Redacted | None = None


class Nothing(Strict):
    """The payload of a change whose kind says it all."""


class EncounterEnded(Strict):
    """How an encounter ended. No origin = at its last entry, because nobody ended it."""

    ended_at: Stamp
    end_origin: model.EndOrigin | None = None


# More than anybody strikes at once; what goes beyond it is found by the server, or not named.
MAX_STRUCK = 1_000
PathPart = Annotated[str, Field(max_length=100)] | Annotated[int, Field(ge=0, lt=10_000)]


class EncounterStruck(Strict):
    """A stretch of an encounter whose entries are erased: those that began from `from` to `to`, both included.

    `entries`: those that the phone found there, for a restored server may lack them just now.
    """

    from_: Annotated[Stamp, Field(alias="from")]
    to: Stamp
    entries: Annotated[list[Id], Field(max_length=MAX_STRUCK)] = []


class PersonStopped(Strict):
    """Nothing more is to be written about a person; what this encounter holds about them waits for a decision."""

    stopped_at: Stamp
    stopped_in: Id | None = None


class StruckPlace(Strict):
    """Where in a change the struck words stood on the phone: in which text, from which code point on, how many."""

    change_id: Id
    path: Annotated[list[PathPart], Field(max_length=20)]
    at: Annotated[int, Field(ge=0, le=1_000_000)]
    length: Annotated[int, Field(ge=1, le=10_000)]


class WordsStruck(Strict):
    """Words to be replaced in every version of a thing's texts. They leave the change when it is stored.

    `places`: where they stood in the phone's copies. A server that was restored may lack a change that the phone saw;
    when its maker offers it again, nobody knows the words any more, and only the places tell what to take out.
    """

    words: Annotated[Text, Field(min_length=1, max_length=10_000)] | None = None
    replacement: Annotated[Text, Field(max_length=MAX_LABEL)] = "▮"
    places: Annotated[list[StruckPlace], Field(max_length=MAX_STRUCK)] = []


class SubjectRedacted(Strict):
    """The server's word that changes of a thing have become stubs; the feed tells the stubs beside it."""

    mode: Literal["words", "erased"]
    changes: list[Id] = []


@dataclass(frozen=True)
class KindSpec:
    """What one kind of change reports: on which subject, with which payload, and what it sets by itself.

    Without a subject it is about a thing of any type and sets nothing: its work is done on other changes.
    """

    subject: SubjectType | None
    payload: type[Strict]
    required: frozenset[str] = frozenset()
    sets: Mapping[str, object] = field(default_factory=dict)
    creates: bool = False


def _kind(subject: SubjectType, payload: type[Strict], required: str = "", **sets: object) -> KindSpec:
    return KindSpec(subject, payload, frozenset(required.split()), sets, creates=bool(required))


def _retraction(subject: SubjectType, retracted: bool) -> KindSpec:
    return KindSpec(subject, Nothing, sets={"retracted": retracted})


KINDS: Mapping[str, KindSpec] = {
    "study.amended": KindSpec("study", Study, creates=True),
    "encounter.started": _kind("encounter", Encounter, "kind started_at"),
    "encounter.amended": _kind("encounter", Encounter),
    "encounter.ended": _kind("encounter", EncounterEnded),
    "encounter.retracted": _retraction("encounter", True),
    "encounter.restored": _retraction("encounter", False),
    "encounter.struck": KindSpec(None, EncounterStruck, frozenset({"from", "to"})),
    "gap.recorded": _kind("gap", Gap, "encounter_id kind from"),
    "gap.amended": _kind("gap", Gap),
    "gap.retracted": _retraction("gap", True),
    "actor.added": _kind("actor", Actor, "label kind"),
    "actor.amended": _kind("actor", Actor),
    "person.stopped": KindSpec("actor", PersonStopped),
    "consent.recorded": _kind("consent", Consent, "actor_id at"),
    "entry.logged": _kind("entry", Entry, "encounter_id kind started_at"),
    "entry.amended": _kind("entry", Entry),
    "entry.retracted": _retraction("entry", True),
    "entry.restored": _retraction("entry", False),
    "fieldnote.written": _kind("fieldnote", FieldNote, "encounter_id text"),
    "fieldnote.amended": _kind("fieldnote", FieldNote),
    "fieldnote.retracted": _retraction("fieldnote", True),
    "fieldnote.restored": _retraction("fieldnote", False),
    "memo.written": _kind("memo", Memo, "text"),
    "memo.amended": _kind("memo", Memo),
    "memo.retracted": _retraction("memo", True),
    "codebook.drafted": _kind("codebook", Codebook, "version codes", status="draft"),
    "codebook.published": _kind("codebook", Codebook, "version codes", status="published"),
    "code.proposed": _kind("code", Code, "dimension key label", status="provisional"),
    "words.struck": KindSpec(None, WordsStruck),
    "subject.redacted": KindSpec(None, SubjectRedacted),
}
# What a field that is never null holds once it is cleared. Twin: EMPTY in frontend/src/store/changes.ts.
EMPTY: Mapping[SubjectType, Mapping[str, object]] = {
    "entry": {"structure_origin": "none", "flags": [], "taken": "tap", "precision_s": 0, "verbatim": False},
    "encounter": {"presence": [], "checks": []},
    "fieldnote": {"position": 0, "anchors": []},
    "memo": {"about": []},
}
# These take content out of other changes; the last one is said by the server alone.
STRIKES = frozenset({"encounter.struck", "words.struck"})


def read_change(document: object) -> Change:
    """Check one change as it came off the wire.

    Raises ChangeRefused: `change.content_invalid`, `change.schema_newer` or `change.kind_unknown`.
    """
    if isinstance(document, dict) and _is_newer(document.get("schema")):
        raise ChangeRefused("change.schema_newer", "schema")
    change = _validated(Change, document)
    spec = KINDS.get(change.kind)
    if spec is None:
        raise ChangeRefused("change.kind_unknown", "kind")
    if change.redacted is not None and change.redacted.mode == "erased":
        if change.payload:
            raise ChangeRefused("change.content_invalid", "payload")
        return change
    empty = _empty_of(spec)
    said = {name: value for name, value in change.payload.items() if value is not None or name not in empty}
    _validated(spec.payload, said, "payload")
    missing = spec.required - change.payload.keys()
    if missing:
        raise ChangeRefused("change.content_invalid", f"payload.{min(missing)}")
    return change


def fields_set_by(change: Mapping[str, Any]) -> dict[str, object]:
    """The fields that a change sets on its subject. An unknown kind sets none, nor does an erased change."""
    spec = KINDS.get(change["kind"])
    if spec is None or spec.subject is None or is_erased(change):
        return {}
    empty = _empty_of(spec)
    said = {name: empty.get(name) if value is None else value for name, value in change["payload"].items()}
    return {**said, **spec.sets}


def _empty_of(spec: KindSpec) -> Mapping[str, object]:
    return {} if spec.subject is None else EMPTY.get(spec.subject, {})


def is_erased(change: Mapping[str, Any]) -> bool:
    """Whether nothing is left of what a change said."""
    return (change.get("redacted") or {}).get("mode") == "erased"


def _is_newer(schema: object) -> bool:
    return isinstance(schema, int) and not isinstance(schema, bool) and SCHEMA < schema <= 2**31


def _validated(shape: type[T], document: object, inside: str = "") -> T:
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        place = [inside, *(str(part) for part in error.errors(include_input=False, include_context=False)[0]["loc"])]
        # Only names that the model itself knows may be told: an unknown key is the sender's own text.
        names = {field.alias or name for name, field in shape.model_fields.items()}
        known = [part for part in place if part in names or part == inside]
        raise ChangeRefused("change.content_invalid", ".".join(filter(None, known))) from None
