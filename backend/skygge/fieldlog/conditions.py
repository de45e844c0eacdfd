"""What columns can tell of the shared filters, as conditions of a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, or_

from skygge.core.filters import Filters
from skygge.fieldlog.refold import table_of

ENCOUNTER = table_of("encounter")


def encounter_conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """About the encounter in which a thing lies, or which it is."""
    wanted: dict[str, Sequence[object]] = {
        "id": [UUID(text) for text in filters.encounter],
        "kind": filters.kind,
        "observer": filters.observer,
        "agency": filters.agency,
    }
    yield from (ENCOUNTER.c[name].in_(values) for name, values in wanted.items() if values)
    if filters.visit:
        ids = [found for text in filters.visit if (found := _as_id(text)) is not None]
        yield or_(ENCOUNTER.c.visit_code.in_(filters.visit), ENCOUNTER.c.visit_id.in_(ids))


def entry_conditions(filters: Filters, entries: FromClause) -> Iterator[ColumnElement[bool]]:
    """About the entries themselves."""
    wanted: dict[str, Sequence[object]] = {
        "actor_id": [UUID(text) for text in filters.actor],
        "action": filters.action,
        "structure": filters.structure,
        "codebook_version": filters.codebook_version,
    }
    yield from (entries.c[name].in_(values) for name, values in wanted.items() if values)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
