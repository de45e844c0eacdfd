"""The house rules, each held against the whole repository and each shown to go red on a bad sample."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import python_rules, text_rules, web_rules

ROOT = Path(__file__).resolve().parent.parent
Rule = Callable[[str, str], list[str]]


def committed() -> dict[str, str]:
    """Every text file of the repository by its path: tracked, or new and not ignored."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\0")
    texts = {}
    for name in filter(None, names):
        file = ROOT / name
        if file.is_file() and b"\0" not in (content := file.read_bytes()):
            texts[name] = content.decode("utf-8")
    return texts


TEXTS = committed()


def python_files(*folders: str) -> dict[str, str]:
    """The Python files, all or those below some folders."""
    return {path: text for path, text in TEXTS.items() if path.endswith(".py") and path.startswith(folders or "")}


def web_files() -> dict[str, str]:
    """The hand-written files of the frontend."""
    generated = "frontend/src/api/schema"
    return {
        path: text
        for path, text in TEXTS.items()
        if path.startswith("frontend/src/") and path.endswith((".ts", ".svelte")) and not path.startswith(generated)
    }


def complaints(rule: Rule, texts: dict[str, str]) -> list[str]:
    """What one rule has to say about these files."""
    return [complaint for path, text in texts.items() for complaint in rule(path, text)]


EVERYWHERE: list[tuple[Rule, str]] = [
    (python_rules.check_file_length, "x = 1\n" * 401),
    (python_rules.check_function_length, "def f() -> None:\n" + "    x = 1\n" * 50),
    (python_rules.check_naive_times, "from datetime import datetime\nx = datetime.now()\n"),
    (python_rules.check_naive_times, "from datetime import datetime\nx = datetime.fromtimestamp(3)\n"),
    (python_rules.check_ignores, "x = 1  # no" + "qa: E501\n"),
    (python_rules.check_ignores, "x = 1  # type" + ": ignore[misc]\n"),
]
BACKEND: list[tuple[Rule, str]] = [
    (python_rules.check_http_exceptions, "raise HTTPException(404)\n"),
    (python_rules.check_writers, "session.execute(update(EntryRow).values(jotting='x'))\n"),
    (python_rules.check_writers, "session.add(ChangeRow(seq=1))\n"),
    (python_rules.check_writers, "from skygge.fieldlog.refold import refold\n"),
    (python_rules.check_class_names, "class EntryRepository:\n    pass\n"),
]
CORE: list[tuple[Rule, str]] = [
    (python_rules.check_purity, "import sqlmodel\n"),
    (python_rules.check_purity, "from fastapi.responses import Response\n"),
    (python_rules.check_purity, "import time\n"),
    (python_rules.check_purity, "from datetime import UTC, datetime\nx = datetime.now(UTC)\n"),
]
WEB: list[tuple[Rule, str, str]] = [
    (web_rules.check_component_length, "frontend/src/ui/Big.svelte", "<p>a</p>\n" * 301),
    (web_rules.check_function_length, "frontend/src/store/a.ts", "function f() {\n" + "  x();\n" * 50 + "}\n"),
    (
        web_rules.check_function_length,
        "frontend/src/store/a.ts",
        "class A {\n  f(x: T): void {\n" + "    x();\n" * 50 + "  }\n}\n",
    ),
    (web_rules.check_fetches, "frontend/src/review/Table.svelte", "await fetch('/api/v1/me');"),
    (web_rules.check_storage, "frontend/src/capture/log.ts", "import { openDB } from 'idb';"),
    (web_rules.check_storage, "frontend/src/store/draft.ts", "localStorage.setItem('a', 'b');"),
    (
        web_rules.check_plain_writing,
        "frontend/src/capture/Words.svelte",
        "<textarea rows='4' bind:value={text}></textarea>",
    ),
    (web_rules.check_senses, "frontend/src/capture/log.ts", "navigator.geolocation.getCurrentPosition(keep);"),
    (web_rules.check_senses, "frontend/src/capture/More.svelte", "await navigator.contacts.select(['name']);"),
    (web_rules.check_markup, "frontend/src/encounter/Entry.svelte", "{@html jotting}"),
    (web_rules.check_words, "frontend/src/encounter/Entry.svelte", "{#if a}<p>{a} Add words</p>{/if}"),
    (
        web_rules.check_words,
        "frontend/src/encounter/Entry.svelte",
        '<input aria-label="Words" title={m.words({ a: { b } })}>',
    ),
    (web_rules.check_directions, "frontend/src/capture/Capture.svelte", "import { a } from '../sync/engine';"),
    (web_rules.check_directions, "frontend/src/capture/Capture.svelte", "import { a } from '../review/table';"),
    (web_rules.check_directions, "frontend/src/ui/Button.svelte", "import { a } from '../store/notebook';"),
    (web_rules.check_directions, "frontend/src/sync/engine.ts", "import { a } from '../ui/Sheet.svelte';"),
    (web_rules.check_forgotten, "frontend/src/team/A.svelte", "<input {...control} bind:value={name} maxlength={9} />"),
    (web_rules.check_dates, "frontend/src/team/a.ts", "new Intl.DateTimeFormat(app.locale, {}).format(at);"),
    (web_rules.check_dates, "frontend/src/team/a.ts", "at.toLocaleDateString();"),
    (web_rules.check_web_ignores, "frontend/src/ui/a.ts", "// @ts-expect-error\n"),
]
COMMITTED: list[tuple[Rule, str]] = [
    (text_rules.check_hosts, "index = https://" + "pypi" + ".org/simple"),
    (text_rules.check_machine_paths, "see /" + "home/ann/skygge/data"),
]


def named(cases: list[tuple[Rule, str]]) -> list[Rule]:
    """Each rule of a table once."""
    return list(dict.fromkeys(rule for rule, *_ in cases))


@pytest.mark.parametrize("rule", named(EVERYWHERE))
def test_every_python_file_keeps_the_rule(rule: Rule) -> None:
    # A revision is a record of tables as they were, written once and never read as code.
    texts = {path: text for path, text in python_files().items() if not path.startswith("migrations/versions/")}
    assert complaints(rule, texts) == []


@pytest.mark.parametrize("rule", named(BACKEND))
def test_the_backend_keeps_the_rule(rule: Rule) -> None:
    assert complaints(rule, python_files("backend/skygge/")) == []


@pytest.mark.parametrize("rule", named(CORE))
def test_the_core_keeps_the_rule(rule: Rule) -> None:
    assert complaints(rule, python_files("backend/skygge/core/")) == []


@pytest.mark.parametrize("rule", list(dict.fromkeys(rule for rule, *_ in WEB)))
def test_the_frontend_keeps_the_rule(rule: Rule) -> None:
    assert complaints(rule, web_files()) == []


@pytest.mark.parametrize("rule", named(COMMITTED))
def test_every_committed_text_keeps_the_rule(rule: Rule) -> None:
    assert complaints(rule, TEXTS) == []


def test_no_frontend_file_is_too_long() -> None:
    assert complaints(python_rules.check_file_length, web_files()) == []


def test_one_line_of_the_backend_commits() -> None:
    commits = complaints(python_rules.find_commits, python_files("backend/skygge/"))
    assert python_rules.check_one_commit(commits) == []


def test_names_say_something() -> None:
    assert text_rules.check_names(TEXTS) == []


def test_no_folder_is_empty() -> None:
    assert text_rules.check_empty_packages(TEXTS) == []
    ignored = {"node_modules", "__pycache__", "dist", "paraglide", "cache"}
    for top in ("backend", "migrations", "tests", "devtools", "docs", "frontend/src"):
        for folder in (path for path in (ROOT / top).rglob("*") if path.is_dir()):
            if not ignored & set(folder.parts):
                assert any(folder.iterdir()), folder


def test_both_languages_have_every_message_in_their_own_words() -> None:
    messages = ROOT / "frontend" / "messages"
    same = text_rules.read_listed((ROOT / "tests" / "same_in_danish.txt").read_text("utf-8"))
    english, danish = ((messages / f"{language}.json").read_text("utf-8") for language in ("en", "da"))
    assert web_rules.check_messages(english, danish, same) == []


def test_phone_and_server_know_the_same_kinds_of_change() -> None:
    from skygge.core.changes import KINDS

    twin = TEXTS["frontend/src/store/changes.ts"].split("export const KINDS")[1].split("satisfies")[0]
    told = dict(re.findall(r"'([a-z]+\.[a-z]+)': \{ subject: '([a-z]+)'", twin))
    assert told == {kind: spec.subject or "any" for kind, spec in KINDS.items()}
    creating = set(re.findall(r"'([a-z]+\.[a-z]+)': \{[^\n]*creates: true", twin))
    assert creating == {kind for kind, spec in KINDS.items() if spec.creates}


def test_the_version_stands_in_one_place() -> None:
    from skygge import __version__

    assert tomllib.loads(TEXTS["pyproject.toml"])["project"]["dynamic"] == ["version"]
    assert f'"version": "{__version__}"' in TEXTS["frontend/package.json"]


# From here on: every rule goes red on a bad sample.


@pytest.mark.parametrize(("rule", "sample"), [*EVERYWHERE, *BACKEND, *CORE, *COMMITTED])
def test_a_rule_goes_red_on_a_bad_sample(rule: Rule, sample: str) -> None:
    assert rule("backend/skygge/sample.py", sample)


@pytest.mark.parametrize(("rule", "path", "sample"), WEB)
def test_a_web_rule_goes_red_on_a_bad_sample(rule: Rule, path: str, sample: str) -> None:
    assert rule(path, sample)


@pytest.mark.parametrize(
    "commits", [[], ["backend/skygge/sync/routes.py:4: commits"], ["backend/skygge/db.py:4: commits"] * 2]
)
def test_a_missing_stray_or_second_commit_is_seen(commits: list[str]) -> None:
    assert python_rules.check_one_commit(commits)


def test_a_call_of_commit_is_found() -> None:
    assert python_rules.find_commits("a.py", "def f(session):\n    session.commit()\n") == ["a.py:2: commits"]


@pytest.mark.parametrize(
    "path", ["backend/skygge/utils/a.py", "backend/skygge/core/helpers.py", "frontend/src/common/a.ts"]
)
def test_a_name_that_says_nothing_is_seen(path: str) -> None:
    assert text_rules.check_names([path])


def test_a_package_that_only_promises_is_seen() -> None:
    assert text_rules.check_empty_packages({"backend/skygge/privacy/__init__.py": '"""Later."""\n'})


@pytest.mark.parametrize(
    ("english", "danish"),
    [('{"a": "Save"}', "{}"), ('{"a": "Save"}', '{"a": "Save"}'), ('{"a": "{n} left"}', '{"a": "{m} tilbage"}')],
)
def test_a_message_that_is_missing_untranslated_or_has_other_blanks_is_seen(english: str, danish: str) -> None:
    assert web_rules.check_messages(english, danish, {})


def test_a_listed_message_that_has_become_different_is_seen() -> None:
    assert web_rules.check_messages('{"a": "Save"}', '{"a": "Gem"}', {"a": "was the same once"})


@pytest.mark.parametrize(
    ("code", "sample"),
    [
        ("DTZ005", "from datetime import datetime\n\nx = datetime.now()\n"),
        ("PLR0913", "def f(a: int, b: int, c: int, d: int, e: int, f: int, g: int) -> None: ...\n"),
        ("C901", "def f(a: int) -> None:\n" + "    if a:\n        print(a)\n" * 10),
    ],
)
def test_ruff_keeps_its_share_of_the_budgets(code: str, sample: str) -> None:
    lint = [sys.executable, "-m", "ruff", "check", "--stdin-filename", str(ROOT / "backend/skygge/sample.py"), "-"]
    found = subprocess.run(lint, input=sample, capture_output=True, text=True, check=False, cwd=ROOT)
    assert code in found.stdout
