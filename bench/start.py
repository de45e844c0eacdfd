"""How long `skygge serve` takes until it answers, on a database that is there; beside it the least it could take.

The floor is an application of one address that imports the same libraries. Each is started six times, the first of
them not counted, and the median of the other five is told.
"""

import json
import os
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
SKYGGE = "from skygge.cli import main; main()"
FLOOR = """
import alembic.command, fastapi, pwdlib.hashers.argon2, pydantic_settings, sqlmodel, structlog, typer, uvicorn, yaml

app = fastapi.FastAPI()
app.get("/healthz")(lambda: {})
uvicorn.run(app, port=int(__import__("sys").argv[-1]), http="h11", log_level="warning")
"""


def start_once(program: str, folder: Path) -> float:
    """Seconds from starting a program of Python until it answers."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("SKYGGE_")}
    command = [sys.executable, "-c", program, "serve", "--port", str(port)]
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**env, "SKYGGE_DATA": str(folder)}, stdout=subprocess.DEVNULL)
    try:
        while not answers(port):
            if process.poll() is not None or time.perf_counter() - started > GIVES_UP_AFTER_S:
                raise SystemExit("The program did not start.")
            time.sleep(0.01)
        return time.perf_counter() - started
    finally:
        process.terminate()
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


def measure(program: str, folder: Path) -> float:
    """The median of several starts, the first one not counted."""
    start_once(program, folder)
    return median(start_once(program, folder) for _ in range(STARTS))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        skygge_s, floor_s = measure(SKYGGE, Path(name)), measure(FLOOR, Path(name))
    json.dump({"skygge_s": skygge_s, "floor_s": floor_s, "times_floor": skygge_s / floor_s}, sys.stdout)
