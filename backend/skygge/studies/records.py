"""Reading the audit log: of a study by its lead and auditors, of the server by its admin."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from skygge.accounts.access import Person, SignedIn
from skygge.audit.keep import SERVER, read_log
from skygge.audit.tables import AuditRow
from skygge.audit.verify import verify_log
from skygge.db import ReadSession
from skygge.errors import DeviceRevoked, RoleInsufficient, SessionMissing, StudyUnknown, TokenBound
from skygge.paging import Page, PageQuery, close_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, refuse_lost_phone, require

router = APIRouter(route_class=StrictRoute, tags=["audit"])


class AuditQuery(PageQuery):
    """Which part of the log, and which kinds of events (repeated: any of)."""

    # Letters alone: a zero byte is no text to PostgreSQL.
    kind: Annotated[list[Annotated[str, Field(max_length=64, pattern=r"^[a-z_.]+$")]], Field(max_length=50)] = []


class AuditOut(BaseModel):
    """One thing that somebody did: never what was written, only that it was. `hash` seals it and all before it."""

    number: int
    at: datetime
    kind: str
    who: str
    account_id: UUID | None
    details: dict[str, Any]
    hash: str


class ChainOut(BaseModel):
    """The state of a log: the number and the hash of its last row, and what does not fit (nothing when all is well)."""

    n_rows: int
    hash: str | None
    findings: list[str]


@router.get(
    "/studies/{study_id}/audit",
    response_model=Page[AuditOut],
    responses=document_problems(SessionMissing, StudyUnknown, RoleInsufficient),
)
def read_study_audit(study_id: UUID, who: SignedIn, session: ReadSession, asked: Annotated[AuditQuery, Query()]) -> Any:
    """The audit log of a study, newest first. For leads and auditors."""
    require(session, who, study_id, Permission.AUDIT)
    rows = read_log(session, study_id, kinds=asked.kind, skip=asked.cursor, limit=asked.limit + 1)
    return close_page([_tell(row) for row in rows], asked)


@router.get(
    "/studies/{study_id}/audit/chain",
    response_model=ChainOut,
    responses=document_problems(SessionMissing, StudyUnknown, RoleInsufficient),
)
def check_study_audit(study_id: UUID, who: SignedIn, session: ReadSession) -> Any:
    """Is the audit log of a study what it was? Every row is sealed again and compared. For leads and auditors."""
    require(session, who, study_id, Permission.AUDIT)
    latest = read_log(session, study_id, limit=1)
    last = latest[0] if latest else None
    findings = verify_log(session, study_id)
    return {"n_rows": last.number if last else 0, "hash": last.hash.hex() if last else None, "findings": findings}


@router.get(
    "/audit",
    response_model=Page[AuditOut],
    responses=document_problems(SessionMissing, DeviceRevoked, RoleInsufficient, TokenBound),
)
def read_server_audit(who: Person, session: ReadSession, asked: Annotated[AuditQuery, Query()]) -> Any:
    """The audit log of the server: sign-ins and accounts, newest first. For the server's admin."""
    refuse_lost_phone(session, who)
    if not who.is_admin:
        raise RoleInsufficient
    rows = read_log(session, SERVER, kinds=asked.kind, skip=asked.cursor, limit=asked.limit + 1)
    return close_page([_tell(row) for row in rows], asked)


def _tell(row: AuditRow) -> dict[str, Any]:
    return {**row.model_dump(), "hash": row.hash.hex()}
