"""After an upgrade: what this server had set aside because it did not understand it, and now does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from skygge.clock import Clock
from skygge.core.changes import ChangeRefused, read_change
from skygge.fieldlog.append import Author, Delivery, append_delivery
from skygge.fieldlog.tables import QuarantineRow
from skygge.studies.tables import MemberRow

# The other reasons are rules, and an upgrade does not change who may say what. Content that was invalid may have had a
# field that this version knows.
NOT_UNDERSTOOD = ("change.kind_unknown", "change.schema_newer", "change.content_invalid")
# What takes words out is left without them in the moment in which it is stored.
TAKEN_IN = ("stored", "erased")


def replay_understood(session: Session, clock: Clock) -> int:
    """Take in what is understood today, in its author's name; how many changes that was.

    Running it again does nothing, and two servers that do it at once take each change in once. What a rule refuses
    stays parked.
    """
    stored = 0
    for (study_id, author_id, device_id), rows in groupby(_waiting(session), key=_whose):
        member = session.get_one(MemberRow, (study_id, author_id))
        author = Author(member.account_id, member.member_id, member.observer, member.role)
        changes = [json.loads(row.raw) for row in rows]
        verdicts = append_delivery(session, Delivery(study_id, author, device_id, changes, clock()))
        stored += sum(verdict.verdict in TAKEN_IN for verdict in verdicts)
    return stored


def _waiting(session: Session) -> Iterator[QuarantineRow]:
    query = select(QuarantineRow).where(col(QuarantineRow.code).in_(NOT_UNDERSTOOD))
    order = (QuarantineRow.study_id, QuarantineRow.author_id, QuarantineRow.device_id, QuarantineRow.received_at)
    rows = session.scalars(query.order_by(*(col(name) for name in order), col(QuarantineRow.id))).all()
    yield from (row for row in rows if _is_understood(row))


def _is_understood(row: QuarantineRow) -> bool:
    try:
        read_change(json.loads(row.raw))
    except ChangeRefused:
        return False
    return True


def _whose(row: QuarantineRow) -> tuple[UUID, UUID, UUID]:
    return row.study_id, row.author_id, row.device_id
