"""What somebody wrote into a database that is kept: by the protocol alone, which every released version speaks.

Each kind of row that an upgrade could spoil is there: two people and two phones, two edits of one entry, a clock that
was set back, strikes, changes that the server set aside, and a phone with something it has not sent yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sync.phone import Change, Phone, stamp

WORDS = "Æøå 🌱 'quoted' \\ back\\slash\n=SUM(1)  two spaces "
AN_HOUR_BACK = -60
LEAD, OBSERVER = "Lene", "Åse"
# What is written beside the log, and who reads it.
BESIDE = {"requests": LEAD, "concerns": OBSERVER}


@dataclass
class Life:
    """The two in one study, each with a device."""

    phones: dict[str, Phone]
    unsent: list[Change] = field(default_factory=list)

    @property
    def lead(self) -> Phone:
        """At a laptop."""
        return self.phones[LEAD]

    @property
    def observer(self) -> Phone:
        """In the field."""
        return self.phones[OBSERVER]

    def live(self) -> None:
        """All of it, in the order in which it would have happened."""
        grete = self._meet_people()
        visit, entries = self._watch(grete)
        self._write_in_the_evening(visit, entries)
        self._change_minds(entries)
        self._set_clock_back()
        self._strike(visit, entries, grete)
        self._ask_and_worry(grete)
        self._send_what_is_not_taken(entries)
        self._keep_unsent(visit, entries)

    def _meet_people(self) -> Change:
        grete = self.lead.change("actor.added", {"label": "Grete Å", "kind": "citizen"})
        helper = self.lead.change("actor.added", {"label": "hjælper 2", "kind": "professional", "agency": "Nord"})
        given = {"legal_basis": "public_task", "way": "mundtligt", "witness": "hjælper 2"}
        consent = {"actor_id": grete["subject_id"], "at": stamp(0), **given}
        self._push(self.lead, grete, helper, self.lead.change("consent.recorded", consent))
        return grete

    def _watch(self, person: Change) -> tuple[Change, list[Change]]:
        phone = self.observer
        visit = phone.visit(visit_code="KQRMTW", focal_actor_id=person["subject_id"], setting="køkken")
        entries = [phone.entry(visit, jotting=WORDS, actor_id=person["subject_id"])]
        entries += [phone.entry(visit, jotting=f"nr. {number}: hun venter ved døren") for number in range(6)]
        entries.append(phone.entry(visit, kind="state", ended_at=stamp(30), end_origin="tap"))
        gap = {"encounter_id": visit["subject_id"], "kind": "off_record", "from": stamp(40), "to": stamp(45)}
        self._push(phone, visit, *entries, phone.change("gap.recorded", gap))
        self._push(phone, phone.amend(visit, {"ended_at": stamp(60)}, kind="encounter.ended"))
        return visit, entries

    def _write_in_the_evening(self, visit: Change, entries: list[Change]) -> None:
        phone = self.observer
        anchors = [entries[0]["subject_id"]]
        note = {"encounter_id": visit["subject_id"], "text": f"Hun stod længe. {WORDS}", "position": 1.5}
        self._push(phone, phone.change("fieldnote.written", {**note, "anchors": anchors}))
        about = [{"type": "entry", "id": entries[1]["subject_id"]}]
        self._push(phone, phone.change("memo.written", {"text": "hvem venter på hvem?", "about": about}))
        code = {"dimension": "action", "key": "waits_at_door", "label": {"da": "venter ved døren"}}
        self._push(phone, phone.change("code.proposed", code))

    def _change_minds(self, entries: list[Change]) -> None:
        """Amended, taken back, brought back, and amended by two who did not know of each other."""
        phone, first = self.observer, entries[1]
        amended = phone.amend(entries[2], {"jotting": "nr. 1: hun går"})
        gone = phone.amend(entries[3], {}, kind="entry.retracted")
        back = phone.amend(entries[3], {}, gone, kind="entry.restored")
        self._push(phone, amended, gone, back, phone.amend(entries[4], {}, kind="entry.retracted"))
        self._push(phone, phone.amend(first, {"jotting": "nr. 0: en anden ordlyd"}))
        self._push(self.lead, self.lead.amend(first, {"jotting": "nr. 0: en tredje ordlyd"}))

    def _set_clock_back(self) -> None:
        phone = self.observer
        visit = phone.visit()
        before = phone.entry(visit, action="asks")
        after = phone.entry(visit, action="waits", started_at=stamp(AN_HOUR_BACK))
        after["made_at"] = stamp(AN_HOUR_BACK)
        self._push(phone, visit, before, after)

    def _strike(self, visit: Change, entries: list[Change], person: Change) -> None:
        """Older servers do not know these and set them aside."""
        phone = self.observer
        words = phone.change("words.struck", {"words": "døren"}, subject_id=entries[5]["subject_id"])
        minutes = {"from": entries[6]["payload"]["started_at"], "to": entries[6]["payload"]["started_at"]}
        struck = phone.change("encounter.struck", minutes, subject_id=visit["subject_id"])
        stopped = {"stopped_at": stamp(50), "stopped_in": visit["subject_id"]}
        person_stopped = phone.change("person.stopped", stopped, subject_id=person["subject_id"])
        self._push(phone, words, struck, person_stopped, may_be_set_aside=True)

    def _ask_and_worry(self, person: Change) -> None:
        """What is written beside the log, where that version has it."""
        asked = {"kind": "access", "received_on": "2026-03-02", "actor_id": person["subject_id"]}
        said: dict[str, Any] = {"requests": asked, "concerns": {"text": WORDS}}
        for door, name in self.beside().items():
            answer = self.phones[name].client.post(f"{self.lead.url}/{door}", json=said[door])
            assert answer.status_code == 201, answer.text

    def beside(self) -> dict[str, str]:
        """Which lists of `BESIDE` that version has."""
        return {
            door: name
            for door, name in BESIDE.items()
            if self.phones[name].client.get(f"{self.lead.url}/{door}").status_code != 404
        }

    def _send_what_is_not_taken(self, entries: list[Change]) -> None:
        """A kind that nobody knows, a schema of years ahead, something unreadable, and what a rule refuses."""
        phone = self.observer
        changes = [
            phone.change("entry.sung", {"melody": WORDS}),
            phone.change("entry.logged", {"jotting": "fra fremtiden"}, schema=1_000),
            phone.change("entry.logged", {"jotting": "uden møde"}),
            phone.change("study.amended", {"title": "ikke min"}, subject_id=str(phone.study_id)),
        ]
        verdicts = [one["verdict"] for one in phone.push(*changes)]
        assert verdicts == ["quarantined"] * len(changes), verdicts

    def _keep_unsent(self, visit: Change, entries: list[Change]) -> None:
        phone = self.observer
        self.unsent = [
            phone.entry(visit, jotting=f"ikke sendt endnu: {WORDS}"),
            phone.amend(entries[2], {"jotting": "nr. 1: rettet uden net"}),
            phone.visit(),
        ]

    @staticmethod
    def _push(phone: Phone, *changes: Change, may_be_set_aside: bool = False) -> None:
        for change in changes:
            # Steady, whatever the clock says.
            change["monotonic_ms"] = change["device_seq"] * 60_000.0
        verdicts: list[Any] = phone.push(*changes)
        taken = {"stored"} | ({"erased", "quarantined"} if may_be_set_aside else set())
        assert {one["verdict"] for one in verdicts} <= taken, verdicts
