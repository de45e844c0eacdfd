"""A fleet: phones, a real server behind a bad network, and what has to hold when the network is well again.

Written from the invariants of docs/sync-protocol.md (I1 to I10), not from the program. Everything random comes from
one seed, which every failure names.
"""

from __future__ import annotations

import json
import logging
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from skygge.accounts.tokens import create_token
from skygge.clock import utc_now
from skygge.db import Database, open_database
from skygge.fieldlog.verify import verify
from skygge.migrate import migrate
from skygge.settings import Settings
from tests.fixtures.clusters import Cluster
from tests.fixtures.server_process import ServerProcess
from tests.fleet.faults import FAIR_WEATHER, FaultProxy
from tests.fleet.holds import Look
from tests.fleet.kinds import NEW_KINDS
from tests.fleet.mishaps import happen
from tests.fleet.phones import FleetPhone, NodePhone, PythonPhone, Ticket
from tests.fleet.team import Habits, Team
from tests.sync.script import found_for_script

LOG = logging.getLogger(__name__)
HEALS_WITHIN_S = 60
TURNS = 40
# What phones of four versions write otherwise than today's: an old one, one with a field nobody knows, one a schema on.
VERSIONS: tuple[dict[str, str], ...] = (
    {},
    {"app_version": "0.0.1"},
    {"app_version": "0.9.0"},
    {"app_version": "1.0.0"},
)


@dataclass(frozen=True)
class Size:
    """How large a fleet is and what it has to bear.

    `database_stops` asks for a cluster. `away`: how many phones are offline for a third of the time. `upgrades`: how
    often the server's program and its schema become newer, at most twice.
    """

    phones: int
    node_phones: int
    days: int
    changes_a_day: int
    kills: int
    wipes: int
    restores: int
    studies: int = 1
    workers: int = 1
    database_stops: int = 0
    revocations: int = 0
    erasures: int = 0
    clock_jumps: int = 0
    away: int = 0
    upgrades: int = 0
    crashes: float = 1.0


@dataclass
class Fleet:
    """Phones of one or several studies; their server and its database are killed, restored and upgraded under them."""

    settings: Settings
    size: Size
    seed: int
    folder: Path
    cluster: Cluster | None = None
    rng: random.Random = field(init=False)
    teams: list[Team] = field(default_factory=list)
    phones: list[FleetPhone] = field(default_factory=list)
    team_of: dict[str, Team] = field(default_factory=dict)
    away: dict[str, range] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)
    turn: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        migrate(self.settings)
        habits = Habits(new_kinds=0.05 if self.size.upgrades else 0.0, crashes=self.size.crashes)
        database = open_database(self.settings)
        for number in range(self.size.studies):
            study_id, author, _ = found_for_script(database, f"Lene {number}")
            self.teams.append(Team(number, self.seed, self.rng, study_id, author, habits))
        database.close()
        self.server = ServerProcess(self.settings.data, self._env())
        if self.size.upgrades:
            self.server.module = "tests.fleet.older_server"
        self.server.start()
        self.proxy = FaultProxy(self.server.port, random.Random(self.seed + 1))
        self._make_phones()
        for team in self.teams:
            team.begin()

    @property
    def written(self) -> set[str]:
        """The ids of all changes that were written and not lost with their phone."""
        return {change_id for team in self.teams for change_id in team.written}

    def live(self) -> None:
        """All simulated days, with everything that goes wrong in them."""
        n_turns = self.size.days * TURNS
        events = self._draw_events(n_turns)
        writes = max(1, self.size.days * self.size.changes_a_day // n_turns)
        for self.turn in range(n_turns):
            if self.turn % TURNS == 0:
                LOG.info("day %d, %d changes, %s", self.turn // TURNS, len(self.written), self.say())
            for event in events.get(self.turn, []):
                happen(self, event)
            for _ in range(writes):
                phone = self.rng.choice(self.phones)
                self.team_of[phone.name].act(phone)
            if self.rng.random() < 0.5:
                self.sync_now(self.rng.choice(self.phones))

    def heal(self) -> None:
        """The network is well again; everybody syncs until nothing is left to send (I10)."""
        LOG.info("healing, %d changes", len(self.written))
        self.proxy.weather = FAIR_WEATHER
        deadline = time.monotonic() + HEALS_WITHIN_S * max(1, len(self.phones) // 4)
        for _ in range(2):
            for phone in self.phones:
                while (failed := phone.sync()) or phone.unsent():
                    assert time.monotonic() < deadline, f"I10, {self.say()}: {phone.name} cannot send: {failed}"
        for phone in self.phones:
            assert phone.sync() is None

    def check(self) -> None:
        """All invariants that can be asked of a healed fleet."""
        assert not self.proxy.faults_of_program, f"{self.say()}: the program failed"
        looks = [Look(team, self.tickets(team)[0], self.rng, self.say) for team in self.teams]
        for look in looks:
            look.check()
        self.server.stop()
        with self.database() as database:
            with database.read() as session:
                findings = verify(session)
            assert findings == [], f"I8, {self.say()}: {findings[:3]}"
            files = [] if self.settings.database_url else list(self.settings.data.iterdir())
            disk = {file.name: file.read_bytes().decode("latin-1") for file in files}
            for look in looks:
                look.check_kept(database, disk)

    def close(self) -> None:
        """Whatever happened, leave nothing running."""
        self.proxy.close()
        self.server.kill()
        for phone in self.phones:
            if isinstance(phone, NodePhone):
                phone.close()

    # ── who is there ──

    def _env(self) -> dict[str, str]:
        env = {"SKYGGE_DATABASE_URL": self.settings.database_url} if self.settings.database_url else {}
        if self.size.workers > 1:
            env["SKYGGE_WORKERS"] = str(self.size.workers)
        if self.size.upgrades:
            root = Path(__file__).resolve().parents[2]
            env["PYTHONPATH"] = os.pathsep.join([str(root / "backend"), str(root)])
            env["FLEET_SERVER_AGE"] = str(len(NEW_KINDS) - self.size.upgrades)
        return env

    def _make_phones(self) -> None:
        tickets = [self.tickets(team)[1] for team in self.teams]
        shared = [{} for _ in self.teams]  # type: list[dict[str, object]]
        n_python = self.size.phones - self.size.node_phones
        for number in range(self.size.phones):
            place = number % len(self.teams)
            phone: FleetPhone
            if number < n_python:
                python = PythonPhone(f"python-{number}", tickets[place], self.rng, shared=shared[place])
                phone = python
                if self.size.upgrades:
                    version = (number // len(self.teams)) % len(VERSIONS)
                    python.manner, python.is_ahead = dict(VERSIONS[version]), version == 3
                    python.flavour = {"light": "dim"} if version == 2 else {}
            else:
                phone = NodePhone(f"node-{number - n_python}", tickets[place])
            self.teams[place].take_in(phone)
            self.team_of[phone.name] = self.teams[place]
            self.phones.append(phone)
        for phone in self.phones:
            phone.ahead = timedelta(seconds=self.rng.choice([0, 0, 30, -600, 600]))

    @property
    def others(self) -> list[FleetPhone]:
        """All but the first of each team, which began its visits and keeps them."""
        return [phone for phone in self.phones if phone is not self.team_of[phone.name].phones[0]]

    def tickets(self, team: Team) -> tuple[Ticket, Ticket]:
        """Past all faults, and through them."""
        with self.database() as database, database.write() as session:
            account = team.author.account_id
            assert account is not None
            token, _ = create_token(session, account, team.study_id, utc_now(), may_write=True, days=9)
        return Ticket(self.server.origin, team.study_id, token), Ticket(self.proxy.origin, team.study_id, token)

    def _draw_events(self, n_turns: int) -> dict[int, list[str]]:
        size = self.size
        events: dict[int, list[str]] = {}
        for name, count in (("kill", size.kills), ("wipe", size.wipes)):
            for _ in range(count):
                events.setdefault(self.rng.randrange(n_turns), []).append(name)
        for name, after, count in (("backup", "restore", size.restores), ("meet", "erase", size.erasures)):
            for number in range(count):
                begin = self.rng.randrange(n_turns // 2) if n_turns > 2 else 0
                events.setdefault(begin, []).append(f"{name} {number}")
                events.setdefault(self.rng.randrange(begin + 1, n_turns), []).append(f"{after} {number}")
        more = (("stop", size.database_stops), ("revoke", size.revocations), ("jump", size.clock_jumps))
        for name, count in more:
            for _ in range(count):
                events.setdefault(self.rng.randrange(n_turns), []).append(name)
        for number in range(size.upgrades):
            events.setdefault(n_turns * (number + 1) // (size.upgrades + 1), []).append("upgrade")
        for phone in self.rng.sample(self.others, size.away) if size.away else []:
            begin = self.rng.randrange(n_turns - n_turns // 3)
            self.away[phone.name] = range(begin, begin + n_turns // 3 + TURNS)
        return events

    def sync_now(self, phone: FleetPhone) -> None:
        """Unless it is away."""
        if self.turn in self.away.get(phone.name, range(0)):
            return
        phone.sync()

    def told(self, team: Team) -> set[str]:
        """The ids of all changes that the server tells."""
        feed = Look(team, self.tickets(team)[0], self.rng, self.say).feed()
        return {change["change_id"] for change in feed}

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The server's own, opened beside it."""
        database = open_database(self.settings)
        try:
            yield database
        finally:
            database.close()

    def say(self) -> str:
        """What somebody needs who repeats this."""
        return json.dumps({"seed": self.seed, "faults": dict(self.proxy.happened), "events": self.met})


def run_fleet(settings: Settings, size: Size, seed: int, folder: Path, cluster: Cluster | None = None) -> Fleet:
    """Let a fleet live, heal and be checked; give it back for its figures."""
    fleet = Fleet(settings, size, seed, folder, cluster)
    try:
        fleet.live()
        fleet.heal()
        fleet.check()
    finally:
        fleet.close()
    return fleet
