"""The command `skygge`: what each verb does, and that a refusal is one sentence, exit code 2 and nothing written."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

import skygge
from skygge import cli
from skygge.core.export import all_exports
from skygge.db import open_database
from skygge.settings import Settings
from tests.fixtures.world import PASSWORD


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]
CONTRACT = Path(__file__).parents[1] / "fixtures" / "contract.jsonl"


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command on a fresh database, once on SQLite and once on PostgreSQL."""
    monkeypatch.setenv("SKYGGE_DATA", str(settings.data))
    monkeypatch.setenv("SKYGGE_DATABASE_URL", settings.database_url)
    monkeypatch.chdir(tmp_path)

    def run_command(*words: str) -> Outcome:
        monkeypatch.setattr("sys.argv", ["skygge", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Outcome(ended.value.code, printed.out, printed.err)

    return run_command


@pytest.fixture
def lene(run: Run, tmp_path: Path) -> str:
    """The name of an account made at the console."""
    (tmp_path / "password").write_text(PASSWORD + "\nsecond line\n")
    assert run("user", "create", "Lene", "--password-file", str(tmp_path / "password")).code == 0
    return "Lene"


def test_the_command_says_its_version_before_there_is_a_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whoever asks for help is asked for it first; nothing is read or made for that."""
    monkeypatch.setenv("SKYGGE_DATA", str(tmp_path / "nothing"))
    monkeypatch.setattr("sys.argv", ["skygge", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().out) == (0, f"Skygge {skygge.__version__}\n")
    assert not (tmp_path / "nothing").exists()


def _assert_refused(outcome: Outcome) -> None:
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1 and outcome.err.rstrip().endswith((".", ")")), outcome.err
    assert "Traceback" not in outcome.err


def test_a_study_is_made_listed_and_opened_to_a_script(run: Run, lene: str) -> None:
    """From an empty database to a script's token without a browser."""
    made = run("study", "create", "Hjemmepleje", "--lead", "lene", "--codebook", "heuristic-four")
    study_id = str(UUID(made.out.strip()))
    listed = json.loads(run("study", "list", "--json").out)
    assert [(study["study_id"], study["title"], study["last_seq"]) for study in listed] == [
        (study_id, "Hjemmepleje", 2)
    ]
    assert list(listed[0]) == [
        *("study_id", "title", "time_zone", "languages", "field_mode", "observers_see"),
        *("epoch", "last_seq", "is_demo"),
    ]
    token = run("token", "create", "--user", lene, "--study", study_id, "--write", "--days", "7")
    assert token.code == 0 and len(token.out.strip()) == 43


def test_a_codebook_may_come_from_a_file(run: Run, lene: str, tmp_path: Path) -> None:
    """A team brings its own codebook; one that is none is refused and makes no study."""
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("note: ours\ncodes:\n- {dimension: action, key: waits, label: {en: Waits}}\n")
    bad.write_text("codes: [1, 2]\n")
    assert run("study", "create", "Ours", "--lead", lene, "--codebook", str(good)).code == 0
    for codebook in (str(bad), str(tmp_path / "missing.yaml"), "heuristic-five"):
        _assert_refused(run("study", "create", "Not ours", "--lead", lene, "--codebook", codebook))
    assert [study["title"] for study in json.loads(run("study", "list", "--json").out)] == ["Ours"]


def test_the_example_study_is_there_once(run: Run, lene: str) -> None:
    """The example is labelled, belongs to the first account, and asking twice makes no second one."""
    first, second = run("demo"), run("demo")
    assert first == second and first.code == 0
    assert [study["is_demo"] for study in json.loads(run("study", "list", "--json").out)] == [True]


def test_an_analysis_and_an_export_run_from_the_console(run: Run, lene: str, tmp_path: Path) -> None:
    """The console answers what the screen answers, with the same filters, and writes files whole or not at all."""
    study_id = run("demo").out.strip()
    answer = json.loads(run("analyse", "frequencies", "--study", study_id, "--json").out)
    assert answer["name"] == "frequencies" and answer["basis"]["n_entries"] > 0
    narrowed = run(
        "analyse", "frequencies", "--study", study_id, "--json", "--structure", "directing", "--structure=unclear"
    )
    assert 0 < json.loads(narrowed.out)["basis"]["n_entries"] < answer["basis"]["n_entries"]
    assert "basis:" in run("analyse", "frequencies", "--study", study_id).out
    target = tmp_path / "study.jsonl"
    assert run("export", "jsonl", "--study", study_id, "--out", str(target), "--clock-times").code == 0
    assert json.loads(target.read_text("utf-8").splitlines()[0])["type"] == "study"
    assert not list(tmp_path.glob("*.part"))


def test_every_format_of_the_screen_is_there_at_the_console(run: Run, lene: str, tmp_path: Path) -> None:
    """By the same names, and with something of the study in it."""
    study_id = run("demo").out.strip()
    made = {}
    for name, export in all_exports().items():
        target = tmp_path / f"out{export.suffix}"
        made[name] = (run("export", name, "--study", study_id, "--out", str(target)).code, target.stat().st_size > 500)
    assert made == dict.fromkeys(all_exports(), (0, True))
    assert set(made) >= {"jsonl", "csv", "xlsx", "docx", "qdpx", "sav", "gexf", "xes", "boris", "bundle"}


def test_a_file_is_read_in_from_the_console(run: Run, lene: str, tmp_path: Path) -> None:
    """First only told of, then stored, then known; a wrong line is one sentence and stores nothing."""
    study_id = run("study", "create", "North", "--lead", lene, "--codebook", "blank").out.strip()
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text(json.dumps(json.loads(CONTRACT.read_text("utf-8").splitlines()[5]) | {"kind": "Fru Jensen"}))
    refused = run("import", "jsonl", str(wrong), "--study", study_id)
    _assert_refused(refused)
    assert "Jensen" not in refused.err
    _assert_refused(run("import", "jsonl", str(tmp_path / "missing.jsonl"), "--study", study_id))
    counts = []
    for options in (["--dry-run"], [], []):
        done = run("import", "jsonl", str(CONTRACT), "--study", study_id, *options)
        assert done.code == 0, done
        told = run("analyse", "frequencies", "--study", study_id, "--json").out
        counts.append(json.loads(told)["basis"]["n_entries"])
    assert counts == [0, 1, 1]


def test_verify_ends_with_one_where_a_table_or_the_audit_log_was_altered(
    run: Run, lene: str, settings: Settings
) -> None:
    """A sentence for each difference, none of which repeats what stands there."""
    run("demo")
    whole = run("verify")
    assert (whole.code, whole.err) == (0, "") and "audit log is whole" in whole.out
    for edit in ("UPDATE entry SET jotting = 'Fru Jensen'", "UPDATE audit SET kind = 'Fru Jensen'"):
        database = open_database(settings)
        with database.writer.begin() as connection:
            assert connection.execute(text(edit)).rowcount > 0
        database.close()
        found = run("verify")
        assert found.code == 1 and found.out.count("\n") >= 1 and "Jensen" not in found.out + found.err


def test_a_backup_is_put_back_from_the_console(run: Run, lene: str, tmp_path: Path) -> None:
    """Everything of then, nothing of since, and the log holds; a file that is no backup changes nothing."""
    study_id, kept = run("demo").out.strip(), tmp_path / "kept.zip"
    assert run("backup", str(kept)).code == 0
    assert run("study", "create", "Later", "--lead", lene, "--codebook", "blank").code == 0
    (tmp_path / "none").write_text("no backup")
    _assert_refused(run("restore", str(tmp_path / "none")))
    assert len(json.loads(run("study", "list", "--json").out)) == 2
    done = run("restore", str(kept))
    assert done.code == 0 and "1 studies begin a new epoch" in done.out
    assert [study["study_id"] for study in json.loads(run("study", "list", "--json").out)] == [study_id]
    assert run("verify").code == 0


def test_a_report_is_written_whole_or_not_at_all(run: Run, lene: str, tmp_path: Path) -> None:
    """The study's report in one page; nothing of it for a study that is not there."""
    study_id, page = run("demo").out.strip(), tmp_path / "report.html"
    assert run("report", "--study", study_id, "--out", str(page)).code == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")
    _assert_refused(run("report", "--study", str(UUID(int=1)), "--out", str(tmp_path / "none.html")))
    assert not (tmp_path / "none.html").exists()


def test_the_setup_link_is_printed_until_there_is_an_account(run: Run, tmp_path: Path) -> None:
    """A lost link is printed anew; once somebody is there, never again."""
    assert "/#/setup/" in run("setup-link").out
    (tmp_path / "password").write_text(PASSWORD)
    run("user", "create", "Lene", "--password-file", str(tmp_path / "password"))
    _assert_refused(run("setup-link"))
    assert "/#/reset/" in run("user", "reset", "LENE").out


REFUSED = (
    ("user", "create", "Bo", "--password-file", "missing"),
    ("user", "create", "Bo", "--password-file", "weak"),
    ("user", "create", "", "--password-file", "password"),
    ("user", "create", "lene", "--password-file", "password"),
    ("user", "reset", "Nobody"),
    ("study", "create", "T", "--lead", "Nobody"),
    ("study", "create", "", "--lead", "Lene"),
    ("token", "create", "--user", "Lene", "--study", "1"),
    ("token", "create", "--user", "Lene", "--study", "0198c000-0000-7000-8000-000000000000"),
    ("analyse", "frequencies", "--study", "0198c000-0000-7000-8000-000000000000"),
    ("analyse", "no-such", "--study", "0198c000-0000-7000-8000-000000000000"),
    ("export", "no-such", "--study", "0198c000-0000-7000-8000-000000000000", "--out", "x"),
    ("export", "csv", "--study", "0198c000-0000-7000-8000-000000000000", "--out", "x", "--bogus", "1"),
    ("serve", "--port", "99999"),
    ("serve", "--bogus"),
    ("no-such-command",),
)


def test_a_refusal_is_one_sentence_and_changes_nothing(run: Run, lene: str, tmp_path: Path) -> None:
    """Every refusal says why in one sentence; accounts, studies and files are as before."""
    (tmp_path / "weak").write_text("short")
    before = _files(tmp_path)
    for words in REFUSED:
        _assert_refused(run(*words))
    assert _files(tmp_path) == before
    assert json.loads(run("study", "list", "--json").out) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bogus", "1"), "The filter --bogus is unknown or wrong."),
        (("--bogus", "1", "--from=yesterday"), "The filters --bogus and --from are unknown or wrong."),
        (("--clock-time",), "The filter --clock-time is unknown or wrong."),
        (("loose",), "A filter is written as --name value."),
    ],
)
def test_a_wrong_filter_is_named_in_a_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    """As it was typed, and without its value."""
    anything = "0198c000-0000-7000-8000-000000000000"
    assert run("analyse", "frequencies", "--study", anything, *words).err == f"{said}\n"
    assert run("export", "csv", "--study", anything, "--out", "x", *words).err == f"{said}\n"


def _files(folder: Path) -> set[str]:
    """The files of a folder, but for those that SQLite keeps beside an open database."""
    return {path.name for path in folder.iterdir() if not path.name.startswith("skygge.db-")}


def test_a_newer_database_is_refused_by_every_command(run: Run, settings: Settings) -> None:
    """An old program over new data stops before it reads or writes anything."""
    database = open_database(settings)
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    before = {file.name: file.read_bytes() for file in settings.data.iterdir() if file.is_file()}
    for words in (("migrate",), ("serve",), ("study", "list"), ("setup-link",), ("demo",), ("verify",)):
        _assert_refused(run(*words))
    assert {file.name: file.read_bytes() for file in settings.data.iterdir() if file.is_file()} == before


def test_help_names_every_command_of_the_contract(run: Run) -> None:
    """The names that scripts rely on are there."""
    out = run("--help").out
    verbs = """serve migrate setup-link user study token import export analyse report backup restore verify doctor demo
      move"""
    for verb in verbs.split():
        assert f"\n  {verb} " in out, verb
