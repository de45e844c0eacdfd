"""A BORIS project, or an ethogram alone (.boris): behaviours, subjects, observations and their events.

Behaviours become codes (by their category, otherwise actions), subjects people of kind *other*, observations visits.
Two events of a state behaviour with the same subject and modifiers are its start and its end; one that is left over
comes in without an end. Modifiers become flags, comments jottings. An observation ends where its media do; of a live
one nobody says when, so its end is unknown. What BORIS keeps of its own analyses does not come along.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5

from skygge.core.foreign import DIMENSIONS, CodesFound, read_color
from skygge.core.importing import Import, ImportRefused, Plan, RowError, Target
from skygge.core.model import MAX_LABEL, read_zone
from skygge.core.planning import Gathered, Line, plan_lines
from skygge.core.wire import WireError, parse_json

MAX_EVENTS = 500_000
NOBODY = ("", "No focal subject")


def read_boris(pieces: Iterable[bytes], target: Target) -> Plan:
    """The changes that a project means in a study. Raises ImportRefused with every event that is wrong."""
    project = _parse(b"".join(pieces))
    reading = _Reading(target, Gathered(target, "boris"), CodesFound(target))
    reading.read_behaviours(_mapping(project, "behaviors_conf"))
    lines = [*reading.read_subjects(_mapping(project, "subjects_conf"))]
    for number, (name, observation) in enumerate(_mapping(project, "observations").items(), 1):
        lines += reading.read_observation(number, name, observation)
    if reading.wrong:
        raise ImportRefused(reading.wrong)
    try:
        plan = plan_lines([*reading.codes.rows(""), *lines], reading.gathered)
    except ImportRefused as refused:
        raise ImportRefused([reading.place(error) for error in refused.errors]) from None
    plan.changes = [replace(one, row=reading.at(one.row)[1], where=reading.at(one.row)[0]) for one in plan.changes]
    plan.noted = reading.noted
    return plan


def _parse(raw: bytes) -> Mapping[str, Any]:
    try:
        project = parse_json(raw.removeprefix(b"\xef\xbb\xbf"))
    except WireError:
        raise ImportRefused([RowError(1, "file.not_json")]) from None
    if not isinstance(project, dict) or not isinstance(project.get("behaviors_conf"), dict):
        raise ImportRefused([RowError(1, "file.not_boris", "behaviors_conf")])
    return project


def _mapping(project: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = project.get(name)
    return found if isinstance(found, dict) else {}


@dataclass
class _Event:
    """One event: its row in the observation, its time, and what makes two of them a pair."""

    row: int
    seconds: float
    subject: str
    code: str
    modifiers: tuple[str, ...]
    comment: str


@dataclass
class _Reading:
    """What is known while a project is read. Rows are counted within each part of the file."""

    target: Target
    gathered: Gathered
    codes: CodesFound
    states: dict[str, bool] = field(default_factory=dict)
    dimensions: dict[str, tuple[str, str]] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    places: list[tuple[str, int]] = field(default_factory=lambda: [("behaviors_conf", 1)])
    wrong: list[RowError] = field(default_factory=list)
    noted: list[RowError] = field(default_factory=list)

    def at(self, number: int) -> tuple[str, int]:
        """Part of the file and row of a running number."""
        return self.places[number] if number < len(self.places) else self.places[0]

    def place(self, error: RowError) -> RowError:
        """An error as somebody finds it in the project."""
        part, row = self.at(error.row)
        return RowError(row, error.code, ".".join(filter(None, [part, error.where])))

    def number(self, part: str, row: int) -> int:
        """A running number for a row of a part."""
        self.places.append((part, row))
        return len(self.places) - 1

    def read_behaviours(self, listed: Mapping[str, Any]) -> None:
        """Codes from behaviours; one twice under the same name is one."""
        for row, behaviour in enumerate(listed.values(), 1):
            label = behaviour.get("code") if isinstance(behaviour, dict) else None
            if not isinstance(label, str) or not label.strip() or len(label) > MAX_LABEL:
                self.wrong.append(RowError(row, "change.content_invalid", "behaviors_conf.code"))
                continue
            dimension = DIMENSIONS.get(str(behaviour.get("category") or "").strip().casefold(), "action")
            is_state = str(behaviour.get("type", "")).lower().startswith("state")
            key = self.codes.add(
                self.number("behaviors_conf", row),
                dimension,
                label.strip(),
                definition=_text(behaviour.get("description")),
                timing="state" if is_state else "point",
                color=read_color(_text(behaviour.get("color"))),
            )
            self.states[label], self.dimensions[label] = is_state, (dimension, key)

    def read_subjects(self, listed: Mapping[str, Any]) -> Iterator[tuple[int, Line]]:
        """People by the names that the project gives them."""
        for row, subject in enumerate(listed.values(), 1):
            name = subject.get("name") if isinstance(subject, dict) else None
            if not isinstance(name, str) or len(name) > MAX_LABEL:
                self.wrong.append(RowError(row, "change.content_invalid", "subjects_conf.name"))
            elif name not in NOBODY and name not in self.subjects:
                self.subjects[name] = self._id(f"subject:{name}")
                self.noted.append(RowError(row, "subject.other", "subjects_conf"))
                line = {"type": "actor", "id": self.subjects[name], "label": name, "kind": "other"}
                yield self.number("subjects_conf", row), line

    def read_observation(self, number: int, name: str, observation: Any) -> Iterator[tuple[int, Line]]:
        """A visit and its entries."""
        part = f"observations[{number}]"
        start = self._start(observation)
        events = list(self._read_events(part, observation)) if start is not None else []
        if start is None:
            self.wrong.append(RowError(1, "change.content_invalid", f"{part}.date"))
            return
        encounter_id = self._id(f"observation:{name}")
        length = _media_length(observation)
        if length is None:
            self.noted.append(RowError(number, "end.unknown", "observations"))
        yield (
            self.number(part, 1),
            {
                "type": "encounter",
                "id": encounter_id,
                "kind": "visit",
                "setting": _text(observation.get("description")),
                "started_at": _at(start, 0),
                "ended_at": None if length is None else _at(start, length),
                "end_origin": None if length is None else "tap",
                "time_zone": self.target.time_zone,
                "focal_actor_id": None,
            },
        )
        for place, (event, end) in enumerate(self._pair(part, events), 1):
            entry_id = self._id(f"event:{name}:{event.row}")
            line = self._entry(event, None if end is None else end.seconds, start)
            yield (
                self.number(part, event.row),
                {**line, "id": entry_id, "encounter_id": encounter_id, "sequence": place},
            )

    def _entry(self, event: _Event, end_s: float | None, start: datetime) -> Line:
        dimension, key = self.dimensions[event.code]
        flags = [self.codes.add(0, "flag", modifier) for modifier in event.modifiers]
        version = max(self.target.codebooks, default=1)
        coded = {dimension: [key, *flags]} if dimension == "flag" else {dimension: key, "flag": flags}
        return {
            "type": "entry",
            "kind": "state" if self.states[event.code] else "point",
            "actor_id": self.subjects.get(event.subject),
            "action": coded.get("action"),
            "structure": coded.get("structure"),
            "structure_origin": "explicit" if "structure" in coded else "none",
            "flags": coded["flag"],
            "started_at": _at(start, event.seconds),
            "ended_at": None if end_s is None else _at(start, end_s),
            "end_origin": None if end_s is None else "tap",
            "jotting": event.comment or None,
            "codebook_version": version,
        }

    def _read_events(self, part: str, observation: Mapping[str, Any]) -> Iterator[_Event]:
        events = observation.get("events")
        if not isinstance(events, list) or len(events) > MAX_EVENTS:
            self.wrong.append(RowError(1, "change.content_invalid", f"{part}.events"))
            return
        for row, event in enumerate(events, 1):
            found = _read_event(row, event)
            if found is None:
                self.wrong.append(RowError(row, "change.content_invalid", f"{part}.events"))
            elif found.code not in self.dimensions:
                self.wrong.append(RowError(row, "boris.behaviour_unknown", f"{part}.events"))
            elif found.subject not in NOBODY and found.subject not in self.subjects:
                self.wrong.append(RowError(row, "boris.subject_unknown", f"{part}.events"))
            else:
                self.noted += [RowError(row, "modifier.as_flag", f"{part}.events")] if found.modifiers else []
                yield found

    def _pair(self, part: str, events: list[_Event]) -> list[tuple[_Event, _Event | None]]:
        """Starts with their ends, in the order of starts; points and what was left open have none."""
        paired: list[tuple[_Event, _Event | None]] = []
        open_ones: dict[tuple[str, str, tuple[str, ...]], list[int]] = defaultdict(list)
        for event in sorted(events, key=lambda event: event.seconds):
            key = event.subject, event.code, event.modifiers
            if self.states[event.code] and open_ones[key]:
                place = open_ones[key].pop()
                paired[place] = paired[place][0], event
                continue
            if self.states[event.code]:
                open_ones[key].append(len(paired))
            paired.append((event, None))
        left = [paired[place][0].row for places in open_ones.values() for place in places]
        self.noted += [RowError(row, "state.unpaired", f"{part}.events") for row in sorted(left)]
        return paired

    def _start(self, observation: Any) -> datetime | None:
        """BORIS writes local time without a zone: the study's is taken."""
        try:
            moment = datetime.fromisoformat(observation["date"])
            offset = timedelta(seconds=float(observation.get("time offset") or 0))
            return moment.replace(tzinfo=moment.tzinfo or read_zone(self.target.time_zone)) + offset
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            return None

    def _id(self, name: str) -> str:
        return str(uuid5(self.target.study_id, f"boris:{name}"))


def _read_event(row: int, event: Any) -> _Event | None:
    """An event is a list: time, subject, behaviour, modifiers, comment; later versions add more behind."""
    if not isinstance(event, list) or len(event) < 3:
        return None
    seconds, subject, code, *rest = event
    modifiers, comment = ([*rest, "", ""])[:2]
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool) and abs(seconds) < 10**7
    if not is_number or not all(isinstance(text, str) for text in (subject, code, modifiers, comment)):
        return None
    chosen = tuple(part for part in modifiers.replace(",", "|").split("|") if part.strip() not in ("", "None"))
    return _Event(row, float(seconds), subject, code, tuple(part.strip()[:MAX_LABEL] for part in chosen), comment)


def _media_length(observation: Mapping[str, Any]) -> float | None:
    lengths = _mapping(_mapping(observation, "media_info"), "length").values()
    known = [float(length) for length in lengths if isinstance(length, int | float) and 0 < length < 10**7]
    return max(known) if known else None


def _at(start: datetime, seconds: float) -> str:
    """A moment of an observation; by the clock of the world, also where summer time begins in it."""
    moment = start.astimezone(UTC) + timedelta(seconds=seconds)
    return moment.astimezone(start.tzinfo).isoformat(timespec="milliseconds")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


IMPORT = Import(
    name="boris",
    suffix=".boris",
    purpose={
        "en": "A BORIS project with its observations, or an ethogram alone.",
        "da": "Et BORIS-projekt med dets observationer, eller et etogram alene.",
    },
    read=read_boris,
)
