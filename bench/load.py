"""Many phones at once: 2,000 in 200 studies, each logging, pushing and pulling by the real protocol.

Real server processes on loopback: one worker on SQLite, two on PostgreSQL. Each phone pushes one entry and pulls what
is new, in an order drawn from a seed, `CONNECTIONS` of them at the same time; then comes a morning rush, in which all
phones of one study send 600 entries each at once, and then a quiet hour. All the while somebody listens for the live
events of some studies. Told are the times of a one-entry sync (push and pull) in ms, how many a second, how long after
a push was sent an event told of it (in the day, in the rush, when nobody else sends), the server's memory, and the size
of the database's indexes.
Answers other than 200, and entries lost or doubled, stop the bench: in the table, in a log that counts without gaps,
and in what a new phone is told of its study. Those who ask share the machine with the server.
`SKYGGE_BENCH_PHONES` and `SKYGGE_BENCH_STUDIES` make it smaller or larger.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from skygge.accounts.enrol import create_account  # noqa: E402  # found through the path set above
from skygge.accounts.tokens import create_token  # noqa: E402  # found as above
from skygge.clock import new_id, utc_now  # noqa: E402  # found as above
from skygge.core.codebook import read_starter  # noqa: E402  # found as above
from skygge.core.model import Study  # noqa: E402  # found as above
from skygge.db import Database, open_database  # noqa: E402  # found as above
from skygge.founding.found_study import found_study  # noqa: E402  # found as above
from skygge.migrate import migrate  # noqa: E402  # found as above
from skygge.settings import Settings  # noqa: E402  # found as above
from tests.fixtures.clusters import own_cluster  # noqa: E402  # found as above
from tests.fixtures.server_process import ServerProcess  # noqa: E402  # found as above
from tests.fixtures.world import hashed_password  # noqa: E402  # found as above
from tests.sync.phone import stamp  # noqa: E402  # found as above

PHONES = int(os.environ.get("SKYGGE_BENCH_PHONES", "2000"))
STUDIES = int(os.environ.get("SKYGGE_BENCH_STUDIES", "200"))
CONNECTIONS = 16
ROUNDS = 2
KEPT_OPEN_S = 3
RUSH_ENTRIES, AT_ONCE = 600, 200  # 200 of these are below the 256 kB of a batch
LISTENED_TO = 10  # as many studies as one account may follow at once, with some to spare
EVENTS_WITHIN_S = 20
INDEX_BYTES = {
    True: "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE type = 'index')",
    False: "SELECT sum(pg_indexes_size(relid)) FROM pg_stat_user_tables",
}
WITH_GAPS = """SELECT count(*) FROM study WHERE last_seq <>
    (SELECT count(DISTINCT seq) FROM change WHERE change.study_id = study.study_id AND seq BETWEEN 1 AND last_seq)"""
Figures = dict[str, float]


@dataclass
class LoadPhone:
    """A phone's side of the protocol, with nothing in it that costs the machine time."""

    study_id: UUID
    token: str
    visit: str
    device_id: str = field(default_factory=lambda: str(uuid4()))
    n_made: int = 0
    cursor: int = 0
    epoch: str = ""

    def made(self, kind: str, subject_id: str, payload: dict[str, Any]) -> dict[str, Any]:
        """A change."""
        self.n_made += 1
        return {
            "change_id": str(new_id()),
            "kind": kind,
            "subject_id": subject_id,
            "parents": [],
            "payload": payload,
            "made_at": stamp(0),
            "utc_offset_minutes": 60,
            "time_zone": "Europe/Copenhagen",
            "device_id": self.device_id,
            "device_seq": self.n_made,
            "session_id": self.device_id,
            "monotonic_ms": self.n_made,
            "schema": 1,
            "app_version": "load",
        }

    def entry(self) -> dict[str, Any]:
        """One more entry, with a few words."""
        payload = {"encounter_id": self.visit, "kind": "point", "started_at": stamp(self.n_made % 60), "taken": "tap"}
        return self.made("entry.logged", str(new_id()), {**payload, "jotting": "hun spørger om han vil op nu"})

    def push(self, line: Connection, changes: list[dict[str, Any]]) -> int:
        """Push, and see every change stored; the number of the last."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = {"protocol": 1, "device_id": self.device_id, "device_time": now, "changes": changes}
        answer = line.ask(
            "POST", self, f"/api/v1/studies/{self.study_id}/changes", json.dumps(body, ensure_ascii=False).encode()
        )
        assert {verdict["verdict"] for verdict in answer["verdicts"]} == {"stored"}, answer
        return int(answer["verdicts"][-1]["seq"])

    def pull(self, line: Connection) -> list[dict[str, Any]]:
        """Pull all that is new, and give it back."""
        has_more, told = True, []
        while has_more:
            at = f"?after={self.cursor}&limit=500" + (f"&epoch={self.epoch}" if self.epoch else "")
            page = line.ask("GET", self, f"/api/v1/studies/{self.study_id}/changes{at}")
            self.cursor, self.epoch, has_more = page["cursor"], page["epoch"], page["has_more"]
            told += page["changes"]
        return told


class Connection(threading.local):
    """One connection that stays open, for each thread."""

    def __init__(self, port: int) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.last = 0.0

    def ask(self, method: str, phone: LoadPhone, path: str, body: bytes | None = None) -> Any:
        """The answer's JSON; anything but 200 stops the bench."""
        headers = {"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json"}
        # The server ends what has been silent for five seconds; a closed one opens by itself.
        if time.monotonic() - self.last > KEPT_OPEN_S:
            self.http.close()
        self.last = time.monotonic()
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        said = answer.read()
        assert answer.status == 200, (answer.status, said[:300])
        return json.loads(said)


class Listener:
    """Somebody who listens for the live events of one study."""

    def __init__(self, server: ServerProcess, phone: LoadPhone) -> None:
        self.sent: list[tuple[float, int]] = []
        self._heard: list[tuple[float, int]] = []
        self._line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        path = f"/api/v1/studies/{phone.study_id}/events"
        self._line.request("GET", path, headers={"Authorization": f"Bearer {phone.token}"})
        self._answer = self._line.getresponse()
        assert self._answer.status == 200, self._answer.status
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while line := self._answer.readline():
                if line.startswith(b"data:"):
                    self._heard.append((time.perf_counter(), json.loads(line[5:])["cursor"]))
        except (OSError, http.client.HTTPException, ValueError):
            return  # The server was stopped.

    def lags_ms(self) -> list[float]:
        """For each push since the last time how long after it was sent an event told of it; waits for the last."""
        sent, self.sent = self.sent, []
        newest = max((number for _, number in sent), default=0)
        deadline = time.perf_counter() + EVENTS_WITHIN_S
        while newest and (not self._heard or self._heard[-1][1] < newest):
            assert time.perf_counter() < deadline, f"nothing was told of change {newest}"
            time.sleep(0.002)
        told = [next(when for when, cursor in self._heard if cursor >= number) for _, number in sent]
        return [(when - began) * 1000 for when, (began, _) in zip(told, sent, strict=True)]


Listeners = dict[UUID, Listener]


def found_studies(database: Database) -> list[tuple[UUID, str]]:
    """Studies of one lead, each with a token that may write."""
    studies = []
    with database.write() as session:
        account = create_account(session, "Lene", hashed_password(), utc_now(), is_admin=True)
        for number in range(STUDIES):
            made, _ = found_study(session, Study(title=f"s{number}"), read_starter("blank"), account.id, utc_now)
            token, _ = create_token(session, account.id, made.study_id, utc_now(), may_write=True, days=1)
            studies.append((made.study_id, token))
    return studies


def measure(settings: Settings, workers: int) -> Figures:
    """Phones one after another by chance, a rush, and a count of what is there."""
    migrate(settings)
    database = open_database(settings)
    studies = found_studies(database)
    env = {"SKYGGE_WORKERS": str(workers)}
    if settings.database_url:
        env["SKYGGE_DATABASE_URL"] = settings.database_url
    server = ServerProcess(settings.data, env)
    server.start()
    visits = [str(new_id()) for _ in studies]
    phones = [LoadPhone(*studies[n % STUDIES], visits[n % STUDIES]) for n in range(PHONES)]
    line = Connection(server.port)
    try:
        for phone in phones[:STUDIES]:
            phone.push(line, [phone.made("encounter.started", phone.visit, {"kind": "visit", "started_at": stamp(0)})])
        listeners = {phone.study_id: Listener(server, phone) for phone in phones[:LISTENED_TO]}
        figures = ordinary_day(line, phones, listeners)
        figures |= rush(line, phones[::STUDIES], listeners) | quiet(line, phones[0], listeners)
        figures["server_mb"] = memory_mb(server)
        see_all_told(line, phones)
    finally:
        server.stop()
    with database.read() as session:
        stored = session.execute(text("SELECT count(*), count(DISTINCT id) FROM entry")).one()
        sizes = text(INDEX_BYTES[settings.uses_sqlite])
        figures["index_mb"] = float(session.execute(sizes).scalar_one()) / 1e6
        n_gaps = session.execute(text(WITH_GAPS)).scalar_one()
    assert n_gaps == 0, f"the logs of {n_gaps} studies have gaps"
    database.close()
    n_entries = sum(phone.n_made for phone in phones) - STUDIES
    assert tuple(stored) == (n_entries, n_entries), f"{stored} of {n_entries} entries"
    return figures | {"entries": n_entries}


def see_all_told(line: Connection, phones: list[LoadPhone]) -> None:
    """A new phone is told what the phones of its study made, each entry once: of the rush's study and of some more."""
    for place in range(min(LISTENED_TO, STUDIES)):
        made = phones[place::STUDIES]
        new = LoadPhone(made[0].study_id, made[0].token, "")
        told = [one["subject_id"] for one in new.pull(line) if one["kind"] == "entry.logged"]
        wanted = sum(phone.n_made for phone in made) - 1
        assert (len(told), len(set(told))) == (wanted, wanted), (
            f"a new phone is told of {len(told)} of {wanted} entries"
        )


def ordinary_day(line: Connection, phones: list[LoadPhone], listeners: Listeners) -> Figures:
    """Everybody syncs one entry, ROUNDS times, in an order drawn from a seed."""
    order = [phone for _ in range(ROUNDS) for phone in phones]
    random.Random(7).shuffle(order)
    # Two of one phone must not run at the same time: it would push a number of its own twice.
    busy = {phone.device_id: threading.Lock() for phone in phones}

    def sync(phone: LoadPhone) -> float:
        with busy[phone.device_id]:
            began = time.perf_counter()
            push(line, phone, [phone.entry()], listeners)
            phone.pull(line)
            return (time.perf_counter() - began) * 1000

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        taken = list(pool.map(sync, order))
    seconds = time.perf_counter() - began
    parts = quantiles(taken, n=100)
    lags = quantiles([lag for one in listeners.values() for lag in one.lags_ms()], n=100)
    return {
        "sync_p50_ms": parts[49],
        "sync_p95_ms": parts[94],
        "sync_p99_ms": parts[98],
        "syncs_per_s": len(order) / seconds,
        "event_p50_ms": lags[49],
        "event_p95_ms": lags[94],
    }


def push(line: Connection, phone: LoadPhone, changes: list[dict[str, Any]], listeners: Listeners) -> None:
    """Push, and note it for whoever listens."""
    began = time.perf_counter()
    number = phone.push(line, changes)
    if phone.study_id in listeners:
        listeners[phone.study_id].sent.append((began, number))


def quiet(line: Connection, phone: LoadPhone, listeners: Listeners) -> Figures:
    """One entry now and then, while nobody else sends."""
    for _ in range(20):
        push(line, phone, [phone.entry()], listeners)
        time.sleep(0.3)
    lags = sorted(listeners[phone.study_id].lags_ms())
    return {"quiet_event_p50_ms": lags[10], "quiet_event_max_ms": lags[-1]}


def rush(line: Connection, phones: list[LoadPhone], listeners: Listeners) -> Figures:
    """Every phone of one study sends RUSH_ENTRIES entries at once."""

    def send(phone: LoadPhone) -> float:
        began = time.perf_counter()
        for _ in range(RUSH_ENTRIES // AT_ONCE):
            push(line, phone, [phone.entry() for _ in range(AT_ONCE)], listeners)
        return time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(len(phones)) as pool:
        slowest = max(pool.map(send, phones))
    per_s = RUSH_ENTRIES * len(phones) / (time.perf_counter() - began)
    told = {"rush_phones": len(phones), "rush_entries_per_s": per_s, "rush_slowest_phone_s": slowest}
    return told | {"rush_event_max_ms": max(listeners[phones[0].study_id].lags_ms())}


def memory_mb(server: ServerProcess) -> float:
    """Resident memory of the server and its workers."""
    assert server.process is not None
    group = os.getpgid(server.process.pid)
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) == group:
                line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
                total += int(line.split()[1])
        except (OSError, StopIteration):
            continue
    return total / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        on_sqlite = measure(Settings(data=folder / "sqlite"), 1)
        with own_cluster("skygge") as (url,):
            on_postgres = measure(Settings(data=folder / "data", database_url=url), 2)
    found = {f"sqlite_{what}": value for what, value in on_sqlite.items()}
    json.dump(found | {f"postgresql_{what}": value for what, value in on_postgres.items()}, sys.stdout)
