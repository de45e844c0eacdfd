"""The protocol on paper: a server of the fewest lines, written from the page and not from the program.

It stands opposite the library's own notebook (skygge.client.notebook) in thousands of random schedules. `without`
switches one safeguard off, to show that the schedules would notice.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skygge.client import Notebook

Change = dict[str, Any]
TIME = "2026-03-02T10:00:00.000+00:00"


@dataclass
class PaperServer:
    """A log, an epoch, a ledger. Requests are answered whole or not at all."""

    without: str = ""
    epoch: int = 1
    log: list[Change] = field(default_factory=list)
    ledger: dict[str, str] = field(default_factory=dict)
    struck: dict[str, tuple[str, str]] = field(default_factory=dict)

    def push(self, changes: list[Change]) -> Mapping[str, Any]:
        """A verdict for each change, and the epoch."""
        if self.without == "per-change verdict" and any(change["kind"] == "odd" for change in changes):
            raise ConnectionError
        verdicts = [self._judge(change) for change in copy.deepcopy(changes)]
        return {"epoch": self._epoch_of("acknowledgement"), "verdicts": verdicts}

    def pull(self, after: int, limit: int) -> Mapping[str, Any]:
        """A page of the feed."""
        rest = [change for change in self.log if change["seq"] > after]
        page = copy.deepcopy(rest[:limit])
        has_more = len(rest) > limit
        cursor = page[-1]["seq"] if page else after
        return {"epoch": self._epoch_of("page"), "changes": page, "cursor": cursor, "has_more": has_more}

    def restore(self, log: list[Change]) -> None:
        """Back to an earlier log; the ledger is replayed."""
        self.log, self.epoch = copy.deepcopy(log), self.epoch + 1
        for subject_id, by in self.ledger.items():
            self._redact(subject_id, by)

    def _epoch_of(self, where: str) -> str:
        is_old = self.without == "epoch" or (self.without == "epoch on acknowledgements" and where != "page")
        return f"{1 if is_old else self.epoch:04}"

    def _judge(self, change: Change) -> Change:
        told: Change = {"change_id": change["change_id"]}
        known = next((one for one in self.log if one["change_id"] == told["change_id"]), None)
        if change["subject_id"] in self.ledger and self.without != "verdict erased":
            stub = {"redacted": {"mode": "erased", "by": self.ledger[change["subject_id"]]}}
            return {**told, "verdict": "erased", "stub": stub}
        if known is not None and self.without != "id dedupe":
            return {**told, "verdict": "known", "seq": known["seq"]}
        if change["kind"] == "odd":
            return {**told, "verdict": "quarantined", "code": "change.kind_unknown"}
        if change["kind"] == "encounter.struck":
            self._append(change)
            self.erase(change["payload"]["entry"], change["change_id"] + "-r")
            return {**told, "verdict": "stored"}
        return {**told, "verdict": "stored", "seq": self._append(change)}

    def erase(self, subject_id: str, by: str) -> None:
        """Everything about one thing becomes stubs, and the feed says so."""
        if subject_id not in self.ledger:
            self.ledger[subject_id] = by
            self._redact(subject_id, by)

    def _redact(self, subject_id: str, by: str) -> None:
        for change in self.log:
            if change["subject_id"] == subject_id and change["kind"] != "subject.redacted":
                change["payload"] = {}
                if self.without != "self-describing stub":
                    change["redacted"] = {"mode": "erased", "by": by}
        if self.without != "feed entry for redaction" and all(one["change_id"] != by for one in self.log):
            said = {"change_id": by, "kind": "subject.redacted", "subject_id": subject_id, "parents": []}
            self._append({**said, "payload": {"mode": "erased", "changes": []}, "made_at": TIME, "device_seq": 0})

    def _append(self, change: Change) -> int:
        seq = len(self.log) + 1
        self.log.append({**change, "seq": seq, "author": "observer-1", "received_at": TIME, "corrected_at": None})
        return seq


@dataclass
class PaperPhone:
    """A phone that is a notebook; `saved` is what survives a crash."""

    name: str
    notebook: Notebook = field(default_factory=Notebook)
    saved: Change = field(default_factory=dict)

    def write(self, kind: str, subject_id: str, payload: Change) -> Change:
        """Report a change in one step with what it replaces."""
        number = self.notebook.device_seq + 1
        parents = [] if kind == "odd" else self.notebook.heads(subject_id, payload)
        change = {
            "change_id": f"{self.name}-{number:04}", "kind": kind, "subject_id": subject_id, "parents": parents,
            "payload": payload, "made_at": f"2026-03-02T09:{number % 60:02}:00.000+00:00", "device_seq": number,
        }  # fmt: skip
        self.notebook.add(change)
        return change

    def sync(self, server: PaperServer, loses: Callable[[], bool]) -> None:
        """Push, then pull; any question or answer may be lost. Raises ConnectionError."""
        while True:
            while batch := self.notebook.next_batch(4, 100_000):
                answer = _ask(lambda sent=batch: server.push(sent), loses)  # type: ignore[misc]  # a default is typed nowhere
                self.notebook.enter_epoch(answer["epoch"])
                if not self.notebook.settle(answer["epoch"], answer["verdicts"]):
                    raise ConnectionError
            epoch, has_more = self.notebook.epoch, True
            while has_more:
                after = self.notebook.cursor
                page = _ask(lambda cursor=after: server.pull(cursor, 3), loses)  # type: ignore[misc]  # as above
                has_more = page["has_more"]
                if self.notebook.enter_epoch(page["epoch"]) and after > 0:
                    has_more = True
                else:
                    self.notebook.keep_page(after, page)
            if epoch in (None, self.notebook.epoch):
                return

    def crash(self) -> None:
        """Die; what was saved is there again. Every step of a notebook is saved whole."""
        self.notebook = Notebook.from_json(copy.deepcopy(self.notebook.to_json()))

    def erase(self, entry_id: str) -> None:
        """Ask for an entry to be erased."""
        self.write("encounter.struck", "visit", {"from": TIME, "to": TIME, "entry": entry_id})


def _ask(request: Callable[[], Mapping[str, Any]], loses: Callable[[], bool]) -> Mapping[str, Any]:
    if loses():
        raise ConnectionError
    answer = request()
    if loses():
        raise ConnectionError
    return answer
