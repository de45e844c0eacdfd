"""What may be asked of the lists, and what they hold: objects of the JSON Lines format."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from skygge.core.filters import Filters
from skygge.core.model import Text
from skygge.paging import PageQuery

WithRetracted = Annotated[bool, Field(description="Things that were taken back, too.")]


class ThingQuery(Filters, PageQuery):
    """The shared filters, and which part of the list."""

    retracted: WithRetracted = False


class SearchQuery(PageQuery):
    """Words to be found, and which part of what was found."""

    q: Annotated[Text, Field(min_length=1, max_length=200, description="Words; each may be the beginning of one.")]


class Things(BaseModel):
    """Part of a list of JSON Lines objects, and where the next part begins (null at the end)."""

    items: list[dict[str, Any]]
    cursor: int | None
