"""The only writer of the log, its counter and the tables.

The study's counter row is taken first, so that numbers are consecutive and no reader of the feed ever sees a later
number before an earlier one. Nothing that a change says can make this fail: what cannot be taken is parked, whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import case, insert, select, update
from sqlmodel import Session, col

from skygge.audit.keep import Event, keep
from skygge.clock import Clock, new_id
from skygge.core.changes import KINDS, STRIKES, Change, ChangeRefused, read_change
from skygge.core.identity import is_canonical_id, server_device_id
from skygge.core.model import FIRST_YEAR, LAST_YEAR, read_instant
from skygge.core.redact import to_stub
from skygge.core.wire import check_value, content_hash, to_verbatim
from skygge.db import NEWS
from skygge.fieldlog.late import Late
from skygge.fieldlog.logged import Key, Logged, as_logged, in_slices, load_logged, seal
from skygge.fieldlog.own_words import make_server_change
from skygge.fieldlog.quarantine import empty, park, release
from skygge.fieldlog.redact import Redacted, Redaction, find_redacted, redact_log
from skygge.fieldlog.refold import refold
from skygge.fieldlog.rules import Author, Place, Rules, place_change
from skygge.fieldlog.sharing import share_what_came_before
from skygge.fieldlog.strikes import find_missing_gap, find_orders, forget_words
from skygge.fieldlog.tables import ChangeRow
from skygge.studies.tables import StudyRow

__all__ = ["Author", "Delivery", "Verdict", "append_changes", "append_delivery"]

CLOCK_WRONG_MS = 120_000


@dataclass(frozen=True)
class Verdict:
    """What became of one change. `change_id` is empty where even that could not be read."""

    change_id: str | None
    verdict: Literal["stored", "known", "quarantined", "erased"]
    seq: int | None = None
    code: str | None = None
    stub: dict[str, Any] | None = None


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
    next_seq = _take_counter(session, delivery.study_id) + 1
    verdicts: list[Verdict] = []
    for run in _runs([_open(document) for document in delivery.changes]):
        told, next_seq = _append_run(session, delivery, run, next_seq)
        verdicts += told
        struck = run[-1].change
        if struck is not None and struck.kind in STRIKES and told[-1].verdict in ("stored", "erased"):
            next_seq = strike(session, delivery, struck, next_seq)
    return verdicts


def redact_things(session: Session, delivery: Delivery, orders: Iterable[Redaction], is_end: bool = False) -> int:
    """Take content out of things in a member's name; each becomes an entry of the feed. How many changes it was.

    The delivery says who and when; its changes (what the server itself has to say first) are appended before.
    At the end of a study (`is_end`) whatever is parked in it goes too, whoever sent it.
    """
    append_delivery(session, delivery)
    next_seq = _take_counter(session, delivery.study_id) + 1
    before = next_seq
    for order in orders:
        next_seq = _redact(session, delivery, order, next_seq)
    if is_end:
        empty(session, delivery.study_id)
    return next_seq - before


def strike(session: Session, delivery: Delivery, struck: Change, next_seq: int) -> int:
    """Do what a change that strikes words or minutes asks for; the next free number afterwards."""
    for order in find_orders(session, delivery.study_id, struck, delivery.received_at):
        next_seq = _redact(session, delivery, order, next_seq)
    gap = find_missing_gap(session, delivery.study_id, struck)
    if gap:
        next_seq = _say(session, delivery, "gap.recorded", gap, next_seq)
    author, details = delivery.author, {"subject_id": struck.subject_id}
    event = Event(struck.kind, delivery.received_at, author.observer, author.account_id, delivery.study_id, details)
    keep(session, event)
    return next_seq


def _redact(session: Session, delivery: Delivery, order: Redaction, next_seq: int) -> int:
    earlier = load_logged(session, delivery.study_id, [order.subject_id])
    changes = redact_log(session, order)
    if not changes and order.mode == "words":
        return next_seq
    after = load_logged(session, delivery.study_id, [order.subject_id])
    refold(session, delivery.study_id, after, replaced=earlier)
    told: dict[str, Any] = {"mode": order.mode, "changes": changes}
    return _say(session, delivery, "subject.redacted", (str(order.subject_id), told), next_seq, str(order.by))


def _say(
    session: Session, delivery: Delivery, kind: str, about: tuple[str, dict[str, Any]], seq: int, change_id: str = ""
) -> int:
    """Append what the server itself reports; the next free number afterwards."""
    study, now = session.get_one(StudyRow, delivery.study_id), delivery.received_at
    change = make_server_change(study, kind, *about, now) | {"device_seq": seq}
    change["change_id"] = change_id or change["change_id"]
    device_id = server_device_id(delivery.study_id)
    own = Delivery(delivery.study_id, delivery.author, device_id, [change], now, is_import=True)
    return _append_run(session, own, [_open(change)], seq)[1]


def _append_run(
    session: Session, delivery: Delivery, run: Sequence[_Arrival], next_seq: int
) -> tuple[list[Verdict], int]:
    """Append changes of which at most the last one strikes; the verdicts, and the next free number."""
    batch = _Batch(
        delivery=delivery,
        rules=Rules(session, delivery.study_id, delivery.author, is_import=delivery.is_import),
        next_seq=next_seq,
        known=_find_known(session, delivery.study_id, run),
        redacted=find_redacted(session, delivery.study_id, [arrival.document for arrival in run]),
        changes=_load_earlier(session, delivery.study_id, run),
    )
    standing = set(batch.changes)
    verdicts = [batch.judge(arrival) for arrival in run]
    _write(session, batch, standing)
    return verdicts, batch.next_seq


@dataclass(frozen=True)
class Known:
    """A change that is in the log; `stub` where content was taken out of it."""

    seq: int
    content_hash: bytes
    stub: dict[str, Any] | None = None


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
    known: dict[str, Known]
    redacted: Redacted
    changes: dict[Key, list[Logged]]
    touched: dict[Key, None] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)  # hashes of what arrived, which a stub's row no longer has

    def __post_init__(self) -> None:
        self.late = Late(self.redacted)

    def judge(self, arrival: _Arrival) -> Verdict:
        """Store, recognise or park one change."""
        eraser = self.redacted.find_eraser(arrival.document)
        if eraser is not None and arrival.change_id is not None and not self._is_own_word(arrival):
            return self._refuse_erased(arrival, eraser)
        if arrival.change_id in self.known:
            return self._recognise(arrival, self.known[arrival.change_id])
        if arrival.change is None or self.delivery.park_as is not None:
            return self._park(arrival, self.delivery.park_as or arrival.code or "change.content_invalid")
        before = self._place_before(arrival.change)
        code = self.rules.find_breach(arrival.change, before)
        return self._park(arrival, code) if code else self._store(arrival, arrival.change, before)

    def _is_own_word(self, arrival: _Arrival) -> bool:
        return arrival.change is not None and arrival.change.kind == "subject.redacted"

    def _refuse_erased(self, arrival: _Arrival, eraser: str) -> Verdict:
        """The thing was erased: nothing of this copy is kept, and the phone is told what to keep in its place."""
        said = arrival.document
        assert isinstance(said, dict)
        kept = {name: said[name] for name in ("change_id", "subject_id", "kind") if name in said}
        seq = self.known[said["change_id"]].seq if said["change_id"] in self.known else None
        return Verdict(arrival.change_id, "erased", seq, stub=to_stub(kept, "erased", eraser))

    def _recognise(self, arrival: _Arrival, known: Known) -> Verdict:
        if known.stub is not None:
            return Verdict(arrival.change_id, "erased", known.seq, stub=known.stub)
        # A phone that has struck words sends its stub before the strike itself, which then reaches the full copy.
        is_stub = arrival.change is not None and arrival.change.redacted is not None
        if known.content_hash == arrival.content_hash or is_stub:
            return Verdict(arrival.change_id, "known", known.seq)
        return self._park(arrival, "change.content_differs")

    def _place_before(self, change: Change) -> Place:
        earlier = self._said_about(change)
        if earlier:
            return Place(earlier[-1].encounter_id, earlier[-1].private_to)
        spec = KINDS[change.kind]
        # What is said about an entry that has not arrived may be about a reflection: its author's alone until then.
        is_in_doubt = spec.subject == "entry" and not spec.creates
        return Place(private_to=self.delivery.author.member_id if is_in_doubt else None)

    def _said_about(self, change: Change) -> list[Logged]:
        key = change_key(change)
        return self.changes.get(key, []) if key[0] is not None else self._all_about(change)

    def _all_about(self, change: Change) -> list[Logged]:
        about = [own for (_, subject_id), own in self.changes.items() if subject_id == change.subject_id]
        return sorted((logged for own in about for logged in own), key=lambda logged: logged.seq)

    def _store(self, arrival: _Arrival, change: Change, before: Place) -> Verdict:
        said = arrival.document
        assert isinstance(said, dict)
        stub = self.redacted.strike_again(said) or forget_words(said) or self.late.strike(said, self._all_about(change))
        values = self._row(stub or said, change, place_change(change, self.delivery.author.member_id, before))
        logged = as_logged(stub or said, values)
        self.rows.append(values)
        self.stored.append(arrival.content_hash)
        self.changes.setdefault(logged.key, []).append(logged)
        if logged.key[0] is not None:
            self.touched[logged.key] = None
        self.known[change.change_id] = Known(self.next_seq, values["content_hash"], stub)
        self.next_seq += 1
        return Verdict(change.change_id, "stored" if stub is None else "erased", logged.seq, stub=stub)

    def _row(self, said: dict[str, Any], change: Change, place: Place) -> dict[str, Any]:
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
            "check_value": check_value(change.change_id, said["payload"]),
            "content_hash": content_hash(said),
            "raw": to_verbatim(said),
            "redacted_by": UUID(said["redacted"]["by"]) if said.get("redacted") else None,
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


def _runs(arrivals: Sequence[_Arrival]) -> Iterator[Sequence[_Arrival]]:
    """Changes in pieces that end after each strike, so that a strike finds in the log what came before it."""
    begin = 0
    for end, arrival in enumerate(arrivals, 1):
        strikes = arrival.change is not None and arrival.change.kind in STRIKES
        if strikes or end == len(arrivals):
            yield arrivals[begin:end]
            begin = end


def _find_known(session: Session, study_id: UUID, arrivals: Iterable[_Arrival]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for some in in_slices({UUID(arrival.change_id) for arrival in arrivals if arrival.change_id}):
        stub = case((col(ChangeRow.redacted_by).is_not(None), col(ChangeRow.raw)))
        query = select(col(ChangeRow.change_id), col(ChangeRow.seq), col(ChangeRow.content_hash), stub).where(
            col(ChangeRow.study_id) == study_id, col(ChangeRow.change_id).in_(some)
        )
        for change_id, seq, kept_hash, raw in session.execute(query):
            found[str(change_id)] = Known(seq, kept_hash, json.loads(raw) if raw else None)
    return found


def _load_earlier(session: Session, study_id: UUID, arrivals: Iterable[_Arrival]) -> dict[Key, list[Logged]]:
    return load_logged(session, study_id, {UUID(arrival.change.subject_id) for arrival in arrivals if arrival.change})


def _write(session: Session, batch: _Batch, standing: set[Key]) -> None:
    study_id, author_id = batch.delivery.study_id, batch.delivery.author.member_id
    if batch.parked:
        park(session, study_id, author_id, batch.parked)
    batch.late.remember(session, study_id, batch.delivery.received_at)
    if not batch.rows:
        return
    session.execute(insert(ChangeRow.__table__), batch.rows)  # type: ignore[attr-defined]  # SQLModel does not declare it
    touched = {key: batch.changes[key] for key in batch.touched}
    refold(session, study_id, touched, replaced=standing & touched.keys())
    share_what_came_before(session, study_id, touched.values())
    session.execute(update(StudyRow).where(col(StudyRow.study_id) == study_id).values(last_seq=batch.next_seq - 1))
    session.info.setdefault(NEWS, set()).add(study_id)
    release(session, study_id, author_id, batch.stored)
    for row in batch.rows:
        if row["kind"] == "consent.recorded":
            _keep(session, batch.delivery, row, {"consent_id": str(row["subject_id"])})
        if row["kind"] == "study.amended" and row["seq"] > 1:
            _keep(session, batch.delivery, row, {"fields": sorted(json.loads(row["raw"])["payload"])})


def _keep(session: Session, delivery: Delivery, row: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Put on record that a consent or settings were written down: which ones, not what they say."""
    author, at, details = delivery.author, delivery.received_at, {**said, "seq": row["seq"]}
    keep(session, Event(row["kind"], at, author.observer, author.account_id, delivery.study_id, details))
