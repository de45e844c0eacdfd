"""After a restore: a new epoch for every study, no session left, and everything erased since erased again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from skygge.accounts.tables import PairingRow, ResetLinkRow, SessionRow, SetupLinkRow, SpareCodeRow, TokenRow
from skygge.backup import iter_epochs
from skygge.clock import new_id
from skygge.core.identity import server_device_id
from skygge.db import LEDGER
from skygge.fieldlog.append import Author, Delivery, redact_things
from skygge.fieldlog.redact import Redaction
from skygge.fieldlog.tables import RedactionRow
from skygge.studies.access import Role
from skygge.studies.tables import DeviceRow, MemberRow, StudyRow

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Restored:
    """What was done after the tables were put back."""

    studies: int
    redactions: int
    revocations: int


def begin_anew(session: Session, ledger: Iterable[Line], now: datetime) -> Restored:
    """Make restored tables fit to be served: see the module. In the transaction that put them back.

    The new epoch is greater than any in the backup or the ledger, so that every phone notices.
    """
    lines = list(ledger)
    # Spare codes too: one that was used since would be good again.
    for table in (SessionRow, TokenRow, SetupLinkRow, ResetLinkRow, SpareCodeRow, PairingRow):
        session.execute(delete(table))
    studies = list(session.exec(select(StudyRow).order_by(col(StudyRow.study_id))))
    latest = max([*iter_epochs(iter(lines)), *(study.epoch for study in studies)], default=UUID(int=0))
    redactions = revocations = 0
    notes: list[dict[str, Any]] = []
    for study in studies:
        study.epoch = latest = UUID(int=max(new_id().int, latest.int + 1))
        notes.append({"type": "epoch", "study_id": str(study.study_id), "epoch": str(study.epoch)})
        own = [line for line in lines if line.get("study_id") == str(study.study_id)]
        revocations += _revoke_again(session, study.study_id, own)
        redactions += _redact_again(session, study.study_id, own, now)
    session.flush()
    # What was replayed stands in the ledger already.
    session.info[LEDGER] = notes
    return Restored(len(studies), redactions, revocations)


def _revoke_again(session: Session, study_id: UUID, lines: Iterable[Line]) -> int:
    """The last word on each device; one that the backup does not know is made known as revoked."""
    last = {line["device_id"]: line["revoked_at"] for line in lines if line.get("type") == "revocation"}
    for device_id, revoked_at in last.items():
        row = session.get(DeviceRow, (study_id, UUID(device_id)))
        row = row or DeviceRow(study_id=study_id, device_id=UUID(device_id))
        row.revoked_at = datetime.fromisoformat(revoked_at) if revoked_at else None
        session.add(row)
    return len(last)


def _redact_again(session: Session, study_id: UUID, lines: Iterable[Line], now: datetime) -> int:
    query = select(RedactionRow.redacted_by).where(RedactionRow.study_id == study_id)
    done = {str(one) for one in session.exec(query)}
    due = [line for line in lines if line.get("type") == "redaction" and line["redacted_by"] not in done]
    lead = session.exec(select(MemberRow).where(MemberRow.study_id == study_id, MemberRow.role == Role.LEAD)).first()
    if not due or lead is None:
        return 0
    author = Author(lead.account_id, lead.member_id, lead.observer, lead.role)
    delivery = Delivery(study_id, author, server_device_id(study_id), [], now, is_import=True)
    orders = _group(study_id, due, now)
    redact_things(session, delivery, orders)
    return len(orders)


def _group(study_id: UUID, lines: Iterable[Line], now: datetime) -> list[Redaction]:
    """The ledger's lines as the redactions that they were, in their order."""
    found: dict[tuple[str, str], dict[str, list[Any]]] = {}
    modes: dict[tuple[str, str], str] = {}
    for line in lines:
        key = (line["redacted_by"], line["subject_id"])
        modes[key] = line["mode"]
        if line["change_id"] is not None:
            found.setdefault(key, {})[line["change_id"]] = line["edits"]
    return [
        Redaction(study_id, UUID(subject_id), mode, now, UUID(by), replayed=found.get((by, subject_id), {}))
        for (by, subject_id), mode in sorted(modes.items())
    ]
