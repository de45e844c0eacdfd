"""The filters that lists, analyses and exports share. Repeated keys mean "any of"; different keys mean "all of"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from skygge.core.model import STAMP, EncounterKind, Id, Key, Label, read_instant, to_unix_ms

Thing = Mapping[str, Any]
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
        Field(max_length=3, description="How a structure was given; entries without structure stay."),
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

    def keeps_dates(self, encounter: Thing) -> bool:
        """Whether an encounter that is looked at overlaps `from` and `to`, as its own times say."""
        if not self.keeps_encounter(encounter):
            return False
        first, last = self.window(encounter["started_at"])
        end = to_unix_ms(encounter.get("ended_at") or encounter["started_at"])
        return (first is None or end >= first) and (last is None or to_unix_ms(encounter["started_at"]) < last)

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
        return any(wanted) or self.from_ is not None or self.to is not None

    def keeps_entry(self, entry: Thing) -> bool:
        """Whether an entry (a JSON Lines object) of an encounter that is looked at is kept."""
        return (
            _is_any(self.encounter, entry["encounter_id"])
            and _is_any(self.actor, entry.get("actor_id"))
            and _is_any(self.action, entry.get("action"))
            and _is_any(self.structure, entry.get("structure"))
            and (not self.flag or not set(self.flag).isdisjoint(entry.get("flags") or ()))
            and _is_any(self.codebook_version, entry.get("codebook_version"))
            and (entry.get("structure") is None or _is_any(self.origin, entry.get("structure_origin")))
            and self.keeps_time(entry["started_at"])
        )

    def keeps_time(self, stamp: str) -> bool:
        """Whether a time text with offset lies inside `from` and `to`."""
        first, last = self.window(stamp)
        return (first is None or first <= to_unix_ms(stamp)) and (last is None or to_unix_ms(stamp) < last)

    def window(self, stamp: str) -> tuple[int | None, int | None]:
        """`from` and `to` as Unix milliseconds, dates read at the UTC offset of the given time text."""
        offset = local_offset_ms(stamp)
        first = None if self.from_ is None else _first_ms(self.from_, offset)
        return first, None if self.to is None else _last_ms(self.to, offset)


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
