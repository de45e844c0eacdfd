"""How long `./dev run` and `skygge serve` take until they answer, on a database that is there; beside them a floor.

The floor is an application of one address that imports the same libraries. Each is started six times, the first of
them not counted (it sets up and migrates), and the median of the other five is told.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

STARTS = 5
GIVES_UP_AFTER_S = 60
DEV_RUN = [str(Path(__file__).resolve().parents[1] / "dev"), "run"]
SKYGGE = [sys.executable, "-c", "from skygge.cli import main; main()", "serve"]
FLOOR_PROGRAM = """
import alembic.command, fastapi, pwdlib.hashers.argon2, pydantic_settings, sqlmodel, structlog, typer, uvicorn, yaml

app = fastapi.FastAPI()
app.get("/healthz")(lambda: {})
uvicorn.run(app, port=int(__import__("sys").argv[-1]), http="h11", log_level="warning")
"""
FLOOR = [sys.executable, "-c", FLOOR_PROGRAM]


def start_once(program: list[str], folder: Path) -> float:
    """Seconds from starting a program until it answers."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("SKYGGE_")}
    command = [*program, "--port", str(port)]
    started = time.perf_counter()
    # Its own group: `./dev run` has the server for a child.
    process = subprocess.Popen(
        command, env={**env, "SKYGGE_DATA": str(folder)}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not answers(port):
            if process.poll() is not None or time.perf_counter() - started > GIVES_UP_AFTER_S:
                raise SystemExit("The program did not start.")
            time.sleep(0.01)
        return time.perf_counter() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def answers(port: int) -> bool:
    """Whether /healthz answers there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(program: list[str], folder: Path) -> float:
    """The median of several starts, the first one not counted."""
    start_once(program, folder)
    return median(start_once(program, folder) for _ in range(STARTS))


if __name__ == "__main__":
    taken = {}
    for called, program in (("dev_run", DEV_RUN), ("serve", SKYGGE), ("floor", FLOOR)):
        with tempfile.TemporaryDirectory() as name:
            taken[f"{called}_s"] = measure(program, Path(name))
    json.dump({**taken, "dev_run_times_floor": taken["dev_run_s"] / taken["floor_s"]}, sys.stdout)
