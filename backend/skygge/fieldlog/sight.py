"""Who sees what of a study's log and tables: observers their own encounters, reflections their author alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlmodel import Session, col

from skygge.core.changes import KINDS
from skygge.fieldlog.rules import INSIDE_ENCOUNTERS
from skygge.fieldlog.tables import ChangeRow, EncounterRow
from skygge.studies.access import Membership, Role
from skygge.studies.tables import StudyRow

BOUND_KINDS = tuple(kind for kind, spec in KINDS.items() if spec.subject in (*INSIDE_ENCOUNTERS, None))


@dataclass(frozen=True)
class Sight:
    """What one member sees of one study. `only_own`: nothing of encounters that others observed.

    Or, with `others_since`, only of those that began at that moment or later.
    """

    study_id: UUID
    member_id: UUID
    observer: str
    only_own: bool
    others_since: datetime | None = None

    def own_encounters(self) -> ColumnElement[bool]:
        """Holds for rows of the encounter table that may be seen."""
        if not self.only_own:
            return true()
        is_own = col(EncounterRow.observer) == self.observer
        return is_own if self.others_since is None else or_(is_own, col(EncounterRow.started_at) >= self.others_since)

    def changes(self) -> ColumnElement[bool]:
        """Holds for rows of the log that may be seen.

        A member's own changes always; a change about an encounter that has not arrived belongs to nobody else yet.
        """
        is_mine = col(ChangeRow.author_id) == self.member_id
        is_shared = or_(col(ChangeRow.private_to).is_(None), col(ChangeRow.private_to) == self.member_id)
        if not self.only_own:
            return is_shared
        own = select(col(EncounterRow.id)).where(col(EncounterRow.study_id) == self.study_id, self.own_encounters())
        is_free = and_(col(ChangeRow.encounter_id).is_(None), col(ChangeRow.kind).not_in(BOUND_KINDS))
        # That something was redacted names nothing, and reaches also the phones of those who saw more once.
        is_redaction = col(ChangeRow.kind) == "subject.redacted"
        return and_(is_shared, or_(is_mine, is_free, is_redaction, col(ChangeRow.encounter_id).in_(own)))


def sight_of(
    session: Session, membership: Membership, *, only_own: bool = False, others_since: datetime | None = None
) -> Sight:
    """What a member sees; `only_own` asks for less than that, `others_since` for some more than only that."""
    query = select(col(StudyRow.observers_see)).where(col(StudyRow.study_id) == membership.study_id)
    is_blind = membership.role == Role.OBSERVER and session.scalars(query).one() == "own"
    since = None if is_blind else others_since
    return Sight(membership.study_id, membership.member_id, membership.observer, only_own or is_blind, since)
