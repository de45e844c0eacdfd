"""Push, pull and what was parked."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlmodel import col

from skygge.accounts.access import SignedIn
from skygge.clock import ClockDep
from skygge.db import ReadSession, WriteSession
from skygge.errors import (
    BodyTooLarge,
    BodyUnreadable,
    DeviceRevoked,
    RoleInsufficient,
    SessionMissing,
    StudyUnknown,
    TokenReadOnly,
)
from skygge.fieldlog.feed import FeedPage, read_page, sum_days
from skygge.fieldlog.sight import sight_of
from skygge.fieldlog.tables import QuarantineRow
from skygge.paging import Page, PageQuery, close_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require, require_push
from skygge.studies.first_contact import note_earlier_copy
from skygge.studies.tables import StudyRow
from skygge.sync.ingest import check_size, ingest
from skygge.sync.shapes import (
    MAX_BODY_BYTES,
    PROTOCOL,
    Acknowledgement,
    DaysOut,
    DaysQuery,
    FeedOut,
    PullQuery,
    Push,
    QuarantinedOut,
)


class PushRoute(StrictRoute):
    """Takes a megabyte, for a single long note, and gzip."""

    max_bytes = MAX_BODY_BYTES
    accepts_gzip = True


push_router = APIRouter(route_class=PushRoute, tags=["sync"])
pull_router = APIRouter(route_class=StrictRoute, tags=["sync"])
MAY_FAIL = document_problems(SessionMissing, DeviceRevoked, StudyUnknown, RoleInsufficient)


async def measure_body(request: Request) -> int:
    """The size of the body, unpacked, in bytes."""
    return len(await request.body())


BodySize = Annotated[int, Depends(measure_body)]


@push_router.post(
    "/studies/{study_id}/changes",
    response_model=Acknowledgement,
    responses=MAY_FAIL | document_problems(TokenReadOnly, RoleInsufficient, BodyUnreadable, BodyTooLarge),
)
def push_changes(
    study_id: UUID, push: Push, n_bytes: BodySize, who: SignedIn, session: WriteSession, clock: ClockDep
) -> Any:
    """Hand over changes; the answer has a verdict for each and leaves after the commit."""
    received_at = clock()
    membership = require_push(session, who, study_id, received_at)
    check_size(push, n_bytes)
    verdicts = ingest(session, membership, push, received_at)
    return JSONResponse(
        {
            "protocol": PROTOCOL,
            "epoch": str(session.get_one(StudyRow, study_id).epoch),
            "verdicts": [_describe(verdict.__dict__) for verdict in verdicts],
            "server_received_at": received_at.isoformat(timespec="milliseconds"),
            "server_time": clock().isoformat(timespec="milliseconds"),
        }
    )


@pull_router.get("/studies/{study_id}/changes", response_model=FeedOut, responses=MAY_FAIL)
def pull_changes(
    study_id: UUID, asked: Annotated[PullQuery, Query()], who: SignedIn, session: ReadSession, clock: ClockDep
) -> Any:
    """What is new after a cursor. A cursor of another epoch means nothing here: the answer says to begin again."""
    membership = require(session, who, study_id, Permission.READ)
    epoch = session.get_one(StudyRow, study_id).epoch
    if asked.epoch not in (None, epoch):
        if membership.device_id is not None:
            note_earlier_copy(session, study_id, membership.device_id)
        page = FeedPage([], 0, True, None)
    else:
        sight = sight_of(session, membership, **asked.reach)
        page = read_page(session, sight, asked.after, asked.limit, asked.day)
    # Written here and not by the framework, whose validation would cost more than reading the page.
    server_time = clock().isoformat(timespec="milliseconds")
    return JSONResponse({"epoch": str(epoch), **page.__dict__, "server_time": server_time})


@pull_router.get("/studies/{study_id}/changes/days", response_model=DaysOut, responses=MAY_FAIL)
def read_days(
    study_id: UUID, asked: Annotated[DaysQuery, Query()], who: SignedIn, session: ReadSession
) -> dict[str, Any]:
    """The checksum of each day on which changes arrived: where a device's copy differs, it asks for that day again."""
    membership = require(session, who, study_id, Permission.READ)
    epoch = session.get_one(StudyRow, study_id).epoch
    return {"epoch": epoch, "days": sum_days(session, sight_of(session, membership, **asked.reach))}


@pull_router.get("/studies/{study_id}/quarantine", response_model=Page[QuarantinedOut], responses=MAY_FAIL)
def read_quarantine(study_id: UUID, paging: Annotated[PageQuery, Query()], who: SignedIn, session: ReadSession) -> Any:
    """What I sent and could not be taken, newest first."""
    membership = require(session, who, study_id, Permission.READ)
    query = select(QuarantineRow).where(
        col(QuarantineRow.study_id) == study_id, col(QuarantineRow.author_id) == membership.member_id
    )
    query = query.order_by(col(QuarantineRow.received_at).desc(), col(QuarantineRow.id))
    rows = session.scalars(query.offset(paging.cursor).limit(paging.limit + 1)).all()
    found = [{**row.model_dump(exclude={"raw"}), "content": row.raw.decode("utf-8")} for row in rows]
    return close_page(found, paging)


def _describe(verdict: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in verdict.items() if value is not None or name == "change_id"}
