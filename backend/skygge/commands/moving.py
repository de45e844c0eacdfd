"""`move`: everything into another database, for example from the laptop's file to a server's PostgreSQL."""

from typing import Annotated

import typer

from skygge.commands.opened import opened_database
from skygge.errors import StartRefused
from skygge.settings import load_settings
from skygge.upkeep.move import move_database


def move_command(to: Annotated[str, typer.Option("--to", metavar="URL", help="postgresql://… or sqlite:///…")]) -> None:
    """Copy everything into an empty database and compare it there; the old one stays as it is."""
    with opened_database() as (settings, database):
        target = load_settings(database_url=to)
        if target.url_of_database == settings.url_of_database:
            raise StartRefused("That is the database that is in use; name another one.")
        counts = move_database(database, target)
    typer.echo(f"{sum(counts.values())} rows in {len(counts)} tables were copied; each is the same there.")
    typer.echo("Now set SKYGGE_DATABASE_URL to that address, keep the folder of SKYGGE_DATA, and start again.")
    typer.echo("Do not start the old database any more: what phones would send it, the new one would not know.")
