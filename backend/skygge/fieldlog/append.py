"""The only writer of the log, its counter and the tables.

The study's counter row is taken first, so that numbers are consecutive and no reader of the feed ever sees a later
number before an earlier one. Nothing that a change says can make this fail: what cannot be taken is parked, whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from skygge.clock import Clock, new_id
from skygge.core.changes import KINDS, Change, ChangeRefused, read_change
from skygge.core.identity import is_canonical_id
from skygge.core.model import FIRST_YEAR, LAST_YEAR, read_instant
from skygge.core.wire import content_hash, to_verbatim
from skygge.fieldlog.logged import Key, Logged, as_logged, check_value, in_slices, load_logged, seal
from skygge.fieldlog.quarantine import park, release
from skygge.fieldlog.refold import refold
from skygge.fieldlog.rules import Author, Place, Rules, place_change
from skygge.fieldlog.tables import ChangeRow
from skygge.studies.tables import StudyRow

__all__ = ["Author", "Delivery", "Verdict", "append_changes", "append_delivery"]

CLOCK_WRONG_MS = 120_000


@dataclass(frozen=True)
class Verdict:
    """What became of one change. `change_id` is empty where even that could not be read."""

    change_id: str | None
    verdict: Literal["stored", "known", "quarantined"]
    seq: int | None = None
    code: str | None = None


@dataclass(frozen=True)
class Delivery:
    """Changes from one author and device. `clock_offset_ms` is device minus server, None when unknown.

    An import brings what others decided elsewhere, so the rules about who may say what do not hold for it; of clocks
    it brings what was found out elsewhere, change by change. With `park_as` everything new is parked under that code.
    """

    study_id: UUID
    author: Author
    device_id: UUID
    changes: Sequence[object]
    received_at: datetime
    clock_offset_ms: int | None = None
    is_import: bool = False
    park_as: str | None = None
    clock_offsets: Mapping[str, int] = field(default_factory=dict)

    def offset_of(self, change_id: str) -> int | None:
        """By how many milliseconds the clock that wrote a change was ahead, None when unknown."""
        return self.clock_offsets.get(change_id, self.clock_offset_ms)


def append_changes(
    session: Session, *, study_id: UUID, author: Author, device_id: UUID, changes: Sequence[object], clock: Clock
) -> list[Verdict]:
    """Store what this server itself reports; a verdict for each change, in their order."""
    return append_delivery(session, Delivery(study_id, author, device_id, changes, clock()))


def append_delivery(session: Session, delivery: Delivery) -> list[Verdict]:
    """Store what can be stored and park the rest; a verdict for each change, in their order.

    Everything lies in the caller's transaction. Never raises for what a change says.
    """
    last_seq = _take_counter(session, delivery.study_id)
    arrivals = [_open(document) for document in delivery.changes]
    batch = _Batch(
        delivery=delivery,
        rules=Rules(session, delivery.study_id, delivery.author, is_import=delivery.is_import),
        next_seq=last_seq + 1,
        known=_find_known(session, delivery.study_id, arrivals),
        changes=_load_earlier(session, delivery.study_id, arrivals),
    )
    standing = set(batch.changes)
    verdicts = [batch.judge(arrival) for arrival in arrivals]
    _write(session, batch, standing)
    return verdicts


@dataclass(frozen=True)
class _Arrival:
    """One change as it arrived; `change` where it is understood, otherwise the code that says why not."""

    document: object
    content_hash: bytes
    change_id: str | None
    change: Change | None
    code: str | None


@dataclass
class _Batch:
    """What one delivery knows and makes. `changes` holds everything the log says about the subjects touched."""

    delivery: Delivery
    rules: Rules
    next_seq: int
    known: dict[str, tuple[int, bytes]]
    changes: dict[Key, list[Logged]]
    touched: dict[Key, None] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)

    def judge(self, arrival: _Arrival) -> Verdict:
        """Store, recognise or park one change."""
        if arrival.change_id in self.known:
            seq, content_hash = self.known[arrival.change_id]
            if content_hash == arrival.content_hash:
                return Verdict(arrival.change_id, "known", seq)
            return self._park(arrival, "change.content_differs")
        if arrival.change is None or self.delivery.park_as is not None:
            return self._park(arrival, self.delivery.park_as or arrival.code or "change.content_invalid")
        before = self._place_before(arrival.change)
        code = self.rules.find_breach(arrival.change, before)
        return self._park(arrival, code) if code else self._store(arrival, arrival.change, before)

    def _place_before(self, change: Change) -> Place:
        earlier = self.changes.get(change_key(change))
        if earlier:
            return Place(earlier[-1].encounter_id, earlier[-1].private_to)
        spec = KINDS[change.kind]
        # What is said about an entry that has not arrived may be about a reflection: its author's alone until then.
        is_in_doubt = spec.subject == "entry" and not spec.creates
        return Place(private_to=self.delivery.author.member_id if is_in_doubt else None)

    def _store(self, arrival: _Arrival, change: Change, before: Place) -> Verdict:
        values = self._row(arrival, change, place_change(change, self.delivery.author.member_id, before))
        assert isinstance(arrival.document, dict)
        logged = as_logged(arrival.document, values)
        self.rows.append(values)
        self.changes.setdefault(logged.key, []).append(logged)
        self.touched[logged.key] = None
        self.known[change.change_id] = (self.next_seq, arrival.content_hash)
        self.next_seq += 1
        return Verdict(change.change_id, "stored", logged.seq)

    def _row(self, arrival: _Arrival, change: Change, place: Place) -> dict[str, Any]:
        delivery, made_at = self.delivery, read_instant(change.made_at)
        clock_offset_ms = delivery.offset_of(change.change_id)
        values: dict[str, Any] = {
            "study_id": delivery.study_id,
            "seq": self.next_seq,
            "change_id": UUID(change.change_id),
            "kind": change.kind,
            "subject_id": UUID(change.subject_id),
            "encounter_id": place.encounter_id,
            "device_id": UUID(change.device_id),
            "author_id": delivery.author.member_id,
            "private_to": place.private_to,
            "made_at": made_at,
            "received_at": delivery.received_at,
            "corrected_at": correct(made_at, clock_offset_ms),
            "clock_offset_ms": clock_offset_ms,
            "check_value": check_value(change.change_id, change.payload),
            "content_hash": arrival.content_hash,
            "raw": to_verbatim(arrival.document),
        }
        return {**values, "seal": seal(values)}

    def _park(self, arrival: _Arrival, code: str) -> Verdict:
        values: dict[str, Any] = {
            "study_id": self.delivery.study_id,
            "id": new_id(),
            "change_id": UUID(arrival.change_id) if arrival.change_id else None,
            "author_id": self.delivery.author.member_id,
            "device_id": self.delivery.device_id,
            "code": code,
            "received_at": self.delivery.received_at,
            "content_hash": arrival.content_hash,
            "raw": to_verbatim(arrival.document),
        }
        self.parked.append({**values, "seal": seal(values)})
        return Verdict(arrival.change_id, "quarantined", code=code)


def correct(made_at: datetime, clock_offset_ms: int | None) -> datetime | None:
    """The time by the server's clock, where the device's was more than two minutes wrong; None where nothing is known.

    A correction that leaves the years field work can have is none.
    """
    if clock_offset_ms is None or abs(clock_offset_ms) <= CLOCK_WRONG_MS:
        return None
    try:
        corrected = made_at - timedelta(milliseconds=clock_offset_ms)
    except OverflowError:
        return None
    return corrected if FIRST_YEAR < corrected.year < LAST_YEAR else None


def change_key(change: Change) -> Key:
    """Type and id of the subject that an understood change is about."""
    return KINDS[change.kind].subject, change.subject_id


def _take_counter(session: Session, study_id: UUID) -> int:
    """The last number given out, with the row locked until the transaction ends (SQLite locks the whole file)."""
    query = select(col(StudyRow.last_seq)).where(col(StudyRow.study_id) == study_id).with_for_update()
    return session.scalars(query).one()


def _open(document: object) -> _Arrival:
    content = content_hash(document)
    change_id = document.get("change_id") if isinstance(document, dict) else None
    if not isinstance(change_id, str) or not is_canonical_id(change_id):
        change_id = None
    try:
        return _Arrival(document, content, change_id, read_change(document), None)
    except ChangeRefused as refusal:
        return _Arrival(document, content, change_id, None, refusal.code)


def _find_known(session: Session, study_id: UUID, arrivals: Iterable[_Arrival]) -> dict[str, tuple[int, bytes]]:
    found: dict[str, tuple[int, bytes]] = {}
    for some in in_slices({UUID(arrival.change_id) for arrival in arrivals if arrival.change_id}):
        query = select(col(ChangeRow.change_id), col(ChangeRow.seq), col(ChangeRow.content_hash)).where(
            col(ChangeRow.study_id) == study_id, col(ChangeRow.change_id).in_(some)
        )
        found.update((str(change_id), (seq, content_hash)) for change_id, seq, content_hash in session.execute(query))
    return found


def _load_earlier(session: Session, study_id: UUID, arrivals: Iterable[_Arrival]) -> dict[Key, list[Logged]]:
    return load_logged(session, study_id, {UUID(arrival.change.subject_id) for arrival in arrivals if arrival.change})


def _write(session: Session, batch: _Batch, standing: set[Key]) -> None:
    study_id, author_id = batch.delivery.study_id, batch.delivery.author.member_id
    if batch.parked:
        park(session, study_id, author_id, batch.parked)
    if not batch.rows:
        return
    session.execute(insert(ChangeRow.__table__), batch.rows)  # type: ignore[attr-defined]  # SQLModel does not declare it
    touched = {key: batch.changes[key] for key in batch.touched}
    refold(session, study_id, touched, replaced=standing & touched.keys())
    session.execute(update(StudyRow).where(col(StudyRow.study_id) == study_id).values(last_seq=batch.next_seq - 1))
    release(session, study_id, author_id, [row["content_hash"] for row in batch.rows])
