"""A fleet: phones, a real server behind a bad network, and what has to hold when the network is well again.

Written from the invariants of docs/sync-protocol.md (I1 to I10), not from the program. Everything random comes from
one seed, which every failure names.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from skygge.accounts.tokens import create_token
from skygge.backup import read_backup, write_backup
from skygge.clock import new_id, utc_now
from skygge.core.fold import fold
from skygge.db import Database, open_database
from skygge.fieldlog.verify import verify
from skygge.settings import Settings
from skygge.sync.restore import begin_anew
from tests.fixtures.server_process import ServerProcess
from tests.fleet.faults import BAD_WEATHER, FAIR_WEATHER, FaultProxy
from tests.fleet.phones import TYPES, Draft, FleetPhone, NodePhone, PythonPhone, Things, Ticket
from tests.sync.phone import stamp
from tests.sync.script import found_for_script

LOG = logging.getLogger(__name__)
HEALS_WITHIN_S = 60
CLOCK_TOLERANCE_S = 20
TURNS = 40


@dataclass(frozen=True)
class Size:
    """How large a fleet is and what it has to bear."""

    phones: int
    node_phones: int
    days: int
    changes_a_day: int
    kills: int
    wipes: int
    restores: int


@dataclass
class Written:
    """A change as its phone made it, and when that truly was."""

    maker: str
    made_at: datetime
    draft: Draft


@dataclass
class Fleet:
    """Phones that write, edit, strike and sync; the server is killed and restored under them."""

    settings: Settings
    size: Size
    seed: int
    folder: Path
    rng: random.Random = field(init=False)
    written: dict[str, Written] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)
    secrets: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    entries: dict[str, str | None] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    phones: list[FleetPhone] = field(default_factory=list)
    installs: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        database = open_database(self.settings)
        self.study_id, self.author, _ = found_for_script(database)
        database.close()
        env = {"SKYGGE_DATABASE_URL": self.settings.database_url} if self.settings.database_url else {}
        self.server = ServerProcess(self.settings.data, env)
        self.server.start()
        self.proxy = FaultProxy(self.server.port, random.Random(self.seed + 1))
        ticket = self._ticket()
        n_python = self.size.phones - self.size.node_phones
        self.phones = [PythonPhone(f"python-{n}", ticket, self.rng) for n in range(n_python)]
        self.phones += [NodePhone(f"node-{n}", ticket) for n in range(self.size.node_phones)]
        for phone in self.phones:
            self.installs[phone.name] = 0
            phone.ahead = timedelta(seconds=self.rng.choice([0, 0, 30, -600, 600]))
        self.visit = str(new_id())
        self._write(self.phones[0], "encounter.started", self.visit, {"kind": "visit", "started_at": stamp(0)})

    def live(self) -> None:
        """All simulated days, with everything that goes wrong in them."""
        n_turns = self.size.days * TURNS
        events: dict[int, list[str]] = {}
        for name, count in (("kill", self.size.kills), ("wipe", self.size.wipes)):
            for _ in range(count):
                events.setdefault(self.rng.randrange(n_turns), []).append(name)
        for number in range(self.size.restores):
            begin = self.rng.randrange(n_turns // 2) if n_turns > 2 else 0
            events.setdefault(begin, []).append(f"backup {number}")
            events.setdefault(self.rng.randrange(begin + 1, n_turns), []).append(f"restore {number}")
        writes = max(1, self.size.days * self.size.changes_a_day // n_turns)
        for turn in range(n_turns):
            if turn % TURNS == 0:
                LOG.info("day %d, %d changes, %s", turn // TURNS, len(self.written), self._say())
            for event in events.get(turn, []):
                self._meet(event)
            for _ in range(writes):
                self._act(self.rng.choice(self.phones))
            if self.rng.random() < 0.5:
                self._sync(self.rng.choice(self.phones))

    def heal(self) -> None:
        """The network is well again; everybody syncs until nothing is left to send (I10)."""
        LOG.info("healing, %d changes", len(self.written))
        self.proxy.weather = FAIR_WEATHER
        deadline = time.monotonic() + HEALS_WITHIN_S * max(1, len(self.phones) // 4)
        for _ in range(2):
            for phone in self.phones:
                while (failed := phone.sync()) or phone.unsent():
                    assert time.monotonic() < deadline, f"I10, {self._say()}: {phone.name} cannot send: {failed}"
        for phone in self.phones:
            assert phone.sync() is None

    def check(self) -> None:
        """All invariants that can be asked of a healed fleet."""
        feed = self._feed()
        self._check_feed(feed)
        self._check_states(feed)
        self._check_texts(feed)
        self._check_clocks(feed)
        self._check_replay(feed)
        self.server.stop()
        self._check_disk()

    def close(self) -> None:
        """Whatever happened, leave nothing running."""
        self.proxy.close()
        self.server.kill()
        for phone in self.phones:
            if isinstance(phone, NodePhone):
                phone.close()

    # ── what happens ──

    def _act(self, phone: FleetPhone) -> None:
        roll = self.rng.random()
        entry_id = phone.pick_entry(self.rng.random()) if roll >= 0.5 else None
        if entry_id is None:
            self._log(phone)
        elif roll < 0.82:
            self._write(phone, "entry.amended", entry_id, {"jotting": self._text()})
        elif roll < 0.87:
            self._write(phone, "entry.retracted", entry_id, {})
        elif roll < 0.93:
            self._strike(phone, entry_id)
        elif roll < 0.96 and isinstance(phone, PythonPhone):
            change_id = self._write(phone, "memo.painted", str(new_id()), {"text": "odd"})
            self.poison.add(change_id)
        else:
            phone.crash()

    def _log(self, phone: FleetPhone) -> None:
        entry_id = str(new_id())
        jotting = self._text()
        if self.rng.random() < 0.3:
            self.secrets.append(f"hemmelig{len(self.secrets)}x{self.seed}")
            jotting += f" {self.secrets[-1]}"
            self.entries[entry_id] = self.secrets[-1]
        payload = {"encounter_id": self.visit, "kind": "point", "started_at": stamp(self.rng.randrange(60))}
        self._write(phone, "entry.logged", entry_id, {**payload, "jotting": jotting})

    def _strike(self, phone: FleetPhone, entry_id: str) -> None:
        secret = self.entries.get(entry_id)
        if secret is not None and secret not in self.struck:
            self._write(phone, "words.struck", entry_id, {"words": secret, "replacement": "▮"})
            self.struck.append(secret)

    def _text(self) -> str:
        return f"tekst {self.rng.randrange(10**9)}"

    def _write(self, phone: FleetPhone, kind: str, subject_id: str, payload: dict[str, Any]) -> str:
        draft = {"kind": kind, "subject_id": subject_id, "payload": payload}
        change_id = phone.write(draft)
        self.written[change_id] = Written(self._install(phone), datetime.now(UTC), draft)
        return change_id

    def _install(self, phone: FleetPhone) -> str:
        return f"{phone.name}/{self.installs[phone.name]}"

    def _sync(self, phone: FleetPhone) -> None:
        failed = phone.sync()
        if failed is not None:
            self.notes.append(f"{phone.name}: {failed}")

    def _meet(self, event: str) -> None:
        self.notes.append(event)
        name, _, number = event.partition(" ")
        {"kill": self._kill, "wipe": self._wipe}.get(name, lambda: self._keep(name, number))()

    def _kill(self) -> None:
        """SIGKILL while a batch is under way."""
        for phone in self.phones:
            self._act(phone)
        process, delay = self.server.process, self.rng.random() * 0.05
        assert process is not None
        timer = threading.Timer(delay, process.kill)

        def kill_soon() -> None:
            self.proxy.on_forwarded = None
            timer.start()

        self.proxy.on_forwarded = kill_soon
        self.proxy.weather = {}
        for phone in self.phones:
            self._sync(phone)
            if timer.is_alive() or timer.finished.is_set():
                break
        self.proxy.on_forwarded = None
        timer.join(5)
        self.server.kill()
        self.server.start()
        self.proxy.weather = BAD_WEATHER

    def _wipe(self) -> None:
        """A phone loses everything; what it had no verdict on is lost with it, and nothing else."""
        phone = self.rng.choice(self.phones[1:])
        # Acknowledged and then lost by a restore that the phone has not heard of counts as lost too.
        safe = phone.acknowledged() & {change["change_id"] for change in self._feed()}
        lost = {one for one, made in self.written.items() if made.maker == self._install(phone)} - safe
        for change_id in lost:
            self._forget(change_id)
        phone.wipe()
        self.installs[phone.name] += 1

    def _forget(self, change_id: str) -> None:
        made = self.written.pop(change_id)
        self.poison.discard(change_id)
        if made.draft["kind"] == "words.struck":
            self.struck.remove(made.draft["payload"]["words"])

    def _keep(self, name: str, number: str) -> None:
        file = self.folder / f"{number}.backup"
        database = open_database(self.settings)
        try:
            if name == "backup":
                with database.read() as session:
                    write_backup(session, file, utc_now())
            else:
                self._restore(database, file)
        finally:
            database.close()

    def _restore(self, database: Database, file: Path) -> None:
        self.server.stop()
        with database.write() as session:
            read_backup(session, file)
            begin_anew(session, database.ledger.read(), utc_now())
        self.server.start()
        ticket = self._ticket()
        for phone in self.phones:
            phone.sign_in(ticket)
        # What only a wiped phone had made and the backup lacks is nowhere any more.
        alive = {self._install(phone) for phone in self.phones}
        there = {change["change_id"] for change in self._feed()}
        for change_id, made in list(self.written.items()):
            if made.maker not in alive and change_id not in there:
                self._forget(change_id)

    def _ticket(self) -> Ticket:
        database = open_database(self.settings)
        try:
            with database.write() as session:
                account = self.author.account_id
                assert account is not None
                token, _ = create_token(session, account, self.study_id, utc_now(), may_write=True, days=9)
        finally:
            database.close()
        self._clear = Ticket(self.server.origin, self.study_id, token)
        return Ticket(self.proxy.origin, self.study_id, token)

    # ── what has to hold ──

    def _feed(self) -> list[dict[str, Any]]:
        observer = PythonPhone("observer", self._clear, self.rng)
        return list(observer.device.pull())

    def _check_feed(self, feed: list[dict[str, Any]]) -> None:
        told = [change["change_id"] for change in feed]
        missing = set(self.written) - set(told) - self.poison
        assert not missing, f"I1, {self._say()}: {len(missing)} changes are not in the feed, {sorted(missing)[:3]}"
        assert len(told) == len(set(told)), f"I1, {self._say()}: a change stands twice in the feed"
        assert [change["seq"] for change in feed] == list(range(1, len(feed) + 1)), f"I2, {self._say()}"
        assert not self.poison & set(told), f"I7, {self._say()}"

    def _check_states(self, feed: list[dict[str, Any]]) -> None:
        server: Things = {
            (thing.type, thing.id): (thing.fields, thing.conflicts)
            for thing in fold(feed).values()
            if thing.is_created and thing.type in TYPES
        }
        for phone in self.phones:
            there = phone.things()
            differing = [key for key in {*server, *there} if server.get(key) != there.get(key)]
            first = [(key, server.get(key), there.get(key)) for key in differing[:2]]
            assert not differing, f"I3, {self._say()}: {phone.name} differs in {len(differing)}, as here: {first}"

    def _check_texts(self, feed: list[dict[str, Any]]) -> None:
        """Every text that somebody committed is shown, stands beside, or was replaced by an edit that saw it."""
        setters = [change for change in feed if "jotting" in change["payload"]]
        seen = {parent for change in setters for parent in change["parents"]}
        begun = {change["subject_id"] for change in feed if change["kind"] == "entry.logged"}
        things = self.phones[-1].things()
        for change in setters:
            if change["subject_id"] not in begun:
                # Its beginning was on a phone that was wiped, and on a server that was restored: nobody has it.
                continue
            if change["change_id"] in seen or (change.get("redacted") or {}).get("mode") == "erased":
                continue
            fields, conflicts = things["entry", change["subject_id"]]
            beside = [one["value"] for conflict in conflicts for one in conflict["values"]]
            text = change["payload"]["jotting"]
            assert text == fields["jotting"] or text in beside, f"I4, {self._say()}: a text is nowhere"

    def _check_clocks(self, feed: list[dict[str, Any]]) -> None:
        """The device's own time is untouched; a corrected one is the true one, within its error."""
        for change in feed:
            made = self.written.get(change["change_id"])
            if made is None or not change.get("corrected_at"):
                continue
            error = datetime.fromisoformat(change["corrected_at"]) - made.made_at
            assert abs(error.total_seconds()) < CLOCK_TOLERANCE_S, f"I9, {self._say()}: wrong by {error}"
            raw = datetime.fromisoformat(change["made_at"]) - made.made_at
            assert abs(raw.total_seconds()) > 100, f"I9, {self._say()}: corrected though it was right"

    def _check_replay(self, feed: list[dict[str, Any]]) -> None:
        """Everything told once more changes nothing."""
        phone = PythonPhone("again", self._clear, self.rng)
        again = [
            {name: value for name, value in change.items() if name not in {"seq", "author", "received_at", "stubs"}}
            for change in feed
            if change["kind"] != "subject.redacted"
        ]
        for change in again:
            change.pop("corrected_at", None)
            phone.device.notebook.add(change)
        verdicts = {verdict["verdict"] for verdict in phone.device.push()}
        assert verdicts <= {"known", "erased"}, f"I6, {self._say()}: {verdicts}"
        assert self._feed() == feed, f"I6, {self._say()}: the feed has changed"

    def _check_disk(self) -> None:
        database = open_database(self.settings)
        try:
            with database.read() as session:
                findings = verify(session)
        finally:
            database.close()
        assert findings == [], f"I8, {self._say()}: {findings[:3]}"
        kept = {phone.name: phone.bytes() for phone in self.phones}
        if not self.settings.database_url:
            kept |= {file.name: file.read_bytes().decode("latin-1") for file in self.settings.data.iterdir()}
        for secret in self.struck:
            found = [name for name, text in kept.items() if secret in text]
            assert not found, f"I5, {self._say()}: {secret} is still in {found}"

    def _say(self) -> str:
        return json.dumps({"seed": self.seed, "faults": dict(self.proxy.happened)})


def run_fleet(settings: Settings, size: Size, seed: int, folder: Path) -> Fleet:
    """Let a fleet live, heal and be checked; give it back for its figures."""
    fleet = Fleet(settings, size, seed, folder)
    try:
        fleet.live()
        fleet.heal()
        fleet.check()
    finally:
        fleet.close()
    return fleet
