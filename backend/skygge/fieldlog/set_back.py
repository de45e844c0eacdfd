"""In which encounters a device's clock was set back: found again whenever something in them was given a time.

Every pair of entries could show it, so what is asked first is one question: which encounters hold readings of one run
of the app that lie further apart than clocks do. There are next to none, and only those are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, and_, func, literal, select, union_all, update
from sqlmodel import Session

from skygge.core.clock_readings import NOTICED_MS, ClockReading, find_fall
from skygge.core.model import SubjectType
from skygge.fieldlog.logged import Key, Logged, in_slices
from skygge.fieldlog.project import TABLES

KINDS: tuple[SubjectType, SubjectType] = ("encounter", "entry")
ENCOUNTER, ENTRY = (TABLES[kind].__table__ for kind in KINDS)  # type: ignore[attr-defined]  # SQLModel does not declare it


def touched_encounters(changes: Mapping[Key, list[Logged]]) -> set[UUID]:
    """The encounters that changes are about, or about something in them."""
    own = {UUID(subject_id) for kind, subject_id in changes if kind == "encounter"}
    inside = (logged.encounter_id for (kind, _), said in changes.items() if kind == "entry" for logged in said)
    return own | {encounter_id for encounter_id in inside if encounter_id is not None}


def note_set_back(session: Session, study_id: UUID, encounter_ids: Collection[UUID]) -> None:
    """Write down for some encounters by how much the clock was set back in them, or that it was not."""
    for some in in_slices(encounter_ids):
        own = and_(ENCOUNTER.c.study_id == study_id, ENCOUNTER.c.id.in_(some))
        session.execute(update(ENCOUNTER).where(own, ENCOUNTER.c.clock_fell_ms.is_not(None)).values(clock_fell_ms=None))
        for encounter_id, fell_ms in find_set_back(session, study_id, some).items():
            told = and_(ENCOUNTER.c.study_id == study_id, ENCOUNTER.c.id == encounter_id)
            session.execute(update(ENCOUNTER).where(told).values(clock_fell_ms=fell_ms))


def find_set_back(session: Session, study_id: UUID, among: Collection[UUID] | None = None) -> dict[UUID, int]:
    """The encounters (of all, or among some) in which the clock was set back, with the largest step in milliseconds."""
    readings = _readings(study_id, among).subquery()
    base, encounter_id = readings.c.base_ms, readings.c.encounter_id
    apart = func.max(base) - func.min(base) > NOTICED_MS
    query = select(encounter_id).group_by(encounter_id, readings.c.run).having(apart)
    suspected = set(session.scalars(query))
    found = ((key, find_fall(_read(session, study_id, key))) for key in suspected)
    return {key: fell_ms for key, fell_ms in found if fell_ms is not None}


def verify_set_back(session: Session, study_id: UUID) -> Iterator[str]:
    """What does not fit, one sentence each."""
    query = select(ENCOUNTER.c.id, ENCOUNTER.c.clock_fell_ms).where(ENCOUNTER.c.study_id == study_id)
    meant = find_set_back(session, study_id)
    for encounter_id, fell_ms in session.execute(query.order_by(ENCOUNTER.c.id)):
        if fell_ms != meant.get(encounter_id):
            yield f"the table encounter, row {encounter_id}, differs from the log in clock_fell_ms."


def _read(session: Session, study_id: UUID, encounter_id: UUID) -> list[ClockReading]:
    readings = _readings(study_id, [encounter_id]).subquery()
    query = select(readings.c.run, readings.c.device_seq, readings.c.base_ms)
    return [ClockReading(*row) for row in session.execute(query)]


def _readings(study_id: UUID, among: Collection[UUID] | None) -> CompoundSelect[Any]:
    """What the starts of encounters and of the entries in them tell; an encounter starts before anything in it."""
    return union_all(
        _told_by(ENCOUNTER, study_id, among, ENCOUNTER.c.id, literal(-1)),
        _told_by(ENTRY, study_id, among, ENTRY.c.encounter_id, ENTRY.c.device_seq),
    )


def _told_by(
    table: Table,
    study_id: UUID,
    among: Collection[UUID] | None,
    encounter_id: ColumnElement[UUID],
    device_seq: ColumnElement[int],
) -> Select[Any]:
    columns = (encounter_id.label("encounter_id"), device_seq.label("device_seq"))
    told = select(*columns, table.c.clock_run.label("run"), table.c.clock_base_ms.label("base_ms")).where(
        table.c.study_id == study_id, table.c.retracted.is_(False), table.c.clock_base_ms.is_not(None)
    )
    return told if among is None else told.where(encounter_id.in_(among))
