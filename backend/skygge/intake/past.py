"""What a study has already said about a thing: so that an older copy of it is recognised for what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from skygge.core.importing import Said
from skygge.core.model import SubjectType
from skygge.fieldlog.logged import Logged, load_logged
from skygge.fieldlog.project import to_thing
from skygge.fieldlog.refold import observers_of, project
from skygge.fieldlog.tables import ChangeRow


def open_past(session: Session, study_id: UUID) -> Callable[[SubjectType, str], Said | None]:
    """Looks up every value that the fields of a thing ever had; None for things that the study never heard of."""
    query = select(col(ChangeRow.subject_id)).where(col(ChangeRow.study_id) == study_id).distinct()
    known = {str(subject_id) for subject_id in session.scalars(query)}
    observers = observers_of(session, study_id)

    def look_up(kind: SubjectType, thing_id: str) -> Said | None:
        if thing_id not in known:
            return None
        own = load_logged(session, study_id, [UUID(thing_id)]).get((kind, thing_id), [])
        return _values_ever(study_id, (kind, thing_id), own, observers)

    return look_up


def _values_ever(
    study_id: UUID, key: tuple[SubjectType, str], changes: list[Logged], observers: Mapping[UUID, str]
) -> Said | None:
    """The thing as it stood after each of its changes: a plain copy was taken after one of them."""
    found: dict[str, list[Any]] = {}
    for n in range(1, len(changes) + 1):
        rows, _ = project(study_id, {key: changes[:n]}, observers)
        for row in rows.get(key[0], []):
            thing = to_thing(key[0], row)
            for name, value in thing.items():
                found.setdefault(name, []).append(value)
            for conflict in thing.get("conflicts", []):
                found.setdefault(conflict["field"], []).extend(other["value"] for other in conflict["values"])
    return found or None
