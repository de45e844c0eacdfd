"""What leaves a study as a file: how much of it a member may have, and that it goes on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from skygge.audit.keep import CONSOLE, Event, keep
from skygge.audit.tables import AuditRow
from skygge.clock import Clock
from skygge.core.filters import Filters
from skygge.core.tier import Tier
from skygge.errors import TierRefused
from skygge.studies.access import Membership

MADE, STOPPED = "export.made", "export.stopped"


def settle_tier(membership: Membership, tier: Tier | None, *, clock_times: bool) -> Tier:
    """The tier that a member gets: the one asked for, or as much as they may have. Raises TierRefused."""
    settled: Tier = tier or ("full" if membership.may_export_full else "deidentified")
    if settled == "full" and not membership.may_export_full:
        raise TierRefused
    if settled == "deidentified" and clock_times:
        raise TierRefused("Clock times identify people; the de-identified files that you may download have none.")
    return settled


def record_made(
    session: Session, member: Membership, details: Mapping[str, Any], clock: Clock, *, is_console: bool = False
) -> AuditRow:
    """Put a file on record: what was asked for and how much of it there is, never what was in it."""
    who, account_id = (CONSOLE, None) if is_console else (member.observer, member.account_id)
    return keep(session, Event(MADE, clock(), who, account_id, member.study_id, dict(details)))


def tell_asked(asked: Filters) -> dict[str, dict[str, Any]]:
    """What was asked for, as it goes on record: the filters, and the other options but for the tier."""
    said = asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    filters = {field.alias or name for name, field in Filters.model_fields.items()}
    return {
        "filters": {name: value for name, value in said.items() if name in filters},
        "options": {name: value for name, value in said.items() if name not in filters | {"tier", "clock_times"}},
    }
