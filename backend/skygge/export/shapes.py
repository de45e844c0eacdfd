"""What the list of formats looks like on the wire."""

from typing import Any

from pydantic import BaseModel

from skygge.core.export import Group


class LossOut(BaseModel):
    """Something that a format may have to leave out; the download itself says how much it did."""

    code: str
    text: dict[str, str]


class WarningOut(BaseModel):
    """Something to know before the file leaves: `groups.small`, agencies of so few workers that they are recognised."""

    code: str
    n: int
    text: dict[str, str]


class ExportOut(BaseModel):
    """One format: what it is for, what it may leave out, and its options as a JSON schema.

    `group`: the button of the screen that it stands under. `always_has_dates`: dates and clock times cannot be left
    out. `warnings` say what to know of this very study.
    """

    name: str
    media_type: str
    suffix: str
    purpose: dict[str, str]
    may_lose: list[LossOut]
    always_has_dates: bool
    group: Group
    warnings: list[WarningOut]
    options: dict[str, Any]
