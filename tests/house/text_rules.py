"""Rules for names of files and folders, and for every committed text."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

FORBIDDEN_NAMES = frozenset("util utils helper helpers common manager managers base misc".split())
# In pieces, so that this file does not find itself.
INDEX_HOSTS = tuple(
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
)
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:home/\w+/|Users/\w+/|root/|work/|tmp/plan)")

Complaints = list[str]


def check_names(paths: Iterable[str]) -> Complaints:
    """No folder or module is called by a word that says nothing."""
    return [
        f"{path}: choose a name that says what is in it"
        for path in paths
        if FORBIDDEN_NAMES & {part.split(".")[0].lower() for part in PurePosixPath(path).parts}
    ]


def check_empty_packages(texts: dict[str, str]) -> Complaints:
    """No folder that only promises something: a package holds more than an empty __init__.py."""
    folders: dict[str, list[str]] = {}
    for path, text in texts.items():
        if text.strip():
            for parent in PurePosixPath(path).parents:
                folders.setdefault(str(parent), []).append(path)
    packages = {str(PurePosixPath(path).parent) for path in texts if path.endswith("__init__.py")}
    return [
        f"{folder}: an empty folder"
        for folder in sorted(packages)
        if not [path for path in folders.get(folder, []) if path != f"{folder}/__init__.py"]
        and not _speaks(texts, folder)
    ]


def _speaks(texts: dict[str, str], folder: str) -> bool:
    return len(texts[f"{folder}/__init__.py"].splitlines()) > 3


def check_hosts(path: str, text: str) -> Complaints:
    """Nothing committed is tied to one package index."""
    return [f"{path}: names the index {host}" for host in INDEX_HOSTS if host in text.lower()]


def check_machine_paths(path: str, text: str) -> Complaints:
    """Nothing committed knows a path of somebody's machine."""
    return [f"{path}: names a path of one machine ({found[0]})" for found in MACHINE_PATH.finditer(text)]


def read_listed(text: str) -> dict[str, str]:
    """Read lines of the form `name  # reason`; ValueError for one without a reason."""
    listed = {}
    for line in text.splitlines():
        name, _, reason = line.partition("  # ")
        if not name.strip() or line.startswith("#"):
            continue
        if not reason.strip():
            raise ValueError(f"{line}: the reason is missing")
        listed[name.strip()] = reason.strip()
    return listed
