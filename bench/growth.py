"""What grows with what: the indexes and two times, from 10 to 1,000 studies and from 10,000 to 100,000 entries.

Ten studies have the entries; they are measured, by the real protocol against a real server on loopback: the 50th and
95th percentile of a one-entry sync (push and pull) and of the first page of a pull (500 changes), one after the other,
in ms; beside them those of an answer that needs no database, which tell how busy the machine is. Then 990 more studies
are founded, with some entries each, and it is measured again; then the ten are filled up to ten times as many.
`SKYGGE_BENCH_ENTRIES=1000000` goes one step further and takes most of an hour. Entries are written through the log, as
everybody's.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.load import INDEX_BYTES, Connection, Figures, LoadPhone  # noqa: E402  # found through the path set above
from skygge.accounts.enrol import create_account  # noqa: E402  # found as above
from skygge.accounts.tables import AccountRow  # noqa: E402  # found as above
from skygge.accounts.tokens import create_token  # noqa: E402  # found as above
from skygge.clock import new_id, utc_now  # noqa: E402  # found as above
from skygge.core.codebook import read_starter  # noqa: E402  # found as above
from skygge.core.model import Study  # noqa: E402  # found as above
from skygge.db import Database, open_database  # noqa: E402  # found as above
from skygge.fieldlog.append import Author, append_changes  # noqa: E402  # found as above
from skygge.founding.found_study import found_study  # noqa: E402  # found as above
from skygge.migrate import migrate  # noqa: E402  # found as above
from skygge.settings import Settings  # noqa: E402  # found as above
from skygge.studies.tables import StudyRow  # noqa: E402  # found as above
from tests.fixtures.clusters import own_cluster  # noqa: E402  # found as above
from tests.fixtures.server_process import ServerProcess  # noqa: E402  # found as above
from tests.fixtures.world import hashed_password  # noqa: E402  # found as above
from tests.sync.phone import stamp  # noqa: E402  # found as above

MEASURED = 10
MANY = int(os.environ.get("SKYGGE_BENCH_ENTRIES", "100000"))
FEW = min(10_000, MANY)
STUDIES = int(os.environ.get("SKYGGE_BENCH_STUDIES", "1000"))
BESIDE = 10  # entries of each study that is there beside the measured ones
PER_VISIT, AT_ONCE = 60, 480
SYNCS, PULLS = 200, 100
ALL_BYTES = {
    True: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    False: "SELECT pg_database_size(current_database())",
}


@dataclass
class Grown:
    """A database that grows, and the studies in it."""

    settings: Settings
    database: Database
    lead: AccountRow
    studies: list[tuple[LoadPhone, Author]]

    def found(self, n_studies: int) -> None:
        """More studies of the one lead, until there are so many."""
        while len(self.studies) < n_studies:
            with self.database.write() as session:
                for _ in range(min(50, n_studies - len(self.studies))):
                    self.studies.append(self._found_one(session))

    def _found_one(self, session: Session) -> tuple[LoadPhone, Author]:
        blank = read_starter("blank")
        study, lead = found_study(session, Study(title="s"), blank, self.lead.id, utc_now)
        token, _ = create_token(session, self.lead.id, study.study_id, utc_now(), may_write=True, days=1)
        author = Author(self.lead.id, lead.member_id, lead.observer, lead.role)
        return LoadPhone(study.study_id, token, ""), author

    def fill(self, place: int, n_entries: int) -> None:
        """Entries in visits of an ordinary length, a transaction for some visits."""
        phone, author = self.studies[place]
        made = 0
        while made < n_entries:
            changes = []
            for _ in range(min(AT_ONCE, n_entries - made)):
                if made % PER_VISIT == 0 or not phone.visit:
                    phone.visit = str(new_id())
                    begun = {"kind": "visit", "started_at": stamp(0)}
                    changes.append(phone.made("encounter.started", phone.visit, begun))
                changes.append(phone.entry())
                made += 1
            with self.database.write() as session:
                verdicts = append_changes(
                    session,
                    study_id=phone.study_id,
                    author=author,
                    device_id=UUID(phone.device_id),
                    changes=changes,
                    clock=utc_now,
                )
            assert {verdict.verdict for verdict in verdicts} == {"stored"}, verdicts[:1]

    def measure(self) -> Figures:
        """The sizes, and the times of the ten."""
        env = {"SKYGGE_DATABASE_URL": self.settings.database_url} if self.settings.database_url else {}
        server = ServerProcess(self.settings.data, env)
        is_sqlite = self.settings.uses_sqlite
        if not is_sqlite:
            self._analyse()
        with self.database.read() as session:
            sizes = {
                "index_mb": float(session.execute(text(INDEX_BYTES[is_sqlite])).scalar_one()) / 1e6,
                "database_mb": float(session.execute(text(ALL_BYTES[is_sqlite])).scalar_one()) / 1e6,
            }
            for phone, _ in self.studies[:MEASURED]:
                study = session.get_one(StudyRow, phone.study_id)
                phone.cursor, phone.epoch = study.last_seq, str(study.epoch)
        server.start()
        try:
            return sizes | self._times(Connection(server.port))
        finally:
            server.stop()

    def _analyse(self) -> None:
        """What autovacuum does by itself some minutes after so much has come."""
        with self.database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))

    def _times(self, line: Connection) -> Figures:
        measured = [phone for phone, _ in self.studies[:MEASURED]]
        order = random.Random(7).choices(measured, k=SYNCS)

        def sync(phone: LoadPhone) -> None:
            phone.push(line, [phone.entry()])
            phone.pull(line)

        def pull_first(phone: LoadPhone) -> None:
            line.ask("GET", phone, f"/api/v1/studies/{phone.study_id}/changes?after=0&limit=500")

        def ask_nothing(phone: LoadPhone) -> None:
            line.ask("GET", phone, "/healthz")

        figures = percentiles("sync", sync, order) | percentiles("first_page", pull_first, order[:PULLS])
        return figures | percentiles("healthz", ask_nothing, order[:PULLS])


def percentiles(name: str, do: Callable[[LoadPhone], None], order: list[LoadPhone]) -> Figures:
    """How long something takes, one after the other; the first of each are not counted."""
    for phone in order[:MEASURED]:
        do(phone)
    taken = []
    for phone in order:
        began = time.perf_counter()
        do(phone)
        taken.append((time.perf_counter() - began) * 1000)
    parts = quantiles(taken, n=100)
    return {f"{name}_p50_ms": parts[49], f"{name}_p95_ms": parts[94]}


def grow(settings: Settings) -> Iterator[tuple[str, Figures]]:
    """From small to large, measured at each step."""
    migrate(settings)
    database = open_database(settings)
    with database.write() as session:
        lead = create_account(session, "Lene", hashed_password(), utc_now(), is_admin=True)
    grown = Grown(settings, database, lead, [])
    try:
        grown.found(MEASURED)
        n_entries = 0
        for n_studies, wanted in [(MEASURED, FEW), (STUDIES, FEW), *((STUDIES, FEW * 10**step) for step in steps())]:
            grown.found(n_studies)
            for place in range(MEASURED):
                grown.fill(place, (wanted - n_entries) // MEASURED)
            if n_studies > MEASURED and n_entries == wanted:
                for place in range(MEASURED, n_studies):
                    grown.fill(place, BESIDE)
            n_entries = wanted
            yield f"{n_studies}_studies_{wanted}_entries", grown.measure()
    finally:
        database.close()


def steps() -> range:
    """Each ten times as many as the one before."""
    return range(1, len(str(MANY)) - len(str(FEW)) + 1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {f"sqlite_{state}": row for state, row in grow(Settings(data=folder / "sqlite"))}
        with own_cluster("skygge") as (url,):
            on_postgres = grow(Settings(data=folder / "data", database_url=url))
            found |= {f"postgresql_{state}": row for state, row in on_postgres}
    json.dump({f"{state}_{what}": value for state, row in found.items() for what, value in row.items()}, sys.stdout)
