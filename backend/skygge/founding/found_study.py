"""Making a study and amending its settings: a row for its counter and members, changes for everything else."""

from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session, col, select

from skygge.accounts.tables import AccountRow
from skygge.clock import Clock
from skygge.core.model import Study
from skygge.fieldlog.parents import parents_of
from skygge.founding.report import Report, report_changes
from skygge.studies.access import Membership, Role
from skygge.studies.create import create_study
from skygge.studies.members import add_member
from skygge.studies.tables import MemberRow, StudyRow


def found_study(
    session: Session, study: Study, codebook: dict[str, Any], lead_account_id: UUID, clock: Clock
) -> tuple[StudyRow, MemberRow]:
    """A new study with its lead, its settings and its first codebook version in the log."""
    row, lead = create_study(session, study, lead_account_id, clock())
    reports = [
        Report("study.amended", row.study_id, study.model_dump(exclude_none=True)),
        Report("codebook.published", codebook_id(row.study_id, codebook["version"]), codebook),
    ]
    report_changes(session, row, lead, reports, clock)
    return row, lead


def codebook_id(study_id: UUID, version: int) -> UUID:
    """The subject that a codebook version is, the same wherever it is computed."""
    return uuid5(study_id, f"codebook:{version}")


def amend_study(session: Session, membership: Membership, fields: dict[str, Any], clock: Clock) -> None:
    """Change settings of a study; each names the values it replaces."""
    row = session.get_one(StudyRow, membership.study_id)
    member = session.get_one(MemberRow, (membership.study_id, membership.member_id))
    parents = parents_of(session, membership.study_id, membership.study_id, list(fields))
    report_changes(session, row, member, [Report("study.amended", row.study_id, fields, parents)], clock)


def adopt_demo_studies(session: Session, account: AccountRow, clock: Clock) -> None:
    """Make the first account the lead of example studies that were made before anybody was there."""
    led = select(MemberRow.study_id).where(MemberRow.role == Role.LEAD)
    orphans = session.exec(select(StudyRow.study_id).where(StudyRow.is_demo, col(StudyRow.study_id).not_in(led)))
    for study_id in orphans.all():
        add_member(session, study_id, Role.LEAD, clock(), account_id=account.id, observer="lead")
