"""Annotation documents for ELAN (EAF 3.0): a zip archive with one .eaf for each encounter.

A person has a tier of entries along time, with tiers below it for action, structure, recipient, flags and words, each
tied to its entry by the entry's id. ELAN lets no two annotations of a tier overlap: what overlaps goes to a second
tier of the same person. ELAN knows no moments: one is a second long. Gaps have a tier of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.filters import Thing
from skygge.core.left_out import note_details, note_settings, note_things
from skygge.core.letters import clean, escape, quote
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.spells import Told, gaps_of, tell_times
from skygge.core.tabular import write_zip
from skygge.core.telling import Scene, Teller, open_teller

MOMENT_MS = 1000
NO_DATE = "1980-01-01T00:00:00+00:00"
SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
BELOW = ("action", "structure", "recipient", "flags", "words")
NOBODY, GAPS = "nobody named", "gaps"
END = (
    '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="entry" TIME_ALIGNABLE="true" GRAPHIC_REFERENCES="false"/>\n'
    '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="detail" TIME_ALIGNABLE="false" GRAPHIC_REFERENCES="false" '
    'CONSTRAINTS="Symbolic_Association"/>\n'
    '<CONSTRAINT STEREOTYPE="Symbolic_Association" DESCRIPTION="1-1 association with a parent annotation"/>\n'
    "</ANNOTATION_DOCUMENT>\n"
)


@dataclass
class _Lane:
    """One tier along time, with what stands below each of its annotations."""

    name: str
    participant: str
    pieces: list[tuple[int, int, str, dict[str, str]]] = field(default_factory=list)

    def has_room(self, start_ms: int) -> bool:
        return not self.pieces or self.pieces[-1][1] <= start_ms


@dataclass
class _Ids:
    """Ids of annotations and time slots, counted within one document."""

    n_annotations: int = 0
    slots: list[int] = field(default_factory=list)

    def annotate(self) -> str:
        self.n_annotations += 1
        return f"a{self.n_annotations}"

    def slot(self, at_ms: int) -> str:
        self.slots.append(at_ms)
        return f"ts{len(self.slots)}"


def stream_eaf(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The archive, document by document."""
    return write_zip(_members(reader, options, losses))


def _members(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[tuple[str, Iterable[bytes]]]:
    teller = open_teller(open_lookup(reader, options, losses), clean)
    note_things(
        teller.lookup, "actors", "checks", "codes", "consents", "described", "ends", "memos", "merged", "presence",
        "set_back", "visit_codes", "zones",
    )  # fmt: skip
    note_settings(teller.lookup)
    for scene in teller.scenes():
        losses.note("fieldnotes", len(scene.paragraphs))
        yield f"{scene.name}.eaf", [_write_document(teller, scene).encode("utf-8")]
    yield "LOSSES.txt", [losses.write_page()]


def _write_document(teller: Teller, scene: Scene) -> str:
    ids = _Ids()
    tiers = "".join(
        _write_lane(lane, ids) for lane in [*_lanes(teller, scene), _gap_lane(teller, scene)] if lane.pieces
    )
    # Slots stand in the order of time, whatever tier they belong to.
    order = sorted(range(len(ids.slots)), key=lambda place: ids.slots[place])
    slots = (f'<TIME_SLOT TIME_SLOT_ID="ts{place + 1}" TIME_VALUE="{ids.slots[place]}"/>\n' for place in order)
    date = scene.encounter["started_at"] if teller.lookup.options.clock_times else NO_DATE
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' AUTHOR="" DATE={quote(date)} FORMAT="3.0" VERSION="3.0" xsi:noNamespaceSchemaLocation="{SCHEMA}">\n'
        '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
        f'<PROPERTY NAME="lastUsedAnnotationId">{ids.n_annotations}</PROPERTY></HEADER>\n'
        f"<TIME_ORDER>\n{''.join(slots)}</TIME_ORDER>\n{tiers}{END}"
    )


def _lanes(teller: Teller, scene: Scene) -> list[_Lane]:
    """A lane for each person, and a further one wherever entries of the same person overlap."""
    lanes: dict[str, list[_Lane]] = {}
    losses, names = teller.lookup.losses, _Tiers()
    for told in tell_times(teller, scene):
        note_details(losses, told.entry, ("kinds", "origins", "positions", "precision"))
        losses.note("dates", 0 if teller.lookup.options.clock_times else 1 + (told.end_ms is not None))
        start, end = max(told.start_ms, 0), told.end_ms
        losses.note("before", told.start_ms < 0)
        if end is None or end <= start:
            losses.note("momentary")
            end = start + MOMENT_MS
        actor_id, actor = teller.lookup.person(told.entry.get("actor_id"))
        own = lanes.setdefault(actor_id or "", [])
        free = next((lane for lane in own if lane.has_room(start)), None)
        if free is None:
            name, label = names.give(teller.label(actor.get("label")) or NOBODY), teller.label(actor.get("label"))
            free = _Lane(name, label)
            own.append(free)
        free.pieces.append((start, end, str(teller.lookup.name("entry", told.entry["id"])), _detail(teller, told)))
    return [lane for own in lanes.values() for lane in own]


class _Tiers:
    """Names of tiers, each given once together with the tiers below it. No label of a person takes that of the gaps."""

    def __init__(self) -> None:
        self._taken = {GAPS}

    def give(self, wanted: str) -> str:
        name, number = wanted, 1
        while not self._taken.isdisjoint(self._family(name)):
            number += 1
            name = f"{wanted} {number}"
        self._taken.update(self._family(name))
        return name

    def _family(self, name: str) -> list[str]:
        return [name, *(f"{name}: {below}" for below in BELOW)]


def _detail(teller: Teller, told: Told) -> dict[str, str]:
    entry = told.entry
    said = {
        "action": teller.label_of(entry, "action", entry.get("action")),
        "structure": teller.label_of(entry, "structure", entry.get("structure")),
        "recipient": teller.label(teller.lookup.person(entry.get("recipient_id"))[1].get("label")),
        "flags": teller.tell_flags(entry),
    }
    return {**{name: text for name, text in said.items() if text}, **_words(teller, entry)}


def _words(teller: Teller, entry: Thing) -> dict[str, str]:
    words = teller.tell_jotting(entry)
    return {"words": words} if words else {}


def _gap_lane(teller: Teller, scene: Scene) -> _Lane:
    """Gaps, told one after another where they overlap; ELAN shows what kind each is."""
    lane, place = _Lane(GAPS, ""), 0
    for start, end, kind in gaps_of(teller, scene):
        first = max(start, place, 0)
        teller.lookup.losses.note("gap_overlaps", start < place)
        if first < end:
            lane.pieces.append((first, end, teller.words.get(kind, kind), {}))
            place = end
    reasons = [gap for gap in scene.gaps if gap.get("reason")]
    teller.lookup.losses.note("reasons", len(reasons))
    return lane


def _write_lane(lane: _Lane, ids: _Ids) -> str:
    below: dict[str, list[str]] = {name: [] for name in BELOW}
    along = []
    for start, end, value, details in lane.pieces:
        own = ids.annotate()
        along.append(
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{own}" TIME_SLOT_REF1="{ids.slot(start)}" '
            f'TIME_SLOT_REF2="{ids.slot(end)}"><ANNOTATION_VALUE>{escape(value)}</ANNOTATION_VALUE>'
            "</ALIGNABLE_ANNOTATION></ANNOTATION>\n"
        )
        for name, text in details.items():
            below[name].append(
                f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{ids.annotate()}" ANNOTATION_REF="{own}">'
                f"<ANNOTATION_VALUE>{escape(text)}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>\n"
            )
    who = f" PARTICIPANT={quote(lane.participant)}" if lane.participant else ""
    parts = [f'<TIER TIER_ID={quote(lane.name)} LINGUISTIC_TYPE_REF="entry"{who}>\n{"".join(along)}</TIER>\n']
    below_it = f'LINGUISTIC_TYPE_REF="detail" PARENT_REF={quote(lane.name)}{who}'
    parts += [
        f"<TIER TIER_ID={quote(f'{lane.name}: {name}')} {below_it}>\n{''.join(annotations)}</TIER>\n"
        for name, annotations in below.items()
        if annotations
    ]
    return "".join(parts)


EXPORT = Export(
    name="eaf",
    media_type="application/zip",
    suffix=".zip",
    purpose={
        "en": "Annotations for ELAN, a document for each encounter.",
        "da": "Annoteringer til ELAN, et dokument for hvert forløb.",
    },
    options=ExportOptions,
    stream=stream_eaf,
    may_lose=(
        *("actors before checks codes conflicts consents dates described encounter_unknown ends").split(),
        *("fieldnotes filtered gap_overlaps kinds letters line_ends memos merged momentary").split(),
        *("names origins positions precision presence reasons reflections retracted set_back").split(),
        *("study visit_codes zones").split(),
    ),  # fmt: skip
)
