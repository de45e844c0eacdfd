"""The log of what people observed have asked for: when it came, until when it is due, how it was answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, model_validator
from sqlmodel import Session, col, select

from skygge.accounts.access import SignedIn
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep, new_id
from skygge.core.model import Day, Id, Strict
from skygge.core.requests import Outcome, RequestKind, due_on
from skygge.db import ReadSession, WriteSession
from skygge.errors import (
    ActorUnknown,
    DeviceRevoked,
    RequestDays,
    RequestUnknown,
    RoleInsufficient,
    SessionMissing,
    StudyUnknown,
    TokenReadOnly,
)
from skygge.fieldlog.tables import ActorRow
from skygge.paging import Page, PageQuery, to_page
from skygge.privacy.tables import PersonRequestRow
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Membership, Permission, require

router = APIRouter(route_class=StrictRoute, tags=["privacy"])
MAY_FAIL = document_problems(SessionMissing, DeviceRevoked, StudyUnknown, RoleInsufficient)
MAY_FAIL_WRITING = MAY_FAIL | document_problems(RequestDays, TokenReadOnly)


class RequestIn(Strict):
    """What somebody asks for, and the day it came. Without `actor_id` nobody knows yet who it is."""

    kind: RequestKind
    received_on: Day
    actor_id: Id | None = None


class RequestAmended(Strict):
    """Only what is set changes. An answer has its day and its outcome; null for both opens it again."""

    is_extended: bool | None = None
    answered_on: Day | None = None
    outcome: Outcome | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.answered_on is None) != (self.outcome is None):
            raise ValueError("an answer needs its day and its outcome")
        return self


class RequestOut(BaseModel):
    """A request. `due_on`: the last day on which it can be answered in time. `written_by`: an observer's name."""

    request_id: UUID
    kind: RequestKind
    actor_id: UUID | None
    received_on: str
    due_on: str
    is_extended: bool
    answered_on: str | None
    outcome: Outcome | None
    written_by: str


@router.get("/studies/{study_id}/requests", response_model=Page[RequestOut], responses=MAY_FAIL)
def read_requests(study_id: UUID, who: SignedIn, session: ReadSession, paging: Annotated[PageQuery, Query()]) -> Any:
    """What people observed have asked for: open ones first, the soonest due on top. For leads and auditors."""
    require(session, who, study_id, Permission.AUDIT)
    return to_page([_tell(row) for row in list_requests(session, study_id)], paging)


@router.post("/studies/{study_id}/requests", status_code=201, response_model=RequestOut,
             responses=MAY_FAIL_WRITING | document_problems(ActorUnknown))  # fmt: skip
def write_request(study_id: UUID, body: RequestIn, who: SignedIn, session: WriteSession, clock: ClockDep) -> Any:
    """Write down that somebody asked for something. The lead's."""
    lead = require(session, who, study_id, Permission.LEAD)
    now = clock()
    _check_days(body.received_on, body.received_on, now)
    if body.actor_id is not None and session.get(ActorRow, (study_id, UUID(body.actor_id))) is None:
        raise ActorUnknown
    row = PersonRequestRow(
        study_id=study_id,
        id=new_id(),
        kind=body.kind,
        actor_id=UUID(body.actor_id) if body.actor_id else None,
        received_on=body.received_on,
        written_by=lead.observer,
        written_at=now,
    )
    session.add(row)
    session.flush()
    said = body.model_dump(exclude_none=True) | {"due_on": due_of(row)}
    _record(session, lead, "request.received", row, said, now)
    return _tell(row)


@router.patch("/studies/{study_id}/requests/{request_id}", response_model=RequestOut,
              responses=MAY_FAIL_WRITING | document_problems(RequestUnknown))  # fmt: skip
def amend_request(
    study_id: UUID, request_id: UUID, body: RequestAmended, who: SignedIn, session: WriteSession, clock: ClockDep
) -> Any:
    """Write down how a request was answered, that it takes two months more, or that it is open again. The lead's."""
    lead = require(session, who, study_id, Permission.LEAD)
    row = session.get(PersonRequestRow, (study_id, request_id))
    if row is None:
        raise RequestUnknown
    now = clock()
    said = body.model_dump(exclude_unset=True)
    if body.answered_on is not None:
        _check_days(row.received_on, body.answered_on, now)
    if body.is_extended is not None:
        row.is_extended = body.is_extended
    if "answered_on" in said:
        row.answered_on, row.outcome = body.answered_on, body.outcome
    if said:
        _record(session, lead, "request.amended", row, said, now)
    session.flush()
    return _tell(row)


def list_requests(session: Session, study_id: UUID) -> list[PersonRequestRow]:
    """All of a study: open ones first, the soonest due on top; then the answered ones, the latest first."""
    rows = list(session.exec(select(PersonRequestRow).where(col(PersonRequestRow.study_id) == study_id)))
    waiting = sorted((row for row in rows if row.answered_on is None), key=lambda row: (due_of(row), str(row.id)))
    answered = [row for row in rows if row.answered_on is not None]
    return waiting + sorted(answered, key=lambda row: (row.answered_on or "", str(row.id)), reverse=True)


def due_of(row: PersonRequestRow) -> str:
    """The last day on which it can be answered in time."""
    return due_on(date.fromisoformat(row.received_on), is_extended=row.is_extended).isoformat()


def _check_days(received_on: str, answered_on: str, now: datetime) -> None:
    # Somebody east of the server may already live in tomorrow.
    if not received_on <= answered_on <= (now + timedelta(days=1)).date().isoformat():
        raise RequestDays


def _tell(row: PersonRequestRow) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in RequestOut.model_fields if name not in ("request_id", "due_on")}
    return {"request_id": row.id, "due_on": due_of(row), **said}


def _record(
    session: Session, lead: Membership, kind: str, row: PersonRequestRow, said: Mapping[str, Any], now: datetime
) -> None:
    details = {"request_id": str(row.id), **said}
    keep(session, Event(kind, now, lead.observer, lead.account_id, lead.study_id, details))
