"""Taking content out of the log and the quarantine, and knowing it again when a copy comes back.

Called by append.py alone, inside its transaction and after it took the counter. What lies outside the database (the
ledger, the bytes on the disk) is noted in the session and seen to by db.py when the work is committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update
from sqlmodel import Session

from skygge.clock import new_id
from skygge.core.redact import Edit, apply_edits, to_stub
from skygge.core.wire import check_value, content_hash, to_verbatim
from skygge.db import ERASED, LEDGER
from skygge.fieldlog.logged import in_slices, seal
from skygge.fieldlog.tables import ChangeRow, QuarantineRow, RedactionRow

CHANGE: Any = ChangeRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
QUARANTINE: Any = QuarantineRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
REDACTION: Any = RedactionRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
Said = Mapping[str, Any]
# What a change is about by its fields: of an erased person or encounter nothing is kept, whoever still sends it.
ABOUT = ("actor_id", "recipient_id", "encounter_id")


@dataclass(frozen=True)
class Redaction:
    """What to take out of one thing's changes. `erased`: everything; `words`: what `edits_of` finds in a payload."""

    study_id: UUID
    subject_id: UUID
    mode: str
    at: datetime
    by: UUID = field(default_factory=new_id)
    edits_of: Callable[[Said], list[Edit]] = lambda change: []
    # From the ledger after a restore: what was taken out of which change, though the log may lack it now.
    replayed: Mapping[str, list[Edit]] = field(default_factory=dict)
    # From the phone: where the words stood in changes that the log may lack, as it does after a restore.
    named: Mapping[str, list[Edit]] = field(default_factory=dict)

    def find_edits(self, said: Said) -> list[Edit]:
        """What to take out of a change that has not gone through this redaction."""
        if not self.replayed:
            return self.edits_of(said)
        is_done = (said.get("redacted") or {}).get("by", "") >= str(self.by)
        return [] if is_done else list(self.replayed.get(said["change_id"], []))


def redact_log(session: Session, order: Redaction) -> list[str]:
    """Make stubs of the thing's changes, in log and quarantine; the ids of the changes that became stubs now."""
    query = select(CHANGE).where(CHANGE.c.study_id == order.study_id, CHANGE.c.subject_id == order.subject_id)
    redacted: dict[str, list[Edit]] = {}
    for row in session.execute(query.order_by(CHANGE.c.seq)).mappings().all():
        said = json.loads(row["raw"])
        stub, edits = _make_stub(said, order)
        if stub is not None:
            _rewrite(session, dict(row), stub, order.by)
            redacted[said["change_id"]] = edits
    _redact_quarantine(session, order)
    note(session, order, {**_find_absent(session, order), **order.replayed, **redacted})
    # Only what became a stub now: a phone takes a change that is named without a stub for one it may no longer see.
    return list(redacted)


def _find_absent(session: Session, order: Redaction) -> dict[str, list[Edit]]:
    """What the phone names and the log does not have. Whoever made it will offer it again, words and all."""
    if not order.named:
        return {}
    query = select(CHANGE.c.change_id).where(CHANGE.c.study_id == order.study_id)
    there = {
        str(change_id)
        for some in in_slices([UUID(change_id) for change_id in order.named])
        for change_id in session.scalars(query.where(CHANGE.c.change_id.in_(some)))
    }
    return {change_id: list(edits) for change_id, edits in order.named.items() if change_id not in there}


def _make_stub(said: Said, order: Redaction) -> tuple[dict[str, Any] | None, list[Edit]]:
    is_bare = (said.get("redacted") or {}).get("mode") == "erased"
    if said["kind"] == "subject.redacted" or is_bare:
        return None, []
    if order.mode == "erased":
        return to_stub(said, "erased", str(order.by)), []
    edits = order.find_edits(said)
    if not edits:
        return None, []
    return to_stub(said, "words", str(order.by), apply_edits(said["payload"], edits)), edits


def _rewrite(session: Session, row: Mapping[str, Any], stub: dict[str, Any], by: UUID) -> None:
    values: dict[str, Any] = {
        **row,
        "check_value": check_value(stub["change_id"], stub["payload"]),
        "content_hash": content_hash(stub),
        "raw": to_verbatim(stub),
        "redacted_by": by,
    }
    values["seal"] = seal(values)
    where = (CHANGE.c.study_id == row["study_id"], CHANGE.c.seq == row["seq"])
    session.execute(update(CHANGE).where(*where).values(**values))


def _redact_quarantine(session: Session, order: Redaction) -> None:
    """Whatever was parked about the thing, or names it at all where it was erased."""
    needle = str(order.subject_id).encode("ascii")
    query = select(QUARANTINE).where(QUARANTINE.c.study_id == order.study_id)
    for row in session.execute(query).mappings().all():
        if needle not in row["raw"]:
            continue
        said = json.loads(row["raw"])
        stub = _park_stub(said, order)
        where = (QUARANTINE.c.study_id == row["study_id"], QUARANTINE.c.id == row["id"])
        if stub is None and order.mode == "erased":
            session.execute(delete(QUARANTINE).where(*where))
        elif stub is not None:
            values = {**row, "raw": to_verbatim(stub), "content_hash": content_hash(stub)}
            values["seal"] = seal(values)
            session.execute(update(QUARANTINE).where(*where).values(**values))


def _park_stub(said: object, order: Redaction) -> dict[str, Any] | None:
    if not isinstance(said, dict) or not isinstance(said.get("change_id"), str):
        return None
    if order.mode == "erased":
        kept = {name: said[name] for name in ("change_id", "subject_id") if name in said}
        return {**kept, "redacted": {"mode": "erased", "by": str(order.by)}}
    edits = order.find_edits(said) if said.get("subject_id") == str(order.subject_id) else []
    return to_stub(said, "words", str(order.by), apply_edits(said.get("payload"), edits)) if edits else None


def note(session: Session, order: Redaction, redacted: Mapping[str, list[Edit]]) -> None:
    """Remember it in the table, and have it written to the ledger and wiped from the disk with the commit."""
    shared = {
        "study_id": order.study_id, "subject_id": order.subject_id, "mode": order.mode,
        "redacted_by": order.by, "redacted_at": order.at,
    }  # fmt: skip
    if order.mode == "erased":
        known = select(REDACTION.c.id).where(
            REDACTION.c.study_id == order.study_id,
            REDACTION.c.subject_id == order.subject_id,
            REDACTION.c.change_id.is_(None),
        )
        is_new = session.execute(known).first() is None
        # A thing that is gone has no words any more: what was struck in it earlier need not be known.
        session.execute(delete(REDACTION).where(REDACTION.c.study_id == order.study_id,
                                                REDACTION.c.subject_id == order.subject_id,
                                                REDACTION.c.change_id.is_not(None)))  # fmt: skip
        rows = [{**shared, "id": new_id(), "change_id": None, "edits": []}] if is_new else []
    else:
        rows = [
            {**shared, "id": new_id(), "change_id": UUID(change_id), "edits": [list(edit) for edit in edits]}
            for change_id, edits in redacted.items()
        ]
    if rows:
        session.execute(insert(REDACTION), [{**row, "seal": seal(row)} for row in rows])
        session.info.setdefault(LEDGER, []).extend(_to_ledger(row) for row in rows)
    session.info[ERASED] = True


def _to_ledger(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: str(value) if isinstance(value, UUID) else value for name, value in row.items() if name != "id"}
    return {"type": "redaction", **plain, "redacted_at": row["redacted_at"].isoformat(timespec="milliseconds")}


@dataclass
class Redacted:
    """What is known to have been taken out, of the things and changes of one delivery."""

    erased: dict[str, str] = field(default_factory=dict)
    edits: dict[tuple[str, str], list[tuple[str, list[Edit]]]] = field(default_factory=dict)

    def find_eraser(self, said: object) -> str | None:
        """The redaction that erased the thing a change is about, or the person or encounter it names."""
        if not isinstance(said, dict) or not self.erased:
            return None
        payload = said.get("payload")
        others = [payload.get(name) for name in ABOUT] if isinstance(payload, dict) else []
        named = [said.get("subject_id"), *others]
        return next((self.erased[one] for one in named if isinstance(one, str) and one in self.erased), None)

    def strike_again(self, said: dict[str, Any]) -> dict[str, Any] | None:
        """A full copy of a change in which words were struck, with the same strikes made; None when there were none."""
        standing = (said.get("redacted") or {}).get("by", "")
        due = [
            (by, edits) for by, edits in self.edits.get((said["change_id"], said["subject_id"]), []) if by > standing
        ]
        if not due or not isinstance(said.get("payload"), dict):
            return None
        payload = said["payload"]
        for _, edits in due:
            payload = apply_edits(payload, edits)
        return to_stub(said, "words", due[-1][0], payload)


def find_redacted(session: Session, study_id: UUID, changes: Iterable[object]) -> Redacted:
    """Look up what is known about the changes of a delivery. One query where nothing was ever redacted."""
    found = Redacted()
    if session.execute(select(REDACTION.c.id).where(REDACTION.c.study_id == study_id).limit(1)).first() is None:
        return found
    subjects, change_ids = _ids_in(changes)
    for some in in_slices(subjects | change_ids):
        query = select(REDACTION).where(
            REDACTION.c.study_id == study_id, or_(REDACTION.c.subject_id.in_(some), REDACTION.c.change_id.in_(some))
        )
        for row in session.execute(query.order_by(REDACTION.c.redacted_by)).mappings():
            if row["change_id"] is None:
                found.erased[str(row["subject_id"])] = str(row["redacted_by"])
            else:
                # Of this thing only: what a phone names is no licence to change others.
                key = (str(row["change_id"]), str(row["subject_id"]))
                struck = found.edits.setdefault(key, [])
                if (strike := (str(row["redacted_by"]), row["edits"])) not in struck:
                    struck.append(strike)
    return found


def _ids_in(changes: Iterable[object]) -> tuple[set[UUID], set[UUID]]:
    subjects, change_ids = set(), set()
    for said in changes:
        if not isinstance(said, dict):
            continue
        payload = said.get("payload")
        others = [payload.get(name) for name in ABOUT] if isinstance(payload, dict) else []
        subjects |= _as_ids([said.get("subject_id"), *others])
        change_ids |= _as_ids([said.get("change_id")])
    return subjects, change_ids


def _as_ids(texts: Collection[object]) -> set[UUID]:
    found = set()
    for text in texts:
        try:
            found.update([UUID(text)] if isinstance(text, str) else [])
        except ValueError:
            continue
    return found
