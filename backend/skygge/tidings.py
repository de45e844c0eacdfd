"""Who wants to hear that a study's feed has grown: waiters of this process, woken by whoever appends.

On SQLite there is one process, and its own writers wake the waiters. On PostgreSQL a writer of any process says it in
the writing transaction (`NOTIFY`), and each process that has waiters listens on a connection of its own. A waiter is
told no more than that it is worth looking: missed and doubled calls cost a look and nothing else.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from skygge.errors import ServerBusy

if TYPE_CHECKING:
    import psycopg

CHANNEL = "skygge_feed"
LISTEN_ANEW_S = 2.0
LOOK_UP_S = 1.0
MAX_FOLLOWERS = 500
# One person's devices and open tabs; what goes beyond it asks by itself once a minute.
MAX_OF_ACCOUNT = 12


@dataclass(eq=False)
class Follower:
    """One waiter, of one event loop."""

    study_id: UUID
    account_id: UUID
    loop: asyncio.AbstractEventLoop
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """From any thread: have the waiter look."""
        # A closed loop has nobody left who waits.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.news.set)

    async def wait(self, at_most_s: float) -> None:
        """Until there may be something new, or the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.news.wait(), at_most_s)
        self.news.clear()


class Tidings:
    """The waiters of one process. `listen_to`: the PostgreSQL database where other processes say what they wrote."""

    # A stream ends after this time and its client asks again, so that one that died unnoticed frees its place.
    lasts_s = 600.0
    heartbeat_s = 15.0

    def __init__(self, listen_to: str | None = None) -> None:
        self._listen_to = listen_to
        self._followers: set[Follower] = set()
        self._lock = threading.Lock()
        self._listener: threading.Thread | None = None
        self._is_over = threading.Event()

    @property
    def n_followers(self) -> int:
        """How many wait just now."""
        return len(self._followers)

    @contextmanager
    def follow(self, study_id: UUID, account_id: UUID) -> Iterator[Follower]:
        """A place among the waiters, given back at the end. Raises ServerBusy where there is none."""
        follower = Follower(study_id, account_id, asyncio.get_running_loop())
        with self._lock:
            of_account = sum(1 for one in self._followers if one.account_id == account_id)
            if len(self._followers) >= MAX_FOLLOWERS or of_account >= MAX_OF_ACCOUNT:
                raise ServerBusy(
                    "Too many follow the feed already; ask for it now and then.", headers={"Retry-After": "60"}
                )
            self._followers.add(follower)
            self._begin_to_listen()
        try:
            yield follower
        finally:
            with self._lock:
                self._followers.discard(follower)

    def tell(self, study_ids: Iterable[UUID] | None = None) -> None:
        """Wake whoever waits for news of these studies; of any, where nothing is named."""
        named = None if study_ids is None else set(study_ids)
        with self._lock:
            due = [one for one in self._followers if named is None or one.study_id in named]
        for follower in due:
            follower.wake()

    def close(self) -> None:
        """Listen no more."""
        self._is_over.set()
        if self._listener is not None:
            self._listener.join(2 * LOOK_UP_S)

    def _begin_to_listen(self) -> None:
        if self._listen_to is not None and self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="tidings", daemon=True)
            self._listener.start()

    def _listen(self) -> None:
        """Hear what all processes wrote, for as long as this one lives; after a lost connection everybody looks."""
        import psycopg

        while not self._is_over.is_set():
            try:
                with psycopg.connect(self._listen_to or "", autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self.tell()
                    self._hear(connection)
            except psycopg.Error:
                self._is_over.wait(LISTEN_ANEW_S)

    def _hear(self, connection: psycopg.Connection) -> None:
        while not self._is_over.is_set():
            for notice in connection.notifies(timeout=LOOK_UP_S):
                self.tell([UUID(notice.payload)])
                if self._is_over.is_set():
                    return
