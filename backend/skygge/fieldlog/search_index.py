"""The index of words: kept in the same transaction as the rows it is made of, by nobody but `refold`.

A row for each thing that has words and stands. On SQLite triggers of the schema keep a full-text table beside it; on
PostgreSQL an index on its text vector does. Who may see what is asked of the things themselves, when somebody searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, text
from sqlmodel import Session

from skygge.core.model import SubjectType
from skygge.core.search_words import index_text
from skygge.fieldlog.logged import in_slices
from skygge.fieldlog.tables import SearchRow

# Where people write at length, by kind of thing.
WORDS: Mapping[SubjectType, str] = {"entry": "jotting", "fieldnote": "text", "memo": "text"}
# What lies in no encounter, as the encounter it lies in.
NOWHERE = UUID(int=0)
INDEX: Table = SearchRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
ROWS_AT_ONCE = 500

Values = Mapping[str, Any]


def to_search_rows(kind: SubjectType, rows: Iterable[Values]) -> list[dict[str, Any]]:
    """What the index keeps of some rows of the tables. Texts written apart are all found."""
    name = WORDS.get(kind)
    found = [] if name is None else [_to_search_row(kind, name, row) for row in rows if not row["retracted"]]
    return [row for row in found if row["words"]]


def _to_search_row(kind: str, name: str, row: Values) -> dict[str, Any]:
    apart = [one["value"] for conflict in row["conflicts"] if conflict["field"] == name for one in conflict["values"]]
    texts = dict.fromkeys([row[name], *(text for text in apart if isinstance(text, str))])
    within = row.get("encounter_id") or NOWHERE
    return {
        "study_id": row["study_id"], "kind": kind, "id": row["id"], "encounter_id": within, "words": index_text(*texts)
    }  # fmt: skip


def drop_from_index(session: Session, study_id: UUID, kind: SubjectType, ids: list[UUID]) -> None:
    """Take things out of the index."""
    if kind not in WORDS:
        return
    for some in in_slices(ids):
        mine = (INDEX.c.study_id == study_id, INDEX.c.kind == kind, INDEX.c.id.in_(some))
        session.execute(delete(INDEX).where(*mine))


def add_to_index(session: Session, kind: SubjectType, rows: Iterable[Values]) -> None:
    """Put things into the index that are not in it."""
    found = to_search_rows(kind, rows)
    if found:
        session.execute(insert(INDEX), found)


def verify_index(session: Session, study_id: UUID, meant: Mapping[SubjectType, list[dict[str, Any]]]) -> Iterator[str]:
    """Where the index is not what the rows that the log means make of it."""
    wanted = {
        (kind, str(row["id"])): (str(row["encounter_id"]), row["words"])
        for kind in WORDS
        for row in to_search_rows(kind, meant.get(kind, []))
    }
    query = select(INDEX.c.kind, INDEX.c.id, INDEX.c.encounter_id, INDEX.c.words).where(INDEX.c.study_id == study_id)
    for kind, thing_id, within, words in session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        if wanted.pop((kind, str(thing_id)), None) != (str(within), words):
            yield f"the index of words differs from the log in {kind} {thing_id}."
    for kind, lost in wanted:
        yield f"the index of words lacks {kind} {lost}."
    if session.get_bind().dialect.name == "sqlite":
        yield from _verify_full_text(session, study_id)


def _verify_full_text(session: Session, study_id: UUID) -> Iterator[str]:
    """The full-text table is a copy that triggers make: the same rows, and nothing else."""
    differs = text(
        "SELECT count(*) FROM (SELECT study_id || ' ' || encounter_id || ' ' || kind || id AS ref, words"
        " FROM search_words WHERE study_id = :study"
        " EXCEPT SELECT ref, words FROM search_fts WHERE substr(ref, 1, 32) = :study)"
    )
    too_many = text(
        "SELECT (SELECT count(*) FROM search_fts WHERE substr(ref, 1, 32) = :study)"
        " - (SELECT count(*) FROM search_words WHERE study_id = :study)"
    )
    for query in (differs, too_many):
        if session.execute(query, {"study": study_id.hex}).scalar_one():
            yield "the full-text table differs from the index of words."
            return
