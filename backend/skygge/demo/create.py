"""Writing the example study through the same door as everybody's changes."""

from uuid import UUID

from sqlmodel import Session, col, select

from skygge.accounts.tables import AccountRow
from skygge.clock import Clock, new_id
from skygge.core.identity import server_device_id
from skygge.core.model import Study
from skygge.demo.phone import ZONE, Change
from skygge.demo.story import DEMO_STUDY_ID, NO_LOCK, TITLE, found_demo, live_demo
from skygge.errors import ServerFailed
from skygge.fieldlog.append import Author, Delivery, append_delivery
from skygge.studies.access import Role
from skygge.studies.members import add_member, list_members
from skygge.studies.tables import MemberRow, StudyRow


def create_demo(session: Session, clock: Clock) -> UUID:
    """Make the labelled example study where it is not there yet; the first account leads it.

    While nobody has an account it has no lead; the first set-up adopts it. Running this again changes nothing.
    """
    if session.get(StudyRow, DEMO_STUDY_ID) is None:
        _write_study(session, clock)
    _give_to_first_account(session, clock)
    return DEMO_STUDY_ID


def _write_study(session: Session, clock: Clock) -> None:
    study = Study(
        title=TITLE,
        time_zone=ZONE,
        languages=["en", "da"],
        observers_see="all",
        lock_required=False,
        lock_reason=NO_LOCK,
    )
    row = StudyRow(study_id=DEMO_STUDY_ID, epoch=new_id(), is_demo=True, created_at=clock(), **study.model_dump())
    session.add(row)
    session.flush()
    for place, (observer, changes) in enumerate(live_demo()):
        member = add_member(session, DEMO_STUDY_ID, Role.OBSERVER, clock(), observer=observer)
        if place == 0:
            _append(session, member, found_demo(), clock)
        _append(session, member, changes, clock)


def _append(session: Session, member: MemberRow, changes: list[Change], clock: Clock) -> None:
    author = Author(account_id=None, member_id=member.member_id, observer=member.observer, role=member.role)
    device_id = UUID(changes[0]["device_id"]) if changes else server_device_id(DEMO_STUDY_ID)
    delivery = Delivery(DEMO_STUDY_ID, author, device_id, changes, clock(), is_import=True)
    verdicts = append_delivery(session, delivery)
    if any(verdict.verdict != "stored" for verdict in verdicts):
        raise ServerFailed


def _give_to_first_account(session: Session, clock: Clock) -> None:
    query = select(AccountRow).order_by(col(AccountRow.created_at), col(AccountRow.id))
    first = session.exec(query).first()
    has_lead = any(member.role == Role.LEAD for member in list_members(session, DEMO_STUDY_ID))
    if first is not None and not has_lead:
        add_member(session, DEMO_STUDY_ID, Role.LEAD, clock(), account_id=first.id, observer="lead")
