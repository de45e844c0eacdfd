"""Bearer tokens for scripts: one study, read-only unless said otherwise, with an end."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

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
    """The row of a token unless it has run out or was revoked."""
    row = session.get(TokenRow, hash_token(token))
    return row if row is not None and row.revoked_at is None and row.expires_at > now else None


def list_tokens(session: Session, study_id: UUID, account_id: UUID | None = None) -> list[TokenRow]:
    """The tokens of a study, or of one person in it, newest first; revoked and expired ones too."""
    query = select(TokenRow).where(TokenRow.study_id == study_id)
    if account_id is not None:
        query = query.where(TokenRow.account_id == account_id)
    return list(session.exec(query.order_by(col(TokenRow.created_at).desc(), col(TokenRow.device_id))))


def name_token(session: Session, device_id: UUID, name: str) -> TokenRow:
    """Say what a token is for, so that its owner knows which one to revoke."""
    row = session.exec(select(TokenRow).where(TokenRow.device_id == device_id)).one()
    row.name = name
    return row


def revoke_token(session: Session, row: TokenRow, now: datetime) -> None:
    """End a token; a second time changes nothing."""
    row.revoked_at = row.revoked_at or now
