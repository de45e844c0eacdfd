"""Sync of 10,000 entries: the real TypeScript phone against Skygge, beside the raw floor, RxDB and PouchDB in one run.

The phone is the web app's own store and sync in Node over fake-indexeddb; RxDB keeps its entries in memory, PouchDB
both ends in LevelDB. The floor (bench/peers/floor.py) is a FastAPI address that does one insert for a batch of 500,
and a client that keeps nothing. Skygge and the floor are measured on SQLite, synchronous=FULL, and on PostgreSQL.
`SKYGGE_BENCH_ENTRIES` changes how many. Rates are entries a second; `*_times_*` is Skygge's rate over the other's, and
for `ack` Skygge's 95th percentile over the floor's. `ack` is the answer to the POST of one entry.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from devtools import node_env, web_build  # noqa: E402  # found through the path set above
from skygge.clock import new_id  # noqa: E402  # found as above
from skygge.db import open_database  # noqa: E402  # found as above
from skygge.migrate import migrate  # noqa: E402  # found as above
from skygge.settings import Settings  # noqa: E402  # found as above
from tests.fixtures.clusters import own_cluster  # noqa: E402  # found as above
from tests.fixtures.server_process import ServerProcess, free_port, is_open  # noqa: E402  # found as above
from tests.fleet.phones import NodePhone, Ticket  # noqa: E402  # found as above
from tests.sync.script import found_for_script  # noqa: E402  # found as above

ENTRIES = int(os.environ.get("SKYGGE_BENCH_ENTRIES", "10000"))
ALONE = 60
PEERS = ROOT / "bench" / "peers"
Figures = dict[str, float]
WORDS = "hun spørger om han vil op nu · siger at det er hans tur · venter ved døren mens vandet løber".split()


def entries(visit: str) -> list[dict[str, Any]]:
    """Drafts of entries as a visit gives them, some two with words to three without."""
    rng, began = random.Random(7), datetime(2026, 3, 2, 8, tzinfo=UTC)
    drafts = []
    for number in range(ENTRIES + ALONE):
        payload: dict[str, Any] = {
            "encounter_id": visit,
            "kind": "point",
            "actor_id": None,
            "action": rng.choice(["talks", "helps", "waits"]),
            "structure": rng.choice(["directing", "doing_with", None]),
            "started_at": (began + timedelta(seconds=9 * number)).isoformat(timespec="milliseconds"),
            "taken": "tap",
        }
        if rng.random() < 0.4:
            payload["jotting"] = " ".join(rng.sample(WORDS, 9))
        drafts.append({"kind": "entry.logged", "subject_id": str(new_id()), "payload": payload})
    return drafts


def measure_skygge(settings: Settings) -> Figures:
    """Push all, one by one some more, and pull all into an empty phone."""
    migrate(settings)
    database = open_database(settings)
    study_id, _, token = found_for_script(database)
    database.close()
    env = {"SKYGGE_DATABASE_URL": settings.database_url} if settings.database_url else {}
    server = ServerProcess(settings.data, env)
    server.start()
    ticket = Ticket(server.origin, study_id, token)
    first, second = NodePhone("first", ticket), NodePhone("second", ticket)
    try:
        before_mb = memory_mb(server)
        visit = str(new_id())
        started = {"kind": "encounter.started", "subject_id": visit}
        first.ask("write", drafts=[{**started, "payload": {"kind": "visit", "started_at": "2026-03-02T08:00:00.000Z"}}])
        drafts = entries(visit)
        for at in range(0, ENTRIES, 500):
            first.ask("write", drafts=drafts[at : at + 500])
        first.ask("traffic")
        push_s, pushed = timed_sync(first, "POST")
        after_mb = memory_mb(server)
        alone, wire = [], []
        for draft in drafts[ENTRIES:]:
            first.ask("write", drafts=[draft])
            _, asked = timed_sync(first, "POST")
            alone += [one["ms"] for one in asked]
            wire.append(sum(one["up"] + one["down"] for one in asked))
        pull_s, pulled = timed_sync(second, "GET")
        got = len(second.ask("state", types=["entry"])["things"])
        assert got == ENTRIES + ALONE, f"pulled {got}"
    finally:
        first.close()
        second.close()
        server.stop()
    return {
        "push_per_s": ENTRIES / push_s,
        "pull_per_s": ENTRIES / pull_s,
        "push_answers_per_s": ENTRIES / (sum(one["ms"] for one in pushed) / 1000),
        "pull_answers_per_s": ENTRIES / (sum(one["ms"] for one in pulled) / 1000),
        "push_bytes_per_entry": sum(one["up"] for one in pushed) / ENTRIES,
        "ack_p50_ms": median(alone),
        "ack_p95_ms": sorted(alone)[int(len(alone) * 0.95)],
        "one_entry_bytes": median(wire),
        "server_grew_mb": after_mb - before_mb,
    }


def timed_sync(phone: NodePhone, method: str) -> tuple[float, list[dict[str, Any]]]:
    """Seconds that the phone's own sync took in requests of that method and in its own work, and those requests.

    A sync is a push and then a pull; what the other half of it took in waiting is not counted.
    """
    seconds = phone.ask("timed")
    asked = phone.ask("traffic")
    other_s = sum(one["ms"] for one in asked if one["method"] != method) / 1000
    return seconds - other_s, [one for one in asked if one["method"] == method]


def memory_mb(server: ServerProcess) -> float:
    """Resident memory of the server."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def measure_floor(url: str, folder: Path, *peers: str) -> dict[str, Figures]:
    """The floor, and whoever else speaks to the same program."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(PEERS / "floor.py"), url, str(port)])
    try:
        while not is_open(port):
            assert process.poll() is None, "the floor did not start"
            time.sleep(0.05)
        return {name: run_peer(name, f"http://127.0.0.1:{port}", folder) for name in ("floor", *peers)}
    finally:
        process.terminate()
        process.wait(30)


def run_peer(name: str, origin: str, folder: Path) -> Figures:
    """One of the programs of peers.mjs over the same entries."""
    file = folder / "entries.jsonl"
    if not file.exists():
        documents = ({"id": one["subject_id"], **one["payload"]} for one in entries(str(new_id()))[:ENTRIES])
        file.write_text("".join(json.dumps(one) + "\n" for one in documents))
    node = node_env.node_folder() / "node"
    command = [str(node), str(PEERS / "peers.mjs"), name, origin, str(file), str(folder / name)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PEERS, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    said: Figures = json.loads(done.stdout.splitlines()[-1])
    rates = {f"{way}_per_s": ENTRIES / said.pop(f"{way}_s") for way in ("push", "pull")}
    return {**rates, **said}


def compare(skygge: Figures, others: dict[str, Figures]) -> Figures:
    """Skygge's rates over each other's."""
    told = {
        f"{way}_times_{name}": skygge[f"{way}_per_s"] / other[f"{way}_per_s"]
        for name, other in others.items()
        for way in ("push", "pull")
    }
    floor = others["floor"]
    told["ack_p95_times_floor"] = skygge["ack_p95_ms"] / floor["ack_p95_ms"]
    # The server alone against the floor, whose client keeps nothing: what the phone's own store takes is left out.
    told["push_answers_times_floor"] = skygge["push_answers_per_s"] / floor["push_per_s"]
    return told


def main() -> Figures:
    """Everything in one run."""
    web_build.install_packages(PEERS, node_env.node_folder())
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        others = measure_floor(f"sqlite:///{folder / 'floor.db'}", folder, "rxdb")
        others["pouchdb"] = run_peer("pouchdb", "", folder)
        skygge = measure_skygge(Settings(data=folder / "sqlite"))
        found |= {"skygge": skygge, **others, "sqlite": compare(skygge, others)}
        with own_cluster("skygge", "floor") as (ours, floors):
            on_postgres = measure_skygge(Settings(data=folder / "data", database_url=ours))
            floor = measure_floor(floors.replace("postgresql://", "postgresql+psycopg://", 1), folder)
        found |= {"skygge_postgresql": on_postgres, "floor_postgresql": floor["floor"]}
        found["postgresql"] = compare(on_postgres, floor)
    return {f"{who}_{what}": value for who, row in found.items() for what, value in row.items()}


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
