"""Withdrawals."""

from uuid import UUID

from fastapi import APIRouter

from skygge.accounts.access import SignedIn
from skygge.clock import ClockDep
from skygge.db import WriteSession
from skygge.errors import ActorUnknown, DeviceRevoked, RoleInsufficient, SessionMissing, StudyUnknown, TokenReadOnly
from skygge.privacy.shapes import WithdrawalIn, WithdrawalOut
from skygge.privacy.withdraw import withdraw
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require

router = APIRouter(route_class=StrictRoute, tags=["privacy"])
MAY_FAIL = document_problems(SessionMissing, DeviceRevoked, StudyUnknown, ActorUnknown, RoleInsufficient, TokenReadOnly)


@router.post("/studies/{study_id}/withdrawals", response_model=WithdrawalOut, responses=MAY_FAIL)
def withdraw_person(
    study_id: UUID, asked: WithdrawalIn, who: SignedIn, session: WriteSession, clock: ClockDep
) -> WithdrawalOut:
    """Carry out a person's withdrawal: stop writing about them, take the words out, or erase everything.

    `to_read` lists texts from the same encounters that do not name the person: somebody has to read them. `exports`
    are downloads that may hold the person. `number` and `seal` name the row of the audit log, for the certificate.
    """
    membership = require(session, who, study_id, Permission.LEAD)
    return withdraw(session, membership, asked, clock())
