"""`import` and `verify`: what goes into the change log, and whether the tables still say what it says."""

from pathlib import Path
from typing import Annotated

import typer

from skygge.audit.verify import verify_audit
from skygge.clock import utc_now
from skygge.commands.opened import StudyOption, lead_of, opened_database, require_study
from skygge.core.importing import ImportRefused
from skygge.errors import StartRefused
from skygge.fieldlog.verify import verify
from skygge.founding.report import author_of
from skygge.intake.ingest_file import Order, import_file, record_import


def import_command(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT")],
    file: Path,
    study: StudyOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report what would be made.")] = False,
) -> None:
    """Read a file into a study: all of it or nothing."""
    if not file.is_file():
        raise StartRefused(f"There is no file {file}.")
    with opened_database() as (_, database), database.write() as session:
        row = require_study(session, study)
        author = author_of(lead_of(session, row.study_id))
        try:
            report = import_file(session, Order(format_name, row.study_id, author, dry_run), file, utc_now)
        except ImportRefused as refused:
            raise StartRefused(_first_error(refused)) from None
        if dry_run:
            session.rollback()
        else:
            record_import(session, report, row.study_id, utc_now())
    for line in report.lines():
        typer.echo(line)


def verify_command() -> None:
    """Compare every table with what the change log says, and check the seals of the audit log.

    Exit code 1 and a sentence for each difference.
    """
    with opened_database() as (_, database), database.read() as session:
        findings = [*verify(session), *verify_audit(session)]
    for finding in findings:
        typer.echo(finding)
    if findings:
        raise typer.Exit(1)
    typer.echo("The tables are what the change log says, and the audit log is whole.")


def _first_error(refused: ImportRefused) -> str:
    first, n_more = refused.errors[0], len(refused.errors) - 1
    also = f", and {n_more} more" if n_more else ""
    where = f" of {first.where}" if first.where else ""
    return f"The file was refused and nothing was stored: line {first.row}{where}: {first.code}{also}."
