"""What stands in relation to the encounters and entries that filters leave: people, paragraphs, memos.

People take part in an encounter (present, asked, its focus) or in an entry (acting or addressed); once a filter is
about entries, only entries count. A memo belongs to what it is about, a reply to what it replies to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlmodel import Session

from skygge.core.filters import Filters
from skygge.core.fold import survivor
from skygge.core.model import SubjectType
from skygge.core.selection import select
from skygge.fieldlog.load import LoggedStudy, select_things
from skygge.fieldlog.rows import Thing, iter_things
from skygge.fieldlog.sight import Sight

ON_ENTRIES = ("actor", "action", "structure", "flag", "codebook_version", "origin")


@dataclass
class Left:
    """Ids of what filters leave, and of those who take part in it."""

    encounters: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)


class Related:
    """Everything that stands in relation to what filters leave. Each kind is looked up when first asked for."""

    def __init__(self, session: Session, sight: Sight, asked: Filters, *, with_retracted: bool) -> None:
        self._session, self._sight, self._asked, self._with_retracted = session, sight, asked, with_retracted

    def keeps(self, thing: Thing) -> bool:
        """Whether a thing of any kind belongs to what is left."""
        kind = thing["type"]
        if kind in ("gap", "fieldnote"):
            return thing["encounter_id"] in self.left.encounters
        if kind == "consent":
            return thing["actor_id"] in self.actors
        if kind == "codebook":
            return not self._asked.codebook_version or thing["version"] in self._asked.codebook_version
        return thing["id"] in self._ids(kind)

    @cached_property
    def left(self) -> Left:
        """What all filters together leave."""
        return self._look(self._asked)

    @cached_property
    def actors(self) -> set[str]:
        """Asked for by `actor` (with those merged) and `agency`, taking part in what the other filters leave."""
        asked, merged_into = self._asked, {actor["id"]: actor.get("merged_into") for actor in self._all("actor")}
        others = asked.model_copy(update={"actor": [], "agency": []})
        wanted = set(asked.with_merged(merged_into).actor)
        people = self._look(others).people if others.narrows else merged_into
        taking_part = {survivor(person, merged_into) for person in people}
        return {
            actor["id"]
            for actor in self._all("actor")
            if (not wanted or actor["id"] in wanted)
            and (not asked.agency or actor["agency"] in asked.agency)
            and survivor(actor["id"], merged_into) in taking_part
        }

    @cached_property
    def memos(self) -> set[str]:
        """About something that is left, or replying to such a memo."""
        about = {memo["id"]: memo["about"] for memo in self._all("memo")}
        kept: set[str] = set()
        fresh = {memo_id for memo_id, targets in about.items() if any(map(self._is_left, targets))}
        while fresh:
            kept |= fresh
            replies = {memo_id for memo_id, targets in about.items() if any(_is_about(one, fresh) for one in targets)}
            fresh = replies - kept
        return kept

    @cached_property
    def _fieldnotes(self) -> set[str]:
        return {note["id"] for note in self._all("fieldnote") if note["encounter_id"] in self.left.encounters}

    def _is_left(self, target: Mapping[str, str]) -> bool:
        return target["type"] not in ("memo", "study") and target["id"] in self._ids(target["type"])

    def _ids(self, kind: str) -> set[str]:
        if kind == "code":
            return {*self._asked.action, *self._asked.structure, *self._asked.flag}
        if kind == "encounter":
            return self.left.encounters
        if kind == "entry":
            return self.left.entries
        return {"actor": lambda: self.actors, "memo": lambda: self.memos, "fieldnote": lambda: self._fieldnotes}[kind]()

    def _look(self, asked: Filters) -> Left:
        selection, left = select(LoggedStudy(self._session, self._sight), asked), Left()
        for entry in filter(selection.keeps_entry, self._all("entry", selection.filters)):
            left.entries.add(entry["id"])
            left.encounters.add(entry["encounter_id"])
            left.people |= {entry["actor_id"], entry["recipient_id"]} - {None}
        if any(getattr(asked, name) for name in ON_ENTRIES):
            return left
        for encounter in filter(selection.keeps_encounter, self._all("encounter", selection.filters)):
            left.encounters.add(encounter["id"])
            left.people |= _people_of(encounter)
        return left

    def _all(self, kind: SubjectType, filters: Filters | None = None) -> Iterator[Thing]:
        query = select_things(kind, self._sight, filters, with_retracted=self._with_retracted)
        return iter_things(self._session, kind, query)


def _people_of(encounter: Thing) -> set[Any]:
    listed = [*encounter["presence"], *encounter["checks"]]
    return {encounter["focal_actor_id"], *(one["actor_id"] for one in listed)} - {None}


def _is_about(target: Mapping[str, str], memos: set[str]) -> bool:
    return target["type"] == "memo" and target["id"] in memos
