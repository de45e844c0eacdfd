"""Withdrawals, and what becomes of them on the disks of phones."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from skygge.accounts.access import SignedIn
from skygge.clock import ClockDep
from skygge.core.papers import PaperKind, compile_paper
from skygge.core.report import Language, Report
from skygge.core.report_formats import MEDIA_TYPES, WRITERS
from skygge.db import ReadSession, WriteSession
from skygge.errors import (
    ActorUnknown,
    DeviceRevoked,
    RoleInsufficient,
    SessionMissing,
    StudyUnknown,
    TextsUnread,
    TitleDiffers,
    TokenReadOnly,
)
from skygge.paging import Page, PageQuery, to_page
from skygge.privacy.clearing import CLEAR, describe_devices, record_cleaned
from skygge.privacy.disclose import disclose
from skygge.privacy.end import end_study
from skygge.privacy.papers import gather_facts
from skygge.privacy.records import write_downloads, write_requests
from skygge.privacy.shapes import (
    ClearingIn,
    DeviceSheetOut,
    EarlierExport,
    EndIn,
    EndOut,
    PaperQuery,
    WithdrawalIn,
    WithdrawalOut,
)
from skygge.privacy.traces import find_exports
from skygge.privacy.withdraw import withdraw
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require

router = APIRouter(route_class=StrictRoute, tags=["privacy"])
RecordPaperKind = Literal["downloads", "requests"]
Paging = Annotated[PageQuery, Query()]
MAY_FAIL = document_problems(SessionMissing, DeviceRevoked, StudyUnknown, ActorUnknown, RoleInsufficient, TokenReadOnly)


@router.post(
    "/studies/{study_id}/withdrawals", response_model=WithdrawalOut, responses=MAY_FAIL | document_problems(TextsUnread)
)
def withdraw_person(
    study_id: UUID, asked: WithdrawalIn, who: SignedIn, session: WriteSession, clock: ClockDep
) -> WithdrawalOut:
    """Carry out a person's withdrawal: stop writing about them, take the words out, or erase everything.

    What stays is held no longer, and the person cannot be picked. `to_read` lists texts from the same encounters that
    do not name the person: somebody has to read them, and says in `decided` what became of each; until then nothing is
    redacted or erased. `exports` are downloads that may hold the person. `number` and `seal` name the row of the audit
    log, for the certificate.
    """
    membership = require(session, who, study_id, Permission.LEAD)
    return withdraw(session, membership, asked, clock())


@router.get("/studies/{study_id}/things/{subject_id}/exports", response_model=Page[EarlierExport], responses=MAY_FAIL)
def list_earlier_exports(study_id: UUID, subject_id: UUID, who: SignedIn, session: ReadSession, paging: Paging) -> Any:
    """Downloads made since something was first written, newest first: they may hold words that are struck in it now."""
    require(session, who, study_id, Permission.EXPORT)
    return to_page(find_exports(session, study_id, [subject_id]), paging)


@router.post(
    "/studies/{study_id}/clearings",
    status_code=204,
    responses=document_problems(SessionMissing, DeviceRevoked, StudyUnknown, RoleInsufficient),
)
def clear_device(
    study_id: UUID, asked: ClearingIn, who: SignedIn, session: WriteSession, clock: ClockDep, response: Response
) -> None:
    """Have the asking browser clear its storage; afterwards it says up to which number it had seen the feed."""
    membership = require(session, who, study_id, Permission.READ)
    if asked.cleaned_to is None:
        response.headers.update(CLEAR)
    else:
        record_cleaned(session, membership, UUID(asked.device_id), asked.cleaned_to, clock())


@router.get("/studies/{study_id}/device-sheet", response_model=Page[DeviceSheetOut], responses=MAY_FAIL)
def read_device_sheet(study_id: UUID, who: SignedIn, session: ReadSession, paging: Paging) -> Any:
    """For a lost device: whose it is, when it was last heard of, what it wrote, whether it was cleared. The lead's."""
    require(session, who, study_id, Permission.LEAD)
    return to_page(describe_devices(session, study_id), paging)


@router.post("/studies/{study_id}/end", response_model=EndOut, responses=MAY_FAIL | document_problems(TitleDiffers))
def end(study_id: UUID, asked: EndIn, who: SignedIn, session: WriteSession, clock: ClockDep) -> EndOut:
    """Erase everything that a study saw, or count what that would be. Its title, terms, members and records stay."""
    return end_study(session, require(session, who, study_id, Permission.LEAD), asked, clock())


@router.get(
    "/studies/{study_id}/papers/{kind}",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}},
        **MAY_FAIL,
    },
)
def download_paper(
    study_id: UUID,
    kind: PaperKind | RecordPaperKind,
    who: SignedIn,
    session: ReadSession,
    clock: ClockDep,
    asked: Annotated[PaperQuery, Query()],
) -> Any:
    """A paper about the study, from its settings, its records and what is there. For leads and auditors.

    The impact assessment (`dpia`), the data-management sheet, who downloaded what, or what people have asked for.
    """
    require(session, who, study_id, Permission.AUDIT)
    paper = _write_paper(session, study_id, kind, clock(), asked.language)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{asked.format}"'}
    return Response(WRITERS[asked.format](paper), media_type=MEDIA_TYPES[asked.format], headers=headers)


@router.post("/studies/{study_id}/actors/{actor_id}/disclosure", responses=MAY_FAIL)
def disclose_person(
    study_id: UUID, actor_id: UUID, who: SignedIn, session: WriteSession, clock: ClockDep
) -> dict[str, Any]:
    """Everything about one person, for that person: others are masked, and it goes on record. The lead's."""
    return disclose(session, require(session, who, study_id, Permission.LEAD), actor_id, clock())


def _write_paper(
    session: Session, study_id: UUID, kind: PaperKind | RecordPaperKind, now: datetime, language: Language
) -> Report:
    if kind == "downloads":
        return write_downloads(session, study_id, now, language)
    if kind == "requests":
        return write_requests(session, study_id, now, language)
    return compile_paper(kind, gather_facts(session, study_id, now), language)
