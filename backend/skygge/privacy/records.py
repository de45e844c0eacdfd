"""What the records of a study tell, for the papers out of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.audit.tables import AuditRow
from skygge.core.model import read_zone
from skygge.core.record_papers import Download, Request, compile_downloads, compile_requests
from skygge.core.report import Language, Report
from skygge.fieldlog.tables import ActorRow
from skygge.privacy.requests import due_of, list_requests
from skygge.studies.tables import StudyRow

MADE, STOPPED, DISCLOSED = "export.made", "export.stopped", "person.disclosed"


def write_downloads(session: Session, study_id: UUID, now: datetime, language: Language) -> Report:
    """Who downloaded what, newest first: exports from the web app and the console, and files about one person."""
    study = session.get_one(StudyRow, study_id)
    zone = read_zone(study.time_zone)

    def say(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    downloads = [_tell_download(row, say(row.at), n_bytes) for row, n_bytes in _read_downloads(session, study_id)]
    return compile_downloads(study.title, say(now), downloads, language)


def write_requests(session: Session, study_id: UUID, now: datetime, language: Language) -> Report:
    """What people observed have asked for, open ones first."""
    study = session.get_one(StudyRow, study_id)
    here = now.astimezone(read_zone(study.time_zone))
    query = select(ActorRow.id, ActorRow.label).where(ActorRow.study_id == study_id)
    labels = {actor_id: label for actor_id, label in session.exec(query) if label}
    requests = [
        Request(
            received_on=row.received_on,
            kind=row.kind,
            pseudonym=labels.get(row.actor_id) if row.actor_id else None,
            due_on=due_of(row),
            is_extended=row.is_extended,
            answered_on=row.answered_on,
            outcome=row.outcome,
            written_by=row.written_by,
        )
        for row in list_requests(session, study_id)
    ]
    made = here.strftime("%Y-%m-%d %H:%M")
    return compile_requests(study.title, made, requests, here.date().isoformat(), language)


def _read_downloads(session: Session, study_id: UUID) -> Iterator[tuple[AuditRow, int | None]]:
    """Each with the bytes of it that left when it was stopped."""
    query = select(AuditRow).where(AuditRow.study_id == study_id, col(AuditRow.kind).in_((MADE, STOPPED, DISCLOSED)))
    stopped: dict[int, int] = {}
    for row in session.exec(query.order_by(col(AuditRow.number).desc())):
        # Newest first: that it was stopped is read before that it was made.
        if row.kind == STOPPED:
            stopped[row.details["number"]] = row.details["n_bytes"]
        else:
            yield row, stopped.get(row.number)


def _tell_download(row: AuditRow, at: str, n_bytes: int | None) -> Download:
    said: dict[str, Any] = row.details
    if row.kind == DISCLOSED:
        asked = {"actor": said["actor_id"]}
        return Download(row.number, at, row.who, "json", "person", clock_times=True, asked=asked)
    asked = {**said.get("filters", {}), **said.get("options", {})}
    return Download(
        row.number, at, row.who, said["format"], said["tier"], said["clock_times"], asked, n_bytes, said.get("counts")
    )
