"""Accounts: made, found by name, and whether there is one at all."""

from datetime import datetime

from sqlmodel import Session, select

from skygge.accounts.names import fold_name
from skygge.accounts.tables import AccountRow
from skygge.clock import new_id
from skygge.errors import AccountNameTaken


def has_accounts(session: Session) -> bool:
    """Whether anybody can sign in; until then Skygge waits for its set-up."""
    return session.exec(select(AccountRow.id).limit(1)).first() is not None


def find_account(session: Session, name: str) -> AccountRow | None:
    """The account that people would call by this name."""
    return session.exec(select(AccountRow).where(AccountRow.folded_name == fold_name(name))).first()


def create_account(
    session: Session, name: str, password_hash: str, now: datetime, *, is_admin: bool = False
) -> AccountRow:
    """Make an account. Raises AccountNameTaken."""
    if find_account(session, name) is not None:
        raise AccountNameTaken
    row = AccountRow(
        id=new_id(),
        name=name,
        folded_name=fold_name(name),
        password_hash=password_hash,
        is_admin=is_admin,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row
