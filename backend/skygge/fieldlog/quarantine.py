"""What cannot be taken is parked: whole, once, and shown to its author."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from skygge.fieldlog.tables import QuarantineRow


def park(session: Session, study_id: UUID, author_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what was refused. The same content from the same author is kept once."""
    hashes = {row["content_hash"] for row in rows}
    query = select(col(QuarantineRow.content_hash)).where(*_of(study_id, author_id, hashes))
    kept = set(session.scalars(query))
    # A delivery may hold the same refused change twice.
    fresh = {row["content_hash"]: row for row in rows if row["content_hash"] not in kept}
    if fresh:
        session.execute(insert(QuarantineRow.__table__), list(fresh.values()))  # type: ignore[attr-defined]  # SQLModel


def release(session: Session, study_id: UUID, author_id: UUID, hashes: Collection[bytes]) -> None:
    """Let go of what has been stored after all: it lies in the log now."""
    session.execute(delete(QuarantineRow).where(*_of(study_id, author_id, hashes)))


def empty(session: Session, study_id: UUID) -> None:
    """Let go of everything that is parked in a study that ends."""
    session.execute(delete(QuarantineRow).where(col(QuarantineRow.study_id) == study_id))


def _of(study_id: UUID, author_id: UUID, hashes: Collection[bytes]) -> tuple[Any, ...]:
    return (
        col(QuarantineRow.study_id) == study_id,
        col(QuarantineRow.author_id) == author_id,
        col(QuarantineRow.content_hash).in_(hashes),
    )
