"""Whose data a lost device may hold: people of the encounters begun on it, and of all that its owner may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.fieldlog.sight import sight_of
from skygge.fieldlog.tables import ActorRow, ChangeRow, EncounterRow, EntryRow
from skygge.studies.access import Membership, Permission, Role
from skygge.studies.tables import MemberRow


@dataclass
class People:
    """Pseudonyms in order: of encounters begun on a device, by its id, and of those its owner may read, by account."""

    met: dict[UUID, list[str]] = field(default_factory=dict)
    readable: dict[UUID, list[str]] = field(default_factory=dict)


def list_people(session: Session, study_id: UUID, owners: Iterable[MemberRow]) -> People:
    """Who was there, was asked, acted or was addressed. Observers are none of them."""
    people = select(ActorRow).where(ActorRow.study_id == study_id, ActorRow.kind != "observer")
    labels = {str(actor.id): actor.label for actor in session.exec(people)}
    met = _list_met(session, study_id)

    def name(encounters: Iterable[UUID]) -> list[str]:
        return sorted({labels[one] for each in encounters for one in met.get(each, ()) if labels.get(one)})

    began: dict[UUID, list[UUID]] = {}
    starts = select(ChangeRow.device_id, ChangeRow.subject_id).where(
        ChangeRow.study_id == study_id, ChangeRow.kind == "encounter.started"
    )
    for device_id, encounter_id in session.exec(starts):
        began.setdefault(device_id, []).append(encounter_id)
    found = People(met={device_id: name(encounters) for device_id, encounters in began.items()})
    for owner in owners:
        if owner.account_id is not None:
            found.readable[owner.account_id] = name(_list_readable(session, owner, owner.account_id))
    return found


def _list_readable(session: Session, owner: MemberRow, account_id: UUID) -> Iterable[UUID]:
    """The encounters that a member may read as things stand today: those are on each of their devices, or may be."""
    place = Membership(owner.study_id, owner.member_id, account_id, owner.observer, Role(owner.role))
    if not place.may(Permission.READ):
        return []
    own = sight_of(session, place).own_encounters()
    return session.exec(select(EncounterRow.id).where(EncounterRow.study_id == owner.study_id, own))


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
