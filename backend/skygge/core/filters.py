"""The filters that lists, analyses and exports share. Repeated keys mean "any of"; different keys mean "all of"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from skygge.core.fold import survivor
from skygge.core.model import STAMP, EncounterKind, Id, Key, Label, read_instant, to_unix_ms

Thing = Mapping[str, Any]
Span = tuple[int, int]
F = TypeVar("F", bound="Filters")
Origin = Literal["explicit", "later", "carried"]
DAY_MS = 86_400_000


def _check_moment(text: str) -> str:
    if STAMP.fullmatch(text) is not None:
        read_instant(text)
        return text
    read_instant(f"{text}T00:00:00Z")
    if len(text) != len("2026-03-02"):
        raise ValueError("neither a date nor a time with offset")
    return text


Moment = Annotated[str, Field(max_length=40), AfterValidator(_check_moment)]
Version = Annotated[int, Field(ge=1, le=100_000)]
Any_of = Field(max_length=200)


class Written(NamedTuple):
    """The first and the last moment of an encounter's entries; `is_inside` if any of them lies in `from` and `to`."""

    first_ms: int
    last_ms: int
    is_inside: bool


class FiltersRefused(ValueError):
    """Some filters or parameters are unknown, contradictory or out of bounds; `names` says which."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("unknown, contradictory or out of bounds: " + ", ".join(names))
        self.names = list(names)


class Filters(BaseModel):
    """What to look at. Unknown names are refused; errors name the filter and never repeat its value."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    visit: Annotated[list[Label], Field(max_length=200, description="Visit ids or the six letters of a visit.")] = []
    encounter: Annotated[list[Id], Any_of] = []
    kind: Annotated[list[EncounterKind], Field(max_length=5, description="Kinds of encounter.")] = []
    actor: Annotated[list[Id], Field(max_length=200, description="Who acted.")] = []
    observer: Annotated[list[Label], Any_of] = []
    agency: Annotated[list[Label], Field(max_length=200, description="Agency of the encounter.")] = []
    action: Annotated[list[Key], Any_of] = []
    structure: Annotated[list[Key], Any_of] = []
    flag: Annotated[list[Key], Any_of] = []
    from_: Annotated[
        Moment | None,
        Field(alias="from", description="First moment: a time with offset, or a local date, from its midnight on."),
    ] = None
    to: Annotated[
        Moment | None, Field(description="First moment no longer in; of a local date the whole day is in.")
    ] = None
    codebook_version: Annotated[list[Version], Any_of] = []
    origin: Annotated[
        list[Origin],
        Field(max_length=3, description="How a structure was given. Analyses keep entries without one, as uncoded."),
    ] = []

    @field_validator("to")
    @classmethod
    def _comes_after_from(cls, to: str | None, info: ValidationInfo) -> str | None:
        start = info.data.get("from_")
        if to is not None and start is not None and _first_ms(start, 0) >= _last_ms(to, 0):
            raise PydanticCustomError("filters_contradict", "`to` is not after `from`")
        return to

    def keeps_encounter(self, encounter: Thing) -> bool:
        """Whether an encounter (a JSON Lines object) is looked at; its times are judged entry by entry."""
        return (
            _is_any(self.encounter, encounter["id"])
            and _is_any(self.kind, encounter.get("kind"))
            and _is_any(self.observer, encounter.get("observer"))
            and _is_any(self.agency, encounter.get("agency"))
            and (not self.visit or encounter.get("visit_id") in self.visit or encounter.get("visit_code") in self.visit)
        )

    def keeps_dates(self, encounter: Thing, offset_ms: int = 0, written: Written | None = None) -> bool:
        """Whether an encounter is looked at and overlaps `from` and `to`. `offset_ms` corrects its clock.

        Its entries belong to it whatever its own times say, and without an end that somebody gave it lasts until the
        last of them.
        """
        if not self.keeps_encounter(encounter):
            return False
        stamp, (start, end) = encounter["started_at"], edges_of(encounter, offset_ms)
        if written is None:
            return self.overlaps(stamp, start, start if end is None else end)
        last = written.last_ms if end is None else max(end, written.last_ms)
        return written.is_inside or self.overlaps(stamp, min(start, written.first_ms), last)

    @property
    def has_dates(self) -> bool:
        """Whether `from` or `to` is asked for."""
        return self.from_ is not None or self.to is not None

    @property
    def narrows(self) -> bool:
        """Whether there is any filter at all."""
        return any(getattr(self, name) for name in Filters.model_fields)

    @property
    def narrows_entries(self) -> bool:
        """Whether there is any filter on entries themselves, beside those on their encounters."""
        wanted = (
            self.encounter,
            self.actor,
            self.action,
            self.structure,
            self.flag,
            self.codebook_version,
            self.origin,
        )
        return any(wanted) or self.has_dates

    def keeps_entry(self, entry: Thing, offset_ms: int = 0) -> bool:
        """Whether an entry (a JSON Lines object) of an encounter that is looked at is kept."""
        return (
            _is_any(self.encounter, entry["encounter_id"])
            and _is_any(self.actor, entry.get("actor_id"))
            and _is_any(self.action, entry.get("action"))
            and _is_any(self.structure, entry.get("structure"))
            and (not self.flag or not set(self.flag).isdisjoint(entry.get("flags") or ()))
            and _is_any(self.codebook_version, entry.get("codebook_version"))
            and self.keeps_origin(entry)
            and self.keeps_moments(entry, offset_ms)
        )

    def keeps_moments(self, entry: Thing, offset_ms: int = 0) -> bool:
        """Whether any of an entry lies inside `from` and `to`; of a state that nobody ended its start has to."""
        if not self.has_dates:
            return True
        start, end = edges_of(entry, offset_ms)
        return self.overlaps(entry["started_at"], start, start if end is None else end)

    def keeps_origin(self, entry: Thing) -> bool:
        """Whether the structure of an entry was given in one of the ways asked for."""
        return not self.origin or (entry.get("structure") is not None and entry.get("structure_origin") in self.origin)

    def keeps_time(self, stamp: str) -> bool:
        """Whether a time text with offset lies inside `from` and `to`."""
        return self.overlaps(stamp, to_unix_ms(stamp), to_unix_ms(stamp))

    def overlaps(self, stamp: str, start_ms: int, end_ms: int) -> bool:
        """Whether [start, end), or a moment, shares anything with `from` and `to`; dates as in `window`."""
        first, last = self.window(stamp)
        return (last is None or start_ms < last) and (first is None or end_ms > first or start_ms >= first)

    def with_merged(self, merged_into: Mapping[str, str | None]) -> Self:
        """The same filters, where each actor stands for everybody merged with it."""
        wanted = {survivor(actor, merged_into) for actor in self.actor}
        merged = {actor for actor in merged_into if survivor(actor, merged_into) in wanted}
        return self.model_copy(update={"actor": sorted({*self.actor, *merged})})

    def window(self, stamp: str) -> tuple[int | None, int | None]:
        """`from` and `to` as Unix milliseconds, dates read at the UTC offset of the given time text."""
        return self.window_at(local_offset_ms(stamp))

    def window_at(self, utc_offset_ms: int) -> tuple[int | None, int | None]:
        """`from` and `to` as Unix milliseconds, dates read at a UTC offset."""
        first = None if self.from_ is None else _first_ms(self.from_, utc_offset_ms)
        return first, None if self.to is None else _last_ms(self.to, utc_offset_ms)


def read_filters(model: type[F], given: Mapping[str, Sequence[str]]) -> F:
    """Filters as typed at a console, where everything is text and may be repeated. Raises FiltersRefused."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    document: dict[str, Any] = {}
    for name, values in given.items():
        takes_many = name in fields and get_origin(fields[name].annotation) is list
        document[name] = list(values) if takes_many or len(values) != 1 else values[0]
    try:
        return model.model_validate(document)
    except ValidationError as problem:
        raise FiltersRefused(sorted({str(error["loc"][0]) for error in problem.errors() if error["loc"]})) from None


def edges_of(thing: Thing, offset_ms: int = 0) -> tuple[int, int | None]:
    """Start and end of an encounter or entry in milliseconds, corrected; None where nobody ended it."""
    start, ended_at = to_unix_ms(thing["started_at"]) + offset_ms, thing.get("ended_at")
    if ended_at is None or thing.get("end_origin") is None:
        return start, None
    return start, max(start, to_unix_ms(ended_at) + offset_ms)


def local_offset_ms(stamp: str) -> int:
    """The UTC offset that a time text carries, in milliseconds."""
    if stamp.endswith("Z"):
        return 0
    hours, minutes = stamp[-5:].split(":")
    size = (int(hours) * 60 + int(minutes)) * 60_000
    return -size if stamp[-6] == "-" else size


def _first_ms(moment: str, offset_ms: int) -> int:
    return to_unix_ms(moment) if "T" in moment else to_unix_ms(f"{moment}T00:00:00Z") - offset_ms


def _last_ms(moment: str, offset_ms: int) -> int:
    return _first_ms(moment, offset_ms) if "T" in moment else _first_ms(moment, offset_ms) + DAY_MS


def _is_any(wanted: list[Any], value: object) -> bool:
    return not wanted or value in wanted
