"""Lists, page by page: things that may be seen, narrowed down by the shared filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session

from skygge.core.model import SubjectType
from skygge.core.selection import select
from skygge.fieldlog.load import LoggedStudy, Thing, iter_things, select_things
from skygge.fieldlog.project import TABLES, to_thing
from skygge.fieldlog.shapes import ActorQuery, CodebookQuery, PlainQuery, ThingQuery
from skygge.fieldlog.sight import Sight
from skygge.paging import close_page, to_page

Keeps = Callable[[Thing], bool]
ON_ENTRIES = ("actor", "action", "structure", "flag", "codebook_version", "origin")
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
    if not any(getattr(asked, name) for name in ON_ENTRIES):
        return _cut(session, "encounter", query, asked, select(LoggedStudy(session, sight), asked).keeps_encounter)
    holding = _encounters_with(session, sight, asked)
    return _cut(session, "encounter", query, asked, lambda encounter: encounter["id"] in holding)


def list_fieldnotes(session: Session, sight: Sight, asked: ThingQuery) -> dict[str, Any]:
    """Paragraphs in their author's order, encounter by encounter; `from` and `to` are about when they were written."""
    query = select_things("fieldnote", sight, asked, with_retracted=asked.retracted)
    on_entries = any(getattr(asked, name) for name in ON_ENTRIES)
    holding = _encounters_with(session, sight, asked) if on_entries else None

    def keeps(note: Thing) -> bool:
        return asked.keeps_time(note["written_at"]) and (holding is None or note["encounter_id"] in holding)

    return _cut(session, "fieldnote", query, asked, keeps)


def list_memos(session: Session, sight: Sight, asked: PlainQuery) -> dict[str, Any]:
    """Memos."""
    return _cut(session, "memo", select_things("memo", sight, with_retracted=asked.retracted), asked)


def list_actors(session: Session, sight: Sight, asked: ActorQuery) -> dict[str, Any]:
    """People by pseudonym, things and places."""
    wanted: dict[str, Sequence[object]] = {"id": asked.actor, "kind": asked.kind, "agency": asked.agency}

    def keeps(actor: Thing) -> bool:
        return all(not values or actor[name] in values for name, values in wanted.items())

    return _cut(session, "actor", select_things("actor", sight, with_retracted=asked.retracted), asked, keeps)


def list_codebooks(session: Session, sight: Sight, asked: CodebookQuery) -> dict[str, Any]:
    """Versions of the codebook, each with its codes."""
    query = select_things("codebook", sight, with_retracted=asked.retracted)
    wanted = asked.codebook_version
    page = _cut(session, "codebook", query, asked, lambda book: not wanted or book["version"] in wanted)
    books = {book["id"]: {**book, "codes": []} for book in page["items"]}
    for row in session.execute(select_things("code", sight)).mappings():
        if str(row["codebook_id"]) in books:
            books[str(row["codebook_id"])]["codes"].append(to_thing("code", row))
    return {**page, "items": list(books.values())}


def list_conflicts(session: Session, sight: Sight, asked: PlainQuery) -> dict[str, Any]:
    """Every thing with fields that have several standing values: `{type, id, conflicts: [{field, values}]}`."""
    things = chain.from_iterable(
        iter_things(session, kind, select_things(kind, sight, with_retracted=True)) for kind in TABLES if kind != "code"
    )
    found = ({name: thing[name] for name in ("type", "id", "conflicts")} for thing in things if "conflicts" in thing)
    return to_page(found, asked)


def _encounters_with(session: Session, sight: Sight, asked: ThingQuery) -> set[str]:
    selection = select(LoggedStudy(session, sight), asked)
    query = select_things("entry", sight, selection.filters, with_retracted=asked.retracted)
    return {entry["encounter_id"] for entry in iter_things(session, "entry", query) if selection.keeps_entry(entry)}


def _cut(
    session: Session, kind: SubjectType, query: Select[Any], asked: ThingQuery | PlainQuery, keeps: Keeps | None = None
) -> dict[str, Any]:
    """One page. Without a further test the database itself skips to it."""
    if keeps is None:
        return close_page(list(iter_things(session, kind, query.offset(asked.cursor).limit(asked.limit + 1))), asked)
    return to_page(filter(keeps, iter_things(session, kind, query)), asked)
