"""Looking words up in the index of either database: what holds them, the newest first, without reading all of it.

Whoever sees only what they observed is asked only about that, so that the hits of others cost nothing. What is told
may still be somebody else's: `search` asks the things themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session

from skygge.fieldlog.conditions import ENCOUNTER
from skygge.fieldlog.search_index import NOWHERE
from skygge.fieldlog.sight import Sight

AT_ONCE = 200
# So many encounters are named in a question; of more the database is told whose they are, and leaves the others out.
MOST_NAMED = 100
# The study and the encounter are words of `ref`, so that another study's rows are not even looked at.
SQLITE = "SELECT substr(ref, 67) FROM search_fts WHERE search_fts MATCH :query{own} ORDER BY rowid DESC"
OF_OBSERVER = "SELECT id FROM encounter WHERE study_id = :study AND observer = :observer"
SQLITE_OWN = f" AND substr(ref, 34, 32) IN ({OF_OBSERVER} UNION ALL SELECT :nowhere)"
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
POSTGRES_NAMED = " AND encounter_id = ANY(:own)"
POSTGRES_OWN = f" AND (encounter_id = :nowhere OR encounter_id IN ({OF_OBSERVER}))"


def find_words(session: Session, sight: Sight, words: Sequence[str]) -> Iterator[str]:
    """Kind and id of whatever holds the words, of this study. Words are letters and figures only: nothing to escape."""
    find = _find_sqlite if session.get_bind().dialect.name == "sqlite" else _find_postgres
    return find(session, sight, words, _name_own(session, sight))


def _name_own(session: Session, sight: Sight) -> list[UUID] | None:
    """The encounters in which alone something is to be found, where they are few enough to be named."""
    if not sight.only_own:
        return None
    own = select(ENCOUNTER.c.id).where(ENCOUNTER.c.study_id == sight.study_id, sight.own_encounters())
    named = list(session.scalars(own.limit(MOST_NAMED + 1)))
    return [NOWHERE, *named] if len(named) <= MOST_NAMED else None


def _find_sqlite(session: Session, sight: Sight, words: Sequence[str], named: Sequence[UUID] | None) -> Iterator[str]:
    every = " AND ".join(f'"{word}" *' for word in words)
    asked = {"query": f'ref : "{sight.study_id.hex}" AND words : ({every})'}
    condition = ""
    if named is not None:
        asked["query"] += " AND ref : ({})".format(" OR ".join(f'"{one.hex}"' for one in named))
    elif sight.only_own:
        condition = SQLITE_OWN
        asked |= {"study": sight.study_id.hex, "observer": sight.observer, "nowhere": NOWHERE.hex}
    yield from session.execute(text(SQLITE.format(own=condition)), asked).scalars()


def _find_postgres(session: Session, sight: Sight, words: Sequence[str], named: Sequence[UUID] | None) -> Iterator[str]:
    asked: dict[str, Any] = {"study": sight.study_id, "window": WINDOW, "beginnings": [f"% {word}%" for word in words]}
    condition = ""
    if named is not None:
        condition = POSTGRES_NAMED
        asked["own"] = named
    elif sight.only_own:
        condition = POSTGRES_OWN
        asked |= {"observer": sight.observer, "nowhere": NOWHERE}
    yield from session.execute(text(NEWEST.format(own=condition)), asked).scalars()
    asked["query"] = " & ".join(f"'{word}':*" for word in words)
    streamed = {"stream_results": True, "max_row_buffer": AT_ONCE}
    # Closed when whoever asks has enough: the cursor is held by the server.
    with session.execute(text(OLDER.format(own=condition)), asked, execution_options=streamed) as found:
        yield from found.scalars()
