"""Everything that a study holds about one person, for that person: others masked, observers' own thoughts left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.audit.keep import Event, keep
from skygge.fieldlog.project import write_stamp
from skygge.fieldlog.tables import ActorRow, ConsentRow, EncounterRow, EntryRow
from skygge.privacy.to_read import TEXT_TABLES
from skygge.privacy.traces import Traces, find_traces, mention_of
from skygge.studies.access import Membership
from skygge.studies.tables import StudyRow

SOMEBODY = "▮"
ABOUT_ENTRY = ("kind", "action", "structure", "flags", "taken", "precision_s", "verbatim")
ABOUT_CONSENT = ("ethics", "legal_basis", "withdrawal_promise", "way", "witness", "renew_on")
Mask = Callable[[str | None], str | None]


def disclose(session: Session, membership: Membership, actor_id: UUID, now: datetime) -> dict[str, Any]:
    """The file, and a row in the audit log that it was made. Raises ActorUnknown."""
    study_id = membership.study_id
    traces = find_traces(session, study_id, actor_id)
    person = session.get_one(ActorRow, (study_id, actor_id))
    mask = _masker(session, study_id, traces)
    shown = [entry for entry in traces.entries if entry.private_to is None and entry.kind != "reflection"]
    told = {
        "study": session.get_one(StudyRow, study_id).title,
        "made_at": now.isoformat(timespec="seconds"),
        "person": {"pseudonyms": sorted(traces.labels), "kind": person.kind, "agency": person.agency},
        "consents": [_tell_consent(one, mask) for one in traces.consents],
        "encounters": [_tell_encounter(one, traces, mask) for one in traces.encounters],
        "entries": [_tell_entry(one, traces, mask) for one in sorted(shown, key=lambda one: one.started_at)],
        "texts_that_name_the_person": _tell_texts(session, study_id, traces, mask),
        "left_out": {"reflections": len(traces.entries) - len(shown), "texts_nobody_has_read": len(traces.to_read)},
    }
    details = {"actor_id": str(actor_id)}
    keep(session, Event("person.disclosed", now, membership.observer, membership.account_id, study_id, details))
    return told


def _masker(session: Session, study_id: UUID, traces: Traces) -> Mask:
    """Takes every other person's label out of a text."""
    others = select(ActorRow.label).where(ActorRow.study_id == study_id, col(ActorRow.id).not_in(traces.ids))
    labels = {label for label in session.exec(others) if label and label not in traces.labels}
    pattern = mention_of(labels) if labels else re.compile(r"(?!)")
    return lambda text: pattern.sub(SOMEBODY, text) if text else text


def _tell_consent(row: ConsentRow, mask: Mask) -> dict[str, Any]:
    said: dict[str, Any] = {name: mask(getattr(row, name)) for name in ABOUT_CONSENT}
    return {"at": write_stamp(row.at, row.at_offset_minutes), **said}


def _tell_encounter(row: EncounterRow, traces: Traces, mask: Mask) -> dict[str, Any]:
    own = [dict(one) for one in [*row.presence, *row.checks] if one["actor_id"] in traces.names]
    return {
        "kind": row.kind,
        "started_at": write_stamp(row.started_at, row.started_at_offset_minutes),
        "setting": mask(row.setting),
        "was_followed": row.focal_actor_id in traces.ids,
        "presence_and_checks": [{name: one[name] for name in one if name != "actor_id"} for one in own],
    }


def _tell_entry(row: EntryRow, traces: Traces, mask: Mask) -> dict[str, Any]:
    return {
        "started_at": write_stamp(row.started_at, row.started_at_offset_minutes),
        "who": _who(row.actor_id, traces),
        "towards": _who(row.recipient_id, traces),
        "jotting": mask(row.jotting),
        **{name: getattr(row, name) for name in ABOUT_ENTRY},
    }


def _who(actor_id: UUID | None, traces: Traces) -> str | None:
    return None if actor_id is None else "the person" if actor_id in traces.ids else "somebody else"


def _tell_texts(session: Session, study_id: UUID, traces: Traces, mask: Mask) -> list[Mapping[str, Any]]:
    """As they stand now; of earlier versions only that they named the person is known, and they are not shown."""
    named = traces.references | traces.mentions
    told: list[Mapping[str, Any]] = []
    for table, kind, name in TEXT_TABLES:
        for row in session.exec(select(table).where(table.study_id == study_id, col(table.id).in_(named))):
            if getattr(row, "private_to", None) is None and getattr(row, "kind", None) != "reflection":
                told.append({"type": kind, "text": mask(getattr(row, name))})
    return told
