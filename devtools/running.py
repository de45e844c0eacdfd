"""`./dev run`: set up what is missing, and serve. The server brings the database up to date by itself."""

import os

from devtools import node_env, python_env
from devtools.machine import ROOT, must_run, run


def run_server(port: int | None, *, with_demo: bool) -> int:
    """Serve until interrupted; return the server's exit code (2: it refused to start and said why)."""
    python_env.sync("runtime")
    node_env.build_web_app()
    skygge = python_env.program("skygge")
    if with_demo:
        must_run([skygge, "migrate"])
        must_run([skygge, "demo"])
    words = ["serve"] if port is None else ["serve", "--port", str(port)]
    return _become([str(skygge), *words])


def _become(command: list[str]) -> int:
    # The server takes this process's place, so that Ctrl-C and kill reach it and nothing is left behind.
    os.chdir(ROOT)
    if os.name == "nt":
        return run(command)
    os.execv(command[0], command)
