"""Programs that the tests need and that come from the system's packages, not from a lock."""

import ctypes.util
import os
import shutil

from devtools.machine import run, say

# Programs of the other browsers in which a phone is killed, and the packages that they come in.
KILLED_TOO = {
    "firefox-esr": ("firefox-esr",),
    "WebKitWebDriver": ("webkit2gtk-driver", "gir1.2-webkit2-4.1", "python3-gi"),
    "Xvfb": ("xvfb",),
}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


def missing_packages() -> dict[str, str]:
    """Debian packages that are not there, each with what it is for."""
    missing = {}
    if not any(shutil.which(name) for name in CHROMIUM):
        missing["chromium"] = "the browser tests"
    if ctypes.util.find_library("atomic") is None:
        missing["libatomic1"] = "the driver of the browser tests"
    for program, packages in KILLED_TOO.items():
        if shutil.which(program) is None:
            missing |= dict.fromkeys(packages, "killing the other browsers while they log")
    return missing


def install_missing() -> None:
    """Install what is missing where that is allowed; otherwise say in one sentence what to install."""
    missing = missing_packages()
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
