"""Alembic's entry: our tables, one transaction, and SQLite tables changed by copying (batch)."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel

import skygge.accounts.tables
import skygge.audit.tables
import skygge.fieldlog.tables
import skygge.studies.tables  # noqa: F401  # importing the tables fills the metadata
from skygge.db import UtcTime


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """A revision must still read the same when our own types have moved on."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: sa.Connection) -> None:
    """Run the revisions on a connection whose transaction the caller opened and ends."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=render_item,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
