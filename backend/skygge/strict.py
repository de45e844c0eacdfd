"""How a body is read: bounded, gunzipped where an address allows it, and parsed by our own JSON rules only."""

import zlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from email.message import Message
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope

from skygge.core.wire import WireError, parse_json
from skygge.errors import BodyTooLarge, BodyUnreadable, MediaTypeUnsupported

KIB = 1024
GZIP = 16 + zlib.MAX_WBITS


class StrictRequest(Request):
    """A request whose body is never larger than `max_bytes`, however it is sent or packed."""

    def __init__(self, scope: Scope, receive: Receive, max_bytes: int, accepts_gzip: bool) -> None:
        super().__init__(scope, receive)
        self.max_bytes = max_bytes
        self.accepts_gzip = accepts_gzip
        self._document: Any = None
        self._is_parsed = False

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body's bytes as they come, unpacked. Raises BodyTooLarge, BodyUnreadable, MediaTypeUnsupported."""
        if hasattr(self, "_body"):
            yield self._body
            return
        unpack = self._unpacker()
        received = 0
        async for chunk in super().stream():
            received += len(chunk)
            if received > self.max_bytes:
                raise BodyTooLarge(max_bytes=self.max_bytes)
            yield unpack(chunk)

    async def load(self) -> None:
        """Read and parse a JSON body now, so that a problem with it is answered by our own catalogue."""
        raw = await self.body()
        if not raw:
            return
        if not _is_json(self.headers.get("content-type", "")):
            raise MediaTypeUnsupported
        try:
            self._document = parse_json(raw)
        except WireError as error:
            raise BodyUnreadable(f"The body is not JSON that can be read: {error}.") from None
        self._is_parsed = True

    async def json(self) -> Any:
        """What `load` found."""
        if not self._is_parsed:
            await self.load()
        return self._document

    def _unpacker(self) -> Callable[[bytes], bytes]:
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("", "identity"):
            return lambda chunk: chunk
        if encoding != "gzip" or not self.accepts_gzip:
            raise MediaTypeUnsupported("This address does not take that content encoding.")
        return _Gunzip(self.max_bytes)


class _Gunzip:
    """Unpacks gzip piece by piece and stops at the limit, so that a bomb costs no more than the limit."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._produced = 0
        self._inflater = zlib.decompressobj(GZIP)

    def __call__(self, chunk: bytes) -> bytes:
        try:
            unpacked = self._inflater.decompress(chunk, self._max_bytes - self._produced + 1)
        except zlib.error:
            raise BodyUnreadable("The body is not gzip.") from None
        self._produced += len(unpacked)
        if self._produced > self._max_bytes:
            raise BodyTooLarge(max_bytes=self._max_bytes)
        return unpacked


class StrictRoute(APIRoute):
    """The route class of every router. A subclass may take more bytes, or gzip."""

    max_bytes: ClassVar[int] = 256 * KIB
    accepts_gzip: ClassVar[bool] = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive, self.max_bytes, self.accepts_gzip)
            if self.body_field is not None:
                await strict.load()
            return await answer(strict)

        return handle


def _is_json(content_type: str) -> bool:
    message = Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
