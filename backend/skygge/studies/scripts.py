"""Personal access tokens: made and revoked by whoever they speak for; read-only, for one study, with an end."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from skygge.accounts.access import Person
from skygge.accounts.shapes import Name
from skygge.accounts.tokens import create_token, list_tokens, name_token, revoke_token
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.core.model import Strict
from skygge.db import ReadSession, WriteSession
from skygge.errors import RoleInsufficient, SessionMissing, StudyUnknown, TokenBound, TokenUnknown
from skygge.paging import Page, PageQuery, to_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Membership, Permission, Role, require, require_place

router = APIRouter(route_class=StrictRoute, tags=["tokens"])
MAY_FAIL = document_problems(SessionMissing, StudyUnknown, RoleInsufficient, TokenBound)
MAX_DAYS = 366


class TokenIn(Strict):
    """What the token is for, and for how many days it is good."""

    name: Name
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 90


class TokenOut(BaseModel):
    """A token without its text. `account_id` is whose eyes it sees with; `may_write` only from the console."""

    token_id: UUID
    account_id: UUID
    name: str
    may_write: bool
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TokenMade(TokenOut):
    """A token with its text, which is shown this once."""

    token: str


@router.get("/studies/{study_id}/tokens", response_model=Page[TokenOut], responses=MAY_FAIL)
def read_tokens(study_id: UUID, who: Person, session: ReadSession, paging: Annotated[PageQuery, Query()]) -> Any:
    """My tokens in this study, the ended ones too; the lead sees everybody's."""
    membership = require_place(session, who, study_id)
    rows = list_tokens(session, study_id, _whose(membership))
    return to_page([_tell(row.model_dump()) for row in rows], paging)


@router.post("/studies/{study_id}/tokens", status_code=201, response_model=TokenMade, responses=MAY_FAIL)
def make_token(study_id: UUID, body: TokenIn, who: Person, session: WriteSession, clock: ClockDep) -> Any:
    """Make a read-only token that sees what I see; its text is in this answer and nowhere else."""
    membership = require(session, who, study_id, Permission.READ)
    now = clock()
    token, token_id = create_token(session, who.account_id, study_id, now, may_write=False, days=body.days)
    session.flush()
    row = name_token(session, token_id, body.name)
    _record(session, membership, "token.made", now, {"token_id": str(token_id), "days": body.days})
    return {**_tell(row.model_dump()), "token": token}


@router.delete(
    "/studies/{study_id}/tokens/{token_id}", status_code=204, responses=MAY_FAIL | document_problems(TokenUnknown)
)
def end_token(study_id: UUID, token_id: UUID, who: Person, session: WriteSession, clock: ClockDep) -> None:
    """Revoke a token of mine; the lead may revoke anybody's. It stops working at once."""
    membership = require_place(session, who, study_id)
    rows = [row for row in list_tokens(session, study_id, _whose(membership)) if row.device_id == token_id]
    if not rows:
        raise TokenUnknown
    if rows[0].revoked_at is None:
        revoke_token(session, rows[0], clock())
        _record(session, membership, "token.revoked", clock(), {"token_id": str(token_id)})


def _whose(membership: Membership) -> UUID | None:
    return None if membership.role == Role.LEAD else membership.account_id


def _record(session: WriteSession, member: Membership, kind: str, now: datetime, details: dict[str, Any]) -> None:
    keep(session, Event(kind, now, member.observer, member.account_id, member.study_id, details))


def _tell(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "token_id": row["device_id"]}
