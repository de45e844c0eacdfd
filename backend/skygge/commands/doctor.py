"""`doctor`: is this installation well, and if not, what to do."""

import typer

from skygge.app import find_web_app
from skygge.clock import utc_now
from skygge.commands.opened import opened_database
from skygge.upkeep.doctor import Finding, Patient, examine

NO_WEB_APP = Finding("The web app is not built, so only the API answers.", "Install the wheel, or run ./dev run.")


def doctor_command() -> None:
    """Look at settings, certificate, clock, disk, database, logs and backups. Exit code 1 when something was found."""
    with opened_database() as (settings, database), database.read() as session:
        found = examine(Patient(settings, database, session, utc_now()))
    found["web app"] = [] if find_web_app() else [NO_WEB_APP]
    for name, findings in found.items():
        if not findings:
            typer.echo(f"well: {name}")
        for finding in findings:
            typer.echo(f"look: {name}\n  {finding.what}\n  {finding.advice}")
    if any(found.values()):
        raise typer.Exit(1)
