"""What a script needs at a real server: a study with a token, and something to report."""

from typing import Any
from uuid import UUID

from skygge.accounts.enrol import create_account
from skygge.accounts.tokens import create_token
from skygge.client import Device, new_subject_id
from skygge.clock import utc_now
from skygge.core.codebook import read_starter
from skygge.core.model import Study
from skygge.db import Database
from skygge.fieldlog.append import Author
from skygge.founding.found_study import found_study
from tests.fixtures.world import hashed_password
from tests.sync.phone import stamp


def found_for_script(database: Database, name: str = "Lene") -> tuple[UUID, Author, str]:
    """A study, its lead of this name, and a token that may write."""
    with database.write() as session:
        account = create_account(session, name, hashed_password(), utc_now(), is_admin=True)
        study, lead = found_study(session, Study(title="t"), read_starter("blank"), account.id, utc_now)
        token, _ = create_token(session, account.id, study.study_id, utc_now(), may_write=True, days=1)
    return study.study_id, Author(account.id, lead.member_id, lead.observer, lead.role), token


def report_visit(device: Device, day: int = 0) -> str:
    """A visit with two entries, three changes, into the outbox; so many days after the first. Its id."""
    visit, begins = new_subject_id(), day * 24 * 60
    device.report("encounter.started", visit, {"kind": "visit", "started_at": stamp(begins)})
    for minute in (1, 2):
        entry: dict[str, Any] = {"encounter_id": visit, "kind": "point", "started_at": stamp(begins + minute)}
        device.report("entry.logged", new_subject_id(), entry)
    return visit
