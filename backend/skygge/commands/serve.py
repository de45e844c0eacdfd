"""`serve` and `migrate`: take the port, bring the database up to date, print the set-up link, answer."""

import os
import socket
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import h11
import typer
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from skygge.accounts.enrol import has_accounts
from skygge.accounts.links import make_setup_link
from skygge.app import create_app, find_web_app
from skygge.clock import utc_now
from skygge.commands.in_room import open_room
from skygge.db import open_database
from skygge.errors import StartRefused
from skygge.fieldlog.replay import replay_understood
from skygge.guard import carried_by_all
from skygge.logs import LOGGING
from skygge.metrics import share_among_workers
from skygge.migrate import migrate
from skygge.settings import Settings, load_settings
from skygge.upkeep.room import RoomCertificate, settings_of_room

HEADERS_WITHIN_S = 20
MAX_HEADER_BYTES = 64 * 1024
# A worker that starts answers nobody until it has read the program; on a busy machine that takes longer than uvicorn
# would wait before it kills it and begins anew.
WORKER_ANSWERS_WITHIN_S = 60


class CarryingConfig(uvicorn.Config):
    """Knows what every answer carries, those too that uvicorn gives by itself."""

    carried: Mapping[str, str]


class PatientProtocol(H11Protocol):
    """HTTP by h11, which bounds headers; and a connection that never finishes its headers is closed.

    A body may take its time: it is read before a thread or the database is asked for, so that it holds nothing up.
    """

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADERS_WITHIN_S, transport.close)

    def handle_events(self) -> None:
        super().handle_events()
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        if cycle is not None and not cycle.response_complete:
            self._deadline.cancel()

    def send_400_response(self, msg: str) -> None:
        """What is no request never comes to the guard; its answer carries the same all the same."""
        config: Any = self.config  # ours, whatever its type says
        head = {**config.carried, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in head.items()]
        said = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        )
        for event in said:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def on_response_complete(self) -> None:
        """The connection may bring a further request, whose headers have as long as the first's."""
        self._deadline = self.loop.call_later(HEADERS_WITHIN_S, self.transport.close)
        super().on_response_complete()

    def shutdown(self) -> None:
        """The server stops. A stream of events would never end by itself; its client comes back by itself."""
        super().shutdown()
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        if cycle is not None and not cycle.response_complete and self.scope["path"].endswith("/events"):
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        super().connection_lost(exc)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; SQLite takes one.")] = None,
    https: Annotated[bool, typer.Option("--https", help="With its own certificate, for phones in this room.")] = False,
) -> None:
    """Serve the web app and the API."""
    settings = load_settings(host=host, port=port, workers=workers)
    if https:
        settings = settings_of_room(settings)
    if settings.uses_sqlite and settings.workers > 1:
        raise StartRefused("SQLite takes one worker; use PostgreSQL for more.")
    with _take_port(settings) as listening:
        migrate(settings)
        share_among_workers(settings)
        room = open_room(settings) if https else None
        _greet(settings)
        if settings.workers > 1:
            _serve_many(settings, listening, room)
        else:
            uvicorn.Server(_config(settings, create_app(settings), room)).run(sockets=[listening])


def migrate_command() -> None:
    """Bring the database to this version's schema."""
    settings = load_settings()
    typer.echo("The database was brought up to date." if migrate(settings) else "The database is up to date.")
    database = open_database(settings)
    try:
        with database.write() as session:
            taken = replay_understood(session, utc_now)
    finally:
        database.close()
    if taken:
        typer.echo(f"Changes that had been set aside and are understood now: {taken}.")


def _serve_many(settings: Settings, listening: socket.socket, room: RoomCertificate | None) -> None:
    # Each process reads the settings itself, so what the command line said must stand in the environment.
    os.environ.update(SKYGGE_HOST=settings.host, SKYGGE_PORT=str(settings.port), SKYGGE_WORKERS=str(settings.workers))
    os.environ.update(SKYGGE_ORIGIN=settings.origin)
    config = _config(settings, "skygge.app:create_app", room)
    Multiprocess(config, sockets=[listening]).run()


def _config(settings: Settings, app: Any, room: RoomCertificate | None) -> uvicorn.Config:
    config = CarryingConfig(
        app,
        factory=isinstance(app, str),
        workers=settings.workers,
        http=PatientProtocol,
        ws="none",
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        access_log=False,
        server_header=False,
        log_level="warning",
        log_config=LOGGING,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=WORKER_ANSWERS_WITHIN_S,
        ssl_certfile=room.certificate if room else None,
        ssl_keyfile=room.key if room else None,
    )
    config.carried = {**carried_by_all(settings), "Cache-Control": "no-store"}
    return config


def _take_port(settings: Settings) -> socket.socket:
    """Bind before anything is written, so that a taken port leaves no trace."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, number)
    except OSError:
        raise StartRefused(f"The host {settings.host} is not an address of this machine.") from None
    try:
        if os.name != "nt":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.set_inheritable(True)
    except OSError:
        listening.close()
        raise StartRefused(f"Port {settings.port} on {settings.host} is in use or not allowed.") from None
    return listening


def _greet(settings: Settings) -> None:
    database = open_database(settings)
    try:
        with database.write() as session:
            replay_understood(session, utc_now)
            link = None if has_accounts(session) else make_setup_link(session, settings.url_of_origin, utc_now())
    finally:
        database.close()
    typer.echo(f"Skygge is at {settings.url_of_origin}")
    if find_web_app() is None:
        typer.echo("The web app is not built, so only the API answers.")
    if link is not None:
        typer.echo(f"Make the first account within 30 minutes: {link}")
    sys.stdout.flush()
