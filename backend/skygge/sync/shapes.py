"""What devices send and get."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from skygge.core.model import Day, Id, Stamp
from skygge.paging import MAX_PAGE

PROTOCOL = 1
MAX_CHANGES = 500
# Beyond this a body may hold one change alone.
MAX_BATCH_BYTES = 256 * 1024
MAX_BODY_BYTES = 1024 * 1024


class Push(BaseModel):
    """Changes of one device. A newer protocol may say more than this server knows; its changes are still taken."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, hide_input_in_errors=True)

    protocol: Annotated[int, Field(ge=1, le=1_000_000)]
    device_id: Id
    device_time: Stamp
    changes: list[Any]

    @model_validator(mode="after")
    def _knows_its_fields(self) -> Push:
        if self.protocol <= PROTOCOL and self.model_extra:
            raise PydanticCustomError("extra_forbidden", "fields that this protocol does not have")
        return self

    @property
    def goes_on(self) -> bool:
        """Whether the device has reported something before: its own count of changes does not begin here."""
        counts = [change.get("device_seq") for change in self.changes if isinstance(change, dict)]
        return bool(counts) and all(isinstance(count, int) and count > 1 for count in counts)


class VerdictOut(BaseModel):
    """What became of one change; verdicts stand in the order of the changes. `erased` comes with a stub."""

    change_id: UUID | None
    verdict: Literal["stored", "known", "quarantined", "erased"]
    seq: int | None = None
    code: str | None = None
    stub: dict[str, Any] | None = None


class Acknowledgement(BaseModel):
    """The answer to a push, sent after the commit. `protocol` is the newest that this server speaks."""

    protocol: int
    epoch: UUID
    verdicts: list[VerdictOut]
    server_received_at: datetime
    server_time: datetime


class DaysQuery(BaseModel):
    """What a device holds. With `scope=own` only what an observer in a blind study would see.

    With `since` besides, of what others observed, the encounters that began on that day (UTC) or later. Codebook and
    people always come. A day that moves on lets the device's checksum differ, and so it lets go of what is older.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    scope: Literal["all", "own"] = "all"
    since: Day | None = None

    @model_validator(mode="after")
    def _narrows_own(self) -> Self:
        if self.since is not None and self.scope != "own":
            raise PydanticCustomError("since_needs_own", "since goes with scope=own")
        return self

    @property
    def reach(self) -> dict[str, Any]:
        """As `sight_of` takes it."""
        since = None if self.since is None else datetime.combine(date.fromisoformat(self.since), time(), UTC)
        return {"only_own": self.scope == "own", "others_since": since}


class PullQuery(DaysQuery):
    """Which part of what a device holds. With `day` (UTC, of arrival) only that day's changes: see DaysOut."""

    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 500
    epoch: UUID | None = None
    day: Day | None = None


class DayOut(BaseModel):
    """A day (UTC) of arrival, how many changes it has, and their checksum (see FeedOut)."""

    day: str
    n_changes: int
    checksum: str


class DaysOut(BaseModel):
    """Every day on which changes arrived that this device may see."""

    epoch: UUID
    days: list[DayOut]


class FeedOut(BaseModel):
    """A page of the feed: changes as they were sent, each with seq, author, received_at and corrected_at.

    `checksum` comes with the last page: over all changes that this device may see, whatever their order, the sum
    modulo 2^40 of the first five bytes of SHA-256(`change_id:payload`), as ten hexadecimal digits. The payload is
    written as JSON with sorted keys, without spaces, beyond ASCII escaped, numbers as JavaScript writes them.
    """

    epoch: UUID
    changes: list[dict[str, Any]]
    cursor: int
    has_more: bool
    checksum: str | None
    server_time: datetime


class QuarantinedOut(BaseModel):
    """A change that was parked. `content` is the JSON text as it was kept: it may hold what JSON cannot say."""

    id: UUID
    change_id: UUID | None
    device_id: UUID
    code: str
    received_at: datetime
    content: str
