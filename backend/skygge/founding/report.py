"""Changes that the server itself makes: the same envelope as a phone's, under the server's own device."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from skygge import __version__
from skygge.clock import Clock, new_id
from skygge.core.changes import SCHEMA
from skygge.core.identity import server_device_id
from skygge.errors import ServerFailed
from skygge.fieldlog.append import Author, append_changes
from skygge.studies.tables import MemberRow, StudyRow


@dataclass(frozen=True)
class Report:
    """What a change says; the rest of its envelope is made here."""

    kind: str
    subject_id: UUID
    payload: dict[str, Any]
    parents: Sequence[str] = ()


def report_changes(
    session: Session, study: StudyRow, member: MemberRow, reports: Sequence[Report], clock: Clock
) -> None:
    """Write changes in a member's name. Raises ServerFailed when one is not stored: the server wrote nonsense."""
    device_id = server_device_id(study.study_id)
    changes = [_envelope(study, report, device_id, number, clock) for number, report in enumerate(reports, 1)]
    verdicts = append_changes(
        session,
        study_id=study.study_id,
        author=author_of(member),
        device_id=device_id,
        changes=changes,
        clock=clock,
    )
    if any(verdict.verdict != "stored" for verdict in verdicts):
        raise ServerFailed


def author_of(member: MemberRow) -> Author:
    """A member as the author of changes."""
    return Author(account_id=member.account_id, member_id=member.member_id, observer=member.observer, role=member.role)


def _envelope(study: StudyRow, report: Report, device_id: UUID, number: int, clock: Clock) -> dict[str, Any]:
    local = clock().astimezone(ZoneInfo(study.time_zone))
    offset = local.utcoffset()
    return {
        "change_id": str(new_id()),
        "kind": report.kind,
        "subject_id": str(report.subject_id),
        "parents": list(report.parents),
        "payload": report.payload,
        "made_at": local.isoformat(timespec="milliseconds"),
        "utc_offset_minutes": int(offset.total_seconds() // 60) if offset is not None else 0,
        "time_zone": study.time_zone,
        "device_id": str(device_id),
        "device_seq": study.last_seq + number,
        "session_id": "server",
        "monotonic_ms": 0,
        "schema": SCHEMA,
        "app_version": __version__,
    }
