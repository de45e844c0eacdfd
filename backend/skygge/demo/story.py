"""What happens in the example study: one week, two observers, three agencies. Pure; the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib import resources
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import yaml

from skygge.core.codebook import read_starter
from skygge.core.identity import observer_actor_id, visit_id
from skygge.demo.phone import ZONE, Change, Phone, to_stamp

DEMO_STUDY_ID = UUID("019caa00-0000-7000-8000-00000000e8a3")
TITLE = "Example (invented): home care in three agencies · Eksempel (opdigtet)"
NO_LOCK = "an example: everybody in it is made up"
MONDAY = date(2026, 3, 2)
SEED = 20260302
AGENCIES = {"P1": "North", "P2": "Harbour", "P3": "Meadow"}
CITIZENS = {"P1": ("C1", "C2", "C3"), "P2": ("C4", "C5"), "P3": ("C6", "C7", "C8")}
OBSERVERS = ("observer-1", "observer-2")
STARTS = ((7, 40), (8, 35), (9, 30), (10, 40))
PAIRED_DAY, PAIRED_CODE = 2, "KXWQPT"
Beat = Mapping[str, Any]


class Week:
    """Tells the week into the phones of its two observers."""

    def __init__(self) -> None:
        self.chance = Random(SEED)
        self.book = yaml.safe_load(resources.files("skygge").joinpath("demo", "scenes.yaml").read_text("utf-8"))
        self.phones = [Phone(DEMO_STUDY_ID, observer, self.chance) for observer in OBSERVERS]
        self.n_visits = 0
        self.written: list[tuple[Phone, str, list[str], datetime]] = []

    def tell(self) -> None:
        """Everything, in the order in which it is lived."""
        self._add_people()
        for day in range(5):
            for place, phone in enumerate(self.phones):
                professional = list(AGENCIES)[(day + place) % len(AGENCIES)]
                self._live_day(phone, day, professional)
        self._write_up()

    def _live_day(self, phone: Phone, day: int, professional: str) -> None:
        starts = STARTS[: 3 + (day + len(phone.observer) + self.phones.index(phone)) % 2]
        for number, (hour, minute) in enumerate(starts):
            begin = moment(day, hour, minute) + timedelta(seconds=self.chance.randrange(40, 220))
            code = PAIRED_CODE if day == PAIRED_DAY and number == 1 else None
            who = "P3" if code is not None else professional
            citizen = CITIZENS[who][(day + number) % len(CITIZENS[who])]
            self._live_visit(phone, begin, (who, citizen), code)
            if number == 1:
                self._drive(phone, begin + timedelta(minutes=31), who)

    def _live_visit(self, phone: Phone, begin: datetime, people: tuple[str, str], code: str | None) -> None:
        number = self.n_visits
        self.n_visits += 1
        # Two observers of one visit see the same scene.
        scene = self.book["scenes"][2 if code is not None else number % len(self.book["scenes"])]
        language = "da" if phone.observer == OBSERVERS[0] else "en"
        encounter_id = phone.new_id(begin)
        end = begin + timedelta(minutes=22 + self.chance.randrange(0, 6), seconds=self.chance.randrange(60))
        fields = self._encounter_fields(phone, begin, people, code)
        phone.report(begin, "encounter.started", encounter_id, {**fields, "setting": scene["setting"][language]})
        gap = self._gap(phone, encounter_id, begin, number)
        told: list[str] = []
        for beat in scene["beats"]:
            at = begin + timedelta(minutes=beat["m"], seconds=self.chance.randrange(0, 25))
            if gap is None or not gap[0] <= at < gap[1]:
                is_first_time = number < 2 * len(self.book["scenes"])
                told.append(self._log(phone, encounter_id, at, (beat, people, language if is_first_time else "")))
        if number % 11 != 9:  # now and then nobody ends a visit
            phone.report(end, "encounter.ended", encounter_id, {"ended_at": to_stamp(end), "end_origin": "tap"})
        self.written.append((phone, encounter_id, told, end))

    def _encounter_fields(
        self, phone: Phone, begin: datetime, people: tuple[str, str], code: str | None
    ) -> dict[str, Any]:
        professional, citizen = people
        late = begin + timedelta(minutes=1)
        present = [professional, citizen, *(["R1"] if citizen in ("C2", "C7") else [])]
        offset = begin.utcoffset()
        return {
            "kind": "visit",
            "visit_code": code,
            "visit_id": None if code is None else str(visit_id(DEMO_STUDY_ID, code)),
            "observer": phone.observer,
            "focal_actor_id": name(professional),
            "agency": AGENCIES[professional],
            "presence": [
                {"actor_id": name(actor), "from": to_stamp(late if actor == "R1" else begin), "to": None}
                for actor in present
            ],
            "checks": [{"actor_id": name(citizen), "answer": "partly" if citizen == "C5" else "yes"}],
            "started_at": to_stamp(begin),
            "time_zone": ZONE,
            "utc_offset_minutes": int(offset.total_seconds() // 60) if offset is not None else 0,
        }

    def _gap(self, phone: Phone, encounter_id: str, begin: datetime, number: int) -> tuple[datetime, datetime] | None:
        """Every third visit has time that was not observed."""
        if number % 3 != 1:
            return None
        start = begin + timedelta(minutes=10, seconds=self.chance.randrange(60))
        end = start + timedelta(minutes=self.chance.randrange(2, 6))
        kind, reason = ("off_record", "bathroom") if number % 2 else ("not_recorded", "carried the shopping")
        fields = {"encounter_id": encounter_id, "kind": kind, "from": to_stamp(start), "to": to_stamp(end)}
        phone.report(start, "gap.recorded", phone.new_id(start), {**fields, "reason": reason})
        return start, end

    def _log(self, phone: Phone, encounter_id: str, at: datetime, what: tuple[Beat, tuple[str, str], str]) -> str:
        """One entry, sometimes with what is done to it afterwards."""
        beat, people, language = what
        roles = {"P": people[0], "C": people[1], "R": "R1", None: None}
        seconds, structure = beat.get("seconds"), beat.get("s")
        chance = self.chance.random()
        is_mark = chance < 0.08
        entry_id = phone.new_id(at)
        fields: dict[str, Any] = {
            "encounter_id": encounter_id,
            "kind": "state" if seconds and not is_mark else "point",
            "actor_id": None if roles[beat["who"]] is None else name(str(roles[beat["who"]])),
            "recipient_id": None if roles[beat.get("to")] is None else name(str(roles[beat.get("to")])),
            "action": None if is_mark else beat.get("action"),
            "structure": None if is_mark else structure,
            "structure_origin": "none" if is_mark or structure is None else "explicit",
            "flags": beat.get("flags", []),
            "started_at": to_stamp(at),
            "codebook_version": 1,
        }
        fields |= _how_taken(chance)
        if beat.get(language):
            fields |= {"jotting": beat[language], "verbatim": bool(beat.get("said"))}
        phone.report(at, "entry.logged", entry_id, {key: value for key, value in fields.items() if value is not None})
        if fields["kind"] == "state" and chance < 0.93:  # a few states are left open
            end = at + timedelta(seconds=float(seconds or 0))
            phone.report(end, "entry.amended", entry_id, {"ended_at": to_stamp(end), "end_origin": "tap"})
        if is_mark and structure is not None:
            later = at.replace(hour=19, minute=30)
            coded = {"action": beat.get("action"), "structure": structure, "structure_origin": "later"}
            phone.report(later, "entry.amended", entry_id, coded)
        if 0.5 < chance < 0.52:
            phone.report(at + timedelta(seconds=8), "entry.retracted", entry_id, {})
        return entry_id

    def _drive(self, phone: Phone, at: datetime, professional: str) -> None:
        """Between two visits, in the car."""
        encounter_id, end = phone.new_id(at), at + timedelta(minutes=6)
        fields = {"kind": "between", "observer": phone.observer, "agency": AGENCIES[professional]}
        fields |= {"focal_actor_id": name(professional), "started_at": to_stamp(at), "time_zone": ZONE}
        phone.report(at, "encounter.started", encounter_id, fields)
        words = "i bilen: “ti minutter pr. hjem, resten er kærlighed”" if phone.observer == OBSERVERS[0] else "radio on"
        said: dict[str, Any] = {
            "encounter_id": encounter_id,
            "kind": "note",
            "actor_id": name(professional),
            "jotting": words,
        }
        said |= {"started_at": to_stamp(at + timedelta(minutes=2)), "codebook_version": 1}
        phone.report(at + timedelta(minutes=2), "entry.logged", phone.new_id(at), said)
        phone.report(end, "encounter.ended", encounter_id, {"ended_at": to_stamp(end), "end_origin": "tap"})

    def _add_people(self) -> None:
        """Pseudonyms, and what each agreed to, on the Sunday before."""
        phone, at = self.phones[0], moment(-1, 18, 0)
        people = {"R1": "relative", **dict.fromkeys(AGENCIES, "professional")}
        people |= {citizen: "citizen" for citizens in CITIZENS.values() for citizen in citizens}
        home = {citizen: AGENCIES[professional] for professional, own in CITIZENS.items() for citizen in own}
        for label, kind in people.items():
            agency = AGENCIES.get(label) or home.get(label)
            fields = {"label": label, "kind": kind, **({} if agency is None else {"agency": agency})}
            phone.report(at, "actor.added", name(label), fields)
            consent = {"actor_id": name(label), "ethics": "given", "legal_basis": "public_task", "way": "verbal"}
            consent |= {"withdrawal_promise": "erase", "witness": "P1", "at": to_stamp(at)}
            phone.report(at, "consent.recorded", phone.new_id(at), consent)
        phone.report(at, "actor.added", name("Lift"), {"label": "Lift", "kind": "thing_or_place"})
        for own in self.phones:
            me = str(observer_actor_id(DEMO_STUDY_ID, own.observer))
            own.report(at, "actor.added", me, {"label": own.observer, "kind": "observer"})

    def _write_up(self) -> None:
        """Field notes in the evening for the first visits, and two memos at the end of the week."""
        for paragraphs, (phone, encounter_id, told, end) in zip(self.book["fieldnotes"], self.written, strict=False):
            at = end.replace(hour=20, minute=10)
            for position, text in enumerate(paragraphs, 1):
                fields = {"encounter_id": encounter_id, "position": position, "text": text, "author": phone.observer}
                anchors = told[position - 1 : position] if position < len(paragraphs) else []
                fields |= {"anchors": anchors, "written_at": to_stamp(at)}
                phone.report(at, "fieldnote.written", phone.new_id(at), fields)
        first, at = "", moment(5, 11, 0)
        for phone, memo in zip(self.phones, self.book["memos"], strict=True):
            about = dict(memo["about"])
            about["id"] = first if about["id"] == "first" else about["id"]
            first = phone.new_id(at)
            fields = {"about": [about], "text": memo["text"], "author": phone.observer, "written_at": to_stamp(at)}
            phone.report(at, "memo.written", first, fields)
            at += timedelta(hours=3)


def found_demo() -> list[Change]:
    """The study's own settings and its codebook, reported before anybody goes out."""
    office = Phone(DEMO_STUDY_ID, "office", Random(SEED + 1))
    at = moment(-3, 9, 0)
    settings: dict[str, Any] = {"title": TITLE, "time_zone": ZONE, "languages": ["en", "da"]}
    settings |= {"field_mode": "structures", "observers_see": "all", "lock_required": False, "lock_reason": NO_LOCK}
    office.report(at, "study.amended", str(DEMO_STUDY_ID), settings)
    office.report(at, "codebook.published", str(uuid5(DEMO_STUDY_ID, "codebook:1")), read_starter("heuristic-four"))
    return office.changes


def live_demo() -> Iterator[tuple[str, list[Change]]]:
    """Each observer's name with all changes of their phone."""
    week = Week()
    week.tell()
    for phone in week.phones:
        yield phone.observer, phone.changes


def name(label: str) -> str:
    """The id of somebody in the example, by pseudonym."""
    return str(uuid5(DEMO_STUDY_ID, f"actor:{label}"))


def moment(day: int, hour: int, minute: int) -> datetime:
    """A local moment of the week; day 0 is Monday."""
    at = MONDAY + timedelta(days=day)
    return datetime(at.year, at.month, at.day, hour, minute, tzinfo=ZoneInfo(ZONE))


def _how_taken(chance: float) -> dict[str, Any]:
    """Most entries are taps; some were moved back, a few were remembered in the evening."""
    if chance > 0.97:
        return {"taken": "recalled", "precision_s": 300}
    if chance > 0.9:
        return {"taken": "back_dated", "precision_s": 60}
    return {"taken": "tap", "precision_s": 0}
