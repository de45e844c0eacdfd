"""Who may do what in which study. A study that is not yours looks exactly like one that is not there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from skygge.accounts.access import Identity
from skygge.errors import DeviceRevoked, RoleInsufficient, StudyUnknown, TokenReadOnly
from skygge.studies.first_contact import FirstContact, meet_device
from skygge.studies.tables import DeviceRow, MemberRow


class Permission(StrEnum):
    """What a role may do in its study."""

    READ = "read"
    WRITE = "write"
    MEMO = "memo"
    ANALYSE = "analyse"
    EXPORT = "export"
    AUDIT = "audit"
    LEAD = "lead"


class Role(StrEnum):
    """What somebody is in a study."""

    LEAD = "lead"
    OBSERVER = "observer"
    READER = "reader"
    ANALYST = "analyst"
    AUDITOR = "auditor"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LEAD: frozenset(Permission),
    Role.OBSERVER: frozenset(Permission) - {Permission.LEAD, Permission.AUDIT},
    Role.READER: frozenset({Permission.READ, Permission.MEMO}),
    # De-identified, unless the lead allows more (`Membership.may_export_full`).
    Role.ANALYST: frozenset({Permission.READ, Permission.ANALYSE, Permission.EXPORT}),
    Role.AUDITOR: frozenset({Permission.AUDIT}),
}
# So long may a revoked device still hand over what it holds.
LAST_WORDS = timedelta(days=60)
CHANGING = frozenset({Permission.WRITE, Permission.LEAD})


@dataclass(frozen=True)
class Membership:
    """Somebody's place in one study, proven for one request."""

    study_id: UUID
    member_id: UUID
    account_id: UUID
    observer: str
    role: Role
    device_id: UUID | None = None
    device_name: str = ""
    revoked_at: datetime | None = None
    first_contact: FirstContact | None = None

    @property
    def is_device_revoked(self) -> bool:
        """Whether the credential's device was revoked."""
        return self.revoked_at is not None

    exports_full: bool = False

    @property
    def may_export_full(self) -> bool:
        """Whether this member's downloads may hold free text, exact times and identifiers."""
        return self.role != Role.ANALYST or self.exports_full

    def may(self, permission: Permission) -> bool:
        """Whether the role allows this."""
        return permission in PERMISSIONS[self.role]


def require(session: Session, who: Identity, study_id: UUID, permission: Permission) -> Membership:
    """The membership that allows this.

    Raises StudyUnknown (absent and foreign alike), DeviceRevoked, RoleInsufficient, TokenReadOnly.
    """
    membership = require_place(session, who, study_id)
    if not membership.may(permission):
        raise RoleInsufficient
    if permission in CHANGING and not who.may_write:
        raise TokenReadOnly
    return membership


def require_place(session: Session, who: Identity, study_id: UUID) -> Membership:
    """The membership of anybody in the study, whatever the role. Raises StudyUnknown, DeviceRevoked."""
    membership = find_membership(session, who, study_id)
    if membership.is_device_revoked:
        raise DeviceRevoked
    return membership


def find_closed(session: Session, who: Identity) -> set[UUID]:
    """The studies for which the asking device was revoked."""
    if who.device_id is None:
        return set()
    query = select(DeviceRow.study_id).where(
        DeviceRow.device_id == who.device_id,
        DeviceRow.account_id == who.account_id,
        col(DeviceRow.revoked_at).is_not(None),
    )
    return set(session.exec(query))


def refuse_lost_phone(session: Session, who: Identity) -> None:
    """Raise DeviceRevoked for a device that was revoked anywhere: nothing outside a study is for a finder of it."""
    if find_closed(session, who):
        raise DeviceRevoked


def require_push(session: Session, who: Identity, study_id: UUID, now: datetime) -> Membership:
    """The membership that may push. A revoked device still may for 60 days, all of it into quarantine.

    Raises StudyUnknown, DeviceRevoked after that time, RoleInsufficient, TokenReadOnly.
    """
    membership = find_membership(session, who, study_id)
    if membership.revoked_at is not None and now - membership.revoked_at > LAST_WORDS:
        raise DeviceRevoked
    # What may be said is decided change by change: a reader's memos are taken, the rest of it is parked.
    if not membership.may(Permission.MEMO):
        raise RoleInsufficient
    if not who.may_write:
        raise TokenReadOnly
    return membership


def find_membership(session: Session, who: Identity, study_id: UUID) -> Membership:
    """Somebody's membership, whatever it allows. Raises StudyUnknown."""
    if who.token_study_id not in (None, study_id):
        raise StudyUnknown
    query = select(MemberRow).where(MemberRow.study_id == study_id, MemberRow.account_id == who.account_id)
    row = session.exec(query).first()
    if row is None:
        raise StudyUnknown
    device = session.get(DeviceRow, (study_id, who.device_id)) if who.device_id else None
    met = None
    # A script that only reads is in the list of tokens; an auditor sees nothing that is ever erased.
    if device is None and who.device_id and who.may_write and Permission.READ in PERMISSIONS[Role(row.role)]:
        met = meet_device(session, study_id, who.device_id, who.account_id, who.device_name)
    return Membership(
        study_id=study_id,
        member_id=row.member_id,
        account_id=who.account_id,
        observer=row.observer,
        role=Role(row.role),
        device_id=who.device_id,
        device_name=who.device_name,
        revoked_at=device.revoked_at if device else None,
        first_contact=met,
        exports_full=row.exports_full,
    )
