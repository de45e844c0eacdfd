"""Looking words up in the index of either database: what holds them, the newest first, without reading all of it.

Whoever sees only what they observed is asked only about that, so that the hits of others cost nothing. What is told
may still be somebody else's: `search` asks the things themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session

from skygge.fieldlog.conditions import ENCOUNTER
from skygge.fieldlog.search_index import NOWHERE
from skygge.fieldlog.sight import Sight

AT_ONCE = 200
# So many encounters are named in a question to SQLite; it reads the hits of more, and leaves out what lies in others.
MOST_NAMED = 100
# The study and the encounter are words of `ref`, so that another study's rows are not even looked at.
SQLITE = "SELECT substr(ref, 67) FROM search_fts WHERE search_fts MATCH :query{own} ORDER BY rowid DESC"
SQLITE_OWN = " AND substr(ref, 34, 32) IN (SELECT value FROM json_each(:own))"
# What is common stands among the newest, which are read as they lie; what does not is rare enough to be looked up. The
# index alone gives every hit before the first: seconds for a word that stands in each third entry of a million.
WINDOW = 5_000
NEWEST = (
    "SELECT kind || replace(id::text, '-', '') FROM (SELECT kind, id, words FROM search_words"
    " WHERE study_id = :study{own} ORDER BY id DESC, kind DESC LIMIT :window) AS newest"
    " WHERE ' ' || words LIKE ALL(:beginnings) ORDER BY id DESC, kind DESC"
)
# Materialized, so that the order does not lead PostgreSQL to read all rows from the newest on.
OLDER = (
    "WITH found AS MATERIALIZED (SELECT kind, id FROM search_words WHERE study_id = :study{own}"
    " AND to_tsvector('simple', words) @@ to_tsquery('simple', :query) AND ' ' || words LIKE ALL(:beginnings)"
    " AND (id, kind) < (SELECT id, kind FROM search_words WHERE study_id = :study{own}"
    " ORDER BY id DESC, kind DESC OFFSET :window - 1 LIMIT 1))"
    " SELECT kind || replace(id::text, '-', '') FROM found ORDER BY id DESC, kind DESC"
)
POSTGRES_OWN = " AND encounter_id = ANY(:own)"


def find_words(session: Session, sight: Sight, words: Sequence[str]) -> Iterator[str]:
    """Kind and id of whatever holds the words, of this study. Words are letters and figures only: nothing to escape."""
    own = [NOWHERE, *_own_encounters(session, sight)] if sight.only_own else None
    find = _find_sqlite if session.get_bind().dialect.name == "sqlite" else _find_postgres
    return find(session, sight.study_id, words, own)


def _own_encounters(session: Session, sight: Sight) -> Iterator[UUID]:
    yield from session.scalars(
        select(ENCOUNTER.c.id).where(ENCOUNTER.c.study_id == sight.study_id, sight.own_encounters())
    )


def _find_sqlite(session: Session, study_id: UUID, words: Sequence[str], own: Sequence[UUID] | None) -> Iterator[str]:
    every = " AND ".join(f'"{word}" *' for word in words)
    query = f'ref : "{study_id.hex}" AND words : ({every})'
    asked = {"query": query}
    if own is not None:
        asked["own"] = json.dumps([one.hex for one in own])
        if len(own) <= MOST_NAMED:
            asked["query"] += " AND ref : ({})".format(" OR ".join(f'"{one.hex}"' for one in own))
    statement = text(SQLITE.format(own="" if own is None else SQLITE_OWN))
    yield from session.execute(statement, asked).scalars()


def _find_postgres(session: Session, study_id: UUID, words: Sequence[str], own: Sequence[UUID] | None) -> Iterator[str]:
    asked = {"study": study_id, "window": WINDOW, "beginnings": [f"% {word}%" for word in words], "own": own}
    condition = "" if own is None else POSTGRES_OWN
    yield from session.execute(text(NEWEST.format(own=condition)), asked).scalars()
    asked["query"] = " & ".join(f"'{word}':*" for word in words)
    streamed = {"stream_results": True, "max_row_buffer": AT_ONCE}
    # Closed when whoever asks has enough: the cursor is held by the server.
    with session.execute(text(OLDER.format(own=condition)), asked, execution_options=streamed) as found:
        yield from found.scalars()
