"""Writing and reading the audit log.

Whoever does something that has to be on record calls `keep` inside the same transaction, as its last step: the row is
there exactly when the thing was done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from skygge.audit.tables import AuditHeadRow, AuditRow
from skygge.core.wire import to_canonical

# The log of the server itself: signing in, accounts, everything that belongs to no study.
SERVER = UUID(int=0)
# Who works at the server's own console needs no name there.
CONSOLE = "console"
BEGINNING = bytes(32)
# Everything that is put on record. A new kind is a line here, and a sentence in the web app's messages.
KINDS = frozenset({
    "session.started", "session.refused", "session.locked", "session.ended", "account.created", "password.reset",
    "study.created", "study.amended", "study.erased", "member.added", "member.amended", "invitation.made",
    "invitation.accepted", "device.revoked", "device.reopened", "device.paired", "token.made", "token.revoked",
    "export.made", "export.stopped", "import.made", "consent.recorded", "person.stopped", "person.redacted",
    "person.erased", "words.struck", "encounter.struck", "access.answered", "device.cleaned", "person.disclosed",
    "concern.written", "concern.removed", "request.received", "request.amended", "session.reused", "reset.made",
    "spare_codes.made", "password.changed",
})  # fmt: skip


@dataclass(frozen=True)
class Event:
    """Something somebody did. `details` hold ids, options and counts, never what was written.

    `who` is an observer's name inside a study, otherwise an account's; without a study it goes to the server's log.
    """

    kind: str
    at: datetime
    who: str
    account_id: UUID | None = None
    study_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def keep(session: Session, event: Event) -> AuditRow:
    """Put something on record. Raises ValueError for a kind that KINDS does not have."""
    if event.kind not in KINDS:
        raise ValueError(f"{event.kind} is not a kind of the audit log")
    study_id = event.study_id or SERVER
    head = _lock_head(session, study_id)
    row = AuditRow(
        study_id=study_id,
        number=head.last_number + 1,
        at=event.at,
        kind=event.kind,
        account_id=event.account_id,
        who=event.who,
        details=dict(event.details),
        previous_hash=head.last_hash,
        hash=BEGINNING,
    )
    row.hash = seal(row)
    head.last_number, head.last_hash = row.number, row.hash
    session.add(row)
    session.flush()
    return row


def read_log(
    session: Session, study_id: UUID, *, kinds: Collection[str] = (), skip: int = 0, limit: int
) -> list[AuditRow]:
    """A part of a log, newest first."""
    query = select(AuditRow).where(AuditRow.study_id == study_id)
    if kinds:
        query = query.where(col(AuditRow.kind).in_(kinds))
    return list(session.exec(query.order_by(col(AuditRow.number).desc()).offset(skip).limit(limit)))


def seal(row: AuditRow) -> bytes:
    """SHA-256 over everything a row says and the hash of the row before (32 bytes)."""
    said = [
        str(row.study_id), row.number, row.at.astimezone(UTC).isoformat(timespec="microseconds"), row.kind,
        row.account_id and str(row.account_id), row.who, row.details, row.previous_hash.hex(),
    ]  # fmt: skip
    return hashlib.sha256(to_canonical(said)).digest()


def _lock_head(session: Session, study_id: UUID) -> AuditHeadRow:
    """Where the log ends, locked until the transaction does: two rows never get one number."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"study_id": study_id, "last_number": 0, "last_hash": BEGINNING}
    session.execute(insert(AuditHeadRow).values(**values).on_conflict_do_nothing())
    # `populate_existing`: what this session read earlier may be older than the lock.
    return session.get_one(AuditHeadRow, study_id, with_for_update=True, populate_existing=True)
