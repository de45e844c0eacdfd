"""What the list of formats looks like on the wire."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from skygge.core.export import Group
from skygge.core.tier import Tier


class LossOut(BaseModel):
    """Something that a format may have to leave out; the download itself says how much it did."""

    code: str
    text: dict[str, str]


class WarningOut(BaseModel):
    """Something to know before the file leaves: `groups.small`, agencies of so few workers that they are recognised."""

    code: str
    n: int
    text: dict[str, str]


class EarlierOut(BaseModel):
    """An export that I made before; `number` is its place in the audit log, which `new_since` takes."""

    number: int
    at: datetime


class PreviewOut(BaseModel):
    """What a download will be: how much is in it, its first entries as rows, and its first lines where it is text.

    `n_codes`: how many codes a codebook holds; null for every other format. A codebook holds no entries.
    """

    n_codes: int | None
    n_entries: int
    n_encounters: int
    warnings: list[WarningOut]
    columns: list[str]
    rows: list[list[str | int | float | bool | None]]
    head: str | None


class LostOut(LossOut):
    """Something that this very file leaves out, and how often."""

    n: int


class LossesOut(BaseModel):
    """How long the file is, and what it leaves out."""

    n_bytes: int
    losses: list[LostOut]


class ExportOut(BaseModel):
    """One format: what it is for, what it may leave out, and its options as a JSON schema.

    `is_codebook`: it holds codes and nothing that was observed. `group`: the button of the screen that it stands
    under. `always_has_dates`: dates and clock times cannot be left out. `tiers`: what I may choose from.
    `warnings` say what to know of this very study; `earlier`: my exports so far.
    """

    name: str
    media_type: str
    suffix: str
    purpose: dict[str, str]
    may_lose: list[LossOut]
    always_has_dates: bool
    is_codebook: bool
    group: Group
    tiers: list[Tier]
    warnings: list[WarningOut]
    earlier: list[EarlierOut]
    options: dict[str, Any]
