"""The index of words knows the encounter of each thing, and the beginnings of words; PostgreSQL the newest as well."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NOWHERE = UUID(int=0)
DROPPED = ("DROP TRIGGER search_words_added", "DROP TRIGGER search_words_dropped", "DROP TABLE search_fts")
TABLE = "CREATE VIRTUAL TABLE search_fts USING fts5(ref, words, tokenize='unicode61 remove_diacritics 0'{prefix})"
ADDED = """CREATE TRIGGER search_words_added AFTER INSERT ON search_words BEGIN
     INSERT INTO search_fts(ref, words) VALUES ({new}, new.words);
   END"""
DROPPING = """CREATE TRIGGER search_words_dropped AFTER DELETE ON search_words BEGIN
     DELETE FROM search_fts
     WHERE rowid IN (SELECT rowid FROM search_fts WHERE search_fts MATCH 'ref:"' || {old} || '"');
   END"""
FILLED = "INSERT INTO search_fts(ref, words) SELECT {row}, words FROM search_words AS row ORDER BY rowid"
# `ref` begins with the study; then the encounter, by which whoever sees only their own is asked only about these.
WITH_ENCOUNTER = "{0}.study_id || ' ' || {0}.encounter_id || ' ' || {0}.kind || {0}.id"
WITHOUT = "{0}.study_id || ' ' || {0}.kind || {0}.id"
WITHIN = (
    "UPDATE search_words SET encounter_id = (SELECT encounter_id FROM {0} WHERE {0}.study_id = search_words.study_id"
    " AND {0}.id = search_words.id) WHERE kind = '{0}'"
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    within = sa.Column("encounter_id", sa.Uuid(), nullable=False, server_default=NOWHERE.hex)
    op.add_column("search_words", within)
    for table in ("entry", "fieldnote"):
        op.execute(WITHIN.format(table))
    if is_sqlite:
        _make_full_text(WITH_ENCOUNTER, ", prefix='1 2'")
        return
    op.alter_column("search_words", "encounter_id", server_default=None)
    op.execute("CREATE INDEX ix_search_words_newest ON search_words (study_id, id, kind)")
    op.execute("CREATE INDEX ix_search_words_encounter ON search_words (study_id, encounter_id)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_full_text(WITHOUT, "")
    else:
        op.execute("DROP INDEX ix_search_words_newest")
    op.execute("ALTER TABLE search_words DROP COLUMN encounter_id")


def _make_full_text(ref: str, prefix: str) -> None:
    for statement in DROPPED:
        op.execute(statement)
    op.execute(TABLE.format(prefix=prefix))
    op.execute(FILLED.format(row=ref.format("row")))
    op.execute(ADDED.format(new=ref.format("new")))
    op.execute(DROPPING.format(old=ref.format("old")))
