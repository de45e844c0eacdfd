"""Signed-in browsers: started, found again, kept alive, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from skygge.accounts.secrets import hash_token, make_token
from skygge.accounts.tables import AccountRow, SessionRow
from skygge.settings import Lifetimes

# Contact is written down this often, not at every request: reading must stay reading.
TOUCH_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Device:
    """The phone or browser that somebody signs in on, by the id it made for itself."""

    device_id: UUID
    name: str


def start_session(session: Session, account_id: UUID, device: Device | None, now: datetime, good: Lifetimes) -> str:
    """Make a session and give back its token, the only time anybody sees it."""
    token = make_token()
    session.add(
        SessionRow(
            token_hash=hash_token(token),
            account_id=account_id,
            device_id=device.device_id if device else None,
            device_name=device.name if device else None,
            created_at=now,
            last_used_at=now,
            expires_at=now + (good.device if device else good.person),
        )
    )
    session.execute(delete(SessionRow).where(col(SessionRow.expires_at) < now))
    return token


def find_session(session: Session, token: str, now: datetime) -> SessionRow | None:
    """The session of a token unless it has run out."""
    row = session.get(SessionRow, hash_token(token))
    return row if row is not None and row.expires_at > now else None


def needs_touch(row: SessionRow, now: datetime) -> bool:
    """Whether the last contact is long enough ago to be written down again."""
    return now - row.last_used_at > TOUCH_EVERY


def lasts(row: SessionRow, good: Lifetimes) -> timedelta:
    """How long a session is good after each contact."""
    return good.device if row.device_id else good.person


def lock_session(session: Session, token_hash: bytes) -> SessionRow | None:
    """The row of a token, and the right to change the tokens of its account: one at a time, whichever of them it has.

    Else a successor made at the same moment could outlive the end of its sign-in, and two rows wait for each other.
    """
    row = session.get(SessionRow, token_hash)
    if row is None:
        return None
    session.get_one(AccountRow, row.account_id, with_for_update={"key_share": True})
    return session.get(SessionRow, token_hash, with_for_update=True, populate_existing=True)


def end_session(session: Session, token_hash: bytes) -> None:
    """Sign one browser out: whatever token of this sign-in it has, or is just being handed."""
    row = lock_session(session, token_hash)
    if row is None:
        return
    first = row.family_hash or row.token_hash
    of_family = (col(SessionRow.token_hash) == first) | (col(SessionRow.family_hash) == first)
    session.execute(delete(SessionRow).where(of_family))


def begin_anew(session: Session, account_id: UUID, used: bytes, now: datetime, good: Lifetimes) -> str | None:
    """Sign somebody out everywhere; gives the one browser that asks with this token another, and a copy of it none.

    None where that browser was signed out itself meanwhile.
    """
    row = lock_session(session, used)
    end_all_sessions(session, account_id)
    if row is None:
        return None
    device = Device(row.device_id, row.device_name or "") if row.device_id else None
    return start_session(session, account_id, device, now, good)


def end_all_sessions(session: Session, account_id: UUID) -> None:
    """Sign somebody out everywhere."""
    session.execute(delete(SessionRow).where(col(SessionRow.account_id) == account_id))
