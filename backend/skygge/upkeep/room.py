"""One room: a laptop that serves, and phones beside it that reach it over the network they share."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

from skygge.settings import Settings, is_loopback

FOLDER = "https"
EVERYWHERE = "0.0.0.0"  # to be reached from the room is what it is for
# Of an address block that is kept for documentation: the way there is the way out, and nothing is sent.
SOMEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True)
class RoomCertificate:
    """Where the parts lie: what the server shows, its key, and what phones are told to trust."""

    certificate: Path
    key: Path
    authority: Path


def parts_in(data: Path) -> RoomCertificate:
    """Where the parts of a room's certificate lie in a data folder, whether they are there or not."""
    folder = data / FOLDER
    return RoomCertificate(folder / "server.pem", folder / "server.key", folder / "authority.crt")


def settings_of_room(settings: Settings) -> Settings:
    """The settings for serving a room: https at an address set by hand, or else at this machine's own."""
    host = urlsplit(settings.url_of_origin).hostname if settings.is_secure else None
    host = host or find_address()
    listen = EVERYWHERE if is_loopback(settings.host) and not is_loopback(host) else settings.host
    return settings.model_copy(update={"host": listen, "origin": f"https://{_bracketed(host)}:{settings.port}"})


def find_address() -> str:
    """This machine's address in its network, that of the way out; 127.0.0.1 where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
        try:
            way_out.connect(SOMEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(way_out.getsockname()[0])


def _bracketed(host: str) -> str:
    try:
        return f"[{host}]" if isinstance(ip_address(host), IPv6Address) else host
    except ValueError:
        return host
