"""Both databases behind one door: short read sessions, and write sessions that end in the only commit there is."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from sqlalchemy import DateTime, Dialect, Engine, TypeDecorator, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from skygge.errors import Problem, ServerBusy, StartRefused
from skygge.ledger import Ledger
from skygge.scrub import scrub
from skygge.settings import Settings
from skygge.tidings import CHANNEL, Tidings

BUSY_TIMEOUT_MS = 30_000
# Under this name any session notes what is to be written before its answer leaves, even if it only reads itself.
AFTERWARDS = "afterwards"
# A write session notes under these names what has to happen outside the database when it is committed.
ERASED = "erased"
LEDGER = "ledger"
NEWS = "news"
READERS = 16
# So many files may leave at once: each holds a connection as long as its reader takes, and lists need some too.
DOWNLOADS = READERS // 2
POSTGRES_WRITERS = 8

T = TypeVar("T")


class UtcTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out, on both databases (SQLite alone would forget the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LoopQueue:
    """Requests waiting for a place, a semaphore for each event loop.

    Waiting here costs no thread. If requests waited in worker threads for the write lock, all threads could be
    waiting while the request that holds the lock finds none to go on in.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    def of_this_loop(self) -> asyncio.Semaphore:
        return self._by_loop.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._places))


def _run(door: Callable[[], AbstractContextManager[Session]], work: Callable[[Session], T]) -> T:
    with door() as session:
        return work(session)


class Database:
    """Two engines on one database: one that only reads, one that writes."""

    def __init__(self, reader: Engine, writer: Engine, ledger: Ledger, tidings: Tidings) -> None:
        self.tidings = tidings
        self.reader = reader
        self.writer = writer
        self.ledger = ledger
        self.is_scrub_due = False
        self.is_sqlite = writer.dialect.name == "sqlite"
        self._write_lock = threading.Lock()
        self._read_queue = LoopQueue(READERS)
        self._write_queue = LoopQueue(1 if self.is_sqlite else POSTGRES_WRITERS)
        self._downloads = threading.BoundedSemaphore(DOWNLOADS)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and cannot write."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def read_long(self) -> Iterator[Session]:
        """A read session for as long as somebody's download takes. Raises ServerBusy where too many do already."""
        if not self._downloads.acquire(blocking=False):
            raise ServerBusy(headers={"Retry-After": "10"})
        try:
            with self.read() as session:
                yield session
        finally:
            self._downloads.release()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, and rolled back when it raises.

        A raised Problem with `writes_kept` is committed all the same, and then raised.
        """
        kept: Problem | None = None
        with self._one_writer(), Session(self.writer, expire_on_commit=False) as session:
            # What was to be told at the commit is taken back with all else: a dry run strikes nothing, later neither.
            event.listen(session, "after_rollback", lambda rolled_back: rolled_back.info.clear())
            try:
                yield session
            except Problem as problem:
                if not problem.writes_kept:
                    raise
                kept = problem
            for work in session.info.pop(AFTERWARDS, []):
                work(session)
            # Outside first: a line too many erases again what was asked to be erased; one too few would bring it back.
            self.ledger.append(session.info.pop(LEDGER, []))
            news = self._announce(session)
            session.commit()
            self.tidings.tell(news)
            self.is_scrub_due |= session.info.pop(ERASED, False)
            session.close()
            if self.is_scrub_due:
                self.is_scrub_due = not scrub(self.writer)
        if kept is not None:
            raise kept

    def _announce(self, session: Session) -> set[UUID]:
        """Whom this process has to wake after the commit; on PostgreSQL the commit itself tells every process."""
        news: set[UUID] = session.info.pop(NEWS, set())
        if self.is_sqlite:
            return news
        for study_id in news:
            session.execute(text("SELECT pg_notify(:channel, :study)"), {"channel": CHANNEL, "study": str(study_id)})
        return set()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """`read` for the event loop: waiting for a place blocks no thread."""
        async with self._read_queue.of_this_loop(), contextmanager_in_threadpool(self.read()) as session:
            yield session
        await self._write_afterwards(session.info.pop(AFTERWARDS, []))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """`write` for the event loop: waiting for the turn blocks no thread."""
        async with self._write_queue.of_this_loop(), contextmanager_in_threadpool(self.write()) as session:
            yield session

    async def run_read(self, work: Callable[[Session], T]) -> T:
        """Do a piece of reading in a thread and give back what it found."""

        def look(session: Session) -> tuple[T, list[Callable[[Session], None]]]:
            return work(session), session.info.pop(AFTERWARDS, [])

        async with self._read_queue.of_this_loop():
            found, afterwards = await run_in_threadpool(_run, self.read, look)
        await self._write_afterwards(afterwards)
        return found

    async def run_write(self, work: Callable[[Session], T]) -> T:
        """Do a piece of writing in a thread, in a transaction of its own, committed when this returns."""
        async with self._write_queue.of_this_loop():
            return await run_in_threadpool(_run, self.write, work)

    async def _write_afterwards(self, afterwards: list[Callable[[Session], None]]) -> None:
        """What a reader left to be written; seldom anything."""
        if afterwards:
            await self.run_write(lambda session: [work(session) for work in afterwards])

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """SQLite takes one writer at a time; queueing here is fair, SQLite's own busy handler is not."""
        if not self.is_sqlite:
            yield
            return
        with self._write_lock:
            yield

    def close(self) -> None:
        """Give back every connection; on SQLite this also folds the write-ahead log into the file."""
        self.tidings.close()
        self.reader.dispose()
        self.writer.dispose()


def open_database(settings: Settings) -> Database:
    """Open the database of the settings. SQLite's folder is made if it can be.

    Raises StartRefused when the folder cannot be written or the server does not answer.
    """
    if settings.uses_sqlite:
        _make_folder(settings)
        database = _open_sqlite(settings)
    else:
        database = _open_postgres(settings)
    try:
        with database.writer.connect():
            pass
    except DBAPIError:
        database.close()
        where = "the SQLite file cannot be opened or written" if settings.uses_sqlite else "PostgreSQL does not answer"
        raise StartRefused(f"The database is not usable: {where}.") from None
    return database


def _make_folder(settings: Settings) -> None:
    folder = settings.sqlite_file.parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise StartRefused(f"The folder {folder} cannot be made.") from None
    if not os.access(folder, os.W_OK):
        raise StartRefused(f"The folder {folder} cannot be written.")


def _open_sqlite(settings: Settings) -> Database:
    url = settings.url_of_database
    reader = create_engine(
        url,
        pool_size=READERS,
        max_overflow=4,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
        json_deserializer=_read_json,
    )
    writer = create_engine(
        url, pool_size=1, max_overflow=1, connect_args={"check_same_thread": False}, hide_parameters=True
    )
    _prepare_sqlite(reader, begin="BEGIN", more=("PRAGMA query_only=ON",))
    _prepare_sqlite(writer, begin="BEGIN IMMEDIATE", more=("PRAGMA journal_mode=WAL", "PRAGMA secure_delete=ON"))
    return Database(reader, writer, Ledger(settings.data), Tidings())


def _read_json(text: str) -> Any:
    return [] if text == "[]" else json.loads(text)  # by far the most


def _prepare_sqlite(engine: Engine, begin: str, more: tuple[str, ...]) -> None:
    """Take transactions out of the driver's hands: its own way once gave duplicate numbers without an error."""
    pragmas = (f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}", "PRAGMA foreign_keys=ON", "PRAGMA synchronous=FULL", *more)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _open_postgres(settings: Settings) -> Database:
    url = "postgresql+psycopg://" + settings.url_of_database.partition("://")[2]
    reader = create_engine(
        url,
        pool_size=READERS,
        pool_pre_ping=True,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )
    writer = create_engine(url, pool_size=POSTGRES_WRITERS, pool_pre_ping=True, hide_parameters=True)
    listen_to = "postgresql://" + settings.url_of_database.partition("://")[2]
    return Database(reader, writer, Ledger(settings.data), Tidings(listen_to))


def database_of(request: Request) -> Database:
    """The database of the application that answers this request."""
    database: Database = request.app.state.database
    return database


DatabaseDep = Annotated[Database, Depends(database_of)]


async def _read_session(request: Request) -> AsyncIterator[Session]:
    async with database_of(request).reading() as session:
        yield session


async def _write_session(request: Request) -> AsyncIterator[Session]:
    async with database_of(request).writing() as session:
        yield session


# scope="function": the session ends, and commits, before the answer leaves. With the default scope a caller
# would be told 200 and the commit might still fail.
ReadSession = Annotated[Session, Depends(_read_session, scope="function")]
WriteSession = Annotated[Session, Depends(_write_session, scope="function")]
