"""The audit log as rows. It names people and things by their ids and never holds a content."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import JSON, Field, SQLModel

from skygge.db import UtcTime


class AuditRow(SQLModel, table=True):
    """One thing that somebody did. `hash` seals the row and, through `previous_hash`, every row before it."""

    __tablename__ = "audit"

    # No foreign keys: what was done stays on record when a study or an account is gone. SERVER stands for the server.
    study_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=UtcTime)
    kind: str = Field(max_length=64)
    account_id: UUID | None = None
    who: str = Field(max_length=200)
    details: dict[str, Any] = Field(sa_type=JSON)
    previous_hash: bytes
    hash: bytes


class AuditHeadRow(SQLModel, table=True):
    """Where the log of a study ends: without it nobody would notice that the last rows are gone."""

    __tablename__ = "audit_head"

    study_id: UUID = Field(primary_key=True)
    last_number: int = Field(default=0, sa_type=BigInteger)
    last_hash: bytes
