"""Reading the tables: JSON Lines objects as one member may see them, streamed, in the order of the format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, func, or_, select
from sqlmodel import Session, col

from skygge.core.filters import Filters
from skygge.core.model import SubjectType
from skygge.fieldlog.conditions import ENCOUNTER, encounter_conditions, entry_conditions
from skygge.fieldlog.feed import iter_feed
from skygge.fieldlog.refold import STUDY_FIELDS, table_of
from skygge.fieldlog.rows import Thing, iter_things
from skygge.fieldlog.sight import Sight, sight_of
from skygge.fieldlog.stream import iter_entries
from skygge.fieldlog.tables import EntryRow
from skygge.studies.access import Membership
from skygge.studies.tables import StudyRow

INSIDE: frozenset[SubjectType] = frozenset({"gap", "entry", "fieldnote"})
ORDERS: dict[SubjectType, Sequence[str]] = {
    "codebook": ("version", "id"),
    "code": ("version", "order", "key", "dimension", "id"),
    "gap": ("from_at", "id"),
    "entry": ("started_at", "device_seq", "id"),
    "fieldnote": ("position", "id"),
    "encounter": ("started_at", "id"),
}


@dataclass(frozen=True)
class LoggedStudy:
    """A study as one member sees it; what analyses and exports read (`core.streams.StudyReader`)."""

    session: Session
    sight: Sight

    @property
    def study_id(self) -> UUID:
        """The study that is read."""
        return self.sight.study_id

    def things(self, kind: SubjectType) -> Iterator[Thing]:
        """All things of one kind, those taken back too (with `retracted`); reflections only to their author."""
        if kind == "study":
            yield self._study()
        elif kind == "entry":
            yield from iter_entries(self.session, self.sight)
        else:
            yield from iter_things(self.session, kind, select_things(kind, self.sight))

    def count_standing(self) -> dict[str, int]:
        """How many entries and encounters take part in what shows everything: asked of the database at once."""
        own = (ENCOUNTER.c.study_id == self.study_id, ENCOUNTER.c.retracted.is_(False), self.sight.own_encounters())
        entry = table_of("entry")
        is_inside = (entry.c.study_id == ENCOUNTER.c.study_id) & (entry.c.encounter_id == ENCOUNTER.c.id)
        stands = (entry.c.retracted.is_(False), entry.c.merged_into.is_(None), entry.c.kind != "reflection")
        entries = select(func.count()).select_from(entry.join(ENCOUNTER, is_inside)).where(*own, *stands)
        encounters = select(func.count()).select_from(ENCOUNTER).where(*own)
        counts = {"entries": entries, "encounters": encounters}
        return {name: self.session.scalar(query) or 0 for name, query in counts.items()}

    def changes(self) -> Iterator[Thing]:
        """The log in the order of its numbers, without what only its author may see."""
        return iter_feed(self.session, self.sight, is_shared=True)

    def clock_offsets(self, kind: Literal["encounter", "entry", "gap"]) -> dict[str, int]:
        """By id, the milliseconds to add to the times of things that a wrong clock gave."""
        table = table_of(kind)
        wrong = table.c.clock_offset_ms
        query = select(table.c.id, wrong).where(table.c.study_id == self.study_id, wrong.is_not(None))
        return {str(thing_id): -offset_ms for thing_id, offset_ms in self.session.execute(query)}

    def set_back(self) -> dict[str, int]:
        """By id, the encounters in which a clock was set back and nobody has set the times right: milliseconds."""
        fell = ENCOUNTER.c.clock_fell_ms
        query = select(ENCOUNTER.c.id, fell).where(ENCOUNTER.c.study_id == self.study_id, fell.is_not(None))
        return {str(encounter_id): fell_ms for encounter_id, fell_ms in self.session.execute(query)}

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder that only this process may read, removed afterwards."""
        with TemporaryDirectory(prefix="skygge-") as folder:
            yield Path(folder)

    def _study(self) -> Thing:
        row = self.session.get_one(StudyRow, self.study_id)
        return {"type": "study", "id": str(row.study_id), **row.model_dump(include=set(STUDY_FIELDS))}


def open_study(session: Session, study_id: UUID, membership: Membership) -> LoggedStudy:
    """A study for reading, as a member sees it. The membership was proven by `studies.access.require`."""
    assert study_id == membership.study_id
    return LoggedStudy(session, sight_of(session, membership))


def select_things(
    kind: SubjectType,
    sight: Sight,
    filters: Filters | None = None,
    *,
    with_retracted: bool = True,
    inside: Sequence[UUID] | None = None,
) -> Select[Any]:
    """All rows of one kind that may be seen, in the order of the format.

    Filters (of encounters and what lies inside them) narrow it down by what columns hold; flags, origins and dates are
    still to be asked of each thing. `inside` keeps entries of some encounters only, and numbers no others.
    """
    source = _numbered(sight, inside) if kind == "entry" else table_of(kind)
    query = select(source).where(source.c.study_id == sight.study_id, *seen_by(sight, kind, source))
    if not with_retracted:
        query = query.where(source.c.retracted.is_(False))
    order: list[ColumnElement[Any]] = [source.c[name] for name in ORDERS.get(kind, ("id",))]
    if kind in INSIDE:
        is_around = (ENCOUNTER.c.study_id == sight.study_id) & (ENCOUNTER.c.id == source.c.encounter_id)
        query = query.outerjoin(ENCOUNTER, is_around)
        order = [ENCOUNTER.c.started_at.is_(None), ENCOUNTER.c.started_at, source.c.encounter_id, *order]
    if filters is not None:
        query = query.where(*encounter_conditions(filters))
        query = query.where(*(entry_conditions(filters, source) if kind == "entry" else ()))
    return query.order_by(*order)


def seen_by(sight: Sight, kind: SubjectType, source: FromClause) -> Iterator[ColumnElement[bool]]:
    """Holds for rows of a kind that may be seen; the encounter table has to be joined."""
    if kind in INSIDE or kind == "encounter":
        yield sight.own_encounters()
    if kind == "code":
        yield source.c.codebook_id.is_not(None)  # Proposed codes belong to no version yet.
    if kind == "entry":
        yield or_(source.c.private_to.is_(None), source.c.private_to == sight.member_id)


def _numbered(sight: Sight, inside: Sequence[UUID] | None) -> Subquery:
    """Entries with their number in the encounter, counting those that stand and are shared; the others have none.

    Numbered before any filter, so that an entry has the same number wherever it is shown.
    """
    stands = and_(col(EntryRow.retracted).is_(False), col(EntryRow.merged_into).is_(None))
    is_counted = and_(stands, col(EntryRow.private_to).is_(None))
    number = func.row_number().over(
        partition_by=[col(EntryRow.encounter_id), case((is_counted, 1), else_=0)],
        order_by=[col(EntryRow.started_at), col(EntryRow.device_seq), col(EntryRow.id)],
    )
    query = select(table_of("entry"), case((is_counted, number), else_=None).label("sequence"))
    if inside is not None:
        query = query.where(col(EntryRow.encounter_id).in_(inside))
    return query.where(col(EntryRow.study_id) == sight.study_id).subquery("numbered")
