"""Signing a phone in with a code from a device that is signed in: the four requests of both sides."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from skygge.accounts.access import Identity, Person, SettingsDep, set_session_cookie
from skygge.accounts.pairing import (
    answer_pairing,
    claim_pairing,
    find_pairing,
    finish_pairing,
    offer_pairing,
    state_of,
)
from skygge.accounts.shapes import (
    PairingAnswer,
    PairingClaim,
    PairingClaimed,
    PairingFinish,
    PairingOffer,
    PairingState,
)
from skygge.accounts.throttle import clear_attempts, count_attempt
from skygge.clock import ClockDep
from skygge.db import DatabaseDep, WriteSession
from skygge.errors import DeviceRevoked, PairingOver, PairingWaiting, SessionMissing, TokenBound, TooManyAttempts
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import refuse_lost_phone
from skygge.studies.entrance import describe_me
from skygge.studies.shapes import Me

router = APIRouter(route_class=StrictRoute, tags=["accounts"])
OWN = document_problems(SessionMissing, DeviceRevoked, TokenBound, PairingOver)


@router.post("/pairings", status_code=201, response_model=PairingOffer, responses=OWN)
def offer(who: Person, session: WriteSession, settings: SettingsDep, clock: ClockDep) -> Any:
    """A code for a phone of one's own, good for ten minutes."""
    # Else whoever finds a phone lets another one in, which nobody revoked.
    refuse_lost_phone(session, who)
    # Drawn for the few who ask; loading it takes longer than all the rest.
    import segno

    row, code = offer_pairing(session, who.account_id, clock())
    url = f"{settings.url_of_origin}/#/pair/{code}"
    picture = segno.make(url, micro=False, error="m").svg_data_uri(border=2, light="#fff")
    return {"id": row.id, "code": code, "url": url, "picture": picture, "ends_at": row.ends_at}


@router.get("/pairings/{pairing_id}", response_model=PairingState, responses=OWN)
def read(pairing_id: UUID, who: Person, session: WriteSession, clock: ClockDep) -> Any:
    """How far it has come, and the name of the device that waits."""
    refuse_lost_phone(session, who)
    row = find_pairing(session, who.account_id, pairing_id)
    return {"state": state_of(row, clock()), "device_name": row.device_name}


@router.post("/pairings/{pairing_id}/answer", response_model=PairingState, responses=OWN)
def answer(pairing_id: UUID, body: PairingAnswer, who: Person, session: WriteSession, clock: ClockDep) -> Any:
    """Let the device in, or not."""
    refuse_lost_phone(session, who)
    row = find_pairing(session, who.account_id, pairing_id)
    answer_pairing(session, row, clock(), allow=body.allow)
    return {"state": state_of(row, clock()), "device_name": row.device_name}


@router.post(
    "/pairings/claim",
    status_code=201,
    response_model=PairingClaimed,
    responses=document_problems(PairingOver, TooManyAttempts),
)
async def claim(body: PairingClaim, database: DatabaseDep, clock: ClockDep, request: Request) -> Any:
    """The phone's side: the code as typed, for the right to ask again."""
    subject = f"pairing:{request.client.host if request.client else ''}"
    await database.run_write(lambda session: count_attempt(session, subject, clock(), may_lock=False))

    def take(session: Session) -> Any:
        claimed = claim_pairing(session, body.code, body.device_name, clock())
        clear_attempts(session, subject)
        return {"claim": claimed.token, "name": claimed.name, "ends_at": claimed.ends_at}

    return await database.run_write(take)


@router.post("/pairings/finish", response_model=Me, responses=document_problems(PairingOver, PairingWaiting))
async def finish(
    body: PairingFinish, database: DatabaseDep, settings: SettingsDep, clock: ClockDep, response: Response
) -> Any:
    """The phone asks whether it may come in; once it may, it is signed in."""
    device_id = UUID(body.device_id)
    account, token = await database.run_write(
        lambda session: finish_pairing(session, body.claim, device_id, clock(), settings.lifetimes)
    )
    set_session_cookie(response, settings, token, is_device=True)
    who = Identity(account.id, account.name, account.is_admin)
    return await database.run_read(lambda session: describe_me(session, who, clock()))
