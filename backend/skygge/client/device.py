"""A device in a few dozen lines: what is unsent stays in `outbox` until the server has given a verdict on it."""

from __future__ import annotations

import gzip
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from skygge.client.envelope import make_change
from skygge.core.wire import to_verbatim

MAX_CHANGES = 500
MAX_BYTES = 240_000
GZIP_FROM_BYTES = 2_000
LONGEST_WAIT_S = 30.0


class DeviceFailed(Exception):
    """The server refused, or could not be reached after all attempts. `status` is 0 when there was no answer."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Device:
    """One device of a study, signed in with a bearer token.

    `attempts` times a request is tried when the network or the server fails; retrying is safe, because a change
    that was stored is known. Not for several threads at once.
    """

    def __init__(
        self, origin: str, study_id: UUID | str, token: str, *, device_id: UUID | None = None, attempts: int = 5
    ) -> None:
        self.url = f"{origin.rstrip('/')}/api/v1/studies/{study_id}/changes"
        self.device_id = device_id or uuid4()
        self.outbox: list[dict[str, Any]] = []
        self.quarantined: list[dict[str, Any]] = []
        self.cursor = 0
        self.epoch: str | None = None
        self._token, self._attempts, self._device_seq = token, attempts, 0

    def report(
        self, kind: str, subject_id: str, payload: dict[str, Any] | None = None, parents: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Put a change into the outbox and give it back; `push` sends it."""
        self._device_seq += 1
        change = make_change(kind, subject_id, payload or {}, parents, self.device_id, self._device_seq)
        self.outbox.append(change)
        return change

    def push(self) -> list[dict[str, Any]]:
        """Send the outbox in batches and give back the verdicts, in its order. Raises DeviceFailed.

        What got no verdict stays in the outbox; what was quarantined moves to `quarantined`.
        """
        verdicts: list[dict[str, Any]] = []
        while self.outbox:
            batch = self._next_batch()
            answer = self._ask(self.url, self._body(batch))
            verdicts += answer["verdicts"]
            for change, verdict in zip(batch, answer["verdicts"], strict=True):
                if verdict["verdict"] == "quarantined":
                    self.quarantined.append(change)
            del self.outbox[: len(batch)]
        return verdicts

    def pull(self, limit: int = 500) -> Iterator[dict[str, Any]]:
        """Everything new in the feed; the cursor moves on page by page. Raises DeviceFailed.

        When the server was restored (a new epoch) the feed begins again from its start.
        """
        has_more = True
        while has_more:
            query = {"after": self.cursor, "limit": limit, **({"epoch": self.epoch} if self.epoch else {})}
            page = self._ask(f"{self.url}?{urlencode(query)}")
            yield from page["changes"]
            self.cursor, self.epoch, has_more = page["cursor"], page["epoch"], page["has_more"]

    def _next_batch(self) -> list[dict[str, Any]]:
        size, count = 0, 0
        for change in self.outbox[:MAX_CHANGES]:
            size += len(to_verbatim(change)) + 1
            if count and size > MAX_BYTES:
                break
            count += 1
        return self.outbox[:count]

    def _body(self, batch: list[dict[str, Any]]) -> bytes:
        return to_verbatim(
            {
                "protocol": 1,
                "device_id": str(self.device_id),
                "device_time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "changes": batch,
            }
        )

    def _ask(self, url: str, body: bytes | None = None) -> dict[str, Any]:
        for attempt in range(1, self._attempts + 1):
            try:
                return self._ask_once(url, body)
            except DeviceFailed as failure:
                is_final = 400 <= failure.status < 500 and failure.status != 429
                if is_final or attempt == self._attempts:
                    raise
            # Full jitter: devices that failed together do not come back together.
            time.sleep(random.uniform(0, min(LONGEST_WAIT_S, 0.2 * 2**attempt)))
        raise DeviceFailed(0, "no attempts")

    def _ask_once(self, url: str, body: bytes | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if body is not None and len(body) >= GZIP_FROM_BYTES:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        request = urllib.request.Request(url, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            with error:
                raise DeviceFailed(error.code, _code_of(error.read())) from None
        except (OSError, ValueError) as error:
            raise DeviceFailed(0, type(error).__name__) from None


def _code_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "unknown"
