"""The first contact of a device with a study: from then on it may hold texts, and must clear its disk of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from skygge.db import AFTERWARDS
from skygge.studies.tables import DeviceRow, StudyRow

MAX_ALIKE = 1000


@dataclass(frozen=True)
class FirstContact:
    """A device that a study did not know. What was erased up to `first_seq` reached it as a stub, if at all."""

    study_id: UUID
    device_id: UUID
    account_id: UUID
    name: str = ""
    first_seq: int = 0


def meet_device(session: Session, study_id: UUID, device_id: UUID, account_id: UUID, name: str) -> FirstContact:
    """Note that a device asks for the first time; it is written down before it has its answer."""
    # As this session sees the study: what is erased after that may be in the answer still.
    query = select(StudyRow.last_seq).where(StudyRow.study_id == study_id)
    contact = FirstContact(study_id, device_id, account_id, name, session.exec(query).one())
    session.info.setdefault(AFTERWARDS, []).append(lambda writing: make_known(writing, contact))
    return contact


def make_known(session: Session, contact: FirstContact) -> None:
    """Write a device down, unless it is there: a browser asks for several things at once."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {**contact.__dict__, "name": name_unlike(session, contact)}
    session.execute(insert(DeviceRow).values(**values).on_conflict_do_nothing())


def note_earlier_copy(session: Session, study_id: UUID, device_id: UUID) -> None:
    """A device has read before a restore, when numbers meant something else: it is not taken as clean."""

    def forget(writing: Session) -> None:
        own = (col(DeviceRow.study_id) == study_id) & (col(DeviceRow.device_id) == device_id)
        writing.execute(update(DeviceRow).where(own).values(first_seq=0))

    session.info.setdefault(AFTERWARDS, []).append(forget)


def name_unlike(session: Session, contact: FirstContact) -> str:
    """What a device was called at its sign-in, numbered where its owner has several of that kind."""
    query = select(DeviceRow.name).where(
        DeviceRow.study_id == contact.study_id,
        DeviceRow.account_id == contact.account_id,
        DeviceRow.device_id != contact.device_id,
    )
    taken = set(session.exec(query)) if contact.name else set()
    return next((each for each in _numbered(contact.name) if each not in taken), contact.name)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name[:90]} {number}" for number in range(2, MAX_ALIKE))
