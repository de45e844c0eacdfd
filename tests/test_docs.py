"""The documentation is held to the code: a command, a setting or a decision without its paragraph goes red."""

import itertools
import json
import re
import sys
import textwrap
import tomllib
import types
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
import typer.main
import yaml
from pydantic import BaseModel
from sqlmodel import SQLModel

import skygge
import skygge.app
from devtools.__main__ import parser
from devtools.reference import settings_page
from skygge.commands import verbs
from skygge.core import changes
from skygge.core.analysis import all_analyses, answer
from skygge.core.export import ExportOptions, Losses, all_exports
from skygge.core.model import SubjectType
from skygge.core.report import ReportParams
from skygge.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions"


def missing(names: Iterator[str] | list[str], text: str) -> list[str]:
    """The names that a text does not mention as code."""
    return [name for name in names if f"`{name}" not in text]


def skygge_commands(command: Any, path: str) -> Iterator[str]:
    """Every command with its groups, as it is typed."""
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from skygge_commands(inner, f"{path} {name}")
    elif not command.hidden:
        yield path


def test_a_name_without_its_paragraph_is_seen() -> None:
    assert missing(["./dev run", "./dev fly"], "`./dev run` serves") == ["./dev fly"]


def test_every_dev_command_has_its_paragraph() -> None:
    commands = next(action.choices for action in parser()._actions if action.dest == "command")
    assert missing([f"./dev {name}" for name in commands or ()], COMMANDS) == []


def test_every_skygge_command_has_its_paragraph() -> None:
    assert missing(skygge_commands(typer.main.get_command(verbs.app), "skygge"), COMMANDS) == []


COMMAND_LINES = sorted(
    {
        (str(page.relative_to(ROOT)), " ".join(line.split()))
        for page in PAGES
        for line in re.findall(r"`(skygge [a-z][^`]*)`", page.read_text("utf-8"))
    }
)


def wrong_words(line: str) -> list[str]:
    """What a documented command line says that its command does not take."""
    command: Any = typer.main.get_command(verbs.app)
    words = line.split()[1:]
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands"):
        return words[:1] or ["it is not whole"]
    options = [word for word in re.findall(r"--[a-z-]+", " ".join(words)) if word not in taken_by(command)]
    # In capitals, or an example of it, before the first option.
    given = list(itertools.takewhile(lambda word: not word.strip("[").startswith("--") and word != "[filters]", words))
    return options + given[sum(param.param_type_name == "argument" for param in command.params) :]


def taken_by(command: Any) -> list[str]:
    """Its own options; and of what takes filters all that any analysis, format or report declares."""
    names = [name for param in command.params for name in param.opts]
    if command.context_settings.get("ignore_unknown_options"):
        asked: list[type[BaseModel]] = [ReportParams]
        asked += [one.params for one in all_analyses().values()]
        asked += [one.options for one in all_exports().values()]
        fields = [(name, field) for model in asked for name, field in model.model_fields.items()]
        names += [f"--{(field.alias or name).replace('_', '-')}" for name, field in fields]
    return names


def test_a_word_that_a_command_does_not_take_is_seen() -> None:
    assert wrong_words("skygge serve --port P") == wrong_words("skygge export FORMAT --study ID [filters]") == []
    assert wrong_words("skygge serve [--prot P] [--port P]") == ["--prot"]
    assert wrong_words("skygge backup FILE FOLDER") == ["FOLDER"]
    assert wrong_words("skygge fly") == ["fly"]


@pytest.mark.parametrize(("page", "line"), COMMAND_LINES, ids=[f"{page}: {line}" for page, line in COMMAND_LINES])
def test_every_command_line_is_one_that_its_command_takes(page: str, line: str) -> None:
    assert wrong_words(line) == []


def test_every_option_of_a_command_has_its_words() -> None:
    """What an analysis or a format takes stands in the pages about these."""
    missed = []
    for path in skygge_commands(typer.main.get_command(verbs.app), "skygge"):
        command: Any = typer.main.get_command(verbs.app)
        for word in path.split()[1:]:
            command = command.commands[word]
        names = [name for param in command.params for name in param.opts if name.startswith("--")]
        missed += [f"{path} {name}" for name in names if name not in COMMANDS]
    assert missed == []


def test_no_paragraph_is_about_a_command_that_is_not_there() -> None:
    known = set(skygge_commands(typer.main.get_command(verbs.app), "skygge"))
    named = re.findall(r"^- `(skygge(?: [a-z][a-z-]*)+)", COMMANDS, re.MULTILINE)
    assert [name for name in named if name not in known] == []


def test_every_setting_has_its_paragraph() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    assert missing([f"SKYGGE_{name.upper()}" for name in Settings.model_fields], page) == []
    assert page == settings_page()


def test_the_citation_names_this_version_and_licence() -> None:
    """Researchers cite what they used; the version stands in one place, and here once more for them."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == skygge.__version__
    assert citation["license"] == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["license"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)


def test_behind_the_proxy_nobody_else_reaches_the_server_that_believes_it() -> None:
    """The server takes Caddy's word for who asks, so it may publish no port of its own."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert services["skygge"]["environment"]["FORWARDED_ALLOW_IPS"] == "*"
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert {mount.partition(":")[0] for service in services.values() for mount in service["volumes"]} >= {"skygge-data"}


def test_the_server_in_its_container_can_write_into_its_volume_only() -> None:
    """Somebody who broke in finds nothing to change but the data, and no way up."""
    server = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["skygge"]
    assert server["read_only"] is True and server["tmpfs"] == ["/tmp"]
    assert server["cap_drop"] == ["ALL"] and server["security_opt"] == ["no-new-privileges:true"]
    image = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.search(r"^USER 10001$", image, re.MULTILINE) and "USER root" not in image
    assert "--uid 10001 --create-home --home-dir /data skygge && chmod 700 /data\n" in image


def test_the_parts_of_compose_name_each_other_rightly() -> None:
    """As far as that is seen without an engine: services, volumes, variables, and the port behind the proxy."""
    text = (ROOT / "compose.yaml").read_text("utf-8")
    compose = yaml.safe_load(text)
    services = compose["services"]
    assert {needed for one in services.values() for needed in one.get("depends_on", [])} <= set(services)
    mounts = {mount.partition(":")[0] for one in services.values() for mount in one["volumes"]}
    assert {name for name in mounts if not name.startswith(".")} == set(compose["volumes"])
    assert [name for name in mounts if name.startswith(".") and not (ROOT / name).is_file()] == []
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert asked == set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    waited_for = [name for name, how in services["skygge"]["depends_on"].items() if "healthy" in how["condition"]]
    assert waited_for == ["postgres"] and "healthcheck" in services["postgres"]
    address = services["skygge"]["environment"]["SKYGGE_DATABASE_URL"]
    database = services["postgres"]["environment"]
    assert address.startswith(f"postgresql://{database['POSTGRES_USER']}:") and address.endswith(
        f"@postgres/{database['POSTGRES_DB']}"
    )
    caddy, image = ((ROOT / name).read_text("utf-8") for name in ("Caddyfile", "Dockerfile"))
    assert "{$SKYGGE_DOMAIN}" in caddy and "SKYGGE_DOMAIN" in services["caddy"]["environment"]
    assert f"reverse_proxy skygge:{Settings.model_fields['port'].default}\n" in caddy
    assert f"EXPOSE {Settings.model_fields['port'].default}\n" in image and "SKYGGE_HOST=0.0.0.0" in image


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", "README.md"])
def test_no_file_sets_a_setting_that_is_not_there(file: str) -> None:
    known = {f"SKYGGE_{name.upper()}" for name in Settings.model_fields} | {"SKYGGE_DOMAIN"}
    assert set(re.findall(r"SKYGGE_[A-Z_]+", (ROOT / file).read_text("utf-8"))) - known == set()


def test_every_package_that_the_server_imports_is_a_dependency() -> None:
    declared = (ROOT / "pyproject.toml").read_text("utf-8").split("[project.scripts]")[0].replace("-", "_")
    owners = {"starlette": "fastapi", "pydantic_core": "pydantic", "yaml": "pyyaml"}
    files = (ROOT / "backend").rglob("*.py")
    lines = "\n".join(file.read_text("utf-8") for file in files)
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", lines, re.MULTILINE))
    foreign = imported - set(sys.stdlib_module_names) - {"skygge"}
    assert [name for name in sorted(foreign) if f'"{owners.get(name, name)}' not in declared] == []


def test_every_bench_has_its_words() -> None:
    benches = re.search(r"^- `\./dev bench .*?(?=^- )", COMMANDS, re.MULTILINE | re.DOTALL)
    assert benches is not None
    assert missing([script.stem for script in (ROOT / "bench").glob("*.py")], benches[0]) == []


def test_every_table_stands_where_it_is_laid() -> None:
    """A table that nobody thought about would be found by whoever lays studies on several machines."""
    rows = dict(
        re.findall(r"^\| (Distributed|Small)[^|]*\| ([^|]+) \|$", (DOCS / "scaling.md").read_text("utf-8"), re.M)
    )
    laid = {place: names.split(", ") for place, names in rows.items()}
    tables = SQLModel.metadata.tables
    # These are looked for by a hash, before their study is known.
    of_studies = {name for name, table in tables.items() if "study_id" in table.columns} - {"token", "invitation"}
    assert sorted(laid["Distributed"]) == sorted(of_studies)
    assert sorted(laid["Small"]) == sorted(set(tables) - of_studies)


def test_the_first_ten_minutes_name_what_the_screens_say() -> None:
    """Whoever follows them looks for the very words."""
    messages = json.loads((ROOT / "frontend" / "messages" / "en.json").read_text("utf-8")).values()
    said = {one for one in messages if isinstance(one, str)} | {
        analysis.question["en"] for analysis in all_analyses().values()
    }
    named = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", (DOCS / "start.md").read_text("utf-8"))
    assert len(named) > 10
    assert [name for name in named if name not in said | {"Home care North", "7 of 31 (3 visits)"}] == []


def test_the_request_to_an_it_department_asks_for_the_same_in_both_languages() -> None:
    """Part by part: headings, rows, points, what is to be filled in, and every word that is typed."""
    english, danish = ((DOCS / name).read_text("utf-8") for name in ("request-to-your-it.md", "anmodning-til-it.md"))
    for part in ("^#+ ", r"^\|", "^- ", "‹"):
        found = re.findall(part, english, re.MULTILINE)
        assert len(found) > 3 and found == re.findall(part, danish, re.MULTILINE), part
    said = [
        sorted(re.findall(r"`[^`]+`", re.sub("‹[^›]+›", "", text).replace("backup FIL`", "backup FILE`")))
        for text in (english, danish)
    ]
    assert said[0] == said[1] and len(said[0]) > 8
    assert len(english.split()) < 900, "two pages"


def test_every_analysis_has_its_section() -> None:
    assert missing(list(all_analyses()), (ROOT / "docs" / "analyses.md").read_text("utf-8")) == []


def test_every_export_has_its_section() -> None:
    assert missing(list(all_exports()), (ROOT / "docs" / "exports.md").read_text("utf-8")) == []


def test_every_decision_is_in_the_index_and_short() -> None:
    index = (DECISIONS / "README.md").read_text("utf-8")
    pages = [page for page in DECISIONS.glob("*.md") if page.name != "README.md"]
    assert [page.name for page in pages if f"({page.name})" not in index] == []
    assert [page.name for page in pages if len(page.read_text("utf-8").splitlines()) > 50] == []


def test_every_dependency_is_named_in_a_decision() -> None:
    decided = " ".join(page.read_text("utf-8").lower() for page in DECISIONS.glob("*.md"))
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = project[project.index("dependencies = [") : project.index("[project.scripts]")]
    names = re.findall(r'^\s*(?:\w+ = \[)?"([a-z0-9-]+)', block, re.MULTILINE)
    web = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))
    # Types say nothing about a choice that the library itself does not.
    names += [name for name in {**web["dependencies"], **web["devDependencies"]} if not name.startswith("@types/")]
    for file in (ROOT / "requirements").glob("*.in"):
        names += re.findall(r"^([\w-]+)", re.sub(r"#.*", "", file.read_text("utf-8")).lower(), re.MULTILINE)
    names = [name for name in names if not name.startswith("types-")]
    assert len(names) > 40
    assert [name for name in names if name not in decided] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    inside = [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert [target for target in inside if not (page.parent / target).exists()] == []


PICTURE = re.compile(r'<img src="([^"]+)" alt="([^"]{10,})" width="\d+">')


def test_every_picture_is_taken_by_a_test_and_shown() -> None:
    """With words for those who do not see it; tests/e2e/pictures.py holds it to the screen."""
    shown = [(page.parent / file).resolve() for page in PAGES for file, _ in PICTURE.findall(page.read_text("utf-8"))]
    assert [file for file in shown if not file.exists()] == []
    taken = set(json.loads((ROOT / "tests" / "e2e" / "pictures.json").read_text("utf-8")))
    kept = [*(DOCS / "pictures").iterdir(), *(ROOT / "frontend" / "public" / "screenshots").iterdir()]
    assert {file.stem for file in shown} == taken == {file.stem for file in kept}
    assert sum(file.stat().st_size for file in kept) < 600_000
    pictures = sum(page.read_text("utf-8").count("<img") + page.read_text("utf-8").count("![") for page in PAGES)
    assert pictures == len(shown), "a picture without its words or its width"


class OneEncounter:
    """The smallest study there is: two entries, one with words."""

    study_id = UUID(int=1)

    def things(self, kind: SubjectType) -> Iterator[dict[str, Any]]:
        shared = {"started_at": "2026-03-02T09:00:00.000+01:00", "time_zone": "Europe/Copenhagen"}
        if kind == "encounter":
            yield {"type": kind, "id": "e", "kind": "visit", **shared}
        if kind == "entry":
            yield {"type": kind, "id": "a", "encounter_id": "e", "kind": "point", "jotting": "vent lidt", **shared}
            yield {"type": kind, "id": "b", "encounter_id": "e", "kind": "point", "jotting": "", **shared}

    def changes(self) -> Iterator[dict[str, Any]]:
        return iter(())

    def clock_offsets(self, kind: Literal["encounter", "entry", "gap"]) -> dict[str, int]:
        return {}

    def set_back(self) -> dict[str, int]:
        return {}

    def scratch(self) -> AbstractContextManager[Path]:
        raise AssertionError("nothing here needs a file")


def example_of(heading: str) -> types.ModuleType:
    """The first Python block below a heading of CONTRIBUTING.md, as a module."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    block = re.search(rf"## {heading}.*?```python\n(.*?)```", text, re.DOTALL)
    assert block is not None
    module = types.ModuleType("example")
    exec(compile(block[1], "CONTRIBUTING.md", "exec", dont_inherit=True), module.__dict__)
    return module


def test_the_worked_analysis_works() -> None:
    found = answer(
        example_of("Add an analysis").ANALYSIS, OneEncounter(), example_of("Add an analysis").AnalysisParams()
    )
    assert found.result.model_dump() == {"n": 1, "n_entries": 2, "share": 0.5, "cell": "with"}
    assert found.basis.n_encounters == 1


def test_the_worked_kind_of_change_is_new_and_is_written_like_the_others() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Add a kind of change")[1]
    block = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert block is not None
    kinds = eval("{" + textwrap.dedent(block[1]) + "}", vars(changes))
    assert set(kinds) & set(changes.KINDS) == set()
    assert kinds["memo.restored"] == changes.KindSpec("memo", changes.Nothing, sets={"retracted": False})


def test_the_worked_export_works() -> None:
    example = example_of("Add an export")
    losses = Losses()
    rows = b"".join(example.EXPORT.stream(OneEncounter(), ExportOptions(), losses)).decode("utf-8").splitlines()
    assert rows == ["encounter_number,start_s,jotting", "1,0.000,vent lidt"]
    assert set(losses.counts) <= set(example.EXPORT.may_lose)


def test_every_test_that_the_protocol_names_is_there() -> None:
    """A promise whose test has gone is no promise."""
    page = (ROOT / "docs" / "sync-protocol.md").read_text("utf-8")
    named = set(re.findall(r"`((?:tests|frontend)/[\w/.]+)`", page))
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
