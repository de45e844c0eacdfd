"""What a strike takes out: words from one thing's texts, or the entries of some minutes of an encounter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid5

from sqlmodel import Session, col, select

from skygge.core.changes import Change
from skygge.core.model import read_instant
from skygge.core.redact import Edit, find_words, to_stub
from skygge.fieldlog.redact import Redaction
from skygge.fieldlog.tables import ChangeRow, EntryRow, GapRow, QuarantineRow

Said = Mapping[str, Any]


def forget_words(said: Said) -> dict[str, Any] | None:
    """A strike as it is stored: without the words. None for every other change."""
    if said["kind"] != "words.struck" or "words" not in said["payload"]:
        return None
    kept = {name: value for name, value in said["payload"].items() if name not in ("words", "places")}
    return to_stub(said, "words", said["change_id"], kept)


def find_orders(session: Session, study_id: UUID, struck: Change, at: datetime) -> list[Redaction]:
    """The redactions that a strike asks for."""
    if struck.kind == "words.struck":
        words = struck.payload.get("words")
        if not isinstance(words, str):
            return []
        replacement = str(struck.payload.get("replacement", "▮"))
        finder, named = words_finder(words, replacement), _places(struck, replacement)
        return [Redaction(study_id, UUID(struck.subject_id), "words", at, edits_of=finder, named=named)]
    return [Redaction(study_id, entry_id, "erased", at) for entry_id in _entries_within(session, study_id, struck)]


def _places(struck: Change, replacement: str) -> dict[str, list[Edit]]:
    """Where the words stood in the changes that the phone knew, by change."""
    found: dict[str, list[Edit]] = {}
    for place in cast(list[dict[str, Any]], struck.payload.get("places") or []):
        edit = (place["path"], place["at"], place["length"], replacement)
        found.setdefault(place["change_id"], []).append(edit)
    return found


def words_finder(words: str, replacement: str) -> Callable[[Said], list[Edit]]:
    """Finds words in the payload of a change."""
    return lambda said: find_words(said.get("payload"), words, replacement)


def find_missing_gap(session: Session, study_id: UUID, struck: Change) -> tuple[str, dict[str, Any]] | None:
    """Id and payload of the gap that minutes leave behind, unless whoever struck them recorded it already."""
    if struck.kind != "encounter.struck":
        return None
    begin, end = str(struck.payload["from"]), str(struck.payload["to"])
    query = select(GapRow.id).where(
        GapRow.study_id == study_id,
        GapRow.encounter_id == UUID(struck.subject_id),
        GapRow.kind == "struck",
        col(GapRow.from_at) <= read_instant(begin),
        col(GapRow.to_at) >= read_instant(end),
    )
    if session.exec(query).first() is not None:
        return None
    payload = {"encounter_id": struck.subject_id, "kind": "struck", "from": begin, "to": end}
    return str(uuid5(study_id, struck.change_id)), payload


def _entries_within(session: Session, study_id: UUID, struck: Change) -> list[UUID]:
    """Entries of the encounter that began within the minutes, in quarantine too, and those the phone names."""
    begin, end = read_instant(str(struck.payload["from"])), read_instant(str(struck.payload["to"]))
    query = select(EntryRow.id).where(
        EntryRow.study_id == study_id,
        EntryRow.encounter_id == UUID(struck.subject_id),
        col(EntryRow.started_at) >= begin,
        col(EntryRow.started_at) <= end,
    )
    found = list(session.exec(query))
    for raw in session.exec(select(QuarantineRow.raw).where(QuarantineRow.study_id == study_id)):
        if struck.subject_id.encode("ascii") in raw:
            found += _parked_within(json.loads(raw), struck.subject_id, begin, end)
    return sorted({*found, *_named_and_absent(session, study_id, struck)})


def _named_and_absent(session: Session, study_id: UUID, struck: Change) -> set[UUID]:
    """What the phone erased and the log knows nothing of: it is erased when it comes."""
    named = {UUID(entry_id) for entry_id in cast(list[str], struck.payload.get("entries") or [])}
    query = select(ChangeRow.subject_id).where(ChangeRow.study_id == study_id, col(ChangeRow.subject_id).in_(named))
    there: set[UUID] = set(session.exec(query)) if named else set()
    return named - there


def _parked_within(said: Any, encounter_id: str, begin: datetime, end: datetime) -> list[UUID]:
    try:
        payload = said["payload"]
        is_within = begin <= read_instant(payload["started_at"]) <= end
        return [UUID(said["subject_id"])] if payload["encounter_id"] == encounter_id and is_within else []
    except (KeyError, TypeError, ValueError, AttributeError):
        return []
