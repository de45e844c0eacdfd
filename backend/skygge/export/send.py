"""Sending a download, and what happens when whoever asked for it goes away."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import chain
from typing import Any

import anyio
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

OnStopped = Callable[[int], Any]


class Sending(StreamingResponse):
    """A file piece by piece. Whatever ends it, what is read is closed at once: its place is free for the next one.

    `on_stopped` is told how many bytes were handed over where the file did not leave whole.
    """

    def __init__(self, first: bytes, pieces: Generator[bytes, None, None], on_stopped: OnStopped, **head: Any) -> None:
        self._pieces, self._on_stopped = pieces, on_stopped
        self._n_bytes, self._is_whole = 0, False
        super().__init__(self._count(chain([first], pieces)), **head)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it all, or close what is read and say how far it came."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Also where this task is being cancelled; the piece that is being made comes first.
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._end)

    def _count(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._n_bytes += len(piece)
            yield piece
        self._is_whole = True

    def _end(self) -> None:
        self._pieces.close()
        if not self._is_whole:
            self._on_stopped(self._n_bytes)
