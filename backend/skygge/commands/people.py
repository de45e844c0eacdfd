"""`user` and `token`: accounts from the console."""

from pathlib import Path
from typing import Annotated

import typer

from skygge.accounts.access import Identity
from skygge.accounts.enrol import create_account, has_accounts
from skygge.accounts.links import make_setup_link
from skygge.accounts.passwords import MAX_LENGTH, check_password, hash_password
from skygge.accounts.tokens import create_token
from skygge.audit.keep import CONSOLE, Event, keep
from skygge.clock import utc_now
from skygge.commands.opened import opened_database, require_account, require_study
from skygge.errors import StartRefused
from skygge.privacy.resets import issue_reset
from skygge.studies.access import find_membership
from skygge.studies.devices import Contact, note_contact

user_app = typer.Typer(help="People who sign in.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens for scripts.", no_args_is_help=True)
MAX_DAYS = 366


def setup_link() -> None:
    """Print a new one-time link to the first account (30 minutes)."""
    with opened_database() as (settings, database), database.write() as session:
        typer.echo(make_setup_link(session, settings.url_of_origin, utc_now()))


@user_app.command("create")
def create_user(
    name: str, password_file: Annotated[Path, typer.Option(help="A file whose first line is the password.")]
) -> None:
    """Make an account; the first one has the server's admin flag."""
    password = _read_password(password_file)
    _check_name(name)
    check_password(password, name)
    with opened_database() as (_, database), database.write() as session:
        is_admin = not has_accounts(session)
        account = create_account(session, name, hash_password(password), utc_now(), is_admin=is_admin)
        keep(session, Event("account.created", utc_now(), CONSOLE, details={"account_id": str(account.id)}))
    typer.echo(f"{name} can sign in now.")


@user_app.command("reset")
def reset_user(name: str) -> None:
    """Print a one-time link with which somebody chooses a new password (30 minutes)."""
    with opened_database() as (settings, database), database.write() as session:
        account = require_account(session, name)
        typer.echo(issue_reset(session, account, settings, utc_now(), CONSOLE)["url"])


@token_app.command("create")
def create_script_token(
    user: Annotated[str, typer.Option(help="In whose name the script works.")],
    study: Annotated[str, typer.Option(help="The one study it may see.")],
    write: Annotated[bool, typer.Option("--write", help="It may also send changes.")] = False,
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="How long it is good.")] = 90,
) -> None:
    """Print a bearer token for one study, once."""
    with opened_database() as (_, database), database.write() as session:
        account = require_account(session, user)
        study_id = require_study(session, study).study_id
        now = utc_now()
        token, device_id = create_token(session, account.id, study_id, now, may_write=write, days=days)
        # Raises what the script would meet; it has read nothing yet.
        who = Identity(account.id, account.name, account.is_admin, device_id=device_id)
        membership = find_membership(session, who, study_id)
        note_contact(session, membership, device_id, Contact(now, name="script"))
        made = {"token_id": str(device_id), "days": days, "may_write": write}
        keep(session, Event("token.made", now, CONSOLE, account.id, study_id, made))
        typer.echo(token)


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise StartRefused("A name has 1 to 100 printable characters.")


def _read_password(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as lines:
            password = lines.readline(MAX_LENGTH * 4).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise StartRefused(f"The password file {file} cannot be read.") from None
    if len(password) > MAX_LENGTH:
        raise StartRefused(f"A password has at most {MAX_LENGTH} characters.")
    return password
