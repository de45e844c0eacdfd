"""Whose data a lost device may hold: the people of the encounters that were begun on it."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session, col, select

from skygge.fieldlog.tables import ActorRow, ChangeRow, EncounterRow, EntryRow


def list_people(session: Session, study_id: UUID) -> dict[UUID, list[str]]:
    """Pseudonyms by device, in order: who was there, was asked, acted or was addressed. Observers are none of them."""
    people = select(ActorRow).where(ActorRow.study_id == study_id, ActorRow.kind != "observer")
    labels = {str(actor.id): actor.label for actor in session.exec(people)}
    met = _list_met(session, study_id)
    began = select(ChangeRow.device_id, ChangeRow.subject_id).where(
        ChangeRow.study_id == study_id, ChangeRow.kind == "encounter.started"
    )
    found: dict[UUID, set[str]] = {}
    for device_id, encounter_id in session.exec(began):
        names = found.setdefault(device_id, set())
        names |= {labels[one] for one in met.get(encounter_id, ()) if labels.get(one)}
    return {device_id: sorted(names) for device_id, names in found.items()}


def _list_met(session: Session, study_id: UUID) -> dict[UUID, set[str]]:
    """Ids of the people of each encounter."""
    met: dict[UUID, set[str]] = {}
    for encounter in session.exec(select(EncounterRow).where(EncounterRow.study_id == study_id)):
        met[encounter.id] = {one["actor_id"] for one in [*encounter.presence, *encounter.checks]}
        met[encounter.id].add(str(encounter.focal_actor_id))
    entries = select(EntryRow.encounter_id, EntryRow.actor_id, EntryRow.recipient_id)
    for encounter_id, *both in session.exec(entries.where(col(EntryRow.study_id) == study_id).distinct()):
        met.setdefault(encounter_id, set()).update(str(one) for one in both)
    return met
