"""Changes that arrive after a strike from somebody who had not seen it: the same words go from them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from skygge.core.late_words import find_late_words
from skygge.core.redact import Edit, apply_edits, to_stub
from skygge.fieldlog.logged import Logged
from skygge.fieldlog.redact import Redacted, Redaction, note


@dataclass
class Late:
    """What was taken out of the late changes of one delivery: to be remembered with the commit."""

    redacted: Redacted
    taken: list[tuple[str, str, str, list[Edit]]] = field(default_factory=list)

    def strike(self, said: dict[str, Any], about: Sequence[Logged]) -> dict[str, Any] | None:
        """What is left of a change, or None where nothing comes back. `about`: all that the log says of its thing."""
        if not self.redacted.edits or said["kind"] == "subject.redacted" or not isinstance(said.get("payload"), dict):
            return None
        known = _known_to(said, about)
        for other in (logged.said for logged in about):
            struck = self.redacted.edits.get((other["change_id"], other["subject_id"]), [])
            strikes = [(edits, by not in known) for by, edits in struck]
            edits = find_late_words(said["payload"], other["payload"], strikes)
            if edits:
                by = struck[-1][0]
                self.taken.append((said["subject_id"], by, said["change_id"], edits))
                return to_stub(said, "words", by, apply_edits(said["payload"], edits))
        return None

    def remember(self, session: Session, study_id: UUID, at: datetime) -> None:
        """Where the words stood, so that a copy is known when it comes again, after a restore too."""
        for subject_id, by, change_id, edits in self.taken:
            note(session, Redaction(study_id, UUID(subject_id), "words", at, by=UUID(by)), {change_id: edits})


def _known_to(said: dict[str, Any], about: Sequence[Logged]) -> set[str]:
    """The redactions that whoever made a change had seen: named in `parents`, or known to what it builds on.

    A phone that struck the words itself names its strike; the server's word about it follows that in the log.
    """
    names: dict[str, set[str]] = {}
    known: dict[str, set[str]] = {}
    strike = ""
    for logged in sorted(about, key=lambda one: one.seq):
        kind, change_id = logged.said["kind"], logged.said["change_id"]
        if kind == "words.struck":
            strike = change_id
        elif kind == "subject.redacted":
            names[change_id] = {change_id, strike}
        else:
            known[change_id] = _seen(logged.said["parents"], names, known)
    return _seen(said["parents"], names, known)


def _seen(parents: Sequence[str], names: dict[str, set[str]], known: dict[str, set[str]]) -> set[str]:
    named = {by for by, ids in names.items() if not ids.isdisjoint(parents)}
    return named.union(*(known.get(parent, set()) for parent in parents))
