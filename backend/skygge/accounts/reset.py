"""A new password: with the code of a link, from one's own sheet of spare codes, or with the old one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from skygge.accounts.links import drop_reset_links
from skygge.accounts.secrets import hash_code, make_long_code
from skygge.accounts.sessions import end_all_sessions
from skygge.accounts.tables import AccountRow, PairingRow, ResetLinkRow, SpareCodeRow
from skygge.accounts.throttle import clear_attempts, name_subject
from skygge.errors import PasswordWrong, ResetLinkWrong

SPARE_CODES = 8


@dataclass(frozen=True)
class Done:
    """Whose password is new, and by which kind of code."""

    account_id: UUID
    name: str
    by: Literal["link", "spare_code"]


def name_of_code(session: Session, code: str, now: datetime) -> str:
    """The name of the account that a code opens. Raises ResetLinkWrong: unknown, used and too old are one answer."""
    row = _find(session, code, now)
    return session.get_one(AccountRow, row.account_id).name


def use_code(session: Session, code: str, password_hash: str, now: datetime) -> Done:
    """Set the new password, end every session of the account and lift its lock. Raises ResetLinkWrong.

    A link ends the sheet of spare codes too: whoever knew the old password may have made it. Of two who come with one
    code at once, one gets through.
    """
    # The account first, as whoever makes a new sheet: else the two wait for each other.
    account_id = _find(session, code, now).account_id
    account = session.get_one(AccountRow, account_id, with_for_update={"key_share": True}, populate_existing=True)
    row = _find(session, code, now, lock=True)
    account.password_hash = password_hash
    session.delete(row)
    session.flush()
    _end_ways_in(session, account.id)
    end_all_sessions(session, account.id)
    is_link = isinstance(row, ResetLinkRow)
    if is_link:
        _drop_spare_codes(session, account.id)
    clear_attempts(session, name_subject(account.name))
    return Done(account.id, account.name, "link" if is_link else "spare_code")


def change_password(session: Session, account_id: UUID, confirmed: str, new: str) -> None:
    """Set a password in place of the one whose hash was confirmed.

    Phones about to be let in, links and the sheet of spare codes end, and the caller ends the sign-ins; scripts' tokens
    stay, each is revoked by itself. Raises PasswordWrong where the password was replaced since it was confirmed.
    """
    hold_account(session, account_id, confirmed).password_hash = new
    _end_ways_in(session, account_id)
    _drop_spare_codes(session, account_id)


def make_spare_codes(session: Session, account_id: UUID, confirmed: str, now: datetime) -> list[str]:
    """A new sheet, the only time anybody sees it; the codes of an older one stop working.

    Raises PasswordWrong where the password was replaced since its hash was confirmed.
    """
    # One sheet at a time: two that are made at once must not both be good.
    hold_account(session, account_id, confirmed)
    _drop_spare_codes(session, account_id)
    codes = [make_long_code() for _ in range(SPARE_CODES)]
    session.add_all(SpareCodeRow(code_hash=hash_code(code), account_id=account_id, made_at=now) for code in codes)
    session.flush()
    return codes


def count_spare_codes(session: Session, account_id: UUID) -> tuple[int, datetime | None]:
    """How many of the sheet are not used yet, and when it was made."""
    made = session.exec(select(SpareCodeRow.made_at).where(SpareCodeRow.account_id == account_id)).all()
    return len(made), max(made, default=None)


def hold_account(session: Session, account_id: UUID, confirmed: str) -> AccountRow:
    """The account, held until the end of the transaction; what was begun with an old password is not written after it.

    Raises PasswordWrong where the password was replaced since its hash was confirmed.
    """
    account = session.get_one(AccountRow, account_id, with_for_update={"key_share": True}, populate_existing=True)
    if account.password_hash != confirmed:
        raise PasswordWrong
    return account


def _end_ways_in(session: Session, account_id: UUID) -> None:
    # A phone that was let in a moment ago and has not fetched its session yet. Before the sessions: one that is just
    # fetching it holds the pairing's row, is waited for here, and its session is there to be ended then.
    session.execute(delete(PairingRow).where(col(PairingRow.account_id) == account_id))
    drop_reset_links(session, account_id)


def _drop_spare_codes(session: Session, account_id: UUID) -> None:
    session.execute(delete(SpareCodeRow).where(col(SpareCodeRow.account_id) == account_id))


def _find(session: Session, code: str, now: datetime, *, lock: bool = False) -> ResetLinkRow | SpareCodeRow:
    key = hash_code(code)
    link = session.get(ResetLinkRow, key, with_for_update=lock or None)
    if link is not None and link.expires_at >= now:
        return link
    spare = session.get(SpareCodeRow, key, with_for_update=lock or None)
    if spare is None:
        raise ResetLinkWrong
    return spare
