"""What can be known of the image without building it: its file is well written, and nothing in it must be compiled."""

import tempfile
from collections.abc import Iterable
from itertools import product
from pathlib import Path

from devtools import python_env
from devtools.machine import ROOT, run, say
from devtools.python_env import program

# Debian 12, as in the Dockerfile, has glibc 2.36.
PLATFORMS = ("x86_64-manylinux_2_36", "aarch64-manylinux_2_36")
DRY_RUN = (
    "pip install --quiet --no-config --dry-run --require-hashes --only-binary :all:"
    " --python-version 3.12 --python-platform"
)
INSTALLED = ("build.txt", "runtime.txt")


def check() -> int:
    """Lint the Dockerfile and look for the wheels of everything it installs; 0 when both are in order."""
    return max(
        run([program("hadolint"), ROOT / "Dockerfile"]), check_wheels(python_env.LOCKS / one for one in INSTALLED)
    )


def check_wheels(locks: Iterable[Path]) -> int:
    """0 when the index has a locked wheel of every requirement for both kinds of processor: no compiler is there."""
    code = 0
    with tempfile.TemporaryDirectory() as nowhere:
        for lock, platform in product(locks, PLATFORMS):
            if run([python_env.uv(), *DRY_RUN.split(), platform, "--target", nowhere, "-r", lock]) != 0:
                say(f"{lock.name} cannot be installed on {platform} without a compiler.")
                code = 1
    return code
