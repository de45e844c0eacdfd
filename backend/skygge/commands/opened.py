"""What every command needs: the settings, an open database of the right schema, and people found by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlmodel import Session, select

from skygge.accounts.access import Identity
from skygge.accounts.enrol import find_account
from skygge.accounts.tables import AccountRow
from skygge.db import Database, open_database
from skygge.errors import StartRefused
from skygge.migrate import require_current
from skygge.settings import Settings, load_settings
from skygge.studies.access import Membership
from skygge.studies.tables import MemberRow, StudyRow


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
    query = select(MemberRow).where(MemberRow.study_id == study_id, MemberRow.role == "lead")
    lead = session.exec(query).first()
    if lead is None:
        raise StartRefused("This study has no lead yet; set Skygge up first.")
    return lead


def identity_of(session: Session, member: MemberRow) -> Identity:
    """A member with an account, as if signed in."""
    account = session.get_one(AccountRow, member.account_id)
    return Identity(account.id, account.name, account.is_admin)


def membership_of(member: MemberRow) -> Membership:
    """A member's place in the study, with everything the role allows."""
    from skygge.studies.access import Role

    if member.account_id is None:
        raise StartRefused("This member has no account.")
    return Membership(member.study_id, member.member_id, member.account_id, member.observer, Role(member.role))
