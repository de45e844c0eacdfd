"""What the leads of a person's studies have to hear of that person's sign-ins."""

from dataclasses import replace

from sqlmodel import Session, col, select

from skygge.audit.keep import Event, keep
from skygge.studies.tables import MemberRow


def tell_studies(session: Session, event: Event) -> None:
    """Put something about an account on record in each of its studies, where leads and auditors read it."""
    query = select(MemberRow).where(MemberRow.account_id == event.account_id)
    # In one order everywhere: each study's log is locked as it is written.
    for member in session.exec(query.order_by(col(MemberRow.study_id))).all():
        keep(session, replace(event, study_id=member.study_id, who=member.observer))
