"""A study on a server with everything in it that selections stumble over, pushed by phones; and what it lists."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from skygge.core.model import Code
from tests.analyses.study_lists import SET_BACK
from tests.fixtures.world import Person, World
from tests.sync.phone import Change, Phone, join_with_phone, stamp

STRUCTURES = ("directing", "doing_for", "doing_with", "leaving_be", "none_of_these", "unclear", None, None)
ORIGINS = ("explicit", "explicit", "explicit", "carried", "later")
ACTIONS = ("talks", "asks", "does_by_hand", None)
FLAGS: tuple[list[str], ...] = ([], [], ["resists"], ["resists", "as_if_choice"], ["as_if_choice", "bends_a_rule"])
PLACES = {"directing": (2, -1), "doing_for": (1, 2), "doing_with": (-1, 1)}


class NastyStudy:
    """Pauses, visits without entries, two observers, a held person, marks, overlapping states, two codebook versions.

    Also: a wrong clock, an end nobody gave, people merged, entries of one moment and recalled ones, things taken back,
    merged, private; entries outside their encounter; a kind that is no visit.
    """

    def __init__(self, world: World, lead: Person, study_id: UUID) -> None:
        self._chance = random.Random(7)
        self.phone = Phone(lead.client, study_id)
        self.other = join_with_phone(world, study_id, "Olga Observer")
        self.early = Phone(lead.client, study_id)
        self.early.clock_offset = timedelta(hours=1)
        self.people = self._people()
        self._publish()
        self._visits()

    @property
    def url(self) -> str:
        return self.phone.url

    def lists(self) -> tuple[dict[str, list[Change]], dict[str, int]]:
        """Everything that is listed, and by how many milliseconds the times of things were corrected."""
        things = {"codebook": "codebooks", "actor": "actors", "encounter": "encounters", "entry": "entries"}
        found = {kind: list(self._pages(path)) for kind, path in things.items()}
        lines = self.phone.client.get(f"{self.url}/exports/jsonl").text.splitlines()
        found["gap"] = [line for line in map(json.loads, lines) if line["type"] == "gap"]
        shifts = {}
        for change in self.phone.pull_all():
            if change.get("corrected_at") and change["kind"] in ("entry.logged", "encounter.started", "gap.recorded"):
                corrected, made = (datetime.fromisoformat(change[name]) for name in ("corrected_at", "made_at"))
                shifts[change["subject_id"]] = round((corrected - made).total_seconds() * 1000)
        return found, shifts

    def _pages(self, path: str) -> Iterator[Change]:
        cursor: Any = 0
        while cursor is not None:
            page = self.phone.client.get(f"{self.url}/{path}", params={"limit": 500, "cursor": cursor}).json()
            yield from page["items"]
            cursor = page["cursor"]

    def _people(self) -> list[str]:
        labels = {"P1": "professional", "P2": "professional", "C1": "citizen", "C2": "citizen", "R1": "relative"}
        labels |= {"Lift": "thing_or_place", "P1 again": "professional", "C9": "citizen"}
        made = [self.phone.change("actor.added", {"label": key, "kind": kind}) for key, kind in labels.items()]
        ids = [one["subject_id"] for one in made]
        self.phone.push(*made, self.phone.amend(made[6], {"merged_into": ids[0]}))
        self._last_made = made[7]
        return ids

    def _publish(self) -> None:
        (book,) = self.phone.read("codebooks")
        codes = [{key: value for key, value in code.items() if key in Code.model_fields} for code in book["codes"]]
        for code in codes:
            if code["dimension"] == "structure" and code["key"] in PLACES:
                code["control"], code["care"] = PLACES[code["key"]]
        verdicts = self.phone.push(
            self.phone.change("codebook.published", {"version": 2, "follows": 1, "codes": codes})
        )
        assert verdicts[0]["verdict"] == "stored", verdicts

    def _visits(self) -> None:
        both = {"visit_code": "KXWQPT", "agency": "North", "focal_actor_id": self.people[0]}
        self._watch(
            self.phone, 0, 60, 22, [(10, 15, "off_record"), (14, 18, "not_recorded"), (40, 40, "struck")], **both
        )
        self._watch(self.other, 1, 58, 20, [(30, 33, "off_record")], **both)
        self._watch(self.phone, 70, 90, 0, [], agency="South")
        self._watch(self.phone, 100, None, 8, [(106, None, "off_record")], agency="South")
        self._watch(self.phone, 130, 150, 6, [], kind="meeting")
        self._watch(self.phone, 160, 200, 24, [(170, 172, "not_recorded")], agency="South")
        self._watch(self.other, 210, 240, 12, [], agency="Meadow", focal_actor_id=self.people[1])
        self._watch(self.early, 320, 350, 10, [(335, 337, "off_record")])
        gone = self._watch(self.phone, 400, 420, 4, [])
        self.phone.push(self.phone.amend(gone, {}, kind="encounter.retracted"))
        held = self._watch(self.other, 430, 460, 14, [(440, 445, "off_record")], agency="North")
        stopped = {"stopped_at": stamp(455), "stopped_in": held["subject_id"]}
        self.phone.push(self.phone.amend(self._last_made, stopped, kind="person.stopped"))
        self._set_back()

    def _set_back(self) -> None:
        """A visit of an hour in which the clock lost ten minutes half-way, and nobody has set its times right."""

        def told(minute: float) -> Change:
            by_clock = stamp(minute if minute < 530 else minute - 10)
            return {"made_at": by_clock, "session_id": "set back", "monotonic_ms": minute * 60_000}

        fields = {"kind": "visit", "started_at": stamp(500), "agency": SET_BACK}
        visit = self.phone.change("encounter.started", fields, **told(500))
        changes = [
            visit,
            self.phone.amend(visit, {"ended_at": stamp(550), "end_origin": "tap"}, kind="encounter.ended"),
        ]
        for minute in range(501, 560, 5):
            pick, clock = self._chance.choice, told(minute)
            end: Change = {"kind": "state", "ended_at": clock["made_at"]} if minute % 2 else {"kind": "point"}
            coded: Change = {
                "structure": pick(STRUCTURES[:2]), "structure_origin": "explicit", "actor_id": self.people[0],
                "started_at": clock["made_at"], "flags": pick(FLAGS), **end,
            }  # fmt: skip
            changes.append({**self.phone.entry(visit, **coded), **clock})
        verdicts = self.phone.push(*changes)
        assert all(verdict["verdict"] == "stored" for verdict in verdicts), verdicts

    def _watch(self, phone: Phone, start: float, end: float | None, n: int, gaps: list[Any], **fields: Any) -> Change:
        """An encounter with its gaps and entries, in one push: one push has one clock."""
        visit = phone.change(
            "encounter.started", {"kind": "visit", "started_at": stamp(start), **fields}, made_at=stamp(start)
        )
        changes = [visit]
        if end is not None:
            changes.append(phone.amend(visit, {"ended_at": stamp(end), "end_origin": "tap"}, kind="encounter.ended"))
        for since, until, kind in gaps:
            edges = {"from": stamp(since), "to": None if until is None else stamp(until)}
            changes.append(phone.change("gap.recorded", {"encounter_id": visit["subject_id"], "kind": kind, **edges}))
        last = end or start + 12
        for number in range(n):
            changes += self._entry(phone, visit, start - 1 + (last - start + 2) * number / n, is_twin=number % 7 == 3)
        verdicts = phone.push(*changes)
        assert all(verdict["verdict"] == "stored" for verdict in verdicts), verdicts
        return visit

    def _entry(self, phone: Phone, visit: Change, at: float, *, is_twin: bool) -> list[Change]:
        pick = self._chance.choice
        at = round(at * 4) / 4
        kind = pick(("point", "point", "state", "state", "note"))
        structure = pick(STRUCTURES)
        fields: Change = {
            "kind": kind, "started_at": stamp(at), "actor_id": pick([*self.people, None]),
            "recipient_id": pick([*self.people, None, None]), "action": pick(ACTIONS), "structure": structure,
            "structure_origin": "none" if structure is None else pick(ORIGINS), "flags": pick(FLAGS),
            "codebook_version": pick((1, 2)),
        }  # fmt: skip
        if kind == "state" and pick((True, True, False)):
            fields |= {"ended_at": stamp(at + pick((0, 1, 2.5, 6))), "end_origin": "tap"}
        if pick((False, False, False, True)):
            fields |= {"taken": "recalled", "precision_s": pick((30, 120))}
        if pick((False,) * 6 + (True,)):
            fields |= {"control": pick((-1, 0, 2)), "care": pick((0, 1))}
        entry = phone.entry(visit, **fields)
        found = [entry]
        if is_twin:
            found.append(phone.entry(visit, **{**fields, "structure": "directing", "structure_origin": "explicit"}))
        fate = self._chance.random()
        if fate < 0.06:
            found.append(phone.amend(entry, {}, kind="entry.retracted"))
        elif fate < 0.12:
            found.append(phone.entry(visit, kind="reflection", started_at=stamp(at + 0.1), structure="directing"))
        elif fate < 0.17:
            into = phone.entry(visit, started_at=stamp(at + 0.2), structure="doing_for", structure_origin="explicit")
            found += [into, phone.amend(entry, {"merged_into": into["subject_id"]})]
        return found
