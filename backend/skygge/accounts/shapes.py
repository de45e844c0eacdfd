"""What people send and get about accounts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from skygge.accounts.passwords import MAX_LENGTH
from skygge.accounts.sessions import Device
from skygge.core.model import Id, Label, Strict

Name = Annotated[Label, Field(max_length=100)]
Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
Token = Annotated[str, Field(min_length=1, max_length=200)]


class OnDevice(Strict):
    """What a browser is called that is being signed in: it stands among a study's devices, and can be revoked."""

    device_id: Id | None = None
    device_name: Name | None = None

    def device(self) -> Device | None:
        """The device, if it told of itself."""
        return Device(UUID(self.device_id), self.device_name or "") if self.device_id else None


class SignIn(OnDevice):
    """Name and password; with a device id the session lasts 60 days after each contact, or as set."""

    name: Name
    password: Password


class Reset(Strict):
    """The code at the end of a reset link, or a spare code as typed, and the new password."""

    token: Token
    password: Password


class PasswordAgain(Strict):
    """The password of whoever asks: an open screen alone is not enough for this."""

    password: Password


class PasswordChange(PasswordAgain):
    """And the one to have from now on."""

    new_password: Password


class SpareCodes(BaseModel):
    """How many codes of one's sheet are left, and when it was made."""

    left: int
    made_at: datetime | None


class SpareCodesMade(SpareCodes):
    """A new sheet with its codes, which are shown this once."""

    codes: list[str]


class ResetMade(BaseModel):
    """A one-time link to a new password, shown this once: its code, and a picture (SVG in a data address) of it."""

    name: str
    code: str
    url: str
    picture: str
    ends_at: datetime


class ResetAsked(Strict):
    """Whose password is forgotten, and the administrator's own."""

    name: Name
    password: Password


class PairingOffer(BaseModel):
    """A code for a phone: to be typed, or read as a picture (an SVG in a data address) that holds `url`."""

    id: UUID
    code: str
    url: str
    picture: str
    ends_at: datetime


class PairingState(BaseModel):
    """`open` until a phone has typed the code; then it is answered by `allow`."""

    state: Literal["open", "claimed", "allowed", "refused", "over"]
    device_name: str | None


class PairingAnswer(Strict):
    """Whether the device may come in."""

    allow: bool


class PairingClaim(Strict):
    """The code as typed, and what the device calls itself."""

    code: Token
    device_name: Name


class PairingClaimed(BaseModel):
    """What the phone asks again with, and whose account it would open."""

    claim: str
    name: str
    ends_at: datetime


class PairingFinish(Strict):
    """The claim, and the id that the device made for itself."""

    claim: Token
    device_id: Id


class AccountOut(BaseModel):
    """An account as its owner sees it."""

    id: UUID
    name: str
    is_admin: bool
