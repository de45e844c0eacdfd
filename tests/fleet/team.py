"""A team of the fleet: one study, its phones, and everything they wrote, as it has to come out in the end."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from skygge.clock import new_id
from skygge.fieldlog.append import Author
from tests.fleet.kinds import NEW_KINDS
from tests.fleet.phones import Draft, FleetPhone, PythonPhone
from tests.sync.phone import stamp

SEEN_BY_ALL = ("change_id", "kind", "subject_id", "made_at", "utc_offset_minutes", "time_zone", "device_seq", "schema")


@dataclass
class Written:
    """A change as its phone made it, and when that truly was. `envelope`: what nobody may alter, where it is known."""

    maker: str
    made_at: datetime
    draft: Draft
    envelope: dict[str, Any]


@dataclass
class Person:
    """Somebody observed, who will ask to be erased: what was noted about them, in a visit of their own."""

    actor_id: str
    entries: list[str]
    secrets: list[str]
    is_gone: bool = False


@dataclass
class Habits:
    """How often what happens besides logging and editing, from 0 to 1; nothing is drawn for what never does."""

    new_kinds: float = 0.0
    crashes: float = 1.0


@dataclass
class Team:
    """Phones of one study that write, edit and strike. `number` and `seed` make its secrets unlike all others."""

    number: int
    seed: int
    rng: random.Random
    study_id: UUID
    author: Author
    habits: Habits
    phones: list[FleetPhone] = field(default_factory=list)
    installs: dict[str, int] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)
    secrets: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    entries: dict[str, str | None] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    visit: str = ""

    def take_in(self, phone: FleetPhone) -> None:
        """A phone more."""
        self.phones.append(phone)
        self.installs[phone.name] = 0

    def begin(self) -> None:
        """The visit that everything is written in."""
        self.visit = str(new_id())
        self.write(self.phones[0], "encounter.started", self.visit, {"kind": "visit", "started_at": stamp(0)})

    def act(self, phone: FleetPhone) -> None:
        """One of the things that people do."""
        roll = self.rng.random()
        if self.habits.new_kinds and self.rng.random() < self.habits.new_kinds:
            self._write_new_kind(phone)
            return
        entry_id = phone.pick_entry(self.rng.random()) if roll >= 0.5 else None
        if entry_id is None:
            self._log(phone)
        elif roll < 0.82:
            self.write(phone, "entry.amended", entry_id, {"jotting": self._text()})
        elif roll < 0.87:
            self.write(phone, "entry.retracted", entry_id, {})
        elif roll < 0.93:
            self._strike(phone, entry_id)
        elif roll < 0.96 and isinstance(phone, PythonPhone):
            self.poison.add(self.write(phone, "memo.painted", str(new_id()), {"text": "odd"}))
        elif self.habits.crashes == 1 or self.rng.random() < self.habits.crashes:
            phone.crash()

    def write(self, phone: FleetPhone, kind: str, subject_id: str, payload: dict[str, Any]) -> str:
        """Have it written on a phone, and remember it; the id of the change."""
        draft = {"kind": kind, "subject_id": subject_id, "payload": payload}
        change_id = phone.write(draft)
        told = phone.told(change_id)
        envelope = {name: told[name] for name in SEEN_BY_ALL} if told else {}
        self.written[change_id] = Written(self.install_of(phone), datetime.now(UTC), draft, envelope)
        return change_id

    def meet(self, label: str) -> None:
        """Three entries about somebody who will withdraw."""
        phone, visit, actor_id = self.phones[0], str(new_id()), str(new_id())
        self.write(phone, "encounter.started", visit, {"kind": "visit", "started_at": stamp(0)})
        self.write(phone, "actor.added", actor_id, {"label": label, "kind": "citizen"})
        person = Person(actor_id, [], [])
        for minute in range(3):
            entry_id = str(new_id())
            entry = {"encounter_id": visit, "kind": "point", "started_at": stamp(minute), "actor_id": actor_id}
            self.write(phone, "entry.logged", entry_id, {**entry, "jotting": self._keep_secret(person)})
            person.entries.append(entry_id)
        self.people[label] = person

    def edit_about(self, label: str, phone: FleetPhone) -> None:
        """Somebody writes about them on a phone that has not heard of the erasure."""
        person = self.people[label]
        for entry_id in person.entries:
            self.write(phone, "entry.amended", entry_id, {"jotting": self._keep_secret(person)})

    def note_erased(self, label: str) -> None:
        """From now on nothing of it may be found anywhere."""
        person = self.people[label]
        person.is_gone = True
        self.struck += person.secrets

    @property
    def erased(self) -> set[str]:
        """The ids of what nobody may have any more."""
        return {one for who in self.people.values() if who.is_gone for one in (who.actor_id, *who.entries)}

    def forget(self, change_id: str) -> None:
        """It was lost with its phone, as it may be."""
        made = self.written.pop(change_id)
        self.poison.discard(change_id)
        if made.draft["kind"] == "words.struck":
            self.struck.remove(made.draft["payload"]["words"])

    def forget_all(self, change_ids: set[str]) -> None:
        """All of these were lost with their phone."""
        for change_id in change_ids:
            self.forget(change_id)

    def made_on(self, phone: FleetPhone) -> set[str]:
        """The ids of what was written on a phone since it was last wiped."""
        return {one for one, made in self.written.items() if made.maker == self.install_of(phone)}

    def install_of(self, phone: FleetPhone) -> str:
        """A phone that was wiped is another from then on."""
        return f"{phone.name}/{self.installs[phone.name]}"

    def _log(self, phone: FleetPhone) -> None:
        entry_id = str(new_id())
        jotting = self._text()
        if self.rng.random() < 0.3:
            self.secrets.append(f"hemmelig{len(self.secrets)}t{self.number}x{self.seed}")
            jotting += f" {self.secrets[-1]}"
            self.entries[entry_id] = self.secrets[-1]
        payload = {"encounter_id": self.visit, "kind": "point", "started_at": stamp(self.rng.randrange(60))}
        self.write(phone, "entry.logged", entry_id, {**payload, "jotting": jotting})

    def _write_new_kind(self, phone: FleetPhone) -> None:
        """What a server learns only by an upgrade; what it never learns in this run is set aside and blocks nothing."""
        kind = self.rng.choice(NEW_KINDS)
        gap = {"encounter_id": self.visit, "kind": "off_record", "from": stamp(self.rng.randrange(60))}
        memo = {"text": self._text(), **phone.flavour}
        change_id = self.write(phone, kind, str(new_id()), memo if kind == "memo.written" else gap)
        if phone.is_ahead or (phone.flavour and kind == "memo.written"):
            self.poison.add(change_id)

    def _strike(self, phone: FleetPhone, entry_id: str) -> None:
        secret = self.entries.get(entry_id)
        if secret is not None and secret not in self.struck:
            self.write(phone, "words.struck", entry_id, {"words": secret, "replacement": "▮"})
            self.struck.append(secret)

    def _keep_secret(self, person: Person) -> str:
        person.secrets.append(f"om{len(person.secrets)}n{len(self.people)}t{self.number}x{self.seed}")
        return f"{self._text()} {person.secrets[-1]}"

    def _text(self) -> str:
        return f"tekst {self.rng.randrange(10**9)}"
