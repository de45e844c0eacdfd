"""Lists, page by page: things that may be seen, narrowed down by the shared filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session

from skygge.core.fold import fold_subject
from skygge.core.model import SubjectType
from skygge.core.selection import select
from skygge.fieldlog.load import LoggedStudy, select_things
from skygge.fieldlog.logged import load_logged
from skygge.fieldlog.project import TABLES, to_thing
from skygge.fieldlog.related import ON_ENTRIES, Related
from skygge.fieldlog.rows import Thing, iter_things
from skygge.fieldlog.shapes import ThingQuery
from skygge.fieldlog.sight import Sight
from skygge.paging import close_page, to_page

Keeps = Callable[[Thing], bool]
# What no column of an entry tells, or only in the local time of its own offset.
NOT_IN_SQL = ("flag", "origin", "from_", "to")


def list_entries(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """Entries in stream order, encounter by encounter."""
    selection = select(LoggedStudy(session, sight), asked)
    query = select_things("entry", sight, selection.filters, with_retracted=asked.retracted)
    keeps = selection.keeps_entry if any(getattr(asked, name) for name in NOT_IN_SQL) else None
    return _cut(session, "entry", query, asked, keeps)


def list_encounters(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """Encounters by their start. Filters on entries keep the encounters that hold such an entry."""
    query = select_things("encounter", sight, asked, with_retracted=asked.retracted)
    return _cut(session, "encounter", query, asked, _related(session, sight, asked).keeps if asked.narrows else None)


def list_fieldnotes(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """Paragraphs in their author's order, encounter by encounter; `from` and `to` are about when they were written."""
    query = select_things("fieldnote", sight, asked, with_retracted=asked.retracted)
    on_entries = any(getattr(asked, name) for name in ON_ENTRIES)
    keeps = _related(session, sight, asked).keeps if on_entries else _everything
    return _cut(session, "fieldnote", query, asked, lambda note: asked.keeps_time(note["written_at"]) and keeps(note))


def list_memos(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """Memos about what is left, and replies to them; `from` and `to` are about when they were written."""
    query = select_things("memo", sight, with_retracted=asked.retracted)
    others = asked.model_copy(update={"from_": None, "to": None})
    keeps = _related(session, sight, others).keeps if others.narrows else _everything
    return _cut(session, "memo", query, asked, lambda memo: asked.keeps_time(memo["written_at"]) and keeps(memo))


def list_actors(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """People by pseudonym, things and places: those asked for, of the agencies asked for, that take part."""
    query = select_things("actor", sight, with_retracted=asked.retracted)
    return _cut(session, "actor", query, asked, _related(session, sight, asked).keeps if asked.narrows else None)


def list_codebooks(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """Versions of the codebook, each with its codes. Of the filters, `codebook_version` alone narrows it down."""
    query = select_things("codebook", sight, with_retracted=asked.retracted)
    page = _cut(session, "codebook", query, asked, _related(session, sight, asked).keeps)
    books = {book["id"]: {**book, "codes": []} for book in page["items"]}
    for row in session.execute(select_things("code", sight)).mappings():
        if str(row["codebook_id"]) in books:
            books[str(row["codebook_id"])]["codes"].append(to_thing("code", row))
    return {**page, "items": list(books.values())}


def list_conflicts(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """Everything left with fields that have several standing values: `{type, id, conflicts: [{field, values}]}`."""
    things = chain.from_iterable(
        iter_things(session, kind, select_things(kind, sight, with_retracted=True)) for kind in TABLES if kind != "code"
    )
    related = Related(session, sight, asked, with_retracted=True)
    found = (
        {name: thing[name] for name in ("type", "id", "conflicts")}
        for thing in things
        if "conflicts" in thing and (not asked.narrows or related.keeps(thing))
    )
    return to_page(chain(_settings_apart(session, sight, asked), found), asked)


def _settings_apart(session: Session, sight: Sight, asked: ThingQuery) -> Iterator[Thing]:
    """The study itself, where its settings were changed apart from each other; filters leave it out."""
    about = load_logged(session, sight.study_id, [sight.study_id])
    said = {one.said["change_id"]: one.said for one in about.get(("study", str(sight.study_id)), [])}
    study = fold_subject("study", str(sight.study_id), said)
    if study.conflicts and not asked.narrows:
        yield {"type": "study", "id": study.id, "conflicts": study.conflicts}


def _related(session: Session, sight: Sight, asked: ThingQuery) -> Related:
    return Related(session, sight, asked, with_retracted=asked.retracted)


def _everything(_thing: Thing) -> bool:
    return True


def _cut(
    session: Session, kind: SubjectType, query: Select[Any], asked: ThingQuery, keeps: Keeps | None = None
) -> dict[str, Any]:
    """One page. Without a further test the database itself skips to it."""
    if keeps is None:
        return close_page(list(iter_things(session, kind, query.offset(asked.cursor).limit(asked.limit + 1))), asked)
    return to_page(filter(keeps, iter_things(session, kind, query)), asked)
