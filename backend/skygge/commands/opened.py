"""What every command needs: the settings, an open database of the right schema, and people found by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer
from sqlmodel import Session, select

from skygge.accounts.enrol import find_account
from skygge.accounts.tables import AccountRow
from skygge.db import Database, open_database
from skygge.errors import StartRefused
from skygge.migrate import require_current
from skygge.settings import Settings, load_settings
from skygge.studies.access import Membership, Role
from skygge.studies.tables import MemberRow, StudyRow

StudyOption = Annotated[str, typer.Option("--study", help="The study's id.")]


@contextmanager
def opened_database() -> Iterator[tuple[Settings, Database]]:
    """The database of the settings. Raises StartRefused unless it is there and of this version."""
    settings = load_settings()
    if settings.uses_sqlite and not settings.sqlite_file.is_file():
        raise StartRefused(f"There is no database at {settings.sqlite_file}; run `skygge migrate` first.")
    database = open_database(settings)
    try:
        require_current(database)
        yield settings, database
    finally:
        database.close()


def require_account(session: Session, name: str) -> AccountRow:
    """The account of this name. Raises StartRefused."""
    account = find_account(session, name)
    if account is None:
        raise StartRefused(f"Nobody has signed up under the name {name}.")
    return account


def require_study(session: Session, study_id: str) -> StudyRow:
    """The study of this id. Raises StartRefused."""
    try:
        row = session.get(StudyRow, UUID(study_id))
    except ValueError:
        raise StartRefused("A study's id is a UUID; `skygge study list --json` shows them.") from None
    if row is None:
        raise StartRefused("There is no study with this id; `skygge study list --json` shows them all.")
    return row


def lead_of(session: Session, study_id: UUID) -> MemberRow:
    """The member in whose name the server's own console works: the study's first lead. Raises StartRefused."""
    query = select(MemberRow).where(MemberRow.study_id == study_id, MemberRow.role == Role.LEAD)
    lead = session.exec(query).first()
    if lead is None:
        raise StartRefused("This study has no lead yet; set Skygge up first.")
    return lead


def membership_of(member: MemberRow) -> Membership:
    """A member's place in the study, with everything the role allows."""
    if member.account_id is None:
        raise StartRefused("This member has no account.")
    return Membership(member.study_id, member.member_id, member.account_id, member.observer, Role(member.role))
