"""`./dev run`: set up what is missing, and serve. The server brings the database up to date by itself."""

import os
import subprocess
from pathlib import Path

from devtools import node_env, python_env
from devtools.machine import ROOT, Trouble, must_run, run, say


def run_server(port: int | None, *, with_demo: bool) -> int:
    """Serve until interrupted; return the server's exit code (2: it refused to start and said why)."""
    python_env.sync("runtime")
    node_env.build_web_app()
    skygge = python_env.program("skygge")
    if with_demo:
        must_run([skygge, "migrate"])
        _add_demo(skygge)
    words = ["serve"] if port is None else ["serve", "--port", str(port)]
    return _become([str(skygge), *words])


def _add_demo(skygge: Path) -> None:
    # For a person and not for a script, so without the id that the command prints.
    done = subprocess.run([skygge, "demo"], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Trouble("The example study could not be added.")
    say("The example study is there; whoever signs in sees it beside their own.")


def _become(command: list[str]) -> int:
    # The server takes this process's place, so that Ctrl-C and kill reach it and nothing is left behind.
    os.chdir(ROOT)
    if os.name == "nt":
        return run(command)
    os.execv(command[0], command)
