"""Which changes stand: what a new change has to name as its parents to replace their values."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlmodel import Session

from skygge.core.fold import fold
from skygge.fieldlog.logged import load_logged


def parents_of(session: Session, study_id: UUID, subject_id: UUID, fields: Collection[str]) -> list[str]:
    """Ids of the changes whose values now stand in some fields of a thing, sorted."""
    return sorted({change_id for name, change_id in _standing(session, study_id, subject_id) if name in fields})


def heads_of(session: Session, study_id: UUID, subject_id: UUID) -> list[str]:
    """Ids of the changes whose values now stand in any field of a thing, sorted."""
    return sorted({change_id for _, change_id in _standing(session, study_id, subject_id)})


def _standing(session: Session, study_id: UUID, subject_id: UUID) -> Iterator[tuple[str, str]]:
    found = load_logged(session, study_id, [subject_id])
    for subject in fold(logged.said for changes in found.values() for logged in changes).values():
        for name, heads in subject.heads.items():
            yield from ((name, change_id) for change_id in heads)
