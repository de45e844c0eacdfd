"""The index of words: its rows, and the full-text search of each database beside them."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# `ref` begins with the study, then kind and id as one word, so that a row is found by it.
FULL_TEXT = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(ref, words, tokenize='unicode61 remove_diacritics 0')",
    """CREATE TRIGGER search_words_added AFTER INSERT ON search_words BEGIN
         INSERT INTO search_fts(ref, words) VALUES (new.study_id || ' ' || new.kind || new.id, new.words);
       END""",
    """CREATE TRIGGER search_words_dropped AFTER DELETE ON search_words BEGIN
         DELETE FROM search_fts WHERE rowid IN (
           SELECT rowid FROM search_fts
           WHERE search_fts MATCH 'ref:"' || old.study_id || ' ' || old.kind || old.id || '"');
       END""",
)


def upgrade() -> None:
    op.create_table(
        "search_words",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "kind", "id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in FULL_TEXT:
            op.execute(statement)
    else:
        op.execute("CREATE INDEX ix_search_words_fts ON search_words USING gin (to_tsvector('simple', words))")
    _fill()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_fts")
    op.drop_table("search_words")


def _fill() -> None:
    """Index what is there already."""
    from skygge.core.search_words import index_text  # Nothing to import while there is nothing to index.

    connection = op.get_bind()
    index = sa.table("search_words", *_keys(), sa.column("kind"), sa.column("words"))
    for kind, name in (("entry", "jotting"), ("fieldnote", "text"), ("memo", "text")):
        others: list[sa.ColumnClause[Any]] = [sa.column(name), sa.column("conflicts", sa.JSON())]
        others.append(sa.column("retracted", sa.Boolean()))
        things = sa.table(kind, *_keys(), *others)
        query = sa.select(things).where(things.c.retracted.is_(False))
        for study_id, thing_id, text, conflicts, _ in connection.execute(query).all():
            apart = [one["value"] for each in conflicts if each["field"] == name for one in each["values"]]
            words = index_text(*dict.fromkeys([text, *(other for other in apart if isinstance(other, str))]))
            if words:
                row = {"study_id": study_id, "kind": kind, "id": thing_id, "words": words}
                connection.execute(sa.insert(index).values(row))


def _keys() -> tuple[sa.ColumnClause[UUID], sa.ColumnClause[UUID]]:
    return sa.column("study_id", sa.Uuid()), sa.column("id", sa.Uuid())
