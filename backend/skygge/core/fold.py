"""The only conflict rule: what a set of changes says that things are.

A pure function of the *set* of changes, so that order, retries and duplicates cannot matter. The value that change c
gave field f is replaced if and only if some other change names c in `parents` and sets f. Values left over are
concurrent: all are kept; the clock only chooses which is shown first. Twin: frontend/src/store/fold.ts; both run the
vectors in tests/vectors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skygge.core.changes import KINDS, fields_set_by, is_erased
from skygge.core.model import SubjectType, to_unix_ms
from skygge.core.redact import beats

StoredChange = Mapping[str, Any]


@dataclass
class Subject:
    """One thing as its changes leave it.

    `conflicts` lists the fields with several standing values, the shown one first. `is_created` is false while the
    change that began it has not arrived; such a subject is not shown anywhere.
    """

    type: SubjectType
    id: str
    fields: dict[str, Any] = field(default_factory=dict)
    heads: dict[str, list[str]] = field(default_factory=dict)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    is_created: bool = False

    @property
    def retracted(self) -> bool:
        """Whether it has been taken back (and can be restored)."""
        return bool(self.fields.get("retracted", False))


def fold(changes: Iterable[StoredChange]) -> dict[tuple[SubjectType, str], Subject]:
    """Fold changes (envelopes with `corrected_at` where known) into subjects by (type, id).

    Changes of unknown kinds are passed over. Of two changes with one id the first is taken, but a stub beats any copy
    that holds more.
    """
    by_subject: dict[tuple[SubjectType, str], dict[str, StoredChange]] = defaultdict(dict)
    for change in changes:
        spec = KINDS.get(change["kind"])
        if spec is not None and spec.subject is not None:
            own = by_subject[spec.subject, change["subject_id"]]
            known = own.setdefault(change["change_id"], change)
            if beats(change, known):
                own[change["change_id"]] = change
    return {key: fold_subject(key[0], key[1], own) for key, own in by_subject.items()}


def fold_subject(subject_type: SubjectType, subject_id: str, changes: Mapping[str, StoredChange]) -> Subject:
    """Fold all changes of one subject, given by change id."""
    sets = {change_id: fields_set_by(change) for change_id, change in changes.items()}
    subject = Subject(subject_type, subject_id)
    subject.is_created = any(KINDS[one["kind"]].creates and not is_erased(one) for one in changes.values())
    for name in sorted({name for own in sets.values() for name in own}):
        standing = _standing(name, changes, sets)
        subject.heads[name] = standing
        subject.fields[name] = sets[standing[0]][name]
        distinct = _distinct(standing, name, sets)
        if len(distinct) > 1:
            subject.conflicts.append({"field": name, "values": distinct})
    _note_unseen_edits(subject, changes)
    return subject


def survivor(thing_id: str, merged_into: Mapping[str, str | None]) -> str:
    """Follow merges from one id to the id that remains; in a cycle the smallest id does."""
    path: list[str] = []
    current = thing_id
    while current not in path:
        path.append(current)
        following = merged_into.get(current)
        if following is None:
            return current
        current = following
    return min(path[path.index(current) :])


def _standing(name: str, changes: Mapping[str, StoredChange], sets: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Ids of the changes whose value of a field nobody has replaced, the one to show first."""
    setters = [change_id for change_id, own in sets.items() if name in own]
    replaced = {parent for setter in setters for parent in changes[setter]["parents"] if parent != setter}
    # Changes that name each other would leave no value at all; keeping them all loses nothing.
    left = [setter for setter in setters if setter not in replaced] or setters
    return sorted(left, key=lambda change_id: (_shown_time(changes[change_id]), change_id), reverse=True)


def _shown_time(change: StoredChange) -> int:
    return to_unix_ms(change.get("corrected_at") or change["made_at"])


def _distinct(standing: list[str], name: str, sets: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for change_id in standing:
        value = sets[change_id][name]
        if not any(value == other["value"] for other in found):
            found.append({"change_id": change_id, "value": value})
    return found


def _note_unseen_edits(subject: Subject, changes: Mapping[str, StoredChange]) -> None:
    """A retraction that had not seen an edit stays visible as a conflict, so that nobody's words vanish unread."""
    if not subject.retracted:
        return
    retraction = subject.heads["retracted"][0]
    seen = _ancestors(retraction, changes)
    standing = {head for heads in subject.heads.values() for head in heads}
    unseen = sorted(
        head
        for head in standing - seen
        if not KINDS[changes[head]["kind"]].creates and "retracted" not in KINDS[changes[head]["kind"]].sets
    )
    if unseen:
        values = [{"change_id": retraction, "value": True}, *({"change_id": head, "value": False} for head in unseen)]
        subject.conflicts.append({"field": "retracted", "values": values})


def _ancestors(change_id: str, changes: Mapping[str, StoredChange]) -> set[str]:
    seen: set[str] = set()
    waiting = [change_id]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(changes[current]["parents"] if current in changes else [])
    return seen
