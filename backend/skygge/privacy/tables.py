"""What privacy keeps beside the log: concerns, sealed."""

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
