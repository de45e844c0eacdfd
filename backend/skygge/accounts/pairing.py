"""Signing a phone in from a device that is signed in already: a short code, then a person's yes.

The code is good for one phone and ten minutes. Whoever types it gets nothing but a claim; the session begins when the
person who made the code has seen the device's name and allowed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from skygge.accounts.secrets import hash_code, hash_token, make_code, make_token
from skygge.accounts.sessions import Device, start_session
from skygge.accounts.tables import AccountRow, PairingRow
from skygge.audit.keep import Event, keep
from skygge.clock import new_id
from skygge.errors import PairingOver, PairingWaiting
from skygge.settings import Lifetimes

PAIRING_LASTS = timedelta(minutes=10)

State = Literal["open", "claimed", "allowed", "refused", "over"]


@dataclass(frozen=True)
class Claim:
    """What a phone gets for a code: the secret it comes back with, and whose account it would open."""

    token: str
    name: str
    ends_at: datetime


def offer_pairing(session: Session, account_id: UUID, now: datetime) -> tuple[PairingRow, str]:
    """A new code for somebody's phone; one that was not used yet stops working."""
    session.execute(
        delete(PairingRow).where((col(PairingRow.account_id) == account_id) | (col(PairingRow.ends_at) < now))
    )
    code = make_code()
    row = PairingRow(id=new_id(), account_id=account_id, code_hash=hash_code(code), ends_at=now + PAIRING_LASTS)
    session.add(row)
    session.flush()
    return row, code


def find_pairing(session: Session, account_id: UUID, pairing_id: UUID) -> PairingRow:
    """One's own pairing. Raises PairingOver for any other."""
    row = session.get(PairingRow, pairing_id, with_for_update=True)
    if row is None or row.account_id != account_id:
        raise PairingOver
    return row


def state_of(row: PairingRow, now: datetime) -> State:
    """How far it has come."""
    if row.is_used or row.ends_at <= now:
        return "over"
    if row.is_allowed is not None:
        return "allowed" if row.is_allowed else "refused"
    return "open" if row.claim_hash is None else "claimed"


def claim_pairing(session: Session, code: str, device_name: str, now: datetime) -> Claim:
    """A phone has typed the code. Raises PairingOver when it is wrong, used or too old: it does not say which."""
    query = select(PairingRow).where(PairingRow.code_hash == hash_code(code)).with_for_update()
    row = session.exec(query).first()
    if row is None or state_of(row, now) != "open":
        raise PairingOver
    token = make_token()
    row.claim_hash, row.device_name = hash_token(token), device_name
    account = session.get_one(AccountRow, row.account_id)
    return Claim(token, account.name, row.ends_at)


def answer_pairing(session: Session, row: PairingRow, now: datetime, *, allow: bool) -> None:
    """The person says yes or no to the device whose name they saw. Raises PairingOver unless one is waiting."""
    if state_of(row, now) != "claimed":
        raise PairingOver
    row.is_allowed = allow
    session.flush()


def finish_pairing(
    session: Session, claim: str, device_id: UUID, now: datetime, good: Lifetimes
) -> tuple[AccountRow, str]:
    """The account, and the token of the phone's new session; once.

    Raises PairingWaiting until somebody has answered, PairingOver when it was refused, used or took too long.
    """
    row = session.exec(select(PairingRow).where(PairingRow.claim_hash == hash_token(claim)).with_for_update()).first()
    state = "over" if row is None else state_of(row, now)
    if state == "claimed":
        raise PairingWaiting
    if row is None or state != "allowed":
        raise PairingOver
    row.is_used = True
    account = session.get_one(AccountRow, row.account_id)
    token = start_session(session, account.id, Device(device_id, row.device_name or ""), now, good)
    keep(session, Event("device.paired", now, account.name, account.id, details={"device_id": str(device_id)}))
    return account, token
