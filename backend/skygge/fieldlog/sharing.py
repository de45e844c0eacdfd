"""A reflection that its author shares, and what was said about an entry before the entry itself arrived.

Both begin as their author's alone. Once the thing is for everybody, everything said about it is: without the change
that began it no other device, and no import elsewhere, could show it at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session

from skygge.fieldlog.logged import Logged, in_slices, seal
from skygge.fieldlog.tables import ChangeRow

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def share_what_came_before(session: Session, study_id: UUID, touched: Iterable[Sequence[Logged]]) -> None:
    """Take the lock off the changes about things whose last change is for everybody, each list in the log's order."""
    opened = [own for own in touched if own[-1].private_to is None]
    ids = {UUID(own[-1].said["subject_id"]) for own in opened if any(one.private_to is not None for one in own)}
    for some in in_slices(ids):
        query = select(CHANGE).where(
            CHANGE.c.study_id == study_id, CHANGE.c.subject_id.in_(some), CHANGE.c.private_to.is_not(None)
        )
        for row in session.execute(query).mappings().all():
            values = {**row, "private_to": None}
            where = (CHANGE.c.study_id == study_id, CHANGE.c.seq == row["seq"])
            session.execute(update(CHANGE).where(*where).values(private_to=None, seal=seal(values)))
