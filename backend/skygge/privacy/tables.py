"""What privacy keeps beside the log: concerns, sealed, and what people observed have asked for."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from skygge.db import UtcTime


class ConcernRow(SQLModel, table=True):
    """Harm that somebody saw: when and by whom in clear, the words sealed. In no log, index, analysis or export."""

    __tablename__ = "concern"

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    id: UUID = Field(primary_key=True)
    author_id: UUID
    at: datetime = Field(sa_type=UtcTime)
    sealed: bytes


class PersonRequestRow(SQLModel, table=True):
    """What somebody observed asked for. No words, no name: a kind, days, and the pseudonym's id where it is known."""

    __tablename__ = "person_request"

    study_id: UUID = Field(primary_key=True, foreign_key="study.study_id")
    id: UUID = Field(primary_key=True)
    kind: str = Field(max_length=32)
    actor_id: UUID | None = None
    received_on: str = Field(max_length=10)
    is_extended: bool = False
    answered_on: str | None = Field(default=None, max_length=10)
    outcome: str | None = Field(default=None, max_length=16)
    written_by: str = Field(max_length=200)
    written_at: datetime = Field(sa_type=UtcTime)
