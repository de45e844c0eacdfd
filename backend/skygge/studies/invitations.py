"""Invitations: a code of ten letters, good once and for a week, stored hashed."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.accounts.secrets import hash_code, make_code
from skygge.clock import new_id
from skygge.errors import InvitationWrong, ObserverTaken
from skygge.studies.access import Membership, Role
from skygge.studies.members import add_member, find_observer
from skygge.studies.tables import InvitationRow, MemberRow

INVITATION_LASTS = timedelta(days=7)


def invite(
    session: Session, lead: Membership, role: Role, observer: str | None, now: datetime
) -> tuple[InvitationRow, str]:
    """Make an invitation and give back its code, the only time anybody sees it. Raises ObserverTaken."""
    if observer is not None and find_observer(session, lead.study_id, observer) is not None:
        raise ObserverTaken
    code = make_code()
    row = InvitationRow(
        study_id=lead.study_id,
        invitation_id=new_id(),
        code_hash=hash_code(code),
        role=role,
        observer=observer,
        invited_by=lead.account_id,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    session.add(row)
    return row, code


def list_invitations(session: Session, study_id: UUID) -> list[InvitationRow]:
    """All invitations of a study, newest first."""
    query = select(InvitationRow).where(InvitationRow.study_id == study_id)
    return list(session.exec(query.order_by(col(InvitationRow.created_at).desc())))


def check_invitation(session: Session, code: str, now: datetime) -> InvitationRow:
    """The invitation of a code. Raises InvitationWrong when there is none, it is used or too old."""
    query = select(InvitationRow).where(InvitationRow.code_hash == hash_code(code)).with_for_update()
    row = session.exec(query).first()
    if row is None or row.accepted_at is not None or row.expires_at < now:
        raise InvitationWrong
    return row


def accept(session: Session, code: str, account_id: UUID, now: datetime) -> MemberRow:
    """Spend an invitation and make its member. Raises InvitationWrong, AlreadyMember."""
    invitation = check_invitation(session, code, now)
    invitation.accepted_at = now
    is_free = (
        invitation.observer is not None and find_observer(session, invitation.study_id, invitation.observer) is None
    )
    return add_member(
        session,
        invitation.study_id,
        Role(invitation.role),
        now,
        account_id=account_id,
        observer=invitation.observer if is_free else None,
    )
