"""What is true of a study right now, for the papers that an ethics board and a data-protection officer ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from skygge import __version__
from skygge.audit.tables import AuditRow
from skygge.core.papers import Facts
from skygge.fieldlog.refold import STUDY_FIELDS
from skygge.fieldlog.tables import (
    ActorRow,
    ChangeRow,
    CodebookRow,
    ConsentRow,
    EncounterRow,
    EntryRow,
    FieldNoteRow,
    Folded,
    MemoRow,
)
from skygge.privacy.clearing import describe_devices
from skygge.studies.access import Role
from skygge.studies.members import list_members
from skygge.studies.tables import StudyRow

ASKED = ("professional", "citizen", "relative", "bystander", "other")
ANSWERS = ("given", "by_proxy", "assent", "declined")
TIERS = ("full", "deidentified")
RIGHTS: Mapping[str, str] = {
    "stopped": "person.stopped", "redacted": "person.redacted", "erased": "person.erased",
    "disclosed": "person.disclosed", "struck": "words.struck",
}  # fmt: skip


def gather_facts(session: Session, study_id: UUID, now: datetime) -> Facts:
    """Counted at this moment, from the tables and the audit log."""
    study = session.get_one(StudyRow, study_id)
    members = list_members(session, study_id)
    roles = Counter(member.role for member in members)
    full = sum(member.role == Role.ANALYST and member.exports_full for member in members)
    people = _list_people(session, study_id)
    kinds = Counter(person.kind for person in people)
    return Facts(
        study=study.model_dump(include=set(STUDY_FIELDS)),
        made_at=now.strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
        database={"sqlite": "SQLite"}.get(session.get_bind().dialect.name, "PostgreSQL"),
        members={role.value: roles[role] for role in Role if roles[role]} | ({"analyst_full": full} if full else {}),
        devices=_count_devices(session, study_id),
        people={kind: kinds[kind] for kind in ASKED if kinds[kind]},
        consents=_count_consents(session, study_id, people),
        held=_count_held(session, study_id),
        exports=_count_exports(session, study_id),
        rights={name: _count_records(session, study_id, kind) for name, kind in RIGHTS.items()},
    )


def _list_people(session: Session, study_id: UUID) -> list[ActorRow]:
    """The people observed; who was found to be somebody else is that one, and things are nobody."""
    query = select(ActorRow).where(ActorRow.study_id == study_id, col(ActorRow.merged_into).is_(None))
    return list(session.exec(query.where(col(ActorRow.kind).in_(ASKED))))


def _count_devices(session: Session, study_id: UUID) -> dict[str, int]:
    devices = describe_devices(session, study_id)
    return {
        "known": len(devices),
        "revoked": sum(one["revoked_at"] is not None for one in devices),
        "unclean": sum(one["unclean_since"] is not None for one in devices),
    }


def _count_consents(session: Session, study_id: UUID, people: list[ActorRow]) -> dict[str, int]:
    """How many people stand where by the last that was written down; nobody is counted twice."""
    query = select(ConsentRow).where(ConsentRow.study_id == study_id, col(ConsentRow.retracted).is_(False))
    latest = {row.actor_id: row.ethics for row in session.exec(query.order_by(col(ConsentRow.at), col(ConsentRow.id)))}
    standing = Counter(latest[one.id] or "unsaid" if one.id in latest else "never" for one in people)
    return {name: standing[name] for name in (*ANSWERS, "unsaid", "never") if standing[name] or name == "never"}


def _count_held(session: Session, study_id: UUID) -> dict[str, int]:
    def count(table: type[Folded]) -> int:
        query = select(func.count()).where(table.study_id == study_id, col(table.retracted).is_(False))
        return session.exec(query).one()

    words = select(func.count()).where(
        EntryRow.study_id == study_id, col(EntryRow.retracted).is_(False), col(EntryRow.jotting).is_not(None)
    )
    return {
        "encounters": count(EncounterRow),
        "entries": count(EntryRow),
        "words": session.exec(words).one(),
        "fieldnotes": count(FieldNoteRow),
        "memos": count(MemoRow),
        "codebooks": count(CodebookRow),
        "changes": session.exec(select(func.count()).where(ChangeRow.study_id == study_id)).one(),
    }


def _count_exports(session: Session, study_id: UUID) -> dict[str, int]:
    query = select(AuditRow.details).where(AuditRow.study_id == study_id, AuditRow.kind == "export.made")
    found = Counter("full" if details.get("tier") == "full" else "deidentified" for details in session.exec(query))
    return {tier: found[tier] for tier in TIERS}


def _count_records(session: Session, study_id: UUID, kind: str) -> int:
    query = select(func.count()).where(AuditRow.study_id == study_id, AuditRow.kind == kind)
    return session.exec(query).one()
