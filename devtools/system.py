"""Programs that the tests need and that come from the system's packages, not from a lock."""

import ctypes.util
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from devtools.machine import run, say

# Programs of the other browsers in which a phone is killed, and the packages that they come in.
KILLED_TOO = {
    "firefox-esr": ("firefox-esr",),
    "WebKitWebDriver": ("webkit2gtk-driver", "gir1.2-webkit2-4.1", "python3-gi"),
    "Xvfb": ("xvfb",),
}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


# The parts that need packages of the system: programs that read exports back, a browser, and at full size a builder.
PARTS = frozenset({"e2e", "exports"})
DEEP_PARTS = PARTS | {"docker"}
R_PACKAGES = ("haven", "jsonlite", "readr", "readxl")
R_LIBRARY = Path("/usr/lib/R/site-library")


def missing_packages(parts: Collection[str]) -> dict[str, str]:
    """Debian packages that are not there, each with what it is for."""
    wanted = {"e2e": _for_browser, "exports": _for_exports, "docker": _for_image}
    return {name: use for part, missing in wanted.items() if part in parts for name, use in missing()}


def _for_browser() -> Iterator[tuple[str, str]]:
    if not any(shutil.which(name) for name in CHROMIUM):
        yield "chromium", "the browser tests"
    if ctypes.util.find_library("atomic") is None:
        yield "libatomic1", "the driver of the browser tests"
    for program, packages in KILLED_TOO.items():
        if shutil.which(program) is None:
            yield from ((package, "killing the other browsers while they log") for package in packages)


def _for_exports() -> Iterator[tuple[str, str]]:
    # The filters of the two are packages of their own; -nogui leaves the windows out.
    for part in ("calc", "writer"):
        if not (shutil.which("soffice") and Path(f"/usr/lib/libreoffice/program/{_filter_of(part)}").exists()):
            yield f"libreoffice-{part}-nogui", "opening spreadsheets and Word documents"
    if shutil.which("pspp") is None:
        yield "pspp", "opening SPSS files"
    for name in R_PACKAGES:
        if not (R_LIBRARY / name).exists():
            yield f"r-cran-{name}", "reading tables in R"


def _for_image() -> Iterator[tuple[str, str]]:
    for program in ("buildah", "debootstrap"):
        if shutil.which(program) is None:
            yield program, "building the image"


def _filter_of(part: str) -> str:
    return {"calc": "libsclo.so", "writer": "libswlo.so"}[part]


def install_missing(parts: Collection[str]) -> None:
    """Install what is missing where that is allowed; otherwise say in one sentence what to install."""
    missing = missing_packages(parts)
    if not missing:
        return
    if not _may_install():
        say(f"Please install {', '.join(missing)}: without {'them' if len(missing) > 1 else 'it'} some tests fail.")
        return
    say(f"Installing {', '.join(missing)} from the system's packages …")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "-qq", "update"], env=env)
    if run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", *missing], env=env) != 0:
        say(f"apt-get could not install {', '.join(missing)}; please install it by hand.")


def _may_install() -> bool:
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0
