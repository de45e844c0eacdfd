"""All entries of a study in stream order, without asking the database to sort them.

Sorting a hundred thousand rows takes seconds before the first one comes, and so does numbering them. The index on
entries already has each encounter in its order; so encounters are asked for in theirs, some at a time, and the numbers
are counted here. The order and the numbers are those of `load.select_things`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session

from skygge.fieldlog.refold import table_of
from skygge.fieldlog.rows import AT_ONCE, Cells, Rows, Thing, ThingMaker, iter_rows
from skygge.fieldlog.sight import Sight

ENTRY, ENCOUNTER = table_of("entry"), table_of("encounter")
# How many encounters one question may name: a bound on its length.
MOST_AT_ONCE = 400
NAMES = [column.name for column in ENTRY.c]
ENCOUNTER_ID, RETRACTED, MERGED_INTO, PRIVATE_TO = (
    NAMES.index(name) for name in ("encounter_id", "retracted", "merged_into", "private_to")
)
FIRST = 100  # rows, so that a download begins soon


def iter_entries(session: Session, sight: Sight) -> Iterator[Thing]:
    """Every entry that may be seen, encounter by encounter; those of encounters that are not there come last."""
    maker, numbers = ThingMaker.of("entry", select(ENTRY)), _Numbers()
    for rows in _iter_rows(session, sight):
        yield from maker.make(rows, numbers.give(rows))


def _iter_rows(session: Session, sight: Sight) -> Iterator[Rows]:
    sizes = _count(session, sight)
    for some in _share_out(_list_encounters(session, sight), sizes):
        found = iter_rows(session, _select(sight).where(ENTRY.c.encounter_id.in_(some)))
        # One encounter may be of any size and comes in its order; several are few rows, and are put in theirs.
        yield from found if len(some) == 1 else [_put_in_order([row for rows in found for row in rows], some)]
    if not sight.only_own:
        known = select(ENCOUNTER.c.id).where(ENCOUNTER.c.study_id == sight.study_id)
        lost = _select(sight).where(ENTRY.c.encounter_id.not_in(known))
        yield from iter_rows(session, lost)


def _select(sight: Sight) -> Select[Any]:
    c = ENTRY.c
    seen = c.private_to.is_(None) | (c.private_to == sight.member_id)
    query = select(ENTRY).where(c.study_id == sight.study_id, seen)
    return query.order_by(c.encounter_id, c.started_at, c.device_seq, c.id)


def _count(session: Session, sight: Sight) -> Mapping[UUID, int]:
    query = select(ENTRY.c.encounter_id, func.count()).where(ENTRY.c.study_id == sight.study_id)
    return {encounter_id: n for encounter_id, n in session.execute(query.group_by(ENTRY.c.encounter_id))}


def _list_encounters(session: Session, sight: Sight) -> list[UUID]:
    query = select(ENCOUNTER.c.id).where(ENCOUNTER.c.study_id == sight.study_id, sight.own_encounters())
    return list(session.scalars(query.order_by(ENCOUNTER.c.started_at, ENCOUNTER.c.id)))


def _share_out(encounters: Sequence[UUID], sizes: Mapping[UUID, int]) -> Iterator[list[UUID]]:
    """Encounters that have entries, in groups that are read at once: of some thousand rows, or of one encounter."""
    some: list[UUID] = []
    n_rows, most = 0, FIRST
    for encounter_id in encounters:
        size = sizes.get(encounter_id, 0)
        if some and (n_rows + size > most or len(some) == MOST_AT_ONCE):
            yield some
            some, n_rows, most = [], 0, min(2 * most, AT_ONCE)
        if size:
            some.append(encounter_id)
            n_rows += size
    if some:
        yield some


def _put_in_order(rows: Rows, encounters: Sequence[UUID]) -> Rows:
    own = {str(key).replace("-", ""): list(group) for key, group in groupby(rows, key=itemgetter(ENCOUNTER_ID))}
    return [row for encounter_id in encounters for row in own[encounter_id.hex]]


class _Numbers:
    """Numbers entries in their encounter, counting those that stand and are shared; the others have none."""

    def __init__(self) -> None:
        self._encounter: Any = None
        self._last = 0

    def give(self, rows: Rows) -> Cells:
        found: list[int | None] = []
        for row in rows:
            if row[ENCOUNTER_ID] != self._encounter:
                self._encounter, self._last = row[ENCOUNTER_ID], 0
            if row[RETRACTED] or row[MERGED_INTO] is not None or row[PRIVATE_TO] is not None:
                found.append(None)
            else:
                self._last += 1
                found.append(self._last)
        return found
