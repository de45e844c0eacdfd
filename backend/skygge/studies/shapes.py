"""What people send and get about studies and those who belong to them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from skygge.accounts.shapes import AccountOut, Name, OnDevice, Password
from skygge.core.model import FieldMode, Id, Label, ObserversSee, Strict
from skygge.studies.access import Role

RoleName = Annotated[Role, Field(strict=False)]


class StudyOut(BaseModel):
    """A study as its member sees it."""

    study_id: UUID
    title: str
    time_zone: str
    languages: list[str]
    field_mode: FieldMode
    observers_see: ObserversSee
    controller: str | None
    joint_controller: str | None
    processor: str | None
    hosting_place: str | None
    purpose: str | None
    purpose_limits: str | None
    legal_basis: str | None
    retention_until: str | None
    concern_procedure: str | None
    allows_dictation: bool
    lock_required: bool
    lock_reason: str | None
    epoch: UUID
    last_seq: int
    is_demo: bool
    role: Role
    observer: str


class StudySummary(BaseModel):
    """One of my studies, what I am in it, and what it asks of my phone."""

    study_id: UUID
    title: str
    role: Role
    observer: str
    member_id: UUID
    is_demo: bool
    n_members: int
    lock_required: bool
    allows_dictation: bool
    retention_until: str | None


class Me(BaseModel):
    """Who I am, as which device, which studies I belong to, and what time it is here."""

    account: AccountOut
    device_id: UUID | None = None
    studies: list[StudySummary]
    server_time: datetime


class MemberIn(Strict):
    """Somebody with an account (by name), or an observer without sign-in."""

    name: Name | None = None
    observer: Label | None = None
    role: RoleName = Role.OBSERVER


class MemberOut(BaseModel):
    """A member of a study; `name` is null for observers without sign-in. `exports_full` matters for analysts."""

    member_id: UUID
    account_id: UUID | None
    name: str | None
    observer: str
    role: Role
    exports_full: bool
    joined_at: datetime


class MemberAmended(Strict):
    """What the lead may change of a member: the role, and whether an analyst's downloads may hold what identifies."""

    exports_full: bool | None = None
    role: Annotated[Role | None, Field(strict=False)] = None


class DeviceIn(Strict):
    """A device by the id it made for itself. `revoked` is the lead's to set.

    It may tell whether a lock is set on it, and how many of its changes the server does not have.
    """

    device_id: Id
    name: Name | None = None
    revoked: bool | None = None
    has_lock: bool | None = None
    n_waiting: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class DeviceOut(BaseModel):
    """A device, when it was last heard of, how far its clock is off (device minus server), what it told of itself."""

    device_id: UUID
    account_id: UUID | None
    name: str
    last_contact_at: datetime | None
    clock_offset_ms: int | None
    revoked_at: datetime | None
    has_lock: bool | None
    n_waiting: int | None
    told_at: datetime | None


class InvitationIn(Strict):
    """What the invited person will be; without an observer name the next free one."""

    role: RoleName = Role.OBSERVER
    observer: Label | None = None


class InvitationOut(BaseModel):
    """An invitation without its code."""

    invitation_id: UUID
    role: Role
    observer: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None


class InvitationMade(InvitationOut):
    """An invitation with its code, which is shown this once."""

    code: str


class Acceptance(OnDevice):
    """An invitation's code, the account to make with it, and the device to sign in."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Name
    password: Password
