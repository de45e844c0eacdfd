"""The image, built from the Dockerfile without an engine and started: what the README says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devtools.machine import ROOT

pytestmark = pytest.mark.deep

NEEDED = ("buildah", "debootstrap")
# Debian 12 with its own Python stands for the official image of Python, which no package index has.
PYTHON = "python3,python3-venv,python3-pip,ca-certificates"
CERTIFICATES = "/etc/ssl/certs"
OWNER = 10001
ORIGIN = "http://127.0.0.1:8321"
WITHIN_S = 90


@dataclass(frozen=True)
class Engine:
    """buildah on a store of its own, which goes with the test."""

    folder: Path

    def __call__(self, *words: str | Path, into: Path | None = None) -> str:
        """What a command says; fails with its complaint."""
        done = subprocess.run(self.command(*words), cwd=into, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words[0]}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout.strip()

    def command(self, *words: str | Path) -> list[str]:
        """The whole command line."""
        return ["buildah", "--root", str(self.folder / "root"), "--runroot", str(self.folder / "run"), *map(str, words)]

    @property
    def env(self) -> dict[str, str]:
        """Neither namespaces nor an overlay are asked of the machine."""
        return os.environ | {"STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Skipped where nothing can build an image; nothing of it stays mounted."""
    if os.geteuid() != 0 or any(shutil.which(name) is None for name in NEEDED):
        pytest.skip("buildah and debootstrap are not installed here, or may not be used")
    folder = tmp_path_factory.mktemp("store")
    yield Engine(folder)
    # The store's folder is mounted onto itself: left so, nobody could ever remove it.
    for place in mounted_under(folder):
        subprocess.run(["umount", "--lazy", place], check=True)
    assert not mounted_under(folder)


def mounted_under(folder: Path) -> list[str]:
    """What is mounted in a folder, the innermost first."""
    places = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    return sorted((place for place in places if Path(place).is_relative_to(folder)), reverse=True)


@pytest.fixture(scope="module")
def built(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of what is committed, by the Dockerfile as it is."""
    scratch = tmp_path_factory.mktemp("image")
    source, system = scratch / "source", scratch / "system"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(source)], check=True)
    made = ["debootstrap", "--variant=minbase", f"--include={PYTHON}", "bookworm", str(system)]
    done = subprocess.run(made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    (system / "usr/bin/python").symlink_to("python3")
    for lock in system.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        lock.unlink()
    base = engine("from", "scratch")
    engine("add", "--quiet", base, system, "/")
    engine("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", base)
    engine("commit", "--quiet", "--rm", base, "localhost/python")
    shutil.rmtree(system)
    # What this machine believes, so that a mirror's certificate counts while packages are fetched.
    seen = ["--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"]
    arguments = ["--build-arg", "BASE=localhost/python", "--format", "docker", "--layers=false"]
    engine("bud", *arguments, *seen, "--tag", "localhost/skygge", source)
    return "localhost/skygge"


@pytest.fixture(scope="module")
def described(engine: Engine, built: str) -> dict[str, Any]:
    """How the image is to be run."""
    config: dict[str, Any] = json.loads(engine("inspect", "--type", "image", built))["Docker"]["config"]
    return config


@dataclass(frozen=True)
class Container:
    """A container of the image with a folder of the machine as its volume."""

    engine: Engine
    name: str
    data: Path

    def words(self, *words: str) -> list[str]:
        """The command line that runs something in it, as the image's own user."""
        return self.engine.command("run", "--volume", f"{self.data}:/data", self.name, "--", *words)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What came of it."""
        return subprocess.run(self.words(*words), env=self.engine.env, capture_output=True, text=True, check=False)

    @contextmanager
    def serving(self, command: list[str]) -> Iterator[None]:
        """While its own command runs and is ready."""
        log = self.data.parent / "log"
        with log.open("ab") as said:
            server = subprocess.Popen(self.words(*command), env=self.engine.env, stdout=said, stderr=said)
        try:
            deadline = time.monotonic() + WITHIN_S
            while not is_ready():
                assert server.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield
        finally:
            # Only the server itself: buildah waits for what it started.
            subprocess.run(["pkill", "-TERM", "-u", str(OWNER), "-f", "skygge serve"], check=False)
            server.wait(30)


def is_ready() -> bool:
    """Whether somebody answers at the image's address."""
    try:
        with urllib.request.urlopen(f"{ORIGIN}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def container(engine: Engine, built: str, tmp_path: Path) -> Iterator[Container]:
    """A fresh one with an empty volume."""
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, OWNER, OWNER)
    name = engine("from", built)
    # Else it lays an empty one over the folder at every command.
    engine("config", "--volume", "/data-", name)
    yield Container(engine, name, data)
    engine("rm", name)


def test_the_image_says_how_it_is_run(described: dict[str, Any]) -> None:
    """An ordinary user, one volume, one port, a health check, and the command."""
    assert described["User"] == str(OWNER)
    assert described["Volumes"] == {"/data": {}}
    assert described["ExposedPorts"] == {"8321/tcp": {}}
    assert described["Cmd"] == ["skygge", "serve"]
    assert described["Healthcheck"]["Test"][0] == "CMD"


def test_a_new_volume_is_its_users_alone(engine: Engine, built: str) -> None:
    """An engine fills an empty volume with what the image has there, as it lies there; the doctor asks for no less."""
    name = engine("from", built)
    try:
        folder = (Path(engine("mount", name)) / "data").stat()
        assert (folder.st_uid, folder.st_mode & 0o777) == (OWNER, 0o700)
    finally:
        engine("umount", name)
        engine("rm", name)


def test_it_serves_the_app_keeps_its_data_in_the_volume_and_knows_its_health(
    container: Container, described: dict[str, Any]
) -> None:
    """Started twice by its own command as its own user; the health check fails when nobody serves."""
    is_well = described["Healthcheck"]["Test"][1:]
    assert not is_ready(), "something else listens on the image's port"
    assert container.run(*is_well).returncode != 0
    with container.serving(described["Cmd"]):
        assert container.run(*is_well).returncode == 0
        with urllib.request.urlopen(ORIGIN, timeout=10) as answer:
            assert b"<script" in answer.read()
    study = container.run("skygge", "setup-link")
    assert study.returncode == 0 and "/#/setup/" in study.stdout, study.stderr
    kept = {path.name: path.stat().st_uid for path in container.data.iterdir()}
    assert set(kept.values()) == {OWNER} and any(name.endswith(".db") for name in kept), kept
    with container.serving(described["Cmd"]):
        assert container.run("skygge", "verify").returncode == 0


def test_a_new_image_on_an_old_volume_brings_it_up_to_date(container: Container, described: dict[str, Any]) -> None:
    """All that an upgrade is: the volume of an earlier version, its file copied first, and everything in it."""
    with tarfile.open(ROOT / "tests" / "migrations" / "kept" / "0010-sqlite.tar.xz") as archive:
        archive.extractall(container.data.parent, filter="data")
    for path in container.data.rglob("*"):
        os.chown(path, OWNER, OWNER)
    with container.serving(described["Cmd"]):
        assert is_ready()
    assert [path.name for path in container.data.glob("skygge-before-0010-*.db")] != []
    done = container.run("skygge", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_user_can_change_nothing_but_the_volume_and_finds_no_tools(container: Container) -> None:
    """Whoever breaks in finds neither an installer nor a place to put one."""
    assert container.run("id", "-u").stdout.strip() == str(OWNER)
    for place in ("/opt/skygge/bin/x", "/opt/skygge/lib/x", "/usr/bin/x", "/etc/x"):
        assert container.run("touch", place).returncode != 0, place
    assert container.run("touch", "/data/x").returncode == 0
    assert container.run("sh", "-c", "ls /opt/skygge/bin | grep -E '^(pip|node|npm)'").stdout == ""
    assert container.run("sh", "-c", "ls /source || ls /wheels").returncode != 0
