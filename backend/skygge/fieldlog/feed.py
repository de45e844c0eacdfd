"""Reading the log as a feed: changes in the order of their numbers, with what the server added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from skygge.core.changes import KINDS
from skygge.core.model import SubjectType
from skygge.core.wire import CHECK_BITS
from skygge.fieldlog.sight import Sight
from skygge.fieldlog.tables import ChangeRow
from skygge.studies.tables import MemberRow, StudyRow

ROWS_AT_ONCE = 500
PAGE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class FeedPage:
    """A part of the feed. `cursor` is the number to go on after; the last page has a checksum of all that is seen."""

    changes: list[dict[str, Any]]
    cursor: int
    has_more: bool
    checksum: str | None


def read_page(session: Session, sight: Sight, after: int, limit: int, day: str | None = None) -> FeedPage:
    """The changes that follow a number: as many as asked for, or a megabyte, and at least one where there is one.

    With a day only those that arrived on it (UTC).
    """
    last_seq = session.scalars(select(col(StudyRow.last_seq)).where(col(StudyRow.study_id) == sight.study_id)).one()
    query = _select_feed(sight).where(col(ChangeRow.seq) > after, *_within(day)).limit(limit + 1)
    changes: list[dict[str, Any]] = []
    size, has_more = 0, True
    with session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        for row in rows:
            size += len(row.raw)
            if changes and (len(changes) == limit or size > PAGE_BYTES):
                break
            changes.append(_as_item(row))
        else:
            has_more = False
    _add_stubs(session, sight, changes)
    if has_more:
        return FeedPage(changes, changes[-1]["seq"], True, None)
    # Numbers that this viewer does not see are passed over, so that the cursor still reaches the end.
    return FeedPage(changes, last_seq, False, read_checksum(session, sight))


def _add_stubs(session: Session, sight: Sight, changes: list[dict[str, Any]]) -> None:
    """Put beside each word of a redaction what is left now of the changes it names, as far as they may be seen."""
    for change in changes:
        if change["kind"] == "subject.redacted":
            query = _select_feed(sight).where(
                col(ChangeRow.subject_id) == UUID(change["subject_id"]), col(ChangeRow.redacted_by).is_not(None)
            )
            change["stubs"] = [_as_item(row) for row in session.execute(query)]


def read_checksum(session: Session, sight: Sight) -> str:
    """The order-independent checksum of all changes that may be seen, ten hexadecimal digits (see `check_value`)."""
    query = select(func.coalesce(func.sum(col(ChangeRow.check_value)), 0))
    total = session.scalars(query.where(col(ChangeRow.study_id) == sight.study_id, sight.changes())).one()
    return f"{int(total) % 2**CHECK_BITS:010x}"


@dataclass(frozen=True)
class LastSaid:
    """A device's newest change in the log. `clock_offset_ms`: how far its clock was ahead, None = not known."""

    device_seq: int
    made_at: datetime
    clock_offset_ms: int | None


def read_last_of(session: Session, study_id: UUID, device_id: UUID) -> LastSaid | None:
    """What a device said last; None where it has said nothing."""
    query = select(col(ChangeRow.raw), col(ChangeRow.made_at), col(ChangeRow.clock_offset_ms)).where(
        col(ChangeRow.study_id) == study_id, col(ChangeRow.device_id) == device_id
    )
    row = session.execute(query.order_by(col(ChangeRow.seq).desc()).limit(1)).first()
    if row is None:
        return None
    return LastSaid(int(json.loads(row.raw)["device_seq"]), row.made_at, row.clock_offset_ms)


def sum_days(session: Session, sight: Sight) -> list[dict[str, Any]]:
    """Count and checksum of every day of arrival (UTC), over the changes that may be seen."""
    found: dict[str, tuple[int, int]] = {}
    query = select(col(ChangeRow.received_at), col(ChangeRow.check_value))
    query = query.where(col(ChangeRow.study_id) == sight.study_id, sight.changes())
    with session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        for received_at, value in rows:
            n_changes, total = found.get(day := received_at.date().isoformat(), (0, 0))
            found[day] = (n_changes + 1, total + value)
    return [
        {"day": day, "n_changes": n_changes, "checksum": f"{total % 2**CHECK_BITS:010x}"}
        for day, (n_changes, total) in sorted(found.items())
    ]


def _within(day: str | None) -> list[ColumnElement[bool]]:
    if day is None:
        return []
    begins = datetime.combine(date.fromisoformat(day), time(), UTC)
    return [col(ChangeRow.received_at) >= begins, col(ChangeRow.received_at) < begins + timedelta(days=1)]


def iter_feed(session: Session, sight: Sight, *, is_shared: bool = False) -> Iterator[dict[str, Any]]:
    """The whole feed, streamed; `is_shared` leaves out what only the viewer may see."""
    query = _select_feed(sight)
    if is_shared:
        query = query.where(col(ChangeRow.private_to).is_(None))
    with session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        for row in rows:
            yield _as_item(row)


def read_history(session: Session, sight: Sight, kind: SubjectType, subject_id: UUID) -> list[dict[str, Any]]:
    """Every change about one thing that may be seen."""
    query = _select_feed(sight).where(col(ChangeRow.subject_id) == subject_id)
    items = map(_as_item, session.execute(query))
    return [item for item in items if KINDS[item["kind"]].subject in (kind, None)]


def _select_feed(sight: Sight) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(
        col(ChangeRow.seq),
        col(ChangeRow.raw),
        col(ChangeRow.received_at),
        col(ChangeRow.corrected_at),
        col(MemberRow.observer),
    ).join(
        MemberRow,
        (col(MemberRow.study_id) == sight.study_id) & (col(MemberRow.member_id) == col(ChangeRow.author_id)),
    )
    return query.where(col(ChangeRow.study_id) == sight.study_id, sight.changes()).order_by(col(ChangeRow.seq))


def _as_item(row: Any) -> dict[str, Any]:
    corrected_at = row.corrected_at
    return {
        **json.loads(row.raw),
        "seq": row.seq,
        "author": row.observer,
        "received_at": row.received_at.isoformat(timespec="milliseconds"),
        "corrected_at": None if corrected_at is None else corrected_at.isoformat(timespec="milliseconds"),
    }
