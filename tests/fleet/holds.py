"""What has to hold when a fleet is well again: the invariants I1 to I9 of docs/sync-protocol.md, asked of one team."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from skygge.core.fold import fold
from skygge.db import Database
from skygge.fieldlog.tables import QuarantineRow
from tests.fleet.phones import TYPES, FleetPhone, PythonPhone, Things, Ticket
from tests.fleet.team import Team

CLOCK_TOLERANCE_S = 20
TOLD_BY_SERVER = frozenset({"seq", "author", "received_at", "stubs", "corrected_at"})
Feed = list[dict[str, Any]]


@dataclass
class Look:
    """One team, the ticket by which its server answers past all faults, and what a failure says of itself."""

    team: Team
    ticket: Ticket
    rng: random.Random
    say: Callable[[], str]

    def feed(self) -> Feed:
        """Everything that the server tells."""
        return list(PythonPhone("observer", self.ticket, self.rng).device.pull())

    def check(self) -> None:
        """All that can be asked while the server answers."""
        feed = self.feed()
        self._check_feed(feed)
        self._check_contents(feed)
        self._check_states(feed)
        self._check_texts(feed)
        self._check_clocks(feed)
        self._check_replay(feed)

    def check_kept(self, database: Database, bytes_of_server: Mapping[str, str]) -> None:
        """What was set aside is kept whole, and what was erased is nowhere."""
        with database.read() as session:
            rows = session.exec(select(QuarantineRow).where(QuarantineRow.study_id == self.team.study_id)).all()
        kept = {phone.name: phone.bytes() for phone in self.team.phones} | dict(bytes_of_server)
        kept |= {f"quarantined {row.id}": row.raw.decode() for row in rows}
        for secret in self.team.struck:
            found = [name for name, text in kept.items() if secret in text]
            assert not found, f"I5, {self.say()}: {secret} is still in {found}"

    def _check_feed(self, feed: Feed) -> None:
        told = [change["change_id"] for change in feed]
        team = self.team
        erased = {one for one, made in team.written.items() if made.draft["subject_id"] in team.erased}
        missing = set(team.written) - set(told) - team.poison - erased
        kinds = Counter((team.written[one].maker, team.written[one].draft["kind"]) for one in missing)
        assert not missing, f"I1, {self.say()}: {len(missing)} changes are not in the feed, {kinds.most_common(4)}"
        assert len(told) == len(set(told)), f"I1, {self.say()}: a change stands twice in the feed"
        assert [change["seq"] for change in feed] == list(range(1, len(feed) + 1)), f"I2, {self.say()}"
        assert not team.poison & set(told), f"I7, {self.say()}"

    def _check_contents(self, feed: Feed) -> None:
        """What was not erased or struck stands as it was written, with fields that no server knows."""
        for change in feed:
            made = self.team.written.get(change["change_id"])
            if made is None:
                continue
            altered = {name: change[name] for name, value in made.envelope.items() if change[name] != value}
            assert not altered, f"I1, {self.say()}: the envelope was altered, {altered}"
            if not change.get("redacted") and made.draft["kind"] != "words.struck":
                assert change["payload"] == made.draft["payload"], f"I1, {self.say()}: a payload was altered"

    def _check_states(self, feed: Feed) -> None:
        server: Things = {
            (thing.type, thing.id): (thing.fields, thing.conflicts)
            for thing in fold(feed).values()
            if thing.is_created and thing.type in TYPES
        }
        for phone in self.team.phones:
            there = self._without_parked(phone)
            differing = [key for key in {*server, *there} if server.get(key) != there.get(key)]
            first = [(key, server.get(key), there.get(key)) for key in differing[:2]]
            assert not differing, f"I3, {self.say()}: {phone.name} differs in {len(differing)}, as here: {first}"

    def _without_parked(self, phone: FleetPhone) -> Things:
        """What the server has set aside is a thing on the phone that made it and nowhere else."""
        aside = {self.team.written[one].draft["subject_id"] for one in self.team.poison if one in self.team.written}
        return {(kind, thing_id): said for (kind, thing_id), said in phone.things().items() if thing_id not in aside}

    def _check_texts(self, feed: Feed) -> None:
        """Every text that somebody committed is shown, stands beside, or was replaced by an edit that saw it."""
        setters = [change for change in feed if "jotting" in change["payload"]]
        seen = {parent for change in setters for parent in change["parents"]}
        begun = {change["subject_id"] for change in feed if change["kind"] == "entry.logged"}
        things = self.team.phones[-1].things()
        for change in setters:
            if change["subject_id"] not in begun:
                # Its beginning was on a phone that was wiped, and on a server that was restored: nobody has it.
                continue
            if change["change_id"] in seen or (change.get("redacted") or {}).get("mode") == "erased":
                continue
            fields, conflicts = things["entry", change["subject_id"]]
            beside = [one["value"] for conflict in conflicts for one in conflict["values"]]
            text = change["payload"]["jotting"]
            assert text == fields["jotting"] or text in beside, f"I4, {self.say()}: a text is nowhere"

    def _check_clocks(self, feed: Feed) -> None:
        """The device's own time is untouched; a corrected one is the true one, within its error."""
        for change in feed:
            made = self.team.written.get(change["change_id"])
            if made is None or not change.get("corrected_at"):
                continue
            error = datetime.fromisoformat(change["corrected_at"]) - made.made_at
            assert abs(error.total_seconds()) < CLOCK_TOLERANCE_S, f"I9, {self.say()}: wrong by {error}"
            raw = datetime.fromisoformat(change["made_at"]) - made.made_at
            assert abs(raw.total_seconds()) > 100, f"I9, {self.say()}: corrected though it was right"

    def _check_replay(self, feed: Feed) -> None:
        """Everything told once more changes nothing."""
        phone = PythonPhone("again", self.ticket, self.rng)
        for change in feed:
            if change["kind"] != "subject.redacted":
                phone.device.notebook.add({name: change[name] for name in change if name not in TOLD_BY_SERVER})
        verdicts = {verdict["verdict"] for verdict in phone.device.push()}
        assert verdicts <= {"known", "erased"}, f"I6, {self.say()}: {verdicts}"
        assert self.feed() == feed, f"I6, {self.say()}: the feed has changed"
