"""Changes that the server itself makes, in a member's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from skygge.clock import Clock
from skygge.core.identity import server_device_id
from skygge.errors import ServerFailed
from skygge.fieldlog.append import Author, append_changes
from skygge.fieldlog.own_words import make_server_change
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
    now = clock()
    changes = [
        {
            **make_server_change(study, report.kind, str(report.subject_id), report.payload, now),
            "parents": list(report.parents),
            "device_seq": study.last_seq + number,
        }
        for number, report in enumerate(reports, 1)
    ]
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
