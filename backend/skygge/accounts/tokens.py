"""Bearer tokens for scripts: one study, read-only unless said otherwise, with an end."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from skygge.accounts.secrets import hash_token, make_token
from skygge.accounts.tables import TokenRow
from skygge.clock import new_id


def create_token(
    session: Session, account_id: UUID, study_id: UUID, now: datetime, *, may_write: bool, days: int
) -> tuple[str, UUID]:
    """Make a token: its text, shown this once, and the id of the device it counts as."""
    token, device_id = make_token(), new_id()
    session.add(
        TokenRow(
            token_hash=hash_token(token),
            study_id=study_id,
            account_id=account_id,
            device_id=device_id,
            may_write=may_write,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return token, device_id


def find_token(session: Session, token: str, now: datetime) -> TokenRow | None:
    """The row of a token unless it has run out."""
    row = session.get(TokenRow, hash_token(token))
    return row if row is not None and row.expires_at > now else None
