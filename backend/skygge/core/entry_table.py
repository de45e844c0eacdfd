"""Entries as columns of numbers: what analyses compute on.

One row an entry, in stream order: encounter by encounter, in each by corrected start and then by the order in which the
device wrote. Texts are numbers into a list of words, -1 = nothing. All times are whole Unix milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Protocol, runtime_checkable

from skygge.core.arrays import BoolArray, IntArray, Numbers, np
from skygge.core.filters import Thing, edges_of, local_offset_ms
from skygge.core.fold import survivor
from skygge.core.reader import StudyReader, is_counted

NOTHING = -1
OPEN_MS = -(2**62)  # the end of what nobody ended, and of points
AT_ONCE = 20_000
FIELDS = {
    "kind": "kind",
    "actor": "actor_id",
    "recipient": "recipient_id",
    "action": "action",
    "structure": "structure",
    "origin": "structure_origin",
}
WORDS = (*FIELDS, "flags")


@dataclass(frozen=True)
class Words:
    """A column of texts: `words[codes[row]]`, where a code of -1 is nothing."""

    codes: IntArray
    words: list[Any]

    def find(self, wanted: Iterable[Any]) -> BoolArray:
        """Which rows hold one of these words."""
        places = {word: place for place, word in enumerate(self.words)}
        return np.isin(self.codes, [places[word] for word in wanted if word in places])

    def rename(self, names: Callable[[Any], Any]) -> Words:
        """The same column under other words; several words may become one, or nothing."""
        found: dict[Any, int] = {}
        renamed = [names(word) for word in self.words]
        table = [NOTHING if word is None else found.setdefault(word, len(found)) for word in renamed]
        return Words(np.asarray([*table, NOTHING], dtype=np.int32)[self.codes], list(found))


@dataclass(frozen=True)
class EntryTable:
    """Every entry of the encounters that are looked at. `read_things` gives rows back as JSON Lines objects."""

    encounter: IntArray
    start_ms: IntArray
    end_ms: IntArray
    kind: Words
    actor: Words
    recipient: Words
    action: Words
    structure: Words
    origin: Words
    flags: Words
    version: IntArray
    precision_ms: IntArray
    utc_offset_ms: IntArray
    is_corrected: BoolArray
    read_things: Callable[[Sequence[int]], list[Thing]]

    def __len__(self) -> int:
        return len(self.encounter)

    def take(self, rows: IntArray) -> EntryTable:
        """Only these rows, in their order."""
        kept: dict[str, Any] = {
            own.name: Words(column.codes[rows], column.words) if isinstance(column, Words) else column[rows]
            for own in fields(self)
            if not callable(column := getattr(self, own.name))
        }
        return EntryTable(**kept, read_things=lambda own: self.read_things([int(rows[row]) for row in own]))

    @property
    def is_state(self) -> BoolArray:
        """Which rows are states."""
        return self.kind.find(["state"])

    @property
    def last_ms(self) -> IntArray:
        """The last moment of each entry that somebody wrote down: its end, else its start."""
        return np.maximum(self.start_ms, self.end_ms)


class TableMaker:
    """Gathers rows, some thousands at a time, so that no million of Python objects is held at once."""

    def __init__(self) -> None:
        self._places: dict[str, dict[Any, int]] = {name: {} for name in WORDS}
        self._columns: dict[str, Numbers] = {}
        self._used: dict[str, int] = {}

    def add_words(self, name: str, values: Sequence[Any]) -> None:
        """The next rows of a column of texts; None is nothing."""
        places = self._places[name]
        for word in set(values):
            if word is not None:
                places.setdefault(word, len(places))
        lookup = {**places, None: NOTHING}
        self._add(name, np.fromiter(map(lookup.__getitem__, values), np.int32, len(values)))

    def add_coded(self, name: str, words: Sequence[Any], used: IntArray) -> None:
        """The next rows of a column of texts, each told by its place among a few words; None is nothing."""
        places = self._places[name]
        codes = [NOTHING if word is None else places.setdefault(word, len(places)) for word in words]
        self._add(name, np.asarray(codes, dtype=np.int32)[used])

    def add_numbers(self, name: str, values: Any, width: type[Any]) -> None:
        """The next rows of a column of numbers."""
        self._add(name, np.asarray(values, dtype=width))

    def finish(self, read_things: Callable[[Sequence[int]], list[Thing]]) -> EntryTable:
        """The table, its rows in stream order."""
        columns, self._columns = self._columns, {}
        for name, column in columns.items():
            column.resize(self._used[name], refcheck=False)
        order = _stream_order(columns["encounter"], columns["start_ms"])
        if order is not None:
            columns = {name: column[order] for name, column in columns.items()}
        found: dict[str, Any] = {
            name: Words(column, list(self._places[name])) if name in WORDS else column
            for name, column in columns.items()
        }

        def read(rows: Sequence[int]) -> list[Thing]:
            return read_things(rows if order is None else [int(order[row]) for row in rows])

        return EntryTable(**found, read_things=read)

    def _add(self, name: str, values: Numbers) -> None:
        """Columns grow in place: many small pieces, joined in the end, would leave as much memory lying idle again."""
        used = self._used.get(name, 0)
        needed = self._used[name] = used + len(values)
        column = self._columns.setdefault(name, np.empty(0, dtype=values.dtype))
        if needed > len(column):
            column.resize(max(needed, len(column) * 5 // 4), refcheck=False)
        column[used:needed] = values


@dataclass(frozen=True)
class Entries:
    """The table of the encounters that are looked at, and the entries whose encounter the study does not have."""

    table: EntryTable
    lost: list[Thing]


@runtime_checkable
class ColumnReader(Protocol):
    """A reader that has a quicker way than making an object of each entry."""

    def read_entries(self, known: Mapping[str, Thing], looked_at: Mapping[str, Thing]) -> Entries:
        """As the function of this name; the same table, row for row."""
        ...


def read_entries(reader: StudyReader, known: Mapping[str, Thing], looked_at: Mapping[str, Thing]) -> Entries:
    """Every entry that counts, of the encounters that are looked at."""
    if isinstance(reader, ColumnReader):
        return reader.read_entries(known, looked_at)
    places = {encounter_id: place for place, encounter_id in enumerate(looked_at)}
    lost: list[Thing] = []

    def counted() -> Iterator[Thing]:
        for thing in reader.things("entry"):
            if is_counted(thing) and thing["encounter_id"] in places:
                yield thing
            elif is_counted(thing) and thing["encounter_id"] not in known:
                lost.append(thing)

    return Entries(tabulate(counted(), places, reader.clock_offsets("entry")), lost)


def tabulate(entries: Iterable[Thing], places: Mapping[str, int], offsets: Mapping[str, int]) -> EntryTable:
    """A table of JSON Lines objects. `places` numbers the encounters, `offsets` are clock corrections by id."""
    things = list(entries)
    maker, rest = TableMaker(), iter(things)
    _add_things(maker, [], places, offsets)
    while chunk := list(islice(rest, AT_ONCE)):
        _add_things(maker, chunk, places, offsets)
    return maker.finish(lambda rows: [things[row] for row in rows])


def with_survivors(column: Words, merged: Mapping[str, str | None]) -> Words:
    """A column of people where everybody stands under who remains after merging."""
    return column.rename(lambda actor: survivor(actor, merged))


def _add_things(
    maker: TableMaker, chunk: Sequence[Thing], places: Mapping[str, int], offsets: Mapping[str, int]
) -> None:
    edges = [edges_of(thing, offsets.get(thing["id"], 0)) for thing in chunk]
    maker.add_numbers("encounter", [places[thing["encounter_id"]] for thing in chunk], np.int32)
    maker.add_numbers("start_ms", [start for start, _ in edges], np.int64)
    maker.add_numbers("end_ms", [OPEN_MS if end is None else end for _, end in edges], np.int64)
    for name, field in zip(
        WORDS, ("kind", "actor_id", "recipient_id", "action", "structure", "structure_origin"), strict=False
    ):
        maker.add_words(name, [thing.get(field) for thing in chunk])
    maker.add_words("flags", [tuple(dict.fromkeys(thing.get("flags") or ())) or None for thing in chunk])
    maker.add_numbers("version", [thing.get("codebook_version") or NOTHING for thing in chunk], np.int32)
    maker.add_numbers("precision_ms", [vagueness_ms(thing) for thing in chunk], np.int64)
    maker.add_numbers("utc_offset_ms", [local_offset_ms(thing["started_at"]) for thing in chunk], np.int32)
    maker.add_numbers("is_corrected", [thing["id"] in offsets for thing in chunk], np.bool_)


def vagueness_ms(thing: Thing) -> int:
    """How far to either side a time may be off that was not taken at the moment itself."""
    return 1000 * int(thing.get("precision_s") or 0) if thing.get("taken") in ("recalled", "back_dated") else 0


def _stream_order(encounter: IntArray, start_ms: IntArray) -> IntArray | None:
    """The order of the stream, None where rows are in it. Sorting is stable: one moment keeps the device's order."""
    steps = np.diff(encounter)
    if not ((steps < 0) | ((steps == 0) & (np.diff(start_ms) < 0))).any():
        return None
    return np.lexsort((start_ms, encounter))
