"""Taking back what was reported together: the changes of one group.

An inverse is written only where the group's value still stands. Where somebody has changed it since, theirs is the
later word: it stays, and is told. Everything is read from the changes themselves, so that a group may be taken back
after a restart, and on another device.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skygge.core.changes import KINDS, fields_set_by
from skygge.core.fold import Subject, fold_subject
from skygge.core.model import SubjectType

Said = Mapping[str, Any]


@dataclass
class Undo:
    """What to report (kind, subject, payload), and what is left alone (subject, field) because it was changed since."""

    drafts: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def undo_group(changes: Iterable[Said], group_id: str) -> Undo:
    """The inverses of a group, from all changes that are known."""
    by_thing: dict[tuple[SubjectType, str], dict[str, Said]] = {}
    for change in changes:
        spec = KINDS.get(change["kind"])
        if spec is not None and spec.subject is not None:
            by_thing.setdefault((spec.subject, change["subject_id"]), {})[change["change_id"]] = change
    undo = Undo()
    for (kind, subject_id), about in sorted(by_thing.items()):
        group = {change_id for change_id, change in about.items() if change.get("group_id") == group_id}
        if group:
            _undo_thing(undo, fold_subject(kind, subject_id, about), about, group)
    return undo


def _undo_thing(undo: Undo, now: Subject, about: Mapping[str, Said], group: set[str]) -> None:
    names = sorted({name for change_id in group for name in fields_set_by(about[change_id])})
    changed = [name for name in names if not set(now.heads.get(name, ())) <= group]
    if any(KINDS[about[change_id]["kind"]].creates for change_id in group):
        # Begun by the group: it goes as a whole, unless somebody has made it theirs.
        later = [name for name, heads in now.heads.items() if not set(heads) <= group]
        _draft(undo, now, f"{now.type}.retracted", {}, later)
        return
    before = fold_subject(now.type, now.id, {one: said for one, said in about.items() if one not in group})
    undo.left += [(now.id, name) for name in changed]
    still = [name for name in names if name not in changed]
    if "retracted" in still and now.retracted != before.retracted:
        _draft(undo, now, f"{now.type}.{'restored' if now.retracted else 'retracted'}", {}, [])
    payload = {name: before.fields.get(name) for name in still if name != "retracted"}
    if payload:
        _draft(undo, now, f"{now.type}.amended", payload, [])


def _draft(undo: Undo, thing: Subject, kind: str, payload: dict[str, Any], later: list[str]) -> None:
    if later or kind not in KINDS:
        undo.left += [(thing.id, name) for name in later or [kind.partition(".")[2]]]
    else:
        undo.drafts.append((kind, thing.id, payload))
