"""`backup` and `restore`: everything in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from skygge.backup import note_backup, read_backup, write_backup
from skygge.clock import utc_now
from skygge.commands.opened import opened_database
from skygge.privacy.concerns import remove_again
from skygge.sync.restore import begin_anew


def backup_command(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Write everything to a file, while the server goes on."""
    now = utc_now()
    with opened_database() as (settings, database), database.read() as session:
        n_rows = write_backup(session, file, now)
        note_backup(settings.data, now)
        typer.echo(f"{n_rows} rows were written to {file}.")
        typer.echo(f"Keep {database.ledger.file} apart from it: a restore reads there what was erased meanwhile.")


def restore_command(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Put a backup in the place of everything there is: everybody signs in anew, phones offer theirs again."""
    with opened_database() as (settings, database):
        with database.write() as session:
            n_rows = read_backup(session, file)
            ledger = list(database.ledger.read())
            done = begin_anew(session, ledger, utc_now())
            remove_again(session, ledger)
    typer.echo(f"{n_rows} rows were read from {file}; {done.studies} studies begin a new epoch.")
    typer.echo(f"Erased again: {done.redactions}. Devices revoked again: {done.revocations}. All sessions have ended.")
    typer.echo("Passwords and roles are those of the backup: look whether one was changed since because it had to be.")
