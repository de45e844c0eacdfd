"""The two texts of an encounter in a REFI-QDA project, with the stretches that carry codes.

Offsets count characters of the text as it is written; the end is the first character after the stretch. As no
character is above U+FFFF, programs that count UTF-16 units arrive at the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from skygge.core.filters import Thing
from skygge.core.lookup import Lookup
from skygge.core.refi import QdaCode, make_guid
from skygge.core.telling import Scene, Teller, has_writer

NO_DATE = "1980-01-01T00:00:00Z"
SEPARATOR = "\n\n"
BESIDE = ("structure_origin", "taken", "precision_s", "end_origin", "control", "care", "codebook_version")


@dataclass(frozen=True)
class Stretch:
    """A piece of a text with its codings."""

    guid: str
    name: str
    start: int
    end: int
    description: str
    codes: tuple[QdaCode, ...]
    user: str | None
    date: str


@dataclass
class Text:
    """One text, written block by block."""

    guid: str
    name: str
    user: str | None
    date: str
    description: str = ""
    blocks: list[str] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    length: int = 0

    @property
    def body(self) -> str:
        """All of it."""
        return SEPARATOR.join(self.blocks)

    def add(self, block: str) -> tuple[int, int]:
        """Add a block; says where it begins and ends."""
        start = self.length + (len(SEPARATOR) if self.blocks else 0)
        self.blocks.append(block)
        self.length = start + len(block)
        return start, self.length


@dataclass(frozen=True)
class TextMaker:
    """Makes the texts of encounters, with the codes and people of one project."""

    teller: Teller
    codes: Mapping[tuple[str, str], QdaCode]
    users: Mapping[str, str]

    @property
    def lookup(self) -> Lookup:
        """What the texts look up."""
        return self.teller.lookup

    def make_log(self, scene: Scene) -> Text:
        """A block for each entry and gap, in order of time."""
        text = self._begin(scene, "log", scene.encounter.get("observer"), scene.encounter["started_at"])
        text.description = self.teller.tell_present(scene.encounter)
        self.date(scene.encounter.get("ended_at"))
        for thing, is_gap in self.teller.in_time(scene):
            if is_gap:
                text.add(self.teller.tell_gap(scene.encounter, thing))
                continue
            start, end = text.add(self.teller.tell_entry(scene.encounter, thing))
            name, codes = str(self.lookup.name("entry", thing["id"])), self._codes_of([thing])
            guid, date = self.guid("entry", thing["id"]), self.date(thing["started_at"])
            self.date(thing.get("ended_at"))
            told = self._describe(scene.encounter, thing)
            text.stretches.append(Stretch(guid, name, start, end, told, codes, text.user, date))
        if not text.blocks:
            text.add(self.teller.words["none"])
        return text

    def make_notes(self, scene: Scene) -> Text | None:
        """The field note, unbroken; None where none was written."""
        if not scene.paragraphs:
            return None
        first, entries = scene.paragraphs[0], {entry["id"]: entry for entry in scene.entries}
        text = self._begin(scene, "notes", first.get("author"), first.get("written_at"))
        for paragraph in scene.paragraphs:
            start, end = text.add(self.teller.text(paragraph.get("text")))
            anchored = [entries[anchor] for anchor in paragraph.get("anchors") or () if anchor in entries]
            if not anchored or start == end:
                # The text as a whole says of its first paragraph who wrote it, and when.
                self.lookup.losses.note("writers", paragraph is not first and has_writer(paragraph))
                continue
            ids = [str(self.lookup.name("entry", entry["id"])) for entry in anchored]
            guid = self.guid("fieldnote", paragraph["id"])
            date = text.date if paragraph is first else self.date(paragraph.get("written_at"))
            user, codes = self.users.get(paragraph.get("author") or ""), self._codes_of(anchored)
            text.stretches.append(Stretch(guid, ids[0], start, end, "Entries: " + " ".join(ids), codes, user, date))
        return text

    def make_memo(self, memo: Thing, name: str) -> Text:
        """A memo, with what it is about."""
        user, about = self.users.get(memo.get("author") or ""), memo.get("about") or ()
        text = Text(self.guid("memo", memo["id"]), name, user, self.date(memo.get("written_at")))
        text.description = ", ".join(filter(None, (self._tell_about(one) for one in about)))
        text.add(self.teller.text(memo.get("text")))
        return text

    def guid(self, kind: str, thing_id: str) -> str:
        """The id of something in this project."""
        return make_guid(self.lookup.reader.study_id, kind, thing_id)

    def date(self, stamp: str | None) -> str:
        """A date where clock times were asked for; otherwise the one that says nothing."""
        self.lookup.losses.note("dates", stamp is not None and not self.lookup.options.clock_times)
        return stamp if stamp is not None and self.lookup.options.clock_times else NO_DATE

    def _begin(self, scene: Scene, which: str, author: str | None, stamp: str | None) -> Text:
        guid, name = self.guid(which, scene.encounter["id"]), f"{scene.name} {self.teller.words[which]}"
        return Text(guid, name, self.users.get(author or ""), self.date(stamp))

    def _codes_of(self, entries: Iterable[Thing]) -> tuple[QdaCode, ...]:
        places = dict.fromkeys(place for entry in entries for place in self._places(entry))
        self.lookup.losses.note("uncoded", sum(place not in self.codes for place in places))
        return tuple(self.codes[place] for place in places if place in self.codes)

    def _places(self, entry: Thing) -> Iterator[tuple[str, str]]:
        for dimension in ("structure", "action"):
            if entry.get(dimension) is not None:
                yield dimension, entry[dimension]
        actor_id = self.lookup.person(entry.get("actor_id"))[0]
        if actor_id is not None:
            yield "actor", actor_id
        yield from (("flag", flag) for flag in entry.get("flags") or ())

    def _describe(self, encounter: Thing, entry: Thing) -> str:
        offset = self.teller.offsets.get(entry["id"], 0)
        told = [f"id: {self.lookup.name('entry', entry['id'])}"]
        told += [
            f"{word}: {self.lookup.seconds(encounter, entry[name], offset)} s" + self._clock(entry[name])
            for word, name in (("start", "started_at"), ("end", "ended_at"))
            if entry.get(name) is not None
        ]
        told += [f"{name.replace('_', ' ')}: {entry[name]}" for name in BESIDE if entry.get(name) not in (None, "")]
        return "\n".join([*told, f"kind: {entry['kind']}"])

    def _clock(self, stamp: str) -> str:
        return f" ({stamp})" if self.lookup.options.clock_times else ""

    def _tell_about(self, about: Thing) -> str | None:
        if about["type"] == "code":
            named = [code.name for (kind, key), code in self.codes.items() if key == about["id"] and kind != "actor"]
            return f"code {named[0] if named else about['id']}"
        if about["type"] == "actor":
            return self.teller.label(self.lookup.person(about["id"])[1].get("label"))
        return f"{about['type']} {self.lookup.name(about['type'], about['id'])}"
