"""Concerns: harm that somebody saw, written down for themselves. The lead sees that one exists, never its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from skygge.accounts.access import Person, SettingsDep
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep, new_id
from skygge.core.model import Strict, Text
from skygge.db import ERASED, LEDGER, ReadSession, WriteSession
from skygge.errors import (
    ConcernUnknown,
    DeviceRevoked,
    RoleInsufficient,
    SessionMissing,
    StudyUnknown,
    TokenBound,
)
from skygge.paging import Page, PageQuery, to_page
from skygge.privacy.sealing import open_words, seal_words
from skygge.privacy.tables import ConcernRow
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Membership, Permission, Role, require
from skygge.studies.tables import MemberRow

router = APIRouter(route_class=StrictRoute, tags=["privacy"])
MAY_FAIL = document_problems(SessionMissing, DeviceRevoked, StudyUnknown, RoleInsufficient, TokenBound)
MAX_CONCERN = 20_000
REMOVED = "concern_removed"


class ConcernIn(Strict):
    """What was seen, in the author's own words."""

    text: Annotated[Text, Field(min_length=1, max_length=MAX_CONCERN, pattern=r"\S")]


class ConcernOut(BaseModel):
    """That a concern exists, when and by whom. `text` is there for its author alone, and while its key is."""

    concern_id: UUID
    at: datetime
    observer: str | None
    is_mine: bool
    text: str | None


@router.get("/studies/{study_id}/concerns", response_model=Page[ConcernOut], responses=MAY_FAIL)
def read_concerns(
    study_id: UUID, who: Person, session: ReadSession, settings: SettingsDep, paging: Annotated[PageQuery, Query()]
) -> Any:
    """My own concerns with their words, newest first; the lead learns that others have some, when and by whom."""
    member = require(session, who, study_id, Permission.READ)
    query = select(ConcernRow).where(ConcernRow.study_id == study_id)
    if member.role != Role.LEAD:
        query = query.where(ConcernRow.author_id == member.member_id)
    rows = session.exec(query.order_by(col(ConcernRow.at).desc(), col(ConcernRow.id).desc())).all()
    return to_page([_tell(session, row, member, settings.data) for row in rows], paging)


@router.post("/studies/{study_id}/concerns", status_code=201, response_model=ConcernOut, responses=MAY_FAIL)
def write_concern(
    study_id: UUID, body: ConcernIn, who: Person, session: WriteSession, settings: SettingsDep, clock: ClockDep
) -> Any:
    """Write one down: sealed at once. That it was is on record, not what it says."""
    member = require(session, who, study_id, Permission.READ)
    concern_id, now = new_id(), clock()
    sealed = seal_words(settings.data, study_id, concern_id, body.text)
    row = ConcernRow(study_id=study_id, id=concern_id, author_id=member.member_id, at=now, sealed=sealed)
    session.add(row)
    session.flush()
    _record(session, member, "concern.written", row, now)
    return _tell(session, row, member, settings.data)


@router.delete(
    "/studies/{study_id}/concerns/{concern_id}", status_code=204, responses=MAY_FAIL | document_problems(ConcernUnknown)
)
def remove_concern(study_id: UUID, concern_id: UUID, who: Person, session: WriteSession, clock: ClockDep) -> None:
    """Take back one of mine. Nobody else can, the lead neither."""
    member = require(session, who, study_id, Permission.READ)
    row = session.get(ConcernRow, (study_id, concern_id))
    if row is None or row.author_id != member.member_id:
        raise ConcernUnknown
    session.delete(row)
    session.info[ERASED] = True
    # An older backup has it still, and does not bring it back.
    line = {"type": REMOVED, "study_id": str(study_id), "concern_id": str(concern_id)}
    session.info.setdefault(LEDGER, []).append(line)
    _record(session, member, "concern.removed", row, clock())


def remove_again(session: Session, ledger: Iterable[Mapping[str, Any]]) -> None:
    """After a restore: take out what its author has taken back since the backup."""
    for line in ledger:
        if line.get("type") == REMOVED:
            row = session.get(ConcernRow, (UUID(line["study_id"]), UUID(line["concern_id"])))
            if row is not None:
                session.delete(row)


def _tell(session: Session, row: ConcernRow, member: Membership, folder: Path) -> dict[str, Any]:
    is_mine = row.author_id == member.member_id
    author = session.get(MemberRow, (row.study_id, row.author_id))
    return {
        "concern_id": row.id,
        "at": row.at,
        "observer": author.observer if author else None,
        "is_mine": is_mine,
        "text": open_words(folder, row.study_id, row.id, row.sealed) if is_mine else None,
    }


def _record(session: Session, member: Membership, kind: str, row: ConcernRow, now: datetime) -> None:
    details = {"concern_id": str(row.id)}
    keep(session, Event(kind, now, member.observer, member.account_id, member.study_id, details))
