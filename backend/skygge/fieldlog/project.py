"""From a folded subject to its row, and from a row to its JSON Lines object. Both follow the columns of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from pydantic_core import PydanticUndefined
from sqlalchemy import RowMapping, Uuid

from skygge.core.changes import KINDS, is_erased
from skygge.core.clock_readings import read_clock
from skygge.core.fold import Subject
from skygge.core.identity import visit_id
from skygge.core.model import SubjectType, read_instant
from skygge.db import UtcTime
from skygge.fieldlog.logged import Logged
from skygge.fieldlog.tables import (
    ActorRow,
    CodebookRow,
    CodeRow,
    ConsentRow,
    EncounterRow,
    EntryRow,
    FieldNoteRow,
    Folded,
    GapRow,
    MemoRow,
)

TABLES: Mapping[SubjectType, type[Folded]] = {
    "codebook": CodebookRow, "code": CodeRow, "actor": ActorRow, "consent": ConsentRow, "encounter": EncounterRow,
    "gap": GapRow, "entry": EntryRow, "fieldnote": FieldNoteRow, "memo": MemoRow,
}  # fmt: skip
OFFSET = "_offset_minutes"
# What a row holds beside the fields of its thing.
BESIDE = frozenset(
    "study_id id retracted conflicts codebook_id device_seq private_to".split()
    + "clock_offset_ms clock_run clock_base_ms clock_fell_ms".split()
)
STARTS = {"encounter": "started_at", "entry": "started_at", "gap": "from"}

Values = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column that holds a field of a thing, under the field's own name on the wire."""

    name: str
    field: str
    is_id: bool
    is_time: bool
    default: Any


@dataclass(frozen=True)
class Origin:
    """Where a subject comes from: all its changes, and what its author is called."""

    changes: Mapping[str, Logged]
    observers: Mapping[UUID, str]

    @property
    def created(self) -> Logged:
        """The change that began it; of several the one that arrived first, so that nobody can take it over later."""
        return min(self._beginnings(), key=lambda logged: logged.seq)

    @property
    def first(self) -> Mapping[str, Any]:
        """What the change that began it said; of several always the same one, whatever came first."""
        return min(self._beginnings(), key=lambda logged: str(logged.said["change_id"])).said

    def _beginnings(self) -> list[Logged]:
        return [one for one in self.changes.values() if KINDS[one.said["kind"]].creates and not is_erased(one.said)]


@cache
def columns_of(kind: SubjectType) -> tuple[Column, ...]:
    """The columns of a kind of thing that hold its fields."""
    table = TABLES[kind]
    wire_names: Mapping[str, str] = getattr(table, "wire_names", {})
    found = []
    for name, field in table.model_fields.items():
        column = table.__table__.c[name]  # type: ignore[attr-defined]  # SQLModel does not declare it
        if name not in BESIDE and not name.endswith("at" + OFFSET):
            default = field.get_default(call_default_factory=True)
            is_time = isinstance(column.type, UtcTime)
            found.append(Column(name, wire_names.get(name, name), isinstance(column.type, Uuid), is_time, default))
    return tuple(found)


def to_row(study_id: UUID, subject: Subject, origin: Origin) -> Values:
    """The row of a subject that has been created."""
    fields = {**subject.fields, **_filled_in(study_id, subject, origin)}
    row: Values = {
        "study_id": study_id,
        "id": UUID(subject.id),
        "retracted": subject.retracted,
        "conflicts": subject.conflicts,
        **_to_columns(subject.type, fields),
        **_beside(subject, origin),
    }
    return row


def to_code_rows(study_id: UUID, codebook: Subject) -> list[Values]:
    """The rows of the codes of a codebook version."""
    codebook_id, version = UUID(codebook.id), codebook.fields["version"]
    return [
        {
            "study_id": study_id,
            "id": uuid5(codebook_id, str(place)),
            "retracted": False,
            "conflicts": [],
            "codebook_id": codebook_id,
            **_to_columns("code", {**code, "version": version}),
        }
        for place, code in enumerate(codebook.fields["codes"], 1)
    ]


def to_thing(kind: SubjectType, row: Mapping[str, Any] | RowMapping) -> Values:
    """The JSON Lines object of a row; `retracted` and `conflicts` only where there are any."""
    thing: Values = {"type": kind, "id": str(row["id"])}
    for column in columns_of(kind):
        value = row[column.name]
        if value is None:
            thing[column.field] = None
        elif column.is_id:
            thing[column.field] = str(value)
        elif column.is_time:
            thing[column.field] = write_stamp(value, row[column.name + OFFSET])
        else:
            thing[column.field] = value
    if row["retracted"]:
        thing["retracted"] = True
    if row["conflicts"]:
        thing["conflicts"] = row["conflicts"]
    return thing


def write_stamp(instant: datetime, offset_minutes: int) -> str:
    """An instant at its local offset, in milliseconds unless it was written more finely."""
    local = instant.astimezone(_zone_of(offset_minutes))
    return local.isoformat(timespec="microseconds" if instant.microsecond % 1000 else "milliseconds")


@cache
def _zone_of(offset_minutes: int) -> timezone:
    return timezone(timedelta(minutes=offset_minutes))


def _to_columns(kind: SubjectType, fields: Mapping[str, Any]) -> Values:
    values: Values = {}
    for column in columns_of(kind):
        value = fields.get(column.field)
        if value is None:
            values[column.name] = None if column.default is PydanticUndefined else column.default
            if column.is_time:
                values[column.name + OFFSET] = None
        elif column.is_id:
            values[column.name] = UUID(value)
        elif column.is_time:
            values[column.name] = read_instant(value)
            values[column.name + OFFSET] = _offset_minutes(value)
        else:
            values[column.name] = value
    return values


def _offset_minutes(stamp: str) -> int:
    offset = datetime.fromisoformat(stamp).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def _filled_in(study_id: UUID, subject: Subject, origin: Origin) -> Values:
    """What a thing says about its visit, its author and its writing even where nobody wrote it down."""
    if subject.type == "encounter":
        code = subject.fields.get("visit_code")
        return {
            "observer": subject.fields.get("observer") or origin.observers[origin.created.author_id],
            # The letters name the visit inside this study, whatever id another study's phone made of them.
            "visit_id": subject.fields.get("visit_id") if code is None else str(visit_id(study_id, code)),
        }
    if subject.type in ("fieldnote", "memo"):
        created = origin.created
        return {
            "author": subject.fields.get("author") or origin.observers[created.author_id],
            "written_at": subject.fields.get("written_at") or created.said["made_at"],
        }
    return {}


def _beside(subject: Subject, origin: Origin) -> Values:
    values: Values = {}
    if subject.type in STARTS:
        name = STARTS[subject.type]
        start = origin.changes[subject.heads[name][0]]
        values["clock_offset_ms"] = start.wrong_by_ms
        if subject.type != "gap":
            began = origin.first
            told = read_clock(began, began["payload"][name], start.said, subject.fields[name], start.wrong_by_ms)
            values["clock_run"] = told and told.run
            values["clock_base_ms"] = told and told.base_ms
    if subject.type == "entry":
        values["device_seq"] = int(origin.first["device_seq"])
        values["private_to"] = _owner_of(subject, origin)
    if subject.type == "code":
        values["codebook_id"] = None
    return values


def _owner_of(subject: Subject, origin: Origin) -> UUID | None:
    """A reflection belongs to whoever began it. One that is only in doubt is one: privacy first."""
    kinds = {origin.changes[change_id].said["payload"]["kind"] for change_id in subject.heads["kind"]}
    return origin.created.author_id if "reflection" in kinds else None
