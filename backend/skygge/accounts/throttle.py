"""Counting wrong guesses in the database, so that many workers share one count."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from skygge.accounts.names import fold_name
from skygge.accounts.secrets import hash_token
from skygge.accounts.tables import LoginAttemptRow
from skygge.errors import AccountLocked, TooManyAttempts

FREE_FAILURES = 5
LOCKED_AFTER = 100
LONGEST_WAIT_S = 900
LOCK_S = 24 * 3600


def name_subject(name: str) -> str:
    """What is counted for sign-ins: the name, whether or not somebody has it."""
    return f"name:{fold_name(name)}"


def count_attempt(session: Session, subject: str, now: datetime, *, may_lock: bool = True) -> None:
    """Count an attempt before it is tried, so that many at once are not free; `clear_attempts` on success.

    Raises TooManyAttempts while the wait runs, AccountLocked after a hundred failures in a row; both are counted.
    """
    key = hash_token(subject)
    _make_row(session, key, now)
    row = session.get_one(LoginAttemptRow, key, with_for_update=True)
    wait_s = _wait_s(row.failures, may_lock) - (now - row.last_failed_at).total_seconds()
    if wait_s <= 0 and row.failures >= LOCKED_AFTER:
        row.failures = 0
    is_locked = may_lock and row.failures >= LOCKED_AFTER
    row.failures += 1
    if wait_s <= 0:
        row.last_failed_at = now
        return
    headers = {"Retry-After": str(int(wait_s) + 1)}
    raise AccountLocked(headers=headers) if is_locked else TooManyAttempts(headers=headers)


def clear_attempts(session: Session, subject: str) -> None:
    """Forget the failures after a success or a reset."""
    # Two who get it right at the same moment may both find something to forget.
    session.execute(delete(LoginAttemptRow).where(col(LoginAttemptRow.subject_hash) == hash_token(subject)))


def _make_row(session: Session, key: bytes, now: datetime) -> None:
    """Two first attempts at once must not collide."""
    values = {"subject_hash": key, "failures": 0, "last_failed_at": now}
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(LoginAttemptRow).values(**values).on_conflict_do_nothing())


def _wait_s(failures: int, may_lock: bool) -> float:
    if failures < FREE_FAILURES:
        return 0
    if may_lock and failures >= LOCKED_AFTER:
        return LOCK_S
    return float(min(2 ** min(failures - FREE_FAILURES, 12), LONGEST_WAIT_S))
