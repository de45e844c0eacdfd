"""Ids read from the database as the texts that things carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Dialect, Select, Uuid, type_coerce
from sqlalchemy.types import UserDefinedType

ID_DIGITS = 32


class WireId(UserDefinedType[str]):
    """An id read as the text that things carry. Making a UUID of each first is a third of the time of reading."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None]:
        """From what the driver hands over: 32 digits on SQLite, a UUID on PostgreSQL."""

        def read(value: Any) -> str | None:
            if isinstance(value, str) and len(value) == ID_DIGITS:
                return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
            return None if value is None else str(value)

        return read


def with_wire_ids(query: Select[Any]) -> Select[Any]:
    """The query with its ids read so."""
    columns = [
        type_coerce(column, WireId()).label(column.name) if isinstance(column.type, Uuid) else column
        for column in cast(Sequence[ColumnElement[Any]], list(query.selected_columns))
    ]
    return query.with_only_columns(*columns, maintain_column_froms=True)
