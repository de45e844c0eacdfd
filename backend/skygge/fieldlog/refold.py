"""Bringing the tables up to what the log says about some subjects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, update
from sqlmodel import Session, col

from skygge.core.fold import Subject, fold_subject
from skygge.core.model import Study, SubjectType
from skygge.fieldlog.logged import Key, Logged, in_slices
from skygge.fieldlog.project import TABLES, Origin, Values, to_code_rows, to_row
from skygge.fieldlog.search_index import add_to_index, drop_from_index
from skygge.fieldlog.set_back import note_set_back, touched_encounters
from skygge.fieldlog.tables import CodeRow
from skygge.studies.tables import MemberRow, StudyRow

STUDY_FIELDS = frozenset(Study.model_fields)
Rows = dict[SubjectType, list[Values]]


def refold(session: Session, study_id: UUID, changes: Mapping[Key, list[Logged]], replaced: Iterable[Key]) -> None:
    """Write the rows of the given subjects, whose changes are all given. `replaced` are those that may have a row."""
    rows, settings = project(study_id, changes, observers_of(session, study_id))
    for kind, ids in _by_type(replaced).items():
        _delete(session, study_id, kind, ids)
        drop_from_index(session, study_id, kind, ids)
    for kind, own in rows.items():
        session.execute(insert(table_of(kind)), own)
        add_to_index(session, kind, own)
    note_set_back(session, study_id, touched_encounters(changes))
    if settings:
        session.execute(update(StudyRow).where(col(StudyRow.study_id) == study_id).values(**settings))


def project(
    study_id: UUID, changes: Mapping[Key, list[Logged]], observers: Mapping[UUID, str]
) -> tuple[Rows, dict[str, Any]]:
    """The rows that changes mean, by kind of thing, and the settings of the study where the changes set some."""
    rows: Rows = {}
    settings: dict[str, Any] = {}
    for (kind, subject_id), own in changes.items():
        if kind is None:
            continue
        origin = Origin({logged.said["change_id"]: logged for logged in own}, observers)
        subject = fold_subject(
            kind, subject_id, {change_id: logged.said for change_id, logged in origin.changes.items()}
        )
        if subject.type == "study":
            settings = {name: value for name, value in subject.fields.items() if name in STUDY_FIELDS}
        elif subject.is_created:
            rows.setdefault(subject.type, []).append(to_row(study_id, subject, origin))
            _add_codes(rows, study_id, subject)
    return rows, settings


def observers_of(session: Session, study_id: UUID) -> dict[UUID, str]:
    """What each member of a study is called in it."""
    query = select(col(MemberRow.member_id), col(MemberRow.observer)).where(col(MemberRow.study_id) == study_id)
    return {member_id: observer for member_id, observer in session.execute(query)}


def table_of(kind: SubjectType) -> Table:
    """The plain table of a kind of thing: inserting through it costs a tenth of going through the session."""
    table: Table = TABLES[kind].__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    return table


def _add_codes(rows: Rows, study_id: UUID, subject: Subject) -> None:
    if subject.type == "codebook" and subject.fields["codes"]:
        rows.setdefault("code", []).extend(to_code_rows(study_id, subject))


def _by_type(keys: Iterable[Key]) -> dict[SubjectType, list[UUID]]:
    found: dict[SubjectType, list[UUID]] = {}
    for kind, subject_id in keys:
        if kind not in ("study", None):
            found.setdefault(kind, []).append(UUID(subject_id))
    return found


def _delete(session: Session, study_id: UUID, kind: SubjectType, ids: list[UUID]) -> None:
    table = table_of(kind)
    for some in in_slices(ids):
        session.execute(delete(table).where(table.c.study_id == study_id, table.c.id.in_(some)))
        if kind == "codebook":
            codes = CodeRow.__table__.c  # type: ignore[attr-defined]  # SQLModel does not declare it
            session.execute(delete(table_of("code")).where(codes.study_id == study_id, codes.codebook_id.in_(some)))
