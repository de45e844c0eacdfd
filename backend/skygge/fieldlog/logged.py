"""A change as it lies in the log: what was said, what the server added, and the hashes that hold both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from skygge.core.changes import KINDS
from skygge.core.model import SubjectType
from skygge.core.wire import to_canonical
from skygge.fieldlog.tables import ChangeRow

# SQLite takes 32,766 parameters, but long lists plan slowly.
IDS_AT_ONCE = 500
UNSEALED = frozenset({"raw", "seal"})

Key = tuple[SubjectType | None, str]
LOGGED: tuple[Any, ...] = (
    ChangeRow.seq, ChangeRow.raw, ChangeRow.author_id, ChangeRow.encounter_id, ChangeRow.private_to,
    ChangeRow.corrected_at, ChangeRow.clock_offset_ms,
)  # fmt: skip


@dataclass(frozen=True)
class Logged:
    """One change in the log. `said` is what was sent, with `corrected_at` where the server added it.

    `wrong_by_ms`: by how much the device's clock was ahead, where it was so wrong that the time was corrected.
    """

    seq: int
    said: Mapping[str, Any]
    author_id: UUID
    encounter_id: UUID | None
    private_to: UUID | None
    wrong_by_ms: int | None

    @property
    def key(self) -> Key:
        """Type and id of the subject it is about. Type None: about a thing of any type, and not folded."""
        return KINDS[self.said["kind"]].subject, self.said["subject_id"]


def read_logged(row: Any) -> Logged:
    """A row of the log (its LOGGED columns) as the fold takes it."""
    return as_logged(json.loads(row.raw), row._mapping)


def as_logged(said: Mapping[str, Any], values: Mapping[str, Any]) -> Logged:
    """What was said together with what the server added."""
    corrected_at, wrong_by_ms = values["corrected_at"], None
    if corrected_at is not None:
        said = {**said, "corrected_at": corrected_at.isoformat(timespec="milliseconds")}
        wrong_by_ms = values["clock_offset_ms"]
    return Logged(values["seq"], said, values["author_id"], values["encounter_id"], values["private_to"], wrong_by_ms)


def load_logged(session: Session, study_id: UUID, subject_ids: Collection[UUID]) -> dict[Key, list[Logged]]:
    """Everything the log says about some subjects, in the order of its numbers."""
    found: dict[Key, list[Logged]] = {}
    for some in in_slices(subject_ids):
        query = select(*LOGGED).where(col(ChangeRow.study_id) == study_id, col(ChangeRow.subject_id).in_(some))
        for row in session.execute(query.order_by(col(ChangeRow.seq))):
            logged = read_logged(row)
            found.setdefault(logged.key, []).append(logged)
    return found


def in_slices(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    """Ids in lists short enough for one statement."""
    rest = iter(ids)
    while some := list(islice(rest, IDS_AT_ONCE)):
        yield some


def seal(values: Mapping[str, Any]) -> bytes:
    """SHA-256 over every column of a row of the log or the quarantine, but for `raw` (hashed beside it) and itself."""
    plain = {name: _plain(value) for name, value in values.items() if name not in UNSEALED}
    # Rows from before there were stubs were sealed without it.
    if plain.get("redacted_by") is None:
        plain.pop("redacted_by", None)
    return hashlib.sha256(to_canonical(plain)).digest()


def _plain(value: Any) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
