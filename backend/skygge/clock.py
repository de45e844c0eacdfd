"""Where time and new ids come from; tests put another clock into `app.state.clock`."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from skygge.core.identity import uuid7

Clock = Callable[[], datetime]
_id_lock = threading.Lock()
_last_id = 0


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A new UUIDv7 made by this server; ids of one process rise in the order in which they were asked for."""
    global _last_id
    with _id_lock:
        _last_id = max(uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10)).int, _last_id + 1)
        return UUID(int=_last_id)


def clock_of(request: Request) -> Clock:
    """The clock of the application that answers this request."""
    clock: Clock = request.app.state.clock
    return clock


ClockDep = Annotated[Clock, Depends(clock_of)]
