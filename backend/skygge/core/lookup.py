"""What the rows of one export look up: people, codes, encounters, and the names that things have in the file.

Dates, clock times and the ids that devices make (a UUIDv7 tells its millisecond) appear only where clock times are
asked for; otherwise ids are UUIDv5 from study, kind and id.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from skygge.core.export import ExportOptions, Losses
from skygge.core.filters import Thing, edges_of
from skygge.core.fold import survivor
from skygge.core.identity import name_id
from skygge.core.model import SubjectType, to_unix_ms
from skygge.core.reader import StudyReader
from skygge.core.selection import Selection, select
from skygge.core.tabular import Cell, Figure

NEVER = -(2**62)


@dataclass
class Lookup:
    """What the tables of one export look up: people, codes and encounters; and what rows leave behind for later."""

    reader: StudyReader
    options: ExportOptions
    losses: Losses
    study: Thing
    actors: Mapping[str, Thing]
    merged: Mapping[str, str | None]
    labels: Mapping[tuple[int | None, str, str], str]
    encounters: Mapping[str, Thing]
    hidden: frozenset[str]
    known: frozenset[str]
    selection: Selection
    numbers: Mapping[str, tuple[int, int | None]]
    offsets: Mapping[str, int]
    fell: Mapping[str, int]
    gaps: Mapping[str, list[Thing]] = field(default_factory=dict)
    last_ms: dict[str, int] = field(default_factory=dict)
    n_entries: Counter[str] = field(default_factory=Counter)
    flagged: Flagged = field(default_factory=lambda: Flagged())
    told: set[str | None] = field(default_factory=set)
    _names: dict[str, str] = field(default_factory=dict)

    def name(self, kind: str, thing_id: str | None) -> str | None:
        """The id under which a thing appears in this file."""
        if thing_id is None or self.options.clock_times:
            return thing_id
        if kind == "entry":
            return name_id(self.reader.study_id.bytes, f"entry:{thing_id}")
        # People and encounters come back in every row; making their ids is what a row spends most on.
        whole = f"{kind}:{thing_id}"
        if whole not in self._names:
            self._names[whole] = name_id(self.reader.study_id.bytes, whole)
        return self._names[whole]

    def person(self, actor_id: str | None) -> tuple[str | None, Thing]:
        """Who remains of an actor after merging: id, and the actor."""
        if actor_id is None:
            return None, {}
        left = actor_id if self.merged.get(actor_id) is None else survivor(actor_id, self.merged)
        return left, self.actors.get(left, {})

    def label(self, entry: Thing, dimension: str, key: str | None) -> str | None:
        """The label of a code in the study's first language, as the version says that the entry was coded with."""
        if key is None:
            return None
        return self.label_of(entry.get("codebook_version"), dimension, key)

    def label_of(self, version: int | None, dimension: str, key: str) -> str | None:
        """The label of a code as a version has it; of a code that the version lacks, as the newest one does."""
        label = self.labels.get((version, dimension, key))
        return self.labels.get((None, dimension, key)) if label is None else label

    def seconds(self, encounter: Thing, stamp: str | None, offset_ms: int) -> str | None:
        """Seconds from the start of an encounter, corrected where a clock was wrong."""
        if stamp is None:
            return None
        return write_seconds(to_unix_ms(stamp) + offset_ms - self.start_ms(encounter))

    def start_ms(self, encounter: Thing) -> int:
        """Start of an encounter, corrected where a clock was wrong."""
        return to_unix_ms(encounter["started_at"]) + self.offsets.get(encounter["id"], 0)

    def clock(self, *stamps: str | None) -> list[Cell]:
        """Local and UTC text of each time, where clock times are asked for; counts them as lost where not."""
        if not self.options.clock_times:
            self.losses.note("dates", len(stamps) - stamps.count(None))
            return []
        return [text for stamp in stamps for text in (stamp, _utc(stamp))]

    def only_with_clock(self, *names: str) -> list[str]:
        """Header names that stand only where clock times are asked for."""
        return list(names) if self.options.clock_times else []


def open_lookup(reader: StudyReader, options: ExportOptions, losses: Losses) -> Lookup:
    """Read what rows look up: everything but the entries, which are streamed."""
    study, selection = next(reader.things("study"), {}), select(reader, options)
    everything = {thing["id"]: thing for thing in reader.things("encounter")}
    standing = {key: thing for key, thing in everything.items() if not thing.get("retracted")}
    actors = {actor["id"]: actor for actor in reader.things("actor")}
    gaps: dict[str, list[Thing]] = defaultdict(list)
    for gap in reader.things("gap"):
        gaps[gap["encounter_id"]].append(gap)
    kept = standing if not options.narrows else _keep(standing, selection)
    losses.note("retracted", len(everything) - len(standing))
    losses.note("filtered", len(standing) - len(kept))
    losses.note("conflicts", sum(map(count_conflicts, [study, *actors.values()])))
    return Lookup(
        reader=reader,
        options=options,
        losses=losses,
        study=study,
        actors=actors,
        merged={actor_id: actor.get("merged_into") for actor_id, actor in actors.items()},
        labels=_labels(reader, (study.get("languages") or ["en"])[0]),
        encounters=kept,
        hidden=frozenset(everything.keys() - standing.keys()),
        known=frozenset(everything),
        selection=selection,
        numbers=_number(standing),
        offsets=reader.clock_offsets("encounter"),
        fell=reader.set_back(),
        gaps=gaps,
    )


def _keep(encounters: Mapping[str, Thing], selection: Selection) -> dict[str, Thing]:
    return {key: thing for key, thing in encounters.items() if selection.keeps_encounter(thing)}


def kept_entries(lookup: Lookup, offsets: Mapping[str, int], count: bool = True) -> Iterator[Thing]:
    """The entries that take part; the others are counted as losses."""
    return (entry for entry, _, _ in kept_edges(lookup, offsets, count))


def kept_edges(
    lookup: Lookup, offsets: Mapping[str, int], count: bool = True
) -> Iterator[tuple[Thing, int, int | None]]:
    """The entries that take part with their edges in milliseconds, corrected; the others are counted as losses."""
    losses, last_ms = lookup.losses if count else Losses(), lookup.last_ms
    reason_of = _Reasons(lookup)
    for entry in lookup.reader.things("entry"):
        reason, encounter_id = reason_of.get(entry), entry["encounter_id"]
        if reason is not None and (reason != "filtered" or encounter_id not in lookup.encounters):
            losses.note(reason)
            continue
        start, end = edges_of(entry, offsets.get(entry["id"], 0))
        last = start if end is None else end
        if last > last_ms.get(encounter_id, NEVER):
            last_ms[encounter_id] = last
        if reason is not None:
            losses.note(reason)
            continue
        if "conflicts" in entry:
            losses.note("conflicts", count_conflicts(entry))
        yield entry, start, end


def inside(lookup: Lookup, kind: SubjectType) -> Iterator[Thing]:
    """Standing things that belong to an encounter of this export."""
    for thing in standing(lookup, kind):
        if thing["encounter_id"] in lookup.encounters:
            yield thing
        else:
            lookup.losses.note(outside(lookup, thing["encounter_id"]))


def outside(lookup: Lookup, encounter_id: str) -> str:
    """Why what belongs to an encounter that is not in this export is left out: a kind of loss."""
    if encounter_id in lookup.hidden:
        return "retracted"
    return "filtered" if encounter_id in lookup.known else "encounter_unknown"


def standing(lookup: Lookup, kind: SubjectType) -> Iterator[Thing]:
    for thing in lookup.reader.things(kind):
        if thing.get("retracted"):
            lookup.losses.note("retracted")
        else:
            lookup.losses.note("conflicts", count_conflicts(thing))
            yield thing


def _number(encounters: Mapping[str, Thing]) -> dict[str, tuple[int, int | None]]:
    """Numbers of encounters and of visits in the order of their starts; two observers of a visit share the latter."""
    visits: dict[str, int] = {}
    numbers: dict[str, tuple[int, int | None]] = {}
    for number, (encounter_id, encounter) in enumerate(encounters.items(), 1):
        is_visit = encounter.get("kind") == "visit"
        visit = visits.setdefault(encounter.get("visit_id") or encounter_id, len(visits) + 1) if is_visit else None
        numbers[encounter_id] = number, visit
    return numbers


def _labels(reader: StudyReader, language: str) -> dict[tuple[int | None, str, str], str]:
    """Labels by (version, dimension, key), and by (None, …) of the newest version."""
    labels: dict[tuple[int | None, str, str], str] = {}
    for code in reader.things("code"):
        label = code["label"].get(language) or next(iter(code["label"].values()))
        labels[code.get("version"), code["dimension"], code["key"]] = label
        labels[None, code["dimension"], code["key"]] = label
    return labels


def count_conflicts(thing: Thing) -> int:
    """Values that stand beside the shown ones."""
    return sum(len(conflict["values"]) - 1 for conflict in thing.get("conflicts") or ())


def write_seconds(milliseconds: int) -> Figure:
    """Seconds with three decimals: `12.345`."""
    return Figure(f"{milliseconds / 1000:.3f}")


def _utc(stamp: str | None) -> str | None:
    if stamp is None:
        return None
    moment = datetime.fromtimestamp(to_unix_ms(stamp) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Reasons:
    """Why entries are left out."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._narrows = lookup.options.narrows_entries

    def get(self, entry: Thing) -> str | None:
        """A kind of loss, or nothing where an entry takes part."""
        lookup, encounter_id = self._lookup, entry["encounter_id"]
        if entry.get("kind") == "reflection":
            return "reflections"
        if entry.get("retracted") or encounter_id in lookup.hidden:
            return "retracted"
        if entry.get("merged_into") is not None:
            return "merged"
        if encounter_id not in lookup.encounters:
            return outside(lookup, encounter_id)
        return None if not self._narrows or lookup.selection.keeps_entry(entry) else "filtered"


class Flagged:
    """Which entries carry which flags: a few bytes each, so that they need not be read a second time."""

    def __init__(self) -> None:
        self._ids = bytearray()
        self._places = array("L")
        self._carried: dict[tuple[int | None, tuple[str, ...]], int] = {}

    def add(self, entry_id: str | None, version: int | None, flags: Sequence[str]) -> None:
        """Note the flags of an entry, under the name that it has in the file."""
        carried = version, tuple(flags)
        self._ids += bytes.fromhex(str(entry_id).replace("-", ""))
        self._places.append(self._carried.setdefault(carried, len(self._carried)))

    def __iter__(self) -> Iterator[tuple[str, int | None, tuple[str, ...]]]:
        carried = list(self._carried)
        for number, place in enumerate(self._places):
            yield str(UUID(bytes=bytes(self._ids[16 * number : 16 * number + 16]))), *carried[place]
