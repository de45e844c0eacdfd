"""A device: reports changes, brings its copy and the server's together, and loses nothing on the way."""

from __future__ import annotations

import gzip
import json
import os
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from skygge.client.envelope import make_change, new_subject_id
from skygge.client.notebook import Notebook
from skygge.core.changes import STRIKES, fields_set_by
from skygge.core.fold import Subject
from skygge.core.model import SubjectType
from skygge.core.undo import undo_group
from skygge.core.wire import to_verbatim

MAX_CHANGES = 500
MAX_BYTES = 240_000
GZIP_FROM_BYTES = 2_000
LONGEST_WAIT_S = 30.0

# Asks the server: method, URL, headers, body; gives back status, headers and body. Raises OSError for no answer.
Transport = Callable[[str, str, Mapping[str, str], bytes | None], tuple[int, Mapping[str, str], bytes]]


class DeviceFailed(Exception):
    """The server refused, or could not be reached after all attempts. `status` is 0 when there was no answer."""

    def __init__(self, status: int, code: str, retry_after_s: float = 0) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


def ask_http(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, Mapping[str, str], bytes]:
    """The ordinary transport, over the standard library; an answer that breaks off is none."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)
    try:
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPException as error:
        raise ConnectionError(type(error).__name__) from error


class Device:
    """One device of a study, signed in with a bearer token.

    `attempts` times a request is tried when the network or the server fails; retrying is safe, because a change that
    was stored is known. It goes by the id of its token unless another is given. With a `file` the copy outlives the
    program: it is written, whole and flushed, after every step. `clock` is the device's own clock. With `scope="own"`
    it holds its own encounters, with `since` (a day, UTC) besides those of others from then on; all otherwise. Not for
    several threads at once.
    """

    def __init__(
        self,
        origin: str,
        study_id: UUID | str,
        token: str,
        *,
        device_id: UUID | None = None,
        attempts: int = 5,
        **options: Any,
    ) -> None:
        self._me = f"{origin.rstrip('/')}/api/v1/me"
        self.url = f"{origin.rstrip('/')}/api/v1/studies/{study_id}/changes"
        self.file: Path | None = options.pop("file", None)
        self.notebook = Notebook()
        self._device_id = device_id
        if self.file is not None and self.file.exists():
            said = json.loads(self.file.read_text("utf-8"))
            self._device_id, self.notebook = UUID(said["device_id"]), Notebook.from_json(said["notebook"])
        self.clock: Callable[[], datetime] = options.pop("clock", lambda: datetime.now(UTC))
        self.transport: Transport = options.pop("transport", ask_http)
        self.reach: dict[str, str] = {name: options.pop(name) for name in ("scope", "since") if name in options}
        if options:
            raise TypeError(f"Device has no option {min(options)}")
        self._token, self._attempts = token, attempts

    @property
    def device_id(self) -> UUID:
        """The id that goes with the token, asked of the server the first time. Raises DeviceFailed."""
        if self._device_id is None:
            self._device_id = UUID(self._ask("GET", self._me)["device_id"])
            self._count_own(one.change for one in self.notebook.kept.values())
        return self._device_id

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """What has no verdict yet, oldest first."""
        return [self.notebook.kept[change_id].change for change_id in self.notebook.outbox]

    @property
    def quarantined(self) -> list[dict[str, Any]]:
        """What the server has set aside or could not read; why stands in `notebook.parked`."""
        return [self.notebook.kept[change_id].change for change_id in self.notebook.parked]

    @property
    def cursor(self) -> int:
        """The number of the last change of the feed that is here."""
        return self.notebook.cursor

    @property
    def epoch(self) -> str | None:
        """The server's epoch as far as this device knows."""
        return self.notebook.epoch

    def report(
        self,
        kind: str,
        subject_id: str,
        payload: dict[str, Any] | None = None,
        parents: Sequence[str] | None = None,
        group_id: str | None = None,
    ) -> dict[str, Any]:
        """Put a change into the outbox and give it back; `sync` sends it.

        Without `parents` it replaces what stands here now in the fields that it sets.
        """
        payload, device_id = payload or {}, self.device_id
        number = self.notebook.device_seq + 1
        if kind in STRIKES:
            payload = self.notebook.name_struck(kind, subject_id, payload)
        if parents is None:
            names = fields_set_by({"kind": kind, "payload": payload})
            parents = self.notebook.heads(subject_id, names)
        change = make_change(kind, subject_id, payload, parents, device_id, number)
        change["made_at"] = self.clock().isoformat(timespec="milliseconds")
        if group_id is not None:
            change["group_id"] = group_id
        self.notebook.add(change)
        self._save()
        return change

    def undo(self, group_id: str) -> list[tuple[str, str]]:
        """Take back what was reported under a group, here or elsewhere, and put the inverses into the outbox.

        Where somebody has changed a value since, it stays. Gives back those: subject and field.
        """
        kept = self.notebook.kept.values()
        undo = undo_group(({**one.change, **(one.fed or {})} for one in kept), group_id)
        own_group = new_subject_id()
        for kind, subject_id, payload in undo.drafts:
            self.report(kind, subject_id, payload, group_id=own_group)
        return undo.left

    def sync(self) -> None:
        """Send everything unsent, take everything new; again when the server turns out to be restored."""
        while True:
            self.push()
            epoch = self.notebook.epoch
            for _ in self.pull():
                pass
            if epoch in (None, self.notebook.epoch):
                return

    def push(self) -> list[dict[str, Any]]:
        """Send the outbox in batches and give back the verdicts, in its order. Raises DeviceFailed.

        What got no verdict stays in the outbox; what was quarantined is parked. A batch that the server cannot read
        is halved until the bad change is alone.
        """
        verdicts: list[dict[str, Any]] = []
        while batch := self.notebook.next_batch(MAX_CHANGES, MAX_BYTES):
            if not self._push_batch(batch, verdicts):
                raise DeviceFailed(0, "answer.foreign")
        return verdicts

    def pull(self, limit: int = 500) -> Iterator[dict[str, Any]]:
        """Everything new in the feed; each page and the cursor are kept together. Raises DeviceFailed.

        When the server was restored (a new epoch) the feed begins again from its start. At the end the checksums are
        compared, and days that differ are taken anew.
        """
        has_more = True
        while has_more:
            after, epoch = self.notebook.cursor, self.notebook.epoch
            query = {"after": after, "limit": limit, **self.reach, **({"epoch": epoch} if epoch else {})}
            page = self._ask("GET", f"{self.url}?{urlencode(query)}")
            has_more = page["has_more"]
            if self.notebook.enter_epoch(page["epoch"]) and after > 0:
                self._save()
                has_more = True
                continue
            if not self.notebook.keep_page(after, page):
                return
            if not has_more and not self.notebook.agrees(page["checksum"]):
                self._mend()
            self._save()
            self._count_own(page["changes"])
            yield from page["changes"]

    def get(self, kind: SubjectType, subject_id: str) -> Subject | None:
        """One thing as the changes here leave it."""
        return self.notebook.subjects().get((kind, subject_id))

    def find(self, kind: SubjectType) -> list[Subject]:
        """All things of a kind that began and are known here, retracted ones too."""
        things = self.notebook.subjects().values()
        return [thing for thing in things if thing.type == kind and thing.is_created]

    def _count_own(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """An earlier program with this token may have numbered changes already."""
        own = [one["device_seq"] for one in changes if one.get("device_id") == str(self._device_id)]
        self.notebook.device_seq = max([self.notebook.device_seq, *own])

    def _push_batch(self, batch: Sequence[dict[str, Any]], verdicts: list[dict[str, Any]]) -> int:
        try:
            answer = self._ask("POST", self.url, self._body(batch))
        except DeviceFailed as failure:
            if failure.status not in (400, 413):
                raise
            return self._halve(batch, verdicts, failure.code)
        has_entered = self.notebook.enter_epoch(answer["epoch"])
        verdicts += answer["verdicts"]
        settled = self.notebook.settle(answer["epoch"], answer["verdicts"])
        self._save()
        return max(settled, int(has_entered))

    def _halve(self, batch: Sequence[dict[str, Any]], verdicts: list[dict[str, Any]], code: str) -> int:
        if len(batch) == 1:
            self.notebook.park(batch[0]["change_id"], code)
            self._save()
            return 1
        middle = (len(batch) + 1) // 2
        return self._push_batch(batch[:middle], verdicts) + self._push_batch(batch[middle:], verdicts)

    def _mend(self) -> None:
        told = self._ask("GET", f"{self.url}/days?{urlencode(self.reach)}")
        for day in self.notebook.differing_days(told["days"]):
            changes: list[dict[str, Any]] = []
            page: dict[str, Any] = {"has_more": True, "cursor": 0}
            while page["has_more"]:
                query = {"after": page["cursor"], "day": day, **self.reach}
                page = self._ask("GET", f"{self.url}?{urlencode(query)}")
                changes += page["changes"]
            self.notebook.keep_day(page["epoch"], day, changes)

    def _body(self, batch: Sequence[dict[str, Any]]) -> bytes:
        said = {"protocol": 1, "device_id": str(self.device_id), "changes": list(batch)}
        return to_verbatim({**said, "device_time": self.clock().isoformat(timespec="milliseconds")})

    def _ask(self, method: str, url: str, body: bytes | None = None) -> dict[str, Any]:
        for attempt in range(1, self._attempts + 1):
            try:
                return self._ask_once(method, url, body)
            except DeviceFailed as failure:
                is_final = 400 <= failure.status < 500 and failure.status != 429
                if is_final or attempt == self._attempts:
                    raise
                # Full jitter: devices that failed together do not come back together.
                wait_s = random.uniform(0, min(LONGEST_WAIT_S, 0.2 * 2**attempt))
                time.sleep(max(wait_s, min(LONGEST_WAIT_S, failure.retry_after_s)))
        raise DeviceFailed(0, "no attempts")

    def _ask_once(self, method: str, url: str, body: bytes | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if body is not None and len(body) >= GZIP_FROM_BYTES:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        try:
            status, told, raw = self.transport(method, url, headers, body)
        except (OSError, ValueError) as error:
            raise DeviceFailed(0, type(error).__name__) from None
        if status >= 400:
            raise DeviceFailed(status, _code_of(raw), _seconds(told.get("Retry-After")))
        try:
            found: dict[str, Any] = json.loads(raw)
        except ValueError:
            raise DeviceFailed(0, "answer.foreign") from None
        return found

    def _save(self) -> None:
        if self.file is None:
            return
        half = self.file.with_name(self.file.name + ".part")
        with half.open("w", encoding="utf-8") as written:
            json.dump({"device_id": str(self.device_id), "notebook": self.notebook.to_json()}, written)
            written.flush()
            os.fsync(written.fileno())
        half.replace(self.file)


def _code_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "unknown"


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isdigit() else 0.0
