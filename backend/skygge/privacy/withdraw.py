"""A person's withdrawal: found by everything that names them, carried out through the log.

It is the decision for which *stop for this person* holds what an encounter says about them: what stays is seen and
counted again, and the person cannot be picked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from skygge.audit.keep import Event, keep
from skygge.core.identity import server_device_id
from skygge.core.redact import Edit, find_matches
from skygge.errors import TextsUnread
from skygge.fieldlog.append import Author, Delivery, redact_things
from skygge.fieldlog.own_words import make_server_change
from skygge.fieldlog.parents import parents_of
from skygge.fieldlog.project import write_stamp
from skygge.fieldlog.redact import Redaction
from skygge.fieldlog.tables import ActorRow, EncounterRow
from skygge.privacy.shapes import Mode, WithdrawalIn, WithdrawalOut
from skygge.privacy.traces import Traces, find_traces, mention_of
from skygge.studies.access import Membership
from skygge.studies.tables import StudyRow

BLANK = "▮"
ON_RECORD: Mapping[Mode, str] = {"stop": "person.stopped", "redact": "person.redacted", "erase": "person.erased"}
Said = Mapping[str, Any]


def withdraw(session: Session, membership: Membership, asked: WithdrawalIn, now: datetime) -> WithdrawalOut:
    """Carry out a withdrawal; after a dry run nothing is changed. Raises ActorUnknown, TextsUnread."""
    actor_id, mode = UUID(asked.actor_id), asked.mode
    traces = find_traces(session, membership.study_id, actor_id)
    if not asked.strike_mentions:
        traces.to_read = traces.texts.describe([*(one.id for one in traces.to_read), *traces.mentions])
        traces.mentions = set()
    decided = _count_decided(traces, asked)
    changes = list(_stop(session, membership.study_id, actor_id, traces.ids, now)) if mode != "erase" else []
    author = Author(membership.account_id, membership.member_id, membership.observer, membership.role)
    device_id = server_device_id(membership.study_id)
    delivery = Delivery(membership.study_id, author, device_id, changes, now, is_import=True)
    orders = {"stop": _order_nothing, "redact": _order_redaction, "erase": _order_erasure}[mode]
    found = WithdrawalOut(
        mode=mode,
        dry_run=asked.dry_run,
        promises=[one.withdrawal_promise for one in traces.consents if one.withdrawal_promise],
        n_entries=len(traces.entries),
        n_encounters=len(traces.encounters),
        n_references=len(traces.references),
        n_mentions=len(traces.mentions),
        n_consents=len(traces.consents),
        n_changes=redact_things(session, delivery, orders(membership.study_id, traces, now)),
        n_kept=decided["kept"],
        n_struck=decided["struck"],
        n_erased=decided["erased"],
        to_read=traces.to_read,
        exports=traces.exports,
        at=now,
    )
    if asked.dry_run:
        session.rollback()
        return found
    details = {"actor_id": str(actor_id), "decided": dict(sorted(decided.items())), **_count(found)}
    row = keep(session, Event(ON_RECORD[mode], now, author.observer, author.account_id, membership.study_id, details))
    return found.model_copy(update={"number": row.number, "seal": row.hash.hex()})


def _count_decided(traces: Traces, asked: WithdrawalIn) -> Counter[str]:
    """How many texts were kept, struck and erased by whoever read them. Raises TextsUnread while one is left."""
    if asked.mode == "stop":
        return Counter()
    to_read = {str(one.id) for one in traces.to_read}
    decisions = {one.id: one.decision for one in asked.decided if one.id in to_read}
    if not asked.dry_run and to_read - decisions.keys():
        raise TextsUnread
    return Counter(decisions.values())


def _count(found: WithdrawalOut) -> dict[str, int]:
    """What a certificate says in numbers, for the day when it is written again from the record."""
    texts = found.n_references + found.n_mentions
    return {
        "entries": found.n_entries, "changes": found.n_changes, "encounters": found.n_encounters, "texts": texts,
        "consents": found.n_consents, "exports": len(found.exports),
    }  # fmt: skip


def _stop(session: Session, study_id: UUID, actor_id: UUID, ids: set[UUID], now: datetime) -> Iterator[dict[str, Any]]:
    """The person cannot be picked any more. With that it is decided: what stands is held under none of their ids."""
    study = session.get_one(StudyRow, study_id)
    decided: dict[str, Any] = {"stopped_in": None}
    stopped: dict[str, Any] = {"stopped_at": now.isoformat(timespec="milliseconds"), **decided}
    for one in sorted(ids):
        if one == actor_id:
            kind, payload = "person.stopped", stopped
        elif _is_held(session.get_one(ActorRow, (study_id, one))):
            kind, payload = "actor.amended", decided
        else:
            continue
        change = make_server_change(study, kind, str(one), payload, now)
        yield {**change, "parents": parents_of(session, study_id, one, list(payload))}


def _is_held(actor: ActorRow) -> bool:
    """Whether it was stopped under this id in an encounter, also where another value is shown of those that stand."""
    return actor.stopped_in is not None or any(one["field"] == "stopped_in" for one in actor.conflicts)


def _order_nothing(study_id: UUID, traces: Traces, now: datetime) -> Iterator[Redaction]:
    yield from ()


def _order_redaction(study_id: UUID, traces: Traces, now: datetime) -> Iterator[Redaction]:
    """Words go, times are coarsened to the encounter; who did what to whom can still be counted."""
    yield from _order_references(study_id, traces, now)
    begins = {encounter.id: encounter for encounter in traces.encounters}
    for entry in traces.entries:
        coarse = _coarsener(begins.get(entry.encounter_id))
        yield Redaction(study_id, entry.id, "words", now, edits_of=coarse)


def _order_erasure(study_id: UUID, traces: Traces, now: datetime) -> Iterator[Redaction]:
    yield from _order_references(study_id, traces, now)
    for encounter in traces.encounters:
        yield Redaction(study_id, encounter.id, "words", now, edits_of=_absence_of(traces.names))
    for gone in [*(one.id for one in traces.entries), *(one.id for one in traces.consents), *traces.ids]:
        yield Redaction(study_id, gone, "erased", now)


def _order_references(study_id: UUID, traces: Traces, now: datetime) -> Iterator[Redaction]:
    mention = mention_of(traces.labels)
    for text_id in sorted(traces.references | traces.mentions):
        yield Redaction(
            study_id, text_id, "words", now, edits_of=lambda said: find_matches(said.get("payload"), mention, BLANK)
        )


def _coarsener(encounter: EncounterRow | None) -> Callable[[Said], list[Edit]]:
    """Edits of an entry's payload: no words, and no other time than the encounter's."""

    def find(said: Said) -> list[Edit]:
        payload = said.get("payload") or {}
        now: dict[str, Any] = {"jotting": None, "ended_at": None, "end_origin": None}
        if encounter is not None:
            now["started_at"] = write_stamp(encounter.started_at, encounter.started_at_offset_minutes)
        if payload.get("kind") == "state":
            # From the visit's start to nobody knows when would count as time; as a point it only counts.
            now["kind"] = "point"
        return [((name,), None, None, value) for name, value in now.items() if payload.get(name, value) != value]

    return find


def _absence_of(names: set[str]) -> Callable[[Said], list[Edit]]:
    """Edits of an encounter's payload: the person was never listed."""

    def find(said: Said) -> list[Edit]:
        payload = said.get("payload") or {}
        now: dict[str, Any] = {"focal_actor_id": None} if payload.get("focal_actor_id") in names else {}
        for listed in ("presence", "checks"):
            if any(one["actor_id"] in names for one in payload.get(listed) or []):
                now[listed] = [one for one in payload[listed] if one["actor_id"] not in names]
        return [((name,), None, None, value) for name, value in now.items()]

    return find
