"""Finding words in jottings, field notes and memos, the newest first.

The index says what holds the words; whether it may be seen is asked of the things themselves, so that nothing is found
by a word that could not be read: others' encounters where observers see their own, others' reflections, what is held
because somebody said stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select
from sqlmodel import Session, col

from skygge.core.fold import survivor
from skygge.core.held import add_told, stopped_in
from skygge.core.model import SubjectType
from skygge.core.search_words import fold_words
from skygge.fieldlog.conditions import ENCOUNTER
from skygge.fieldlog.load import INSIDE, seen_by
from skygge.fieldlog.refold import table_of
from skygge.fieldlog.rows import Thing, iter_things
from skygge.fieldlog.search_find import find_words
from skygge.fieldlog.search_index import WORDS
from skygge.fieldlog.sight import Sight
from skygge.fieldlog.tables import EntryRow, MemoRow

MOST_WORDS = 10
AT_ONCE = 200
ID_DIGITS = 32


def search(session: Session, sight: Sight, asked: str) -> Iterator[Thing]:
    """Things that hold every word asked for, each as the beginning of a word; nothing where no word is asked for."""
    words = fold_words(asked)[:MOST_WORDS]
    refs = find_words(session, sight, words) if words else iter(())
    held = _find_held(session, sight)
    while some := list(islice(refs, AT_ONCE)):
        seen = {
            f"{kind}{UUID(thing['id']).hex}": thing for kind in WORDS for thing in _read(session, sight, kind, some)
        }
        found = (seen[ref] for ref in some if ref in seen)
        yield from (thing for thing in found if not _is_held(thing, held))


def _read(session: Session, sight: Sight, kind: SubjectType, refs: Sequence[str]) -> Iterator[Thing]:
    ids = [UUID(ref[-ID_DIGITS:]) for ref in refs if ref[:-ID_DIGITS] == kind]
    if not ids:
        return iter(())
    table = table_of(kind)
    beside = [literal(None).label("sequence")] if kind == "entry" else []
    query = select(table, *beside).where(table.c.study_id == sight.study_id, table.c.id.in_(ids))
    query = query.where(table.c.retracted.is_(False), *seen_by(sight, kind, table))
    if kind in INSIDE:
        is_around = (ENCOUNTER.c.study_id == sight.study_id) & (ENCOUNTER.c.id == table.c.encounter_id)
        query = query.outerjoin(ENCOUNTER, is_around)
    return iter_things(session, kind, query)


def _find_held(session: Session, sight: Sight) -> set[str]:
    """What waits for a decision: entries about somebody for whom it was stopped in that encounter, memos on them."""
    table = table_of("actor")
    actors = list(iter_things(session, "actor", select(table).where(table.c.study_id == sight.study_id)))
    merged = {actor["id"]: actor.get("merged_into") for actor in actors}
    stopped = {(survivor(actor["id"], merged), UUID(encounter)) for actor in actors for encounter in stopped_in(actor)}
    if not stopped:
        return set()
    entries = select(
        col(EntryRow.id), col(EntryRow.encounter_id), col(EntryRow.actor_id), col(EntryRow.recipient_id)
    ).where(col(EntryRow.study_id) == sight.study_id, col(EntryRow.encounter_id).in_({visit for _, visit in stopped}))
    held = {
        str(row.id)
        for row in session.execute(entries)
        if any(
            person is not None and (survivor(str(person), merged), row.encounter_id) in stopped
            for person in (row.actor_id, row.recipient_id)
        )
    }
    memos = select(col(MemoRow.id), col(MemoRow.about)).where(col(MemoRow.study_id) == sight.study_id)
    add_told(held, {str(memo_id): [one["id"] for one in about] for memo_id, about in session.execute(memos)})
    return held


def _is_held(thing: Thing, held: set[str]) -> bool:
    about: Sequence[Any] = [one["id"] for one in thing.get("about") or ()]
    return not held.isdisjoint([thing["id"], *(thing.get("anchors") or ()), *about])
