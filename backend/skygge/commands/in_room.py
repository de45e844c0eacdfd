"""`serve --https`: a certificate for a week, and what the phones in the room have to do, on the screen."""

import sys
from urllib.parse import urlsplit

import typer

from skygge.clock import utc_now
from skygge.errors import StartRefused
from skygge.settings import Settings, is_loopback
from skygge.upkeep.room import RoomCertificate, find_address


def open_room(settings: Settings) -> RoomCertificate:
    """Make the certificate where it is needed, and tell how a phone comes in. Raises StartRefused."""
    # Only who serves a room pays for loading them.
    import segno

    from skygge.upkeep.certificate import room_certificate

    host = str(urlsplit(settings.url_of_origin).hostname)
    try:
        room = room_certificate(settings.data, host, utc_now())
    except OSError:
        raise StartRefused(f"The folder {settings.data} cannot be written.") from None
    page = f"{settings.url_of_origin}/#/room"
    typer.echo("Once for each phone in this room: read this code, and follow the page that it opens.")
    typer.echo("The phone warns of the address at first; that is what the page puts right.")
    if sys.stdout.isatty():
        segno.make(page).terminal(compact=True)
    typer.echo(page)
    if is_loopback(host):
        typer.echo("This machine has no network, so no phone will find it: join one, and start again.")
    elif host == find_address():
        typer.echo("The address is that of this network. In another one, start again and tell the phones once more.")
    return room
