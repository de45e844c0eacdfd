"""What may be asked of the lists, and what they hold: objects of the JSON Lines format."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from skygge.core.filters import Filters
from skygge.core.model import ActorKind, Id, Label
from skygge.paging import PageQuery

WithRetracted = Annotated[bool, Field(description="Things that were taken back, too.")]


class ThingQuery(Filters, PageQuery):
    """The shared filters, and which part of the list."""

    retracted: WithRetracted = False


class PlainQuery(PageQuery):
    """Which part of a list that the shared filters do not narrow down."""

    retracted: WithRetracted = False


class ActorQuery(PlainQuery):
    """Which actors. Repeated keys mean any of."""

    actor: Annotated[list[Id], Field(max_length=200)] = []
    kind: Annotated[list[ActorKind], Field(max_length=7)] = []
    agency: Annotated[list[Label], Field(max_length=200)] = []


class CodebookQuery(PlainQuery):
    """Which versions. Repeated keys mean any of."""

    codebook_version: Annotated[list[Annotated[int, Field(ge=1, le=100_000)]], Field(max_length=200)] = []


class Things(BaseModel):
    """Part of a list of JSON Lines objects, and where the next part begins (null at the end)."""

    items: list[dict[str, Any]]
    cursor: int | None
