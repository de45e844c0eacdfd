"""What an understood change may still not do, and which encounter and whose eyes it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from skygge.core.changes import KINDS, Change
from skygge.fieldlog.tables import CodebookRow
from skygge.studies.access import Role

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
    if kind == "encounter":
        return Place(UUID(change.subject_id))
    said = change.payload.get("encounter_id") if kind in INSIDE_ENCOUNTERS else None
    encounter_id = UUID(said) if isinstance(said, str) else before.encounter_id
    if kind != "entry" or "kind" not in change.payload:
        return Place(encounter_id, before.private_to)
    is_reflection = change.payload["kind"] == "reflection"
    return Place(encounter_id, (before.private_to or author_id) if is_reflection else None)


class Rules:
    """The rules of one delivery. Codebook versions are looked up once, and count up with what the delivery brings."""

    def __init__(self, session: Session, study_id: UUID, author: Author, *, is_import: bool) -> None:
        self._session, self._study_id, self._author, self._is_import = session, study_id, author, is_import
        self._latest: int | None = None

    def find_breach(self, change: Change, before: Place) -> str | None:
        """The code of the rule that a change breaks, None when it may be stored."""
        kind = KINDS[change.kind].subject
        if kind == "study" and change.subject_id != str(self._study_id):
            return "change.content_invalid"
        if before.private_to not in (None, self._author.member_id):
            return "change.not_yours"
        if self._is_import:
            return None
        if self._author.role != Role.LEAD:
            return self._breach_of_member(change)
        return self._breach_of_codebook(change) if kind == "codebook" else None

    def _breach_of_member(self, change: Change) -> str | None:
        kind = KINDS[change.kind].subject
        if kind == "study" or change.kind == "codebook.published":
            return "change.role_insufficient"
        said = change.payload.get(NAMES_A_PERSON.get(kind, ""))
        if said is not None and said != self._author.observer:
            return "change.observer_differs"
        return self._breach_of_codebook(change) if kind == "codebook" else None

    def _breach_of_codebook(self, change: Change) -> str | None:
        """A published version never changes, and the next one names the version it follows."""
        version = change.payload["version"]
        assert isinstance(version, int)
        latest = self._latest_published()
        is_stale = version <= latest
        if change.kind == "codebook.published":
            is_stale = is_stale or (change.payload.get("follows") or 0) != latest
            self._latest = latest if is_stale else version
        return "codebook.moved_on" if is_stale else None

    def _latest_published(self) -> int:
        if self._latest is None:
            query = select(func.max(CodebookRow.version)).where(
                CodebookRow.study_id == self._study_id, col(CodebookRow.status) == "published"
            )
            self._latest = self._session.exec(query).one() or 0
        return self._latest
