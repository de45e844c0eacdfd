"""What people send and get about accounts."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from skygge.accounts.passwords import MAX_LENGTH
from skygge.core.model import Id, Label, Strict

Name = Annotated[Label, Field(max_length=100)]
Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
Token = Annotated[str, Field(min_length=1, max_length=200)]


class SignIn(Strict):
    """Name and password; with a device id the session lasts 60 days after each contact."""

    name: Name
    password: Password
    device_id: Id | None = None
    device_name: Name | None = None


class Reset(Strict):
    """A reset link's token and the new password."""

    token: Token
    password: Password


class AccountOut(BaseModel):
    """An account as its owner sees it."""

    id: UUID
    name: str
    is_admin: bool
