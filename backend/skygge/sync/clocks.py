"""By how much the device's clock was ahead when each change of a push was made.

A push measures the clock of now. A backlog may reach back to when the clock was another: somebody set it, or a phone
that was off began in the wrong year. So the measure of now holds for the changes of a push only where the clock is
known to have been the same before them. Where it was not, the place at which it jumped is looked for; and where that is
not found either, or what is found cannot be, nothing is known, and the device's own time stands uncorrected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from math import isfinite
from typing import Any, TypeGuard
from uuid import UUID

from sqlmodel import Session

from skygge.core.model import read_instant
from skygge.fieldlog.feed import LastSaid, read_last_of
from skygge.studies.tables import DeviceRow
from skygge.sync.shapes import Push

Told = Mapping[str, Any]

# Two measures that differ by less are of one clock: a phone's own drift and slow answers stay far below.
STEADY_MS = 120_000
MS = timedelta(milliseconds=1)
NEVER_MS = float("-inf")


def offsets_by_change(session: Session, study_id: UUID, push: Push, now_ms: int) -> dict[str, int] | None:
    """What is known of the clock change by change; None where the measure of now holds for all of them."""
    told = read_told(push.changes)
    device = session.get(DeviceRow, (study_id, UUID(push.device_id)))
    sent_ms = read_instant(push.device_time).timestamp() * 1000 - now_ms
    if device is None or device.clock_offset_ms is None or device.last_contact_at is None:
        return None if is_possible(told, None, now_ms, sent_ms) and not has_leap(told) else {}
    before_ms: int | None = device.clock_offset_ms
    ahead = timedelta(milliseconds=device.clock_offset_ms)
    n_told, is_rest = len(told), bool(told) and read_instant(told[0]["made_at"]) < device.last_contact_at + ahead
    if is_rest:
        # The rest of a backlog, which an earlier push began: what was found out for the change before goes on. What
        # comes again is known already; what a restored server is offered after newer ones has nothing before it here.
        last = read_last_of(session, study_id, device.device_id)
        before_ms = last.clock_offset_ms if last else None
        told = [one for one in told if last is None or one["device_seq"] > last.device_seq]
    is_steady = before_ms is not None and abs(now_ms - before_ms) <= STEADY_MS
    offsets = None if is_steady else find_offsets(told, before_ms, now_ms)
    if is_steady and is_rest and has_leap(told):
        # It was made before either contact, so that both find the same clock says nothing of it.
        return {}
    if offsets is None and len(told) < n_told:
        offsets = {one["change_id"]: now_ms for one in told}
    # A clock that is right corrects nothing, and most are: only the others cost a look into the log.
    is_wrong = bool(told) and (abs(now_ms) > STEADY_MS or bool(offsets))
    since_ms = _end_of(read_last_of(session, study_id, device.device_id), told) if is_wrong else NEVER_MS
    return offsets if is_possible(told, offsets, now_ms, sent_ms, since_ms) else {}


def _end_of(last: LastSaid | None, told: Sequence[Told]) -> float:
    """When the device truly made what it said before these changes (Unix time), if that is known."""
    if last is None or last.clock_offset_ms is None or last.device_seq >= told[0]["device_seq"]:
        return NEVER_MS
    return last.made_at.timestamp() * 1000 - last.clock_offset_ms


def read_told(changes: Sequence[object]) -> list[Told]:
    """The changes that say when they were made, in the order in which the device made them."""
    return sorted((one for one in changes if _is_told(one)), key=lambda one: int(one["device_seq"]))


def find_offsets(told: Sequence[Told], before_ms: int | None, now_ms: int) -> dict[str, int]:
    """Milliseconds ahead, by change; a change that is left out is one of which nothing is known.

    `before_ms` is what was known of the clock just before the first of them, None where nothing was.
    """
    jump = None if before_ms is None else _find_jump(told, now_ms - before_ms)
    if jump is None or before_ms is None:
        return {}
    return {one["change_id"]: before_ms if place < jump else now_ms for place, one in enumerate(told)}


def is_possible(
    told: Sequence[Told], offsets: Mapping[str, int] | None, now_ms: int, sent_ms: float, since_ms: float = NEVER_MS
) -> bool:
    """Whether changes corrected so were made one after the other, from `since_ms` to `sent_ms` (Unix time).

    A clock that was set wrong and right again between two contacts looks steady to both. But once it went back, and
    so the corrected times do, or fall behind the clock that nobody sets; that one may stand still, never run on.
    """
    latest_ms = since_ms
    ahead_of_count: dict[str, float] = {}
    for one in told:
        ahead_ms = now_ms if offsets is None else offsets.get(one["change_id"])
        if ahead_ms is None:
            continue
        at_ms = read_instant(one["made_at"]).timestamp() * 1000 - ahead_ms
        session_id, reading_ms = one["session_id"], at_ms - one["monotonic_ms"]
        if not latest_ms - STEADY_MS <= at_ms <= sent_ms + STEADY_MS:
            return False
        if reading_ms < ahead_of_count.get(session_id, reading_ms) - STEADY_MS:
            return False
        latest_ms = max(latest_ms, at_ms)
        ahead_of_count[session_id] = max(ahead_of_count.get(session_id, reading_ms), reading_ms)
    return True


def has_leap(told: Sequence[Told]) -> bool:
    """Whether the clock was set on, or the one that nobody sets stood still: nothing tells which.

    Between two contacts that found the same clock it stood still. Before both of them it may be either.
    """
    last: dict[str, float] = {}
    for one in told:
        reading_ms = read_instant(one["made_at"]).timestamp() * 1000 - one["monotonic_ms"]
        if reading_ms > last.get(one["session_id"], reading_ms) + STEADY_MS:
            return True
        last[one["session_id"]] = reading_ms
    return False


def _find_jump(told: Sequence[Told], by_ms: int) -> int | None:
    """The place of the first change after the clock was set by so much, told by a clock that nobody sets."""
    for place, (one, after) in enumerate(pairwise(told), 1):
        if one["session_id"] == after["session_id"]:
            wall_ms = (read_instant(after["made_at"]) - read_instant(one["made_at"])) / MS
            if abs(wall_ms - (after["monotonic_ms"] - one["monotonic_ms"]) - by_ms) <= STEADY_MS:
                return place
    return None


def _is_told(change: object) -> TypeGuard[Told]:
    if not isinstance(change, dict) or not isinstance(change.get("change_id"), str):
        return False
    numbers = (change.get("device_seq"), change.get("monotonic_ms"))
    if not all(isinstance(number, int | float) and isfinite(number) for number in numbers):
        return False
    try:
        read_instant(change["made_at"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
    return isinstance(change.get("session_id"), str)
