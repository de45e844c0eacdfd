"""A device's copy of a study: what it made, what the feed told, and where it stands. No network, no file.

Each method is one step that is done whole; after any of them the copy may be written down with `to_json` and taken up
again. The same rules as on the phone (frontend/src/store/phoneCopy.ts), written a second time from the protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skygge.core.changes import MAX_STRUCK, STRIKES
from skygge.core.fold import Subject, fold
from skygge.core.model import SubjectType, to_unix_ms
from skygge.core.redact import apply_edits, beats, find_words, to_stub
from skygge.core.wire import CHECK_BITS, check_value, to_verbatim

Change = dict[str, Any]
FED = ("seq", "author", "received_at", "corrected_at", "stubs")
SAFE = frozenset({"stored", "known", "erased"})
NO_WORDS: Change = {"mode": "erased"}


@dataclass
class Kept:
    """One change as this device knows it. `own`: made here. `share`: its part of the checksum in this epoch."""

    change: Change
    own: bool = False
    fed: Change | None = None
    acknowledged: bool = False
    share: int | None = None


@dataclass
class Notebook:
    """Everything one device knows of one study. Changes stay for ever, acknowledged or not."""

    kept: dict[str, Kept] = field(default_factory=dict)
    outbox: list[str] = field(default_factory=list)
    parked: dict[str, str] = field(default_factory=dict)
    cursor: int = 0
    epoch: str | None = None
    device_seq: int = 0
    checksum: int = 0
    is_refilling: bool = False
    by_subject: dict[str, list[str]] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Keep a change made here and have it sent; a strike is done here at once."""
        self.device_seq = max(self.device_seq, change["device_seq"])
        self._know(change).own = True
        self.outbox.append(change["change_id"])
        if change["kind"] in STRIKES:
            self._strike_here(change)

    def name_struck(self, kind: str, subject_id: str, payload: Change) -> Change:
        """The payload of a strike, naming what it reaches here: a restored server may lack some of it just now."""
        if kind == "words.struck":
            places = [
                {"change_id": kept.change["change_id"], "path": list(path), "at": at, "length": length}
                for kept in self._about(subject_id)
                if kept.change["kind"] not in STRIKES
                for path, at, length, _ in find_words(kept.change["payload"], payload["words"], "")
            ]
            return {**payload, "places": places[:MAX_STRUCK]} if places else payload
        entries = self._entries_within(subject_id, payload) if kind == "encounter.struck" else []
        return {**payload, "entries": entries[:MAX_STRUCK]} if entries else payload

    def next_batch(self, max_changes: int, max_bytes: int) -> list[Change]:
        """The oldest unsent changes within the limits of one request; at least one if there is any."""
        batch: list[Change] = []
        size = 0
        for change_id in self.outbox[:max_changes]:
            size += len(to_verbatim(self.kept[change_id].change)) + 1
            if batch and size > max_bytes:
                break
            batch.append(self.kept[change_id].change)
        return batch

    def settle(self, epoch: str, verdicts: Iterable[Mapping[str, Any]]) -> int:
        """Take the verdicts of the present epoch; those of any other count as none. How many were settled."""
        if epoch != self.epoch:
            return 0
        waiting, settled = set(self.outbox), 0
        for verdict in verdicts:
            change_id = verdict["change_id"]
            if change_id not in waiting:
                continue
            settled += 1
            waiting.discard(change_id)
            # A newer server may have words of its own; whatever they mean, they do not say that it is safe there.
            if verdict["verdict"] not in SAFE:
                self.parked[change_id] = str(verdict.get("code"))
                continue
            kept = self.kept[change_id]
            kept.acknowledged = True
            if verdict["verdict"] == "erased":
                stub = verdict.get("stub") or {}
                redacted = stub.get("redacted") or {**NO_WORDS, "by": change_id}
                self._take(kept, to_stub(kept.change, redacted["mode"], redacted["by"], stub.get("payload")))
        self.outbox = [change_id for change_id in self.outbox if change_id in waiting]
        return settled

    def park(self, change_id: str, code: str) -> None:
        """Put aside one change that the server cannot read."""
        self.outbox.remove(change_id)
        self.parked[change_id] = code

    def enter_epoch(self, epoch: str) -> bool:
        """A newer epoch: back to the start of the feed, everything made here is offered again. False for an older."""
        if self.epoch is not None and epoch <= self.epoch:
            return False
        self.epoch, self.cursor, self.checksum, self.is_refilling = epoch, 0, 0, True
        self.parked = {}
        self.outbox = []
        for change_id, kept in self.kept.items():
            kept.share, kept.acknowledged = None, False
            if kept.own and (kept.change.get("redacted") or {}).get("mode") != "erased":
                self.outbox.append(change_id)
        return True

    def keep_page(self, after: int, page: Mapping[str, Any]) -> bool:
        """Save a page and the cursor together. False when it does not follow what is here: it counts as none."""
        if page["epoch"] != self.epoch or after != self.cursor:
            return False
        for fed in page["changes"]:
            self._keep_fed(fed)
        self.cursor = max(after, page["cursor"])
        if self.is_refilling and not page["has_more"]:
            self.is_refilling = False
            self._drop_unfed()
        return True

    def agrees(self, checksum: str | None) -> bool:
        """Whether this copy of the feed sums up to what the server says."""
        return checksum is None or f"{self.checksum % 2**CHECK_BITS:010x}" == checksum

    def differing_days(self, told: Iterable[Mapping[str, Any]]) -> list[str]:
        """The days of arrival on which this copy differs from the server's."""
        own: dict[str, int] = {}
        for kept in self.kept.values():
            if kept.fed is not None and kept.share is not None:
                day = kept.fed["received_at"][:10]
                own[day] = own.get(day, 0) + kept.share
        mine = {day: f"{total % 2**CHECK_BITS:010x}" for day, total in own.items()}
        theirs = {day["day"]: day["checksum"] for day in told}
        return sorted(day for day in {*mine, *theirs} if mine.get(day) != theirs.get(day))

    def keep_day(self, epoch: str, day: str, changes: Sequence[Change]) -> None:
        """Put what the server has of a day in the place of what is here; what was made here is offered again."""
        if epoch != self.epoch:
            return
        shown = {change["change_id"] for change in changes}
        for change_id, kept in list(self.kept.items()):
            if kept.fed is None or kept.fed["received_at"][:10] != day or change_id in shown:
                continue
            self._count(kept, None)
            kept.fed = None
            if kept.own:
                kept.acknowledged = False
                self.outbox += [change_id] if change_id not in self.outbox else []
            else:
                self._drop(change_id)
        for fed in changes:
            self._keep_fed(fed)

    def subjects(self) -> dict[tuple[SubjectType, str], Subject]:
        """What all changes here say that things are."""
        return fold({**kept.change, **(kept.fed or {})} for kept in self.kept.values())

    def heads(self, subject_id: str, names: Iterable[str]) -> list[str]:
        """The changes whose values stand in these fields of a thing: what a new value replaces."""
        about = [{**kept.change, **(kept.fed or {})} for kept in self._about(subject_id)]
        found = {head for thing in fold(about).values() for name in names for head in thing.heads.get(name, [])}
        return sorted(found)

    def to_json(self) -> Change:
        """Everything, as one JSON object."""
        kept = {change_id: vars(one) for change_id, one in self.kept.items()}
        return {**vars(self), "kept": kept}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Notebook:
        """The reverse of `to_json`."""
        kept = {change_id: Kept(**one) for change_id, one in said["kept"].items()}
        return cls(**{**said, "kept": kept})

    def _drop_unfed(self) -> None:
        """What others made and a restored server no longer has is nothing any more; its maker will offer it again."""
        for change_id, kept in list(self.kept.items()):
            if not kept.own and kept.share is None:
                self._drop(change_id)

    def _drop(self, change_id: str) -> None:
        kept = self.kept.pop(change_id)
        self.by_subject[kept.change["subject_id"]].remove(change_id)

    def _know(self, change: Change) -> Kept:
        if change["change_id"] not in self.kept:
            self.kept[change["change_id"]] = Kept(change)
            self.by_subject.setdefault(change["subject_id"], []).append(change["change_id"])
        return self.kept[change["change_id"]]

    def _about(self, subject_id: str) -> list[Kept]:
        return [self.kept[change_id] for change_id in self.by_subject.get(subject_id, [])]

    def _count(self, kept: Kept, payload: object) -> None:
        """Count a change as the server tells it in this epoch; None = not any more."""
        share = None if payload is None else check_value(kept.change["change_id"], payload)
        self.checksum += (share or 0) - (kept.share or 0)
        kept.share = share

    def _keep_fed(self, told: Change) -> None:
        change = {name: value for name, value in told.items() if name not in FED}
        fed: Change = {name: told[name] for name in ("seq", "author", "received_at", "corrected_at") if name in told}
        kept = self._know(change)
        kept.fed = fed
        self._count(kept, told["payload"])
        if kept.own:
            kept.acknowledged = True
            self.parked.pop(told["change_id"], None)
        self._take(kept, change)
        if told["kind"] == "subject.redacted":
            self._take_redaction(told)

    def _take(self, kept: Kept, stub: Change) -> None:
        """Put a stub in the place of what is here, if it holds less."""
        if beats(stub, kept.change):
            kept.change = {**kept.change, "payload": stub["payload"], "redacted": stub["redacted"]}

    def _take_redaction(self, told: Change) -> None:
        stubs = {stub["change_id"]: stub for stub in told.get("stubs", [])}
        is_erased = told["payload"]["mode"] == "erased"
        for kept in self._about(told["subject_id"]):
            change_id, kind = kept.change["change_id"], kept.change["kind"]
            if kind == "subject.redacted" or (kind in STRIKES and kept.own and not kept.acknowledged):
                continue
            stub = stubs.get(change_id)
            if is_erased or (stub is None and change_id in told["payload"]["changes"]):
                stub = to_stub(kept.change, "erased", told["change_id"])
            if stub is not None:
                self._take(kept, stub)
                self._count(kept, None if kept.share is None else stub["payload"])

    def _strike_here(self, strike: Change) -> None:
        if strike["kind"] == "words.struck":
            words, put = strike["payload"].get("words"), strike["payload"].get("replacement", "▮")
            if words is None:
                # A copy of a strike that the server has had: the words have left it.
                return
            for kept in self._about(strike["subject_id"]):
                is_strike = kept.change["kind"] in STRIKES
                edits = [] if is_strike else find_words(kept.change["payload"], words, put)
                if edits:
                    left = apply_edits(kept.change["payload"], edits)
                    self._take(kept, to_stub(kept.change, "words", strike["change_id"], left))
            return
        for entry_id in self._entries_within(strike["subject_id"], strike["payload"]):
            for kept in self._about(entry_id):
                self._take(kept, to_stub(kept.change, "erased", strike["change_id"]))
                self.parked.pop(kept.change["change_id"], None)

    def _entries_within(self, encounter_id: str, minutes: Change) -> list[str]:
        begin, end = (to_unix_ms(minutes[name]) for name in ("from", "to"))
        return [
            entry_id
            for (kind, entry_id), thing in self.subjects().items()
            if kind == "entry" and thing.fields.get("encounter_id") == encounter_id
            if begin <= to_unix_ms(thing.fields["started_at"]) <= end
        ]
