"""Is the log what it was, and are the tables its fold? Reads everything again and compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from skygge.core.model import SubjectType
from skygge.core.wire import WireError, content_hash, parse_json
from skygge.fieldlog.logged import Key, Logged, as_logged, seal
from skygge.fieldlog.project import TABLES, Values
from skygge.fieldlog.refold import observers_of, project, table_of
from skygge.fieldlog.search_index import verify_index
from skygge.fieldlog.set_back import verify_set_back
from skygge.fieldlog.tables import ChangeRow, QuarantineRow, RedactionRow
from skygge.studies.tables import StudyRow

ROWS_AT_ONCE = 500


def verify(session: Session) -> list[str]:
    """What does not fit, one sentence each; nothing when all is well. Sentences name rows, never contents."""
    studies = session.scalars(select(StudyRow).order_by(col(StudyRow.study_id))).all()
    return [finding for study in studies for finding in _verify_study(session, study)]


def _verify_study(session: Session, study: StudyRow) -> Iterator[str]:
    findings: list[str] = []
    changes = _read_log(session, study, findings)
    yield from (f"Study {study.study_id}: {finding}" for finding in findings)
    rows, settings = project(study.study_id, changes, observers_of(session, study.study_id))
    for name, value in settings.items():
        if getattr(study, name) != value:
            yield f"Study {study.study_id}: the table study differs from the log in {name}."
    for kind in TABLES:
        for finding in _compare(session, study.study_id, kind, rows.get(kind, [])):
            yield f"Study {study.study_id}: {finding}"
    for finding in [*verify_index(session, study.study_id, rows), *verify_set_back(session, study.study_id)]:
        yield f"Study {study.study_id}: {finding}"
    for finding in _verify_quarantine(session, study.study_id):
        yield f"Study {study.study_id}: {finding}"
    for finding in _verify_redactions(session, study.study_id, changes):
        yield f"Study {study.study_id}: {finding}"


def _read_log(session: Session, study: StudyRow, findings: list[str]) -> dict[Key, list[Logged]]:
    """The log by subject; what is wrong with its numbers and rows is added to the findings."""
    changes: dict[Key, list[Logged]] = {}
    expected = 1
    for row in _iter_rows(session, ChangeRow, study.study_id, "seq"):
        if row["seq"] != expected:
            findings.append(f"the log jumps from {expected - 1} to {row['seq']}.")
        expected = row["seq"] + 1
        said = _read_raw(row)
        if said is None:
            findings.append(f"change {row['seq']} is not what was received.")
        if isinstance(said, dict):
            logged = as_logged(said, row)
            changes.setdefault(logged.key, []).append(logged)
    if study.last_seq != expected - 1:
        findings.append(f"the counter says {study.last_seq}, the log ends at {expected - 1}.")
    return changes


def _verify_quarantine(session: Session, study_id: UUID) -> Iterator[str]:
    for row in _iter_rows(session, QuarantineRow, study_id, "id"):
        if _read_raw(row) is None:
            yield f"quarantined change {row['id']} is not what was received."


def _verify_redactions(session: Session, study_id: UUID, changes: Mapping[Key, list[Logged]]) -> Iterator[str]:
    """What keeps words that were taken out from coming back: unaltered, and all that the log says was taken."""
    erased: set[str] = set()
    struck: set[tuple[str, str]] = set()
    for row in _iter_rows(session, RedactionRow, study_id, "id"):
        if seal(row) != row["seal"]:
            yield f"the table redaction, row {row['id']}, is not what was written."
        if row["change_id"] is None:
            erased.add(str(row["subject_id"]))
        else:
            struck.add((str(row["redacted_by"]), str(row["change_id"])))
    for said in (logged.said for own in changes.values() for logged in own):
        if said["kind"] != "subject.redacted" or said["subject_id"] in erased:
            continue
        by, named = said["change_id"], said["payload"]["changes"]
        if said["payload"]["mode"] == "erased":
            yield f"the table redaction lacks that {said['subject_id']} was erased."
        for change_id in named if said["payload"]["mode"] == "words" else ():
            if (by, change_id) not in struck:
                yield f"the table redaction lacks what was struck in change {change_id}."


def _read_raw(row: Mapping[str, Any]) -> object:
    """What a row holds, or None where the row or its content were altered."""
    try:
        said = parse_json(row["raw"])
    except WireError:
        return None
    is_whole = content_hash(said) == row["content_hash"] and seal(row) == row["seal"]
    return (said if said is not None else "null") if is_whole else None


def _compare(session: Session, study_id: UUID, kind: SubjectType, wanted: list[Values]) -> Iterator[str]:
    """Compare a table with the rows that the log means, row by row and column by column."""
    name = table_of(kind).name
    missing = {row["id"]: row for row in wanted}
    for row in _iter_rows(session, TABLES[kind], study_id, "id"):
        meant = missing.pop(row["id"], None)
        if meant is None:
            yield f"the table {name} has a row {row['id']} that the log does not mean."
            continue
        wrong = sorted(column for column, value in meant.items() if row[column] != value)
        if wrong:
            yield f"the table {name}, row {row['id']}, differs from the log in {', '.join(wrong)}."
    for row_id in missing:
        yield f"the table {name} lacks the row {row_id}."


def _iter_rows(session: Session, table: type[SQLModel], study_id: UUID, order: str) -> Iterator[Mapping[str, Any]]:
    plain = table.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    query = select(plain).where(plain.c.study_id == study_id).order_by(plain.c[order])
    with session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        for row in rows.mappings():
            yield dict(row)
