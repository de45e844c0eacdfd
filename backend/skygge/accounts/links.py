"""One-time links: to the first account, and to a new password. Stored hashed, good for thirty minutes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from skygge.accounts.enrol import has_accounts
from skygge.accounts.secrets import hash_code, hash_token, make_long_code, make_token
from skygge.accounts.tables import ResetLinkRow, SetupLinkRow
from skygge.errors import SetupLinkWrong, SetupUsed

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


def make_reset_code(session: Session, account_id: UUID, now: datetime) -> str:
    """A code with which one account chooses a new password; older ones stop working."""
    code = make_long_code()
    drop_reset_links(session, account_id)
    session.add(ResetLinkRow(token_hash=hash_code(code), account_id=account_id, expires_at=now + LINK_LASTS))
    return code


def drop_reset_links(session: Session, account_id: UUID) -> None:
    """No link to a new password of this account is good any more."""
    session.execute(delete(ResetLinkRow).where(col(ResetLinkRow.account_id) == account_id))


def url_of_reset(origin: str, code: str) -> str:
    """The link that a code travels in: behind the #, where no server and no log sees it."""
    return f"{origin}/#/reset/{code}"


def make_reset_link(session: Session, account_id: UUID, origin: str, now: datetime) -> str:
    """`make_reset_code`, as the link."""
    return url_of_reset(origin, make_reset_code(session, account_id, now))
