"""The command `skygge`: every verb, and the one way in which a refusal is said."""

import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from skygge import __version__
from skygge.commands import data, doctor, keep, log, moving, people, serve, studies
from skygge.errors import Problem, StartRefused

app = typer.Typer(
    name="skygge",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"Skygge {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
]


@app.callback()
def every_command(version: VersionOption = False) -> None:
    """A field-observation notebook for researchers who shadow people at work."""


app.command("serve")(serve.serve)
app.command("migrate")(serve.migrate_command)
app.command("setup-link")(people.setup_link)
app.command("import")(log.import_command)
app.command("verify")(log.verify_command)
app.command("backup")(keep.backup_command)
app.command("restore")(keep.restore_command)
app.command("doctor")(doctor.doctor_command)
app.command("move")(moving.move_command)
app.command("export", context_settings=data.TAKES_FILTERS)(data.export_command)
app.command("analyse", context_settings=data.TAKES_FILTERS)(data.analyse_command)
app.command("report", context_settings=data.TAKES_FILTERS)(data.report_command)
app.command("demo")(data.demo_command)
app.add_typer(people.user_app, name="user")
app.add_typer(people.token_app, name="token")
app.add_typer(studies.study_app, name="study")


def run() -> None:
    """Run a command. A refusal is one sentence on standard error and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except (StartRefused, Problem, TyperException) as refusal:
        print(_sentence(refusal), file=sys.stderr)
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, Problem):
        return str(refusal.body()["detail"])
    if isinstance(refusal, TyperException):
        return refusal.format_message()
    return str(refusal)
