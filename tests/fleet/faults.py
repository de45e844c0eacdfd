"""A proxy on loopback that does to requests and answers what bad networks do, told by a seed."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

HALF_OPEN_S = 0.4
BUFFER = 65_536
# What may happen to one exchange, and how often in a hundred.
BAD_WEATHER = {"before": 6, "after": 10, "twice": 5, "cut_request": 2, "cut_answer": 4, "half_open": 1, "late": 6}
FAIR_WEATHER: Mapping[str, int] = {}


@dataclass
class FaultProxy:
    """Forwards HTTP exchanges to a port, one connection each, unless a fault is due. Runs until `close`."""

    port_of_server: int
    rng: random.Random
    weather: Mapping[str, int] = field(default_factory=lambda: BAD_WEATHER)
    on_forwarded: Callable[[], None] | None = None
    happened: Counter[str] = field(default_factory=Counter)
    # How often a server said that its own program had failed.
    faults_of_program: int = 0

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def origin(self) -> str:
        """Where phones ask."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            client.settimeout(30)
            try:
                while request := _read_message(client):
                    if not self._exchange(client, request):
                        return
            except OSError:
                return

    def _exchange(self, client: socket.socket, request: bytes) -> bool:
        """One request and its answer; False when the connection is over."""
        fault = self._draw()
        self.happened[fault] += 1
        if fault == "before":
            return False
        if fault == "half_open":
            threading.Event().wait(HALF_OPEN_S)
            return False
        if fault == "cut_request":
            self._forward(request[: self.rng.randrange(len(request))], is_whole=False)
            return False
        if fault == "late":
            threading.Event().wait(self.rng.random() * 0.1)
        answer = self._forward(request)
        if fault == "twice":
            answer = self._forward(request)
        self.faults_of_program += answer.startswith(b"HTTP/1.1 500")
        if fault == "after" or not answer:
            return False
        if fault == "cut_answer":
            client.sendall(answer[: self.rng.randrange(len(answer))])
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        client.sendall(answer)
        return True

    def _draw(self) -> str:
        roll = self.rng.randrange(100)
        for fault, share in self.weather.items():
            roll -= share
            if roll < 0:
                return fault
        return "none"

    def _forward(self, request: bytes, *, is_whole: bool = True) -> bytes:
        try:
            with socket.create_connection(("127.0.0.1", self.port_of_server), timeout=30) as server:
                server.sendall(request)
                if self.on_forwarded is not None and b"POST " in request[:5]:
                    self.on_forwarded()
                return _read_message(server) if is_whole else b""
        except OSError:
            return b""


def _read_message(connection: socket.socket) -> bytes:
    """One HTTP message with a length or in chunks; empty when the other side has gone."""
    found = b""
    while b"\r\n\r\n" not in found:
        piece = connection.recv(BUFFER)
        if not piece:
            return b""
        found += piece
    head, _, body = found.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    is_chunked = fields.get(b"transfer-encoding") == b"chunked"
    length = int(fields.get(b"content-length", b"0"))
    while (is_chunked and not body.endswith(b"0\r\n\r\n")) or (not is_chunked and len(body) < length):
        piece = connection.recv(BUFFER)
        if not piece:
            return b""
        body += piece
    return head + b"\r\n\r\n" + body
