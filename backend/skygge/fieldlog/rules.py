"""What an understood change may still not do, and which encounter and whose eyes it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from skygge.core.changes import KINDS, STRIKES, Change
from skygge.fieldlog.tables import ChangeRow, CodebookRow, EncounterRow
from skygge.studies.access import Role
from skygge.studies.tables import StudyRow

INSIDE_ENCOUNTERS = frozenset({"encounter", "gap", "entry", "fieldnote"})
NAMES_A_PERSON = {"encounter": "observer", "fieldnote": "author", "memo": "author"}


@dataclass(frozen=True)
class Author:
    """Who reports: a member of the study. Observers without sign-in have no account."""

    account_id: UUID | None
    member_id: UUID
    observer: str
    role: str


@dataclass(frozen=True)
class Place:
    """The encounter a change belongs to, and the only member who may see it (None = everybody)."""

    encounter_id: UUID | None = None
    private_to: UUID | None = None


def place_change(change: Change, author_id: UUID, before: Place) -> Place:
    """Where a change belongs; `before` is where the last change about the same thing belonged.

    What is said about a reflection stays its author's until a change makes it something else: that shares what follows.
    """
    kind = KINDS[change.kind].subject
    if kind is None or (change.redacted is not None and change.redacted.mode == "erased"):
        return before
    if kind == "encounter":
        return Place(UUID(change.subject_id))
    said = change.payload.get("encounter_id") if kind in INSIDE_ENCOUNTERS else None
    encounter_id = UUID(said) if isinstance(said, str) else before.encounter_id
    if kind != "entry" or "kind" not in change.payload:
        return Place(encounter_id, before.private_to)
    is_reflection = change.payload["kind"] == "reflection"
    return Place(encounter_id, (before.private_to or author_id) if is_reflection else None)


class Rules:
    """The rules of one delivery. What stood before it is looked up once.

    Codebook versions count up with what the delivery brings; encounters it brings are its author's, so never foreign.
    """

    def __init__(self, session: Session, study_id: UUID, author: Author, *, is_import: bool) -> None:
        self._session, self._study_id, self._author, self._is_import = session, study_id, author, is_import
        self._latest: int | None = None
        self._is_blind: bool | None = None
        self._foreign: dict[UUID, bool] = {}
        self._published: set[str] = set()

    def find_breach(self, change: Change, before: Place) -> str | None:
        """The code of the rule that a change breaks, None when it may be stored."""
        kind = KINDS[change.kind].subject
        if kind == "study" and change.subject_id != str(self._study_id):
            return "change.content_invalid"
        if before.private_to not in (None, self._author.member_id):
            return "change.not_yours"
        if self._is_import:
            return None
        if change.kind == "subject.redacted":
            return "change.not_yours"
        if self._author.role != Role.LEAD:
            return self._breach_of_member(change, before)
        return self._breach_of_codebook(change) if kind == "codebook" else None

    def _breach_of_member(self, change: Change, before: Place) -> str | None:
        kind = KINDS[change.kind].subject
        if kind == "study" or change.kind == "codebook.published" or self._is_beyond_reader(change):
            return "change.role_insufficient"
        if change.kind in STRIKES and not self._may_strike(change):
            return "change.not_yours"
        if kind in INSIDE_ENCOUNTERS and self._is_hidden(change, before):
            return "change.not_yours"
        said = change.payload.get(NAMES_A_PERSON.get(kind or "", ""))
        if said is not None and said != self._author.observer:
            return "change.observer_differs"
        return self._breach_of_codebook(change) if kind == "codebook" else None

    def _is_beyond_reader(self, change: Change) -> bool:
        """A reader writes memos, and mends, takes back and strikes words in those that are hers; nothing else."""
        if self._author.role != Role.READER:
            return False
        is_of_memo = KINDS[change.kind].subject == "memo" or change.kind == "words.struck"
        return not (is_of_memo and self._has_begun(change))

    def _may_strike(self, change: Change) -> bool:
        """Whether its author observed the encounter or began the thing; what is not there yet is nobody else's."""
        if change.kind == "encounter.struck":
            return not self._is_foreign(UUID(change.subject_id))
        return self._has_begun(change)

    def _has_begun(self, change: Change) -> bool:
        """Whether its author began the thing, or nobody has."""
        query = select(ChangeRow.author_id).where(
            ChangeRow.study_id == self._study_id, ChangeRow.subject_id == UUID(change.subject_id)
        )
        return self._session.exec(query.order_by(col(ChangeRow.seq)).limit(1)).first() in (
            None,
            self._author.member_id,
        )

    def _is_hidden(self, change: Change, before: Place) -> bool:
        """Whether a change comes from or goes into an encounter that its author, in a blind study, does not see."""
        after = place_change(change, self._author.member_id, before)
        touched = {place.encounter_id for place in (before, after) if place.encounter_id is not None}
        return self._sees_own_only() and any(self._is_foreign(encounter_id) for encounter_id in touched)

    def _sees_own_only(self) -> bool:
        if self._is_blind is None:
            query = select(StudyRow.observers_see).where(StudyRow.study_id == self._study_id)
            self._is_blind = self._session.exec(query).one() == "own"
        return self._is_blind

    def _is_foreign(self, encounter_id: UUID) -> bool:
        """Whether somebody else observes it. An encounter that has not arrived is nobody else's yet."""
        if encounter_id not in self._foreign:
            query = select(EncounterRow.observer).where(
                EncounterRow.study_id == self._study_id, EncounterRow.id == encounter_id
            )
            self._foreign[encounter_id] = self._session.exec(query).first() not in (None, self._author.observer)
        return self._foreign[encounter_id]

    def _breach_of_codebook(self, change: Change) -> str | None:
        """A published version never changes, and the next one names the version it follows."""
        version = change.payload.get("version")
        if not isinstance(version, int):
            return None  # a stub
        latest = self._latest_published()
        is_stale = version <= latest or self._is_published(change.subject_id)
        if change.kind == "codebook.published":
            is_stale = is_stale or (change.payload.get("follows") or 0) != latest
            self._latest = latest if is_stale else version
            self._published.update(() if is_stale else {change.subject_id})
        return "codebook.moved_on" if is_stale else None

    def _is_published(self, codebook_id: str) -> bool:
        """Whether a version of this id was published: nothing that is said about it later changes it."""
        if codebook_id in self._published:
            return True
        query = select(CodebookRow.status).where(
            CodebookRow.study_id == self._study_id, CodebookRow.id == UUID(codebook_id)
        )
        return self._session.exec(query).first() == "published"

    def _latest_published(self) -> int:
        if self._latest is None:
            query = select(func.max(CodebookRow.version)).where(
                CodebookRow.study_id == self._study_id, col(CodebookRow.status) == "published"
            )
            self._latest = self._session.exec(query).one() or 0
        return self._latest
