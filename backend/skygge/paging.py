"""Lists come in pages: which part was asked for, and where the next part begins."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Annotated, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")
MAX_PAGE = 1000


class PageQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 200
    cursor: Annotated[int, Field(ge=0, le=2**53, description="The cursor of the page before.")] = 0


class Page(BaseModel, Generic[T]):
    """Part of a list, and where the next part begins (null at the end)."""

    items: list[T]
    cursor: int | None


class Asked(Protocol):
    """Anything that says which part of a list it wants."""

    @property
    def limit(self) -> int: ...

    @property
    def cursor(self) -> int: ...


def to_page(things: Iterable[Any], asked: Asked) -> dict[str, Any]:
    """The part that was asked for; no further thing is read than the one that tells whether there are more."""
    return close_page(list(islice(things, asked.cursor, asked.cursor + asked.limit + 1)), asked)


def close_page(found: Sequence[Any], asked: Asked) -> dict[str, Any]:
    """A page of things found from the cursor on: `limit` of them, and one more where there are more."""
    following = asked.cursor + asked.limit
    return {"items": list(found[: asked.limit]), "cursor": following if len(found) > asked.limit else None}
