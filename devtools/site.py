"""`./dev docs`: the papers of the repository as a site, with a search; a link that leads nowhere stops it."""

import os
import shutil
from pathlib import Path

from devtools import python_env
from devtools.machine import ROOT, WORKSHOP, run, say, venv_program

SITE = ROOT / "dist" / "site"
SETTINGS = Path(__file__).with_name("mkdocs.yml")
# In the folder as they lie in the repository, so that every link between them stays as it is.
PAPERS = "README.md ARCHITECTURE.md CHANGELOG.md CITATION.cff CONTRIBUTING.md LICENSE SECURITY.md".split()

# Those of docs/pictures lie beside the papers; these are also what a browser shows before it installs the app.
PICTURES = "frontend/public/screenshots"


def build() -> int:
    """Make the site; 0, or 1 when something in it leads nowhere. Raises Trouble when its tools cannot be installed."""
    tools = python_env.sync_docs()
    papers = WORKSHOP / "site"
    shutil.rmtree(papers, ignore_errors=True)
    shutil.copytree(ROOT / "docs", papers / "pages" / "docs")
    shutil.copytree(ROOT / PICTURES, papers / "pages" / PICTURES)
    for name in PAPERS:
        shutil.copy(ROOT / name, papers / "pages" / name)
    shutil.copy(SETTINGS, papers / SETTINGS.name)
    # It advertises its successor otherwise; see docs/decisions/mkdocs.md.
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    # Not --quiet: it would swallow the warnings before --strict counts them.
    command: list[str | Path] = [venv_program(tools, "mkdocs"), "build", "--strict", "--site-dir", SITE]
    made = run(command, cwd=papers, env=env)
    if made == 0:
        say(f"The site is in {SITE.relative_to(ROOT)}/; open its index.html.")
    return min(made, 1)
