"""A person's withdrawal: found by everything that names them, carried out through the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, or_, select

from skygge.audit.keep import Event, keep
from skygge.core.identity import server_device_id
from skygge.core.redact import Edit, find_matches
from skygge.errors import ActorUnknown
from skygge.fieldlog.append import Author, Delivery, redact_things
from skygge.fieldlog.own_words import make_server_change
from skygge.fieldlog.parents import parents_of
from skygge.fieldlog.project import write_stamp
from skygge.fieldlog.redact import Redaction
from skygge.fieldlog.tables import ActorRow, ConsentRow, EncounterRow, EntryRow, FieldNoteRow, Folded, MemoRow
from skygge.privacy.shapes import Mode, TextToRead, WithdrawalOut
from skygge.studies.access import Membership
from skygge.studies.tables import StudyRow

BLANK = "▮"
ON_RECORD: Mapping[Mode, str] = {"stop": "person.stopped", "redact": "person.redacted", "erase": "person.erased"}
Said = Mapping[str, Any]
TEXT_TABLES: tuple[tuple[type[Folded], str, str], ...] = (
    (EntryRow, "entry", "jotting"), (FieldNoteRow, "fieldnote", "text"), (MemoRow, "memo", "text"),
)  # fmt: skip


@dataclass
class Traces:
    """Everything in a study that names one person (under all ids that were merged), and texts near them."""

    ids: set[UUID]
    label: str
    entries: list[EntryRow] = field(default_factory=list)
    encounters: list[EncounterRow] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    references: list[UUID] = field(default_factory=list)
    to_read: list[TextToRead] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The ids as they stand in payloads."""
        return {str(one) for one in self.ids}


def withdraw(
    session: Session, membership: Membership, actor_id: UUID, mode: Mode, now: datetime, *, dry_run: bool = False
) -> WithdrawalOut:
    """Carry out a withdrawal; after a dry run nothing is changed. Raises ActorUnknown."""
    traces = find_traces(session, membership.study_id, actor_id)
    changes = [_stop(session, membership.study_id, actor_id, now)] if mode != "erase" else []
    author = Author(membership.account_id, membership.member_id, membership.observer, membership.role)
    device_id = server_device_id(membership.study_id)
    delivery = Delivery(membership.study_id, author, device_id, changes, now, is_import=True)
    orders = {"stop": _order_nothing, "redact": _order_redaction, "erase": _order_erasure}[mode]
    found = WithdrawalOut(
        mode=mode,
        dry_run=dry_run,
        promises=[one.withdrawal_promise for one in traces.consents if one.withdrawal_promise],
        n_entries=len(traces.entries),
        n_encounters=len(traces.encounters),
        n_references=len(traces.references),
        n_changes=redact_things(session, delivery, orders(membership.study_id, traces, now)),
        to_read=traces.to_read,
    )
    if dry_run:
        session.rollback()
        session.info.clear()
        return found
    details = {"actor_id": str(actor_id), "entries": found.n_entries, "changes": found.n_changes}
    keep(session, Event(ON_RECORD[mode], now, author.observer, author.account_id, membership.study_id, details))
    return found


def find_traces(session: Session, study_id: UUID, actor_id: UUID) -> Traces:
    """Everything that names a person. Raises ActorUnknown."""
    actor = session.get(ActorRow, (study_id, actor_id))
    if actor is None:
        raise ActorUnknown
    traces = Traces(_with_merged(session, study_id, actor_id), actor.label)
    entries = select(EntryRow).where(EntryRow.study_id == study_id)
    named = or_(col(EntryRow.actor_id).in_(traces.ids), col(EntryRow.recipient_id).in_(traces.ids))
    traces.entries = list(session.exec(entries.where(named)))
    consents = select(ConsentRow).where(ConsentRow.study_id == study_id, col(ConsentRow.actor_id).in_(traces.ids))
    traces.consents = list(session.exec(consents.order_by(col(ConsentRow.at).desc())))
    near = {entry.encounter_id for entry in traces.entries}
    for encounter in session.exec(select(EncounterRow).where(EncounterRow.study_id == study_id)):
        if _is_there(encounter, traces):
            traces.encounters.append(encounter)
            near.add(encounter.id)
    _find_texts(session, study_id, traces, near)
    return traces


def _with_merged(session: Session, study_id: UUID, actor_id: UUID) -> set[UUID]:
    found, fresh = {actor_id}, {actor_id}
    while fresh:
        query = select(ActorRow.id).where(ActorRow.study_id == study_id, col(ActorRow.merged_into).in_(fresh))
        fresh = set(session.exec(query)) - found
        found |= fresh
    return found


def _is_there(encounter: EncounterRow, traces: Traces) -> bool:
    listed = {one["actor_id"] for one in [*encounter.presence, *encounter.checks]}
    return encounter.focal_actor_id in traces.ids or bool(listed & traces.names)


def _find_texts(session: Session, study_id: UUID, traces: Traces, near: set[UUID]) -> None:
    """Texts that name the person's label, and those of the same encounters or about the person that do not."""
    gone, mention = {entry.id for entry in traces.entries}, mention_of(traces.label)
    for table, kind, name in TEXT_TABLES:
        for row in session.exec(select(table).where(table.study_id == study_id)):
            text = getattr(row, name) or ""
            if not text or row.id in gone:
                continue
            encounter_id = getattr(row, "encounter_id", None)
            is_about = any(target["id"] in traces.names for target in getattr(row, "about", []))
            if mention.search(text):
                traces.references.append(row.id)
            elif encounter_id in near or is_about:
                read = {"type": kind, "id": row.id, "encounter_id": encounter_id}
                traces.to_read.append(TextToRead.model_validate(read))


def mention_of(label: str) -> re.Pattern[str]:
    """A reference to a person in a text, `@C3`; `@C31` is somebody else."""
    return re.compile(rf"@{re.escape(label)}(?!\w)")


def _stop(session: Session, study_id: UUID, actor_id: UUID, now: datetime) -> dict[str, Any]:
    study = session.get_one(StudyRow, study_id)
    stamp = now.isoformat(timespec="milliseconds")
    change = make_server_change(study, "person.stopped", str(actor_id), {"stopped_at": stamp}, now)
    return {**change, "parents": parents_of(session, study_id, actor_id, ["stopped_at"])}


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
    mention = mention_of(traces.label)
    for text_id in traces.references:
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
