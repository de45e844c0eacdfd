"""What somebody ordered, as it is delivered to them: which tier, which encounters, and what goes on record of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from skygge.accounts.access import Identity
from skygge.audit.keep import Event, keep
from skygge.audit.tables import AuditRow
from skygge.clock import Clock
from skygge.core.deidentify import deidentify
from skygge.core.export import Export, ExportOptions, Losses, all_exports
from skygge.core.held import leave_out_held
from skygge.core.reader import StudyReader
from skygge.errors import (
    EarlierExportUnknown,
    ExportUnknown,
    RoleInsufficient,
    ServerBusy,
    SessionMissing,
    StudyUnknown,
    TierRefused,
)
from skygge.fieldlog.load import open_study
from skygge.fieldlog.tables import ChangeRow
from skygge.problems import document_problems
from skygge.studies.access import Membership, Permission, require
from skygge.studies.downloads import MADE, STOPPED, record_made, settle_tier, tell_asked
from skygge.studies.tables import StudyRow

REFUSALS = document_problems(SessionMissing, StudyUnknown, RoleInsufficient, TierRefused)
ORDER_REFUSALS = REFUSALS | document_problems(EarlierExportUnknown, ServerBusy)
# An id that no encounter has: what was asked for is nothing, and not everything.
NOBODYS = str(UUID(int=0))


@dataclass(frozen=True)
class Order:
    """A format for a member. `asked` goes on record; `options` are the same with the tier and encounters settled."""

    membership: Membership
    export: Export[Any]
    asked: ExportOptions
    options: ExportOptions
    last_seq: int

    def read(self, session: Session, losses: Losses) -> tuple[StudyReader, ExportOptions]:
        """The study as the file may hold it, and the options to write it with."""
        reader = leave_out_held(open_study(session, self.membership.study_id, self.membership), losses)
        if self.options.tier == "deidentified":
            return deidentify(reader, self.options, losses)
        return reader, self.options


def place_order(session: Session, membership: Membership, name: str, asked: ExportOptions) -> Order:
    """Settle what a member gets. Raises ExportUnknown, TierRefused, EarlierExportUnknown."""
    export, options = find_export(name), _settle_tier(membership, asked)
    study = session.get_one(StudyRow, membership.study_id)
    if asked.new_since is not None:
        fresh = _list_new(session, membership.study_id, _find_earlier(session, membership.study_id, asked.new_since))
        wanted = [found for found in fresh if not options.encounter or found in options.encounter]
        options = options.model_copy(update={"encounter": wanted or [NOBODYS]})
    return Order(membership, export, asked, options, study.last_seq)


def order_as(session: Session, who: Identity, study_id: UUID, name: str, asked: ExportOptions) -> Order:
    """What somebody who asks over HTTP gets. Raises what `require` and `place_order` do."""
    return place_order(session, require(session, who, study_id, Permission.EXPORT), name, asked)


def record_order(
    session: Session, order: Order, counts: Mapping[str, int], clock: Clock, *, is_console: bool = False
) -> AuditRow:
    """Put an export on record: what was asked for and how much of it there is, never what was in it."""
    details = {
        "format": order.export.name,
        "tier": order.options.tier,
        "clock_times": order.options.clock_times or order.export.always_has_dates,
        **tell_asked(order.asked),
        "counts": dict(counts),
        "last_seq": order.last_seq,
    }
    return record_made(session, order.membership, details, clock, is_console=is_console)


def record_stop(session: Session, order: Order, clock: Clock, number: int, n_bytes: int) -> AuditRow:
    """Put on record that a download did not leave whole: which one, and how many bytes of it were handed over."""
    member = order.membership
    details = {"format": order.export.name, "number": number, "n_bytes": n_bytes}
    return keep(session, Event(STOPPED, clock(), member.observer, member.account_id, member.study_id, details))


def list_earlier(session: Session, membership: Membership) -> dict[str, list[dict[str, Any]]]:
    """By format, a member's own exports of the study, newest first: what "new since" may refer to."""
    query = select(AuditRow).where(
        col(AuditRow.study_id) == membership.study_id,
        col(AuditRow.account_id) == membership.account_id,
        col(AuditRow.kind) == MADE,
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in session.scalars(query.order_by(col(AuditRow.number).desc()).limit(200)):
        found.setdefault(row.details["format"], []).append({"number": row.number, "at": row.at})
    return found


def find_export(name: str) -> Export[Any]:
    """An export by name. Raises ExportUnknown."""
    export = all_exports().get(name)
    if export is None:
        raise ExportUnknown
    return export


def _settle_tier(membership: Membership, asked: ExportOptions) -> ExportOptions:
    tier = settle_tier(membership, asked.tier, clock_times=asked.clock_times)
    return asked.model_copy(update={"tier": tier})


def _find_earlier(session: Session, study_id: UUID, number: int) -> int:
    row = session.get(AuditRow, (study_id, number))
    if row is None or row.kind != MADE:
        raise EarlierExportUnknown
    last_seq: int = row.details["last_seq"]
    return last_seq


def _list_new(session: Session, study_id: UUID, last_seq: int) -> list[str]:
    """Encounters of which nothing was known when the log ended at a number."""
    query = (
        select(col(ChangeRow.subject_id))
        .where(col(ChangeRow.study_id) == study_id, col(ChangeRow.kind).startswith("encounter."))
        .group_by(col(ChangeRow.subject_id))
        .having(func.min(col(ChangeRow.seq)) > last_seq)
    )
    return sorted(str(subject_id) for subject_id in session.scalars(query))
