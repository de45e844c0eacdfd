"""A study told in words, encounter by encounter: what the formats for reading and for QDA programs share.

One stream is one encounter of one observer: `V014 · P1 · O1`. A time is told from its start, `+00:12:15`, in whole
seconds. Nothing that was written is left out of the telling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from skygge.core.filters import Thing
from skygge.core.letters import Spell, spell_once
from skygge.core.lookup import Lookup, count_conflicts, inside, kept_entries
from skygge.core.model import to_unix_ms
from skygge.core.names import Names

# NVivo refuses these in the name of a source.
FORBIDDEN = re.compile(r'[\\/:*?"<>|.]')
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "off_record": "off record", "not_recorded": "not recorded", "struck": "struck", "unknown": "end unknown",
        "none": "No entries.", "log": "log", "notes": "notes", "present": "Present", "untold": "Not written up",
        "memos": "Memos", "left_out": "What this file leaves out", "open": "still open",
        "set_back": "the clock was set back by",
    },
    "da": {
        "off_record": "uden for referat", "not_recorded": "ikke registreret", "struck": "streget",
        "unknown": "slutning ukendt", "none": "Ingen noteringer.", "log": "log", "notes": "noter",
        "present": "Til stede", "untold": "Ikke skrevet ud", "memos": "Memoer",
        "left_out": "Hvad denne fil udelader", "open": "stadig åben", "set_back": "uret blev stillet tilbage med",
    },
}  # fmt: skip


@dataclass
class Scene:
    """One encounter with everything in it, in order."""

    name: str
    encounter: Thing
    entries: list[Thing]
    gaps: list[Thing]
    paragraphs: list[Thing]


@dataclass
class Teller:
    """Puts things into words, every text through one filter of letters."""

    lookup: Lookup
    spell: Spell
    once: Spell
    offsets: Mapping[str, int]
    gap_offsets: Mapping[str, int]
    observers: Mapping[str, str]
    words: Mapping[str, str]
    names: Names

    def text(self, written: str | None) -> str:
        """Something that somebody wrote."""
        return self.spell(written or "", self.lookup.losses)

    def label(self, name: str | None) -> str:
        """The name of a person, a code or a place, which comes back in many texts."""
        return self.once(name or "", self.lookup.losses)

    def label_of(self, entry: Thing, dimension: str, key: str | None) -> str:
        """The label of a code on an entry; its key where the codebook does not know it."""
        return self.label(self.lookup.label(entry, dimension, key) or key)

    def tell_flags(self, entry: Thing) -> str:
        """The flags of an entry by their labels."""
        return "; ".join(self.label_of(entry, "flag", flag) for flag in entry.get("flags") or ())

    def scenes(self) -> Iterator[Scene]:
        """Encounters in the order of their starts, those without entries too."""
        entries = _Groups(kept_entries(self.lookup, self.offsets))
        gaps, notes = _Groups(inside(self.lookup, "gap")), _Groups(inside(self.lookup, "fieldnote"))
        for key, encounter in self.lookup.encounters.items():
            self.lookup.losses.note("conflicts", count_conflicts(encounter))
            yield Scene(self.name(encounter), encounter, entries.take(key), gaps.take(key), notes.take(key))
        for groups in (entries, gaps, notes):
            groups.finish()

    def name(self, encounter: Thing) -> str:
        """`V014 · P1 · O1`: visit (or encounter), the person shadowed, the observer."""
        number, visit = self.lookup.numbers[encounter["id"]]
        focal = self.label(self.lookup.person(encounter.get("focal_actor_id"))[1].get("label"))
        place = f"E{number:03}" if visit is None else f"V{visit:03}"
        observer = self.observers.get(encounter.get("observer") or "", "")
        # Room is left for the ending that says which of two texts it is.
        whole, short = (" · ".join(filter(None, [place, who, observer])) for who in (focal, focal[:30]))
        name = self.names.give(short, is_twin=True)
        self.lookup.losses.note("names", name != whole)
        return name

    def tell_entry(self, encounter: Thing, entry: Thing) -> str:
        """`[+00:12:15–00:15:40] Actor → Recipient · Action · Structure · Flag`, and below it the jotting."""
        actor, recipient = (self.lookup.person(entry.get(name))[1] for name in ("actor_id", "recipient_id"))
        people = " → ".join(self.label(person["label"]) for person in (actor, recipient) if person.get("label"))
        if recipient.get("label") and not actor.get("label"):
            people = f"→ {people}"
        codes = [("action", entry.get("action")), ("structure", entry.get("structure"))]
        codes += [("flag", flag) for flag in entry.get("flags") or ()]
        told = [self.label_of(entry, dimension, key) for dimension, key in codes if key is not None]
        when = self.tell_span(encounter, entry["started_at"], entry.get("ended_at"), self.offsets.get(entry["id"], 0))
        head = " · ".join(part for part in (people, *told) if part)
        return "\n".join(part for part in (f"{when} {head}".rstrip(), self.tell_jotting(entry)) if part)

    def tell_jotting(self, entry: Thing) -> str:
        """The words, in quotation marks where they were said word for word."""
        jotting = self.text(entry.get("jotting"))
        return f"“{jotting}”" if jotting and entry.get("verbatim") else jotting

    def tell_gap(self, encounter: Thing, gap: Thing) -> str:
        """`[+00:10:00–00:15:00] — off record: reason`."""
        when = self.tell_span(encounter, gap["from"], gap.get("to"), self.gap_offsets.get(gap["id"], 0))
        reason = self.text(gap.get("reason"))
        return f"{when} — {self.words.get(gap['kind'], gap['kind'])}" + (f": {reason}" if reason else "")

    def tell_present(self, encounter: Thing) -> str:
        """Who was there, and when where that is known; empty where nobody is named."""
        told = []
        for presence in encounter.get("presence") or ():
            label = self.label(self.lookup.person(presence["actor_id"])[1].get("label"))
            since, until = presence.get("from"), presence.get("to")
            if since is not None:
                label += f" {self.tell_span(encounter, since, until, self.lookup.offsets.get(encounter['id'], 0))}"
            told.append(label)
        return f"{self.words['present']}: {', '.join(told)}" if told else ""

    def tell_span(self, encounter: Thing, start: str, end: str | None, offset_ms: int) -> str:
        """`[+00:12:15–00:15:40]`, or one moment."""
        zero = self.lookup.start_ms(encounter)
        told = [tell_ms(to_unix_ms(stamp) + offset_ms - zero) for stamp in (start, end) if stamp is not None]
        return f"[{told[0]}" + (f"–{told[1].lstrip('+')}" if len(told) == 2 else "") + "]"

    def in_time(self, scene: Scene) -> list[tuple[Thing, bool]]:
        """Entries and gaps (marked so) in one order of time; entries keep theirs."""
        told = [(to_unix_ms(one["started_at"]) + self.offsets.get(one["id"], 0), one, False) for one in scene.entries]
        told += [(to_unix_ms(one["from"]) + self.gap_offsets.get(one["id"], 0), one, True) for one in scene.gaps]
        return [(one, is_gap) for _, one, is_gap in sorted(told, key=lambda found: found[0])]


def open_teller(lookup: Lookup, spell: Spell) -> Teller:
    """A teller in the study's first language."""
    once = spell_once(spell)
    language = (lookup.study.get("languages") or ["en"])[0]
    standing = (one for one in lookup.reader.things("encounter") if not one.get("retracted"))
    observers = dict.fromkeys(one["observer"] for one in standing if one.get("observer"))
    return Teller(
        lookup=lookup,
        spell=spell,
        once=once,
        offsets=lookup.reader.clock_offsets("entry"),
        gap_offsets=lookup.reader.clock_offsets("gap"),
        observers={observer: f"O{number}" for number, observer in enumerate(observers, 1)},
        words=WORDS.get(language, WORDS["en"]),
        names=Names(lookup.losses, once, FORBIDDEN, limit=54),
    )


def has_writer(written: Thing) -> bool:
    """Whether a paragraph or memo says who wrote it, or when."""
    return bool(written.get("author") or written.get("written_at"))


def tell_ms(milliseconds: int) -> str:
    """`+00:12:15`, or with a minus before the start."""
    seconds = abs(milliseconds) // 1000
    sign = "-" if milliseconds < 0 else "+"
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass
class _Groups:
    """Things that come in the order of their encounters, taken out encounter by encounter."""

    source: Iterator[Thing]
    waiting: Thing | None = None

    def take(self, encounter_id: str) -> list[Thing]:
        """Those of the next encounter."""
        found: list[Thing] = []
        self.waiting = self.waiting or next(self.source, None)
        while self.waiting is not None and self.waiting["encounter_id"] == encounter_id:
            found.append(self.waiting)
            self.waiting = next(self.source, None)
        return found

    def finish(self) -> None:
        """Nothing may be left over: it would be missing from the file without a word."""
        if self.waiting or next(self.source, None):
            raise RuntimeError("things came in another order than their encounters")
