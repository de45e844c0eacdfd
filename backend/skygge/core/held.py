"""What waits for a decision stays out of every file: whatever format, whatever is asked for.

*Stop for this person* holds everything about somebody in that very encounter: entries in which they act or are
addressed, paragraphs and memos anchored to such entries, replies to those, and that they were there at all. Once it is
decided that it may stay, nothing says *stopped in this encounter* any more, and it is exported like anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from skygge.core.filters import Thing
from skygge.core.fold import survivor
from skygge.core.losses import Losses
from skygge.core.model import SubjectType
from skygge.core.reader import StudyReader

# A person and the encounter in which it was said.
Stopped = frozenset[tuple[str | None, str]]


def leave_out_held(reader: StudyReader, losses: Losses) -> StudyReader:
    """The study without what is held, counted as a loss; the very same reader where nothing is."""
    actors = {actor["id"]: actor for actor in reader.things("actor")}
    merged = {actor_id: actor.get("merged_into") for actor_id, actor in actors.items()}
    stopped = frozenset(
        (survivor(actor_id, merged), encounter) for actor_id, actor in actors.items() for encounter in stopped_in(actor)
    )
    if not stopped:
        return reader
    without = _WithoutHeld(reader, merged, stopped)
    losses.note("held", len(without.held))
    return without


def stopped_in(actor: Thing) -> set[str]:
    """The encounters that hold what they have about somebody under this very id.

    Every value that stands counts: two phones may have stopped apart from each other, and neither takes the other back.
    """
    if not any(_standing(actor, "stopped_at")):
        return set()
    return {encounter for encounter in _standing(actor, "stopped_in") if encounter}


def _standing(thing: Thing, name: str) -> list[Any]:
    apart = [conflict["values"] for conflict in thing.get("conflicts") or () if conflict["field"] == name]
    return [one["value"] for one in apart[0]] if apart else [thing.get(name)]


def add_told(held: set[str], memos: Mapping[str, list[str]]) -> None:
    """Add the memos about what is held, and what was answered to them. `memos`: what each is about, by its id."""
    while more := {memo_id for memo_id, about in memos.items() if memo_id not in held and not held.isdisjoint(about)}:
        held |= more


class _WithoutHeld:
    """A reader that gives everything but what is held. `held` are the ids of whole things."""

    def __init__(self, reader: StudyReader, merged: Mapping[str, str | None], stopped: Stopped) -> None:
        self._reader, self._merged, self._stopped = reader, merged, stopped
        self.held = {entry["id"] for entry in reader.things("entry") if self._is_about(entry)}
        self.held |= {note["id"] for note in reader.things("fieldnote") if self._is_told(note.get("anchors"))}
        add_told(
            self.held, {memo["id"]: [one["id"] for one in memo.get("about") or ()] for memo in reader.things("memo")}
        )

    @property
    def study_id(self) -> UUID:
        return self._reader.study_id

    def things(self, kind: SubjectType) -> Iterator[dict[str, Any]]:
        for thing in self._reader.things(kind):
            if kind == "encounter":
                yield self._without_people(thing)
            elif kind not in ("entry", "fieldnote", "memo") or thing["id"] not in self.held:
                yield thing

    def changes(self) -> Iterator[dict[str, Any]]:
        return (change for change in self._reader.changes() if change["subject_id"] not in self.held)

    def clock_offsets(self, kind: Literal["encounter", "entry", "gap"]) -> Mapping[str, int]:
        return self._reader.clock_offsets(kind)

    def set_back(self) -> Mapping[str, int]:
        return self._reader.set_back()

    def scratch(self) -> AbstractContextManager[Path]:
        return self._reader.scratch()

    def _is_about(self, entry: Thing) -> bool:
        people = (entry.get("actor_id"), entry.get("recipient_id"))
        return any(self._is_stopped(person, entry["encounter_id"]) for person in people)

    def _is_told(self, ids: list[str] | None) -> bool:
        return not self.held.isdisjoint(ids or ())

    def _is_stopped(self, person: str | None, encounter_id: str) -> bool:
        return person is not None and (survivor(person, self._merged), encounter_id) in self._stopped

    def _without_people(self, encounter: dict[str, Any]) -> dict[str, Any]:
        """The encounter as if they had not been there."""
        key, focal = encounter["id"], encounter.get("focal_actor_id")
        if key not in {encounter_id for _, encounter_id in self._stopped}:
            return encounter
        lists = {
            name: [one for one in encounter.get(name) or () if not self._is_stopped(one["actor_id"], key)]
            for name in ("presence", "checks")
        }
        return {**encounter, **lists, "focal_actor_id": None if self._is_stopped(focal, key) else focal}
