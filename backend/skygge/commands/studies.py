"""`study`: studies from the console."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from sqlmodel import col, select

from skygge.audit.keep import CONSOLE, Event, keep
from skygge.clock import utc_now
from skygge.commands.opened import opened_database, require_account
from skygge.core.codebook import STARTERS, CodebookInvalid, read_codebook, read_starter
from skygge.core.model import Study
from skygge.errors import StartRefused
from skygge.founding.found_study import found_study
from skygge.studies.tables import StudyRow

study_app = typer.Typer(help="Studies.", no_args_is_help=True)
MAX_CODEBOOK_BYTES = 1024 * 1024
SHOWN = ("study_id", "title", "time_zone", "languages", "field_mode", "observers_see", "epoch", "last_seq", "is_demo")


@study_app.command("create")
def create(
    title: str,
    lead: Annotated[str, typer.Option(help="The account that leads it.")],
    codebook: Annotated[str, typer.Option(help="A YAML file, or blank, actions, heuristic-four.")] = "blank",
    no_lock: Annotated[str, typer.Option(help="Why its phones need no lock; the impact assessment says so.")] = "",
) -> None:
    """Make a study and print its id."""
    first_version = _read_codebook(codebook)
    if not title.strip() or len(title) > 200 or not title.isprintable():
        raise StartRefused("A title has 1 to 200 printable characters.")
    with opened_database() as (_, database), database.write() as session:
        account = require_account(session, lead)
        row, _ = found_study(session, _describe(title, no_lock), first_version, account.id, utc_now)
        keep(session, Event("study.created", utc_now(), CONSOLE, study_id=row.study_id))
        typer.echo(str(row.study_id))


@study_app.command("list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False) -> None:
    """List every study on this server."""
    with opened_database() as (_, database), database.read() as session:
        rows = session.exec(select(StudyRow).order_by(col(StudyRow.created_at), col(StudyRow.study_id))).all()
    if as_json:
        typer.echo(json.dumps([_show(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row.study_id}  {row.title}{'  (example)' if row.is_demo else ''}")


def _describe(title: str, no_lock: str) -> Study:
    if not no_lock:
        return Study(title=title, languages=["en", "da"])
    try:
        return Study(title=title, languages=["en", "da"], lock_required=False, lock_reason=no_lock)
    except ValidationError:
        raise StartRefused("A reason has 1 to 2000 characters.") from None


def _show(row: StudyRow) -> dict[str, Any]:
    fields = row.model_dump(mode="json")
    return {name: fields[name] for name in SHOWN}


def _read_codebook(name: str) -> dict[str, Any]:
    if name in STARTERS:
        return read_starter(name)
    try:
        file = Path(name)
        if file.stat().st_size > MAX_CODEBOOK_BYTES:
            raise StartRefused("The codebook file is larger than a megabyte.")
        return read_codebook(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise StartRefused(f"The codebook {name} is neither a starter nor a file that can be read.") from None
    except CodebookInvalid as error:
        raise StartRefused(f"The codebook {name} cannot be used: {error}.") from None
