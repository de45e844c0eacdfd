"""Accounts, and everything that proves who somebody is. Secrets lie here only as hashes."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from skygge.db import UtcTime


class AccountRow(SQLModel, table=True):
    """A person who signs in. `is_admin` gives the server, never a study's content."""

    __tablename__ = "account"

    id: UUID = Field(primary_key=True)
    name: str = Field(max_length=100)
    # The name as it is compared: two people may not differ by case or by the way an å is composed.
    folded_name: str = Field(unique=True)
    password_hash: str = Field(max_length=255)
    is_admin: bool = False
    created_at: datetime = Field(sa_type=UtcTime)


class SessionRow(SQLModel, table=True):
    """A token of one signed-in browser. With a device it lasts for days after the last contact, without one for hours.

    Once a day a successor takes its place (rotation.py).
    """

    __tablename__ = "session"

    token_hash: bytes = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    device_id: UUID | None = None
    device_name: str | None = Field(default=None, max_length=100)
    created_at: datetime = Field(sa_type=UtcTime)
    last_used_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    # The first token of the sign-in that this one goes back to; none on the first itself.
    family_hash: bytes | None = Field(default=None, index=True)
    # Until this token is first used: the one it takes the place of.
    predecessor_hash: bytes | None = None
    # While a successor is handed out that was not used yet: what it is computed with, beside the token.
    successor_salt: bytes | None = None
    # When the successor was first used. Who comes with this token later has a copy.
    replaced_at: datetime | None = Field(default=None, sa_type=UtcTime)


class TokenRow(SQLModel, table=True):
    """A script's bearer token for one study, read-only unless `may_write`; it counts as a device and goes by its id."""

    __tablename__ = "token"

    token_hash: bytes = Field(primary_key=True)
    study_id: UUID
    account_id: UUID = Field(foreign_key="account.id")
    device_id: UUID
    may_write: bool = False
    name: str = Field(default="", max_length=100)
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class SetupLinkRow(SQLModel, table=True):
    """The one-time link to the first account; thirty minutes, the newest alone is good."""

    __tablename__ = "setup_link"

    token_hash: bytes = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=UtcTime)


class ResetLinkRow(SQLModel, table=True):
    """A one-time link with which somebody chooses a new password; the hash is of the code at its end."""

    __tablename__ = "reset_link"

    token_hash: bytes = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    expires_at: datetime = Field(sa_type=UtcTime)


class SpareCodeRow(SQLModel, table=True):
    """A code from somebody's printed sheet, good once for a new password. Used ones are gone."""

    __tablename__ = "spare_code"

    code_hash: bytes = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    made_at: datetime = Field(sa_type=UtcTime)


class PairingRow(SQLModel, table=True):
    """A code with which one phone of somebody may ask to be let in; ten minutes."""

    __tablename__ = "pairing"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    code_hash: bytes = Field(index=True, unique=True)
    ends_at: datetime = Field(sa_type=UtcTime)
    # Set when a phone has typed the code: what it comes back with, and what it calls itself.
    claim_hash: bytes | None = Field(default=None, index=True, unique=True)
    device_name: str | None = Field(default=None, max_length=100)
    is_allowed: bool | None = None
    is_used: bool = False


class LoginAttemptRow(SQLModel, table=True):
    """Failed attempts on one name (or one kind of code) since the last success; the throttle of all workers."""

    __tablename__ = "login_attempt"

    subject_hash: bytes = Field(primary_key=True)
    failures: int = 0
    last_failed_at: datetime = Field(sa_type=UtcTime)
