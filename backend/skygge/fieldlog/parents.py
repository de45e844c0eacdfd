"""Which changes stand: what a new change has to name as its parents to replace their values."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from skygge.core.fold import fold
from skygge.fieldlog.logged import load_logged


def parents_of(session: Session, study_id: UUID, subject_id: UUID, fields: Collection[str]) -> list[str]:
    """Ids of the changes whose values now stand in some fields of a thing, sorted."""
    found = load_logged(session, study_id, [subject_id])
    subjects = fold(logged.said for changes in found.values() for logged in changes)
    return sorted(
        {
            change_id
            for subject in subjects.values()
            for name, heads in subject.heads.items()
            if name in fields
            for change_id in heads
        }
    )
