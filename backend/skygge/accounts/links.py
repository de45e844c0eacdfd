"""One-time links: to the first account, and to a new password. Stored hashed, good for thirty minutes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from skygge.accounts.enrol import has_accounts, set_password
from skygge.accounts.secrets import hash_token, make_token
from skygge.accounts.sessions import end_all_sessions
from skygge.accounts.tables import AccountRow, ResetLinkRow, SetupLinkRow
from skygge.accounts.throttle import clear_attempts, name_subject
from skygge.errors import ResetLinkWrong, SetupLinkWrong, SetupUsed

LINK_LASTS = timedelta(minutes=30)


def make_setup_link(session: Session, origin: str, now: datetime) -> str:
    """A new link to the first account; older ones stop working. Raises SetupUsed once there is an account."""
    if has_accounts(session):
        raise SetupUsed
    token = make_token()
    session.execute(delete(SetupLinkRow))
    session.add(SetupLinkRow(token_hash=hash_token(token), expires_at=now + LINK_LASTS))
    return f"{origin}/#/setup/{token}"


def check_setup_token(session: Session, token: str, now: datetime) -> None:
    """Raise SetupUsed or SetupLinkWrong unless this token may make the first account."""
    if has_accounts(session):
        raise SetupUsed
    row = session.get(SetupLinkRow, hash_token(token))
    if row is None or row.expires_at < now:
        raise SetupLinkWrong


def use_setup_token(session: Session, token: str, now: datetime) -> None:
    """Spend the token: of two who come at once, one gets through. Raises SetupUsed or SetupLinkWrong."""
    row = session.get(SetupLinkRow, hash_token(token), with_for_update=True)
    check_setup_token(session, token, now)
    if row is None:
        raise SetupLinkWrong
    session.delete(row)
    session.flush()


def make_reset_link(session: Session, account_id: UUID, origin: str, now: datetime) -> str:
    """A link with which one account chooses a new password; older ones stop working."""
    token = make_token()
    session.execute(delete(ResetLinkRow).where(col(ResetLinkRow.account_id) == account_id))
    session.add(ResetLinkRow(token_hash=hash_token(token), account_id=account_id, expires_at=now + LINK_LASTS))
    return f"{origin}/#/reset/{token}"


def name_of_reset(session: Session, token: str, now: datetime) -> str:
    """The name of the account that a reset token belongs to. Raises ResetLinkWrong."""
    row = session.get(ResetLinkRow, hash_token(token))
    if row is None or row.expires_at < now:
        raise ResetLinkWrong
    return session.get_one(AccountRow, row.account_id).name


def use_reset_token(session: Session, token: str, password_hash: str, now: datetime) -> UUID:
    """Set the new password, end every session of the account and lift its lock; gives back its id.

    Raises ResetLinkWrong.
    """
    row = session.get(ResetLinkRow, hash_token(token), with_for_update=True)
    if row is None or row.expires_at < now:
        raise ResetLinkWrong
    account = set_password(session, row.account_id, password_hash)
    end_all_sessions(session, account.id)
    clear_attempts(session, name_subject(account.name))
    session.delete(row)
    return account.id
