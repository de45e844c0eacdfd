"""Studies and who belongs to them. Every key leads with the study."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import JSON, Field, SQLModel

from skygge.db import UtcTime


class StudyRow(SQLModel, table=True):
    """A study's settings as folded from its changes, its epoch, and the counter that numbers its changes."""

    __tablename__ = "study"

    study_id: UUID = Field(primary_key=True)
    title: str = Field(max_length=200)
    time_zone: str = Field(max_length=64)
    languages: list[str] = Field(sa_type=JSON)
    field_mode: str = Field(max_length=20)
    observers_see: str = Field(default="own", max_length=10)
    controller: str | None = Field(default=None, max_length=2000)
    joint_controller: str | None = Field(default=None, max_length=2000)
    processor: str | None = Field(default=None, max_length=2000)
    hosting_place: str | None = Field(default=None, max_length=2000)
    purpose: str | None = Field(default=None, max_length=2000)
    purpose_limits: str | None = Field(default=None, max_length=2000)
    legal_basis: str | None = Field(default=None, max_length=2000)
    retention_until: str | None = Field(default=None, max_length=10)
    concern_procedure: str | None = Field(default=None, max_length=2000)
    allows_dictation: bool = False
    lock_required: bool = True
    lock_reason: str | None = Field(default=None, max_length=2000)
    epoch: UUID
    last_seq: int = Field(default=0, sa_type=BigInteger)
    is_demo: bool = False
    created_at: datetime = Field(sa_type=UtcTime)


class MemberRow(SQLModel, table=True):
    """Somebody in a study, known there by an observer name. Without an account: named by an import only."""

    __tablename__ = "member"
    __table_args__ = (
        Index("ix_member_observer", "study_id", "observer", unique=True),
        Index("ix_member_account", "study_id", "account_id", unique=True),
    )

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    member_id: UUID = Field(primary_key=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    observer: str = Field(max_length=200)
    role: str = Field(max_length=20)
    # The lead lets this analyst download more than de-identified files.
    exports_full: bool = False
    joined_at: datetime = Field(sa_type=UtcTime)


class DeviceRow(SQLModel, table=True):
    """A phone, browser or script that writes in a study, when it was last heard of, and how wrong its clock is.

    At `told_at` it said whether a lock was set on it, and how many changes waited on it. Before it first read here the
    study had come to `first_seq`; 0 where that is not known.
    """

    __tablename__ = "device"

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    device_id: UUID = Field(primary_key=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    name: str = Field(default="", max_length=100)
    last_contact_at: datetime | None = Field(default=None, sa_type=UtcTime)
    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    has_lock: bool | None = None
    n_waiting: int | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    first_seq: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class InvitationRow(SQLModel, table=True):
    """A single-use code with which somebody joins a study."""

    __tablename__ = "invitation"

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    invitation_id: UUID = Field(primary_key=True)
    code_hash: bytes = Field(unique=True)
    role: str = Field(max_length=20)
    observer: str | None = Field(default=None, max_length=200)
    invited_by: UUID = Field(foreign_key="account.id")
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcTime)
