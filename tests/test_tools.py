"""The tools behind ./dev: that they see what they are there to see."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import skygge
from devtools import audit, bill, image, locks, packaging, python_env, system, test_run, web_build
from devtools.machine import ROOT, Trouble
from devtools.parts import PARTS, TESTS, Part
from devtools.results import count_tests, read_allowed
from devtools.safeguards import SAFEGUARDS

HASHED = (
    "# ./dev lock\nidna==3.20 \\\n    --hash=sha256:ab\nh11==0.16.0 ; python_version > '3' \\\n    --hash=sha256:cd\n"
)
JUNIT = """<testsuites><testsuite>
<testcase classname="tests.api" name="a"/>
<testcase classname="tests.api" name="b"><failure message="no"/></testcase>
<testcase classname="tests.api" name="c"><error message="no"/></testcase>
<testcase classname="tests.api" name="d"><skipped/></testcase>
<testcase classname="tests.api" name="e"><skipped/></testcase>
</testsuite></testsuites>"""


def test_a_lock_without_hosts_and_with_hashes_is_left_in_peace() -> None:
    assert locks.host_complaints(HASHED) == []
    assert locks.unhashed(HASHED, ".txt") == []


def test_a_bill_of_materials_is_held_against_the_lock() -> None:
    """Missing, another version, without a licence, without the project's own version: each is told by name."""
    idna = {"name": "IDNA", "version": "3.20", "licenses": [{"license": {"id": "BSD-3-Clause"}}]}
    whole = {"metadata": {"component": {"version": "0.1.0"}}, "components": [idna]}
    assert bill.server_complaints(whole, HASHED) == [], "h11 may be for another system"
    bare = {"metadata": {"component": {}}, "components": [{"name": "h11", "version": "0.15.0"}]}
    told = ["idna is missing", "h11 is not as locked", "h11 has no licence", "skygge has no version"]
    assert bill.server_complaints(bare, HASHED) == told
    packages = {
        "": {"version": "1"},
        "node_modules/@a/b": {"version": "2"},
        "node_modules/c/node_modules/@a/b": {"version": "3"},
    }
    both = [{"name": "@a/b", "version": version} for version in "23"]
    assert bill.web_complaints({"components": both}, packages) == []
    assert bill.web_complaints({"components": both[:1]}, packages) == ["@a/b 3 is missing"]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "--find-links wheels",
        "idna @ https://files.example/idna.whl",
        '{"packages": {"a": {"resolved": "https://registry.example/a.tgz"}}}',
    ],
)
def test_a_host_in_a_lock_is_seen(line: str) -> None:
    assert locks.host_complaints(line)


def test_the_address_of_an_author_in_a_lock_is_no_index() -> None:
    assert locks.host_complaints('{"packages": {"a": {"funding": {"url": "https://thanks.example"}}}}') == []


def test_a_requirement_without_hash_is_seen() -> None:
    assert locks.unhashed(HASHED + "ruff==0.17.6\n", ".txt") == ["ruff==0.17.6"]


def test_a_package_of_the_web_app_without_hash_is_seen() -> None:
    packages = {"": {}, "node_modules/idb": {"integrity": "sha512-ab"}, "node_modules/d3": {"version": "1"}}
    assert locks.unhashed(json.dumps({"packages": packages}), ".json") == ["node_modules/d3"]


def test_single_tests_are_counted_and_an_unlisted_skip_is_named(tmp_path: Path) -> None:
    junit = tmp_path / "api.xml"
    junit.write_text(JUNIT)
    count = count_tests(junit, {"tests.api::d"})
    assert (count.passed, count.failed, count.skipped) == (1, 2, 2)
    assert count.surprises == ["tests.api::e"]


def test_where_no_image_can_be_built_all_its_tests_are_reported_as_skipped() -> None:
    """One that nobody listed would fail the run there."""
    names = re.findall(
        r"^def (test_\w+)", (ROOT / "tests" / "image" / "test_image.py").read_text("utf-8"), re.MULTILINE
    )
    listed = read_allowed((ROOT / "tests" / "allowed_skips.txt").read_text("utf-8"))
    assert len(names) > 3
    assert [name for name in names if f"tests.image.test_image::{name}" not in listed] == []


def test_a_listed_skip_needs_its_reason() -> None:
    assert read_allowed("# head\n\ntests.api::d  # no PostgreSQL here\n") == {"tests.api::d": "no PostgreSQL here"}
    with pytest.raises(ValueError, match="reason"):
        read_allowed("tests.api::d\n")


@pytest.mark.parametrize(
    ("code", "junit", "failed"),
    [
        (0, None, 0),
        (2, None, 1),
        (0, '<t><testcase classname="a" name="b"/></t>', 0),
        (1, '<t><testcase classname="a" name="b"/></t>', 1),
        (0, '<t><testcase classname="a" name="b"><skipped/></testcase></t>', 1),
    ],
)
def test_a_part_fails_by_its_exit_code_or_by_an_unlisted_skip(
    code: int, junit: str | None, failed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devtools.parts.RESULTS", tmp_path)
    if junit is not None:
        (tmp_path / "sample.xml").write_text(junit)
    _, count = test_run._run_part(Part("sample", "a part", lambda deep: code), False, {})
    assert count.failed == failed


def test_a_part_that_falls_over_does_not_stop_the_others() -> None:
    def fall(deep: bool) -> int:
        raise Trouble("there is no Node")

    _, count = test_run._run_part(Part("fallen", "a part", fall), False, {})
    assert count.failed == 1


def test_an_unknown_part_is_refused_with_the_names_of_the_parts() -> None:
    with pytest.raises(Trouble, match="The parts are: locks, "):
        test_run.run_tests(["everything"])


def test_missing_system_packages_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    system.install_missing({"e2e", "exports"})
    said = capsys.readouterr().out
    assert "Please install chromium" in said and "pspp" in said
    system.install_missing({"unit"})
    assert capsys.readouterr().out == ""


def test_a_web_app_is_built_anew_only_for_other_sources(tmp_path: Path) -> None:
    (tmp_path / "src" / "i18n" / "paraglide").mkdir(parents=True)
    (tmp_path / "src" / "main.ts").write_text("a")
    before = web_build.fingerprint(tmp_path)
    (tmp_path / "src" / "i18n" / "paraglide" / "messages.js").write_text("generated")
    assert web_build.fingerprint(tmp_path) == before
    (tmp_path / "src" / "main.ts").write_text("b")
    assert web_build.fingerprint(tmp_path) != before


def test_a_wheel_without_its_web_app_is_seen() -> None:
    names = ["skygge/cli.py", "skygge/migrations/env.py", "skygge/codebooks/blank.yaml"]
    assert packaging.missing_files(names) == ["skygge/web/index.html"]


def test_every_test_belongs_to_a_part_and_every_part_has_tests() -> None:
    places = [place for paths in TESTS.values() for place in paths]
    files = [str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("test_*.py")]
    assert [file for file in files if not file.startswith(tuple(places))] == []
    assert [place for place in places if not any(file.startswith(place) for file in files)] == []
    assert set(TESTS) <= {part.name for part in PARTS}


def test_every_part_is_named_in_the_documentation() -> None:
    commands = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert [part.name for part in PARTS if f"`{part.name}`" not in commands] == []


def test_every_safeguard_of_sync_has_its_place_in_the_program() -> None:
    """`./dev safeguards` takes hours; that it would still find what it switches off is seen at once."""
    assert [one.name for one in SAFEGUARDS if not one.has_place()] == []


def test_versions_are_taken_out_of_a_lock_for_pip() -> None:
    """Without a hash, with their conditions."""
    assert packaging.without_hashes(HASHED) == "# ./dev lock\nidna==3.20\nh11==0.16.0 ; python_version > '3'\n"


@pytest.mark.parametrize(
    ("version", "unwell", "code"), [(skygge.__version__, "", 0), ("0.0.9", "", 1), (skygge.__version__, "doctor", 3)]
)
def test_an_installed_command_says_its_version_and_finds_itself_well(
    version: str, unwell: str, code: int, tmp_path: Path
) -> None:
    """What the wheel and pipx are asked for, of commands that answer so."""
    command = tmp_path / "skygge"
    command.write_text(f'#!/bin/sh\ncase $1 in --version) echo "Skygge {version}";; "{unwell}") exit 3;; esac\n')
    command.chmod(0o755)
    assert packaging.try_commands(command, tmp_path, {}) == code


def audited(**package: object) -> str:
    return json.dumps({"dependencies": [{"name": "idna", "version": "3.20", "vulns": []}, {"name": "h11", **package}]})


def test_a_package_that_was_not_looked_up_is_never_told_as_clean() -> None:
    report = audit.read_pip_audit("lock", audited(skip_reason="not found"), "")
    assert (report.n_looked_up, report.not_run) == (1, ["h11: not found"])
    assert report.verdict == "NOT RUN for 1 packages"
    assert audit.exit_code([report]) == 2


@pytest.mark.parametrize("read", [audit.read_pip_audit, audit.read_npm_audit])
@pytest.mark.parametrize("output", ["", "{}", "null", '{"dependencies": null}'])
def test_a_database_that_was_not_reached_is_told_as_not_run(
    read: Callable[[str, str, str], audit.Report], output: str
) -> None:
    report = read("lock", output, "first\nno network\n\n")
    assert (report.verdict, report.not_run) == ("NOT RUN", ["no network"])
    assert audit.exit_code([audit.Report("other", 3), report]) == 2


def test_the_reason_of_npm_is_told() -> None:
    report = audit.read_npm_audit("lock", '{"message": "405 Method Not Allowed"}', "npm error A log is there")
    assert report.not_run == ["405 Method Not Allowed"]


def test_a_flaw_is_named_and_counts_more_than_what_was_not_run() -> None:
    flaw = audit.read_pip_audit("lock", audited(version="0.16", vulns=[{"id": "PYSEC-1"}]), "")
    assert flaw.flaws == ["h11 0.16: PYSEC-1"]
    asked = {
        "vulnerabilities": {"idb": {"range": "<8", "severity": "high"}},
        "metadata": {"dependencies": {"total": 9}},
    }
    web = audit.read_npm_audit("lock", json.dumps(asked), "")
    assert (web.flaws, web.n_looked_up) == (["idb <8: high"], 9)
    assert [audit.exit_code([audit.Report("a", not_run=["no network"]), one]) for one in (flaw, web)] == [1, 1]


def test_only_what_was_looked_up_whole_is_clean() -> None:
    report = audit.read_pip_audit("lock", audited(version="0.16", vulns=[]), "")
    assert (report.verdict, audit.exit_code([report])) == ("no known flaw in 2 packages", 0)


def test_what_one_kind_of_processor_would_have_to_compile_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every lock of the image is asked for on both kinds; one missing wheel is enough."""
    asked: list[tuple[str, str]] = []

    def refuse(words: list[object]) -> int:
        told = [str(word) for word in words]
        assert {"--require-hashes", "--only-binary", ":all:"} <= set(told)
        lock, platform = Path(told[-1]).name, told[told.index("--python-platform") + 1]
        asked.append((lock, platform))
        return int((lock, platform) == ("runtime.txt", "aarch64-manylinux_2_36"))

    monkeypatch.setattr(image, "run", refuse)
    monkeypatch.setattr(python_env, "uv", lambda: "uv")
    assert image.check_wheels([Path("build.txt")]) == 0
    assert image.check_wheels([Path("build.txt"), Path("runtime.txt")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "runtime.txt cannot be installed on aarch64-manylinux_2_36 without a compiler."
    ]
    assert asked[2:] == [(lock, on) for lock in ("build.txt", "runtime.txt") for on in image.PLATFORMS]
