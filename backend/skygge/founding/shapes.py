"""What people send to set Skygge up, and to make or amend a study."""

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, Field

from skygge.accounts.shapes import AccountOut, Name, OnDevice, Password, Token
from skygge.core.model import Code, FieldMode, Label, Language, ObserversSee, Strict, Term, Terms, Zone


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError("not a time zone") from None
    return name


KnownZone = Annotated[Zone, AfterValidator(_check_zone)]
Starter = Literal["blank", "actions", "heuristic-four"]
Languages = Annotated[list[Language], Field(min_length=1, max_length=10)]


class StudyIn(Strict):
    """A new study and the codebook it starts from."""

    title: Label
    time_zone: KnownZone
    languages: Languages
    field_mode: FieldMode
    observers_see: ObserversSee = "own"
    starter: Starter = "blank"
    lock_required: bool = True
    lock_reason: Term | None = None


class StudyAmended(Terms):
    """Only what is set changes; null empties a term. To require no lock takes its reason in the same request."""

    title: Label | None = None
    time_zone: KnownZone | None = None
    languages: Languages | None = None
    field_mode: FieldMode | None = None
    observers_see: ObserversSee | None = None
    allows_dictation: bool | None = None
    lock_required: bool | None = None
    lock_reason: Term | None = None


# What every study has; the others may be emptied.
NEVER_EMPTY = frozenset(
    {"title", "time_zone", "languages", "field_mode", "observers_see", "allows_dictation", "lock_required"}
)


class Setup(OnDevice):
    """The set-up link's token, the first account, the first study, and the device to sign in."""

    token: Token
    name: Name
    password: Password
    study: StudyIn


class SetupState(BaseModel):
    """Whether the first account is still to be made."""

    needed: bool


class SetupDone(BaseModel):
    """The first account, signed in, and its study."""

    account: AccountOut
    study_id: UUID


class StarterOut(BaseModel):
    """A codebook that comes with Skygge."""

    name: Starter
    note: str
    codes: list[Code]
