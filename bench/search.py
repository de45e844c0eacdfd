"""How fast words are found among a million entries and ten thousand paragraphs, on SQLite and PostgreSQL.

A real server, asked over loopback as the screen asks: a hundred at most, by words as they come in a language, from the
commonest of all to one that stands once, whole and as somebody types them, alone and together. The lead reads
everything; the observer sees her own of ten thousand encounters, a third of them, and the newcomer one. Times are ms
from the question to the whole answer; `p95` is the 95th percentile of all questions of one reader, and `worst` names
no question but the slowest of all. The floor beside it is the same server answering `/me`. `CPU` is what the server and
the database worked for a question, the mean of its times: the one figure that other work on the machine leaves alone.

`SKYGGE_BENCH_ENTRIES` makes them fewer.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import insert, text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from skygge.accounts.enrol import create_account  # noqa: E402  # found through the path set above
from skygge.accounts.tokens import create_token  # noqa: E402  # found as above
from skygge.clock import utc_now  # noqa: E402  # found as above
from skygge.core.codebook import read_starter  # noqa: E402  # found as above
from skygge.core.model import Study  # noqa: E402  # found as above
from skygge.db import Database, open_database  # noqa: E402  # found as above
from skygge.fieldlog.search_index import add_to_index  # noqa: E402  # found as above
from skygge.fieldlog.tables import EncounterRow, EntryRow, FieldNoteRow  # noqa: E402  # found as above
from skygge.founding.found_study import found_study  # noqa: E402  # found as above
from skygge.migrate import migrate  # noqa: E402  # found as above
from skygge.settings import Settings  # noqa: E402  # found as above
from skygge.studies.access import Role  # noqa: E402  # found as above
from skygge.studies.tables import MemberRow  # noqa: E402  # found as above
from tests.fixtures.clusters import own_cluster  # noqa: E402  # found as above
from tests.fixtures.server_process import ServerProcess  # noqa: E402  # found as above
from tests.fixtures.world import hashed_password  # noqa: E402  # found as above

ENTRIES = int(os.environ.get("SKYGGE_BENCH_ENTRIES", "1000000"))
ENCOUNTERS = max(3, ENTRIES // 100)
SHOWN = 100
AT_ONCE = 5_000
TIMES = 5
BUDGET_MS = 200
COMMON = "hun han og at det er i på til med af for den som ikke vil kan skal hjælper borgeren dør vand stol".split()
SYLLABLES = "ba be bo da de dø fa fo ga gi hu hæ ja ka ki lå la mi mo ny nå pa ri ro sa sø ta tu vi væ".split()
RARE = "zikkurat"
Figures = dict[str, float]


def vocabulary() -> list[str]:
    """Thirty thousand words, the commonest first."""
    rng = random.Random(7)
    made = dict.fromkeys(COMMON)
    while len(made) < 30_000:
        made["".join(rng.choice(SYLLABLES) for _ in range(rng.choice([2, 2, 3, 3, 4])))] = None
    return list(made)


def questions(words: list[str]) -> list[str]:
    """What is asked for: each beginning of a common, a middling and a rare word as it is typed, and some together."""
    typed = [word[:n] for word in (words[0], words[18], words[300], words[9000], RARE) for n in range(1, len(word) + 1)]
    middling = words[300]
    together = ["hun og", "h o d", "hun hjælper borgeren", f"hun {middling}", f"h {RARE}", f"{middling} {words[900]}"]
    return [*typed, *words[:6], *together, "ordsomikkefindes", *words[50:20_000:2_000]]


class Texts:
    """Sentences of words as often as Zipf has them."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.rng = random.Random(11)
        self.weights = [1 / (place + 2) for place in range(len(words))]
        self.drawn: Iterator[str] = iter(())

    def say(self, n: int) -> str:
        """So many words."""
        said = list(islice(self.drawn, n))
        if len(said) < n:
            self.drawn = iter(self.rng.choices(self.words, self.weights, k=100_000))
            said = list(islice(self.drawn, n))
        return " ".join(said)


def fill(database: Database, study_id: UUID) -> None:
    """The rows as the fold would have left them, and the index by the program's own hand."""
    texts = Texts(vocabulary())
    start = datetime(2026, 1, 1, 7, tzinfo=UTC)
    own = {"study_id": study_id, "conflicts": [], "retracted": False}
    around: list[dict[str, Any]] = [
        {
            **own, "id": UUID(int=10**20 + n), "kind": "visit", "visit_id": UUID(int=10**21 + n), "presence": [],
            "checks": [], "observer": "Ny" if n == ENCOUNTERS // 2 else ("Lene", "Bo", "Ida")[n % 3],
            "started_at": start + timedelta(hours=n), "started_at_offset_minutes": 60,
        }
        for n in range(ENCOUNTERS)
    ]  # fmt: skip
    with database.write() as session:
        session.execute(insert(EncounterRow), around)

    def entries() -> Iterator[dict[str, Any]]:
        for n in range(ENTRIES):
            encounter = around[n * ENCOUNTERS // ENTRIES]
            yield {
                **own, "id": UUID(int=10**22 + n), "encounter_id": encounter["id"], "kind": "point",
                "structure_origin": "none", "flags": [], "started_at": encounter["started_at"],
                "started_at_offset_minutes": 60, "taken": "tap", "precision_s": 0, "verbatim": False,
                "codebook_version": 1, "device_seq": n,
                "jotting": f"{texts.say(4 + n % 9)}{f' {RARE}' if n == ENTRIES // 2 else ''}",
            }  # fmt: skip

    def paragraphs() -> Iterator[dict[str, Any]]:
        for n, encounter in enumerate(around):
            yield {
                **own, "id": UUID(int=10**23 + n), "encounter_id": encounter["id"], "position": 1.0, "anchors": [],
                "text": texts.say(80), "author": encounter["observer"], "written_at": encounter["started_at"],
                "written_at_offset_minutes": 60,
            }  # fmt: skip

    for table, kind, rows in ((EntryRow, "entry", entries()), (FieldNoteRow, "fieldnote", paragraphs())):
        while chunk := list(islice(rows, AT_ONCE)):
            with database.write() as session:
                session.execute(insert(table), chunk)
                add_to_index(session, kind, chunk)  # type: ignore[arg-type]  # one of the kinds, as a plain word


def found(database: Database) -> tuple[UUID, dict[str, str]]:
    """A study in which observers see their own, and a token of each reader."""
    with database.write() as session:
        account = create_account(session, "Lene", hashed_password(), utc_now(), is_admin=True)
        study, lead = found_study(session, Study(title="t"), read_starter("blank"), account.id, utc_now)
        tokens = {"lead": create_token(session, account.id, study.study_id, utc_now(), may_write=False, days=1)[0]}
        for name, observer in (("observer", "Bo"), ("newcomer", "Ny")):
            other = create_account(session, observer, hashed_password(), utc_now(), is_admin=False)
            member = lead.model_dump() | {"member_id": other.id, "account_id": other.id, "role": Role.OBSERVER}
            session.add(MemberRow(**member | {"observer": observer}))
            session.flush()
            tokens[name] = create_token(session, other.id, study.study_id, utc_now(), may_write=False, days=1)[0]
    return study.study_id, tokens


def ask(line: http.client.HTTPConnection, path: str, token: str) -> float:
    """Milliseconds until the whole answer is there."""
    began = perf_counter()
    line.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    said = answer.read()
    assert answer.status == 200, (answer.status, said[:300])
    return (perf_counter() - began) * 1000


def cpu_ms(server: ServerProcess, database_url: str) -> float:
    """What the server and the database have worked so far."""
    assert server.process is not None
    heads = {server.process.pid}
    if database_url:
        heads.add(int((Path(database_url.partition("?host=")[2]) / "postmaster.pid").read_text().split()[0]))
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if heads & {int(stat.parent.name), int(told[1])}:
            ticks += int(told[11]) + int(told[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def measure(settings: Settings) -> Figures:
    """Fill a study and ask, as each of its readers."""
    migrate(settings)
    database = open_database(settings)
    study_id, tokens = found(database)
    began = perf_counter()
    fill(database, study_id)
    figures: Figures = {"filled in s": perf_counter() - began}
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What autovacuum does by itself, and SQLite at times.
        connection.execute(text("ANALYZE"))
    database.close()
    server = ServerProcess(settings.data, {"SKYGGE_DATABASE_URL": settings.database_url or ""})
    server.start()
    try:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        floor = [ask(line, "/api/v1/me", tokens["lead"]) for _ in range(50)]
        figures["floor: /me, p50 (ms)"] = median(floor)
        asked = questions(vocabulary())
        for reader, token in tokens.items():
            times, worked = {}, []
            for one in asked:
                path = f"/api/v1/studies/{study_id}/search?limit={SHOWN}&q={quote(one)}"
                before = cpu_ms(server, settings.database_url)
                times[one] = [ask(line, path, token) for _ in range(TIMES)]
                worked.append((cpu_ms(server, settings.database_url) - before) / TIMES)
            if os.environ.get("SKYGGE_BENCH_TELL"):
                for one, took in times.items():
                    print(reader, one, *(round(t) for t in took), file=sys.stderr)
            every = sorted(one for took in times.values() for one in took)
            figures[f"{reader}, p50 (ms)"] = median(every)
            figures[f"{reader}, p95 (ms; budget {BUDGET_MS})"] = every[int(len(every) * 0.95)]
            figures[f"{reader}, worst (ms)"] = every[-1]
            figures[f"{reader}, CPU, p50 (ms)"] = median(worked)
            figures[f"{reader}, CPU, p95 (ms)"] = sorted(worked)[int(len(worked) * 0.95)]
    finally:
        server.stop()
    return figures


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        found_figures = {f"sqlite {what}": value for what, value in measure(Settings(data=Path(name) / "lite")).items()}
        with own_cluster("skygge") as (url,):
            on_postgres = measure(Settings(data=Path(name) / "data", database_url=url))
    found_figures |= {f"postgresql {what}": value for what, value in on_postgres.items()}
    json.dump({"entries": float(ENTRIES), **found_figures}, sys.stdout)
