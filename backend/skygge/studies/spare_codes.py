"""A printed sheet of spare codes, for whoever forgets the password where no mail is sent and nobody else leads."""

from typing import Any

from fastapi import APIRouter
from sqlmodel import Session

from skygge.accounts.access import Person
from skygge.accounts.reset import count_spare_codes, make_spare_codes
from skygge.accounts.shapes import PasswordAgain, SpareCodes, SpareCodesMade
from skygge.accounts.sign_in import confirm_password
from skygge.audit.keep import Event, keep
from skygge.clock import ClockDep
from skygge.db import DatabaseDep, ReadSession
from skygge.errors import AccountLocked, DeviceRevoked, PasswordWrong, SessionMissing, TokenBound, TooManyAttempts
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import refuse_lost_phone

router = APIRouter(route_class=StrictRoute, tags=["accounts"])
OWN = document_problems(SessionMissing, DeviceRevoked, TokenBound)


@router.get("/spare-codes", response_model=SpareCodes, responses=OWN)
def read_spare_codes(who: Person, session: ReadSession) -> Any:
    """How many of my codes are left."""
    refuse_lost_phone(session, who)
    left, made_at = count_spare_codes(session, who.account_id)
    return {"left": left, "made_at": made_at}


@router.post(
    "/spare-codes",
    status_code=201,
    response_model=SpareCodesMade,
    responses=OWN | document_problems(PasswordWrong, TooManyAttempts, AccountLocked),
)
async def create_spare_codes(body: PasswordAgain, who: Person, database: DatabaseDep, clock: ClockDep) -> Any:
    """Make a new sheet; the codes of an older one stop working. The codes are in this answer and nowhere else."""
    await database.run_read(lambda session: refuse_lost_phone(session, who))
    confirmed = await confirm_password(database, who, body.password, clock)

    def write(session: Session) -> list[str]:
        codes = make_spare_codes(session, who.account_id, confirmed, clock())
        keep(session, Event("spare_codes.made", clock(), who.name, who.account_id, details={"n": len(codes)}))
        return codes

    codes = await database.run_write(write)
    return {"left": len(codes), "made_at": clock(), "codes": codes}
