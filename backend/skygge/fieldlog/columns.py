"""Reading entries as columns, for analyses: what they compute on, without making an object of each entry.

What queries in stream order bring is coded some thousands of rows at a time, so that memory holds numbers and not a
million objects; from SQLite in the quicker way of `packed`. Cells give rows back as things.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, ColumnElement, Select, Text, case, cast, extract, func, or_, select
from sqlmodel import Session

from skygge.core.arrays import IntArray, distinct, np
from skygge.core.entry_table import NOTHING, OPEN_MS, Entries, EntryTable, TableMaker
from skygge.core.filters import Thing, edges_of
from skygge.core.reader import is_counted
from skygge.fieldlog.load import LoggedStudy, select_things
from skygge.fieldlog.packed import add_packed, cut_in_ranges, packed_columns
from skygge.fieldlog.refold import table_of
from skygge.fieldlog.rows import iter_things
from skygge.fieldlog.sight import Sight, sight_of
from skygge.studies.access import Membership

ENTRY = table_of("entry")
AT_ONCE = 20_000
FEW_ENCOUNTERS = 500
RIGHT_CLOCK = -(2**62)
WORDS = ("kind", "actor", "recipient", "action", "structure", "origin", "flags")
NUMBERS = ("version", "precision_s", "utc_offset_minutes", "clock_offset_ms")


class ColumnStudy(LoggedStudy):
    """A study whose entries come as columns; everything else as things."""

    def read_entries(self, known: Mapping[str, Thing], looked_at: Mapping[str, Thing]) -> Entries:
        """The entries that count, of the encounters looked at."""
        return read_columns(self.session, self.sight, known, looked_at)


def open_columns(session: Session, membership: Membership) -> ColumnStudy:
    """A study for analyses, as a member sees it. The membership was proven by `studies.access.require`."""
    return ColumnStudy(session, sight_of(session, membership))


def read_columns(session: Session, sight: Sight, known: Mapping[str, Thing], looked_at: Mapping[str, Thing]) -> Entries:
    """The entries that count, of the encounters looked at, as a table; `known` are all that the study has."""
    maker, places = TableMaker(), {UUID(one).hex: place for place, one in enumerate(looked_at)}
    _add(maker, [()] * (3 + len(WORDS) + len(NUMBERS)), places)
    # Where only some encounters are looked at, so are only their entries.
    is_some = len(looked_at) < min(len(known), FEW_ENCOUNTERS)
    if session.get_bind().dialect.name == "sqlite":
        parts = cut_in_ranges([UUID(one) for one in (looked_at if is_some else known)], is_some=is_some)
        others = add_packed(session, maker, (_select(sight, packed_columns()).where(part) for part in parts), places)
    else:
        query = _select(sight, _postgres_columns())
        if is_some:
            query = query.where(ENTRY.c.encounter_id.in_([UUID(one) for one in looked_at]))
        others = set()
        for columns in _chunks(session, query):
            encounters = [text.replace("-", "") for text in columns[0]]
            others |= set(encounters) - places.keys()
            _add(maker, [encounters, *columns[1:]], places)
    table = _named(maker.finish(lambda rows: []))
    things = _Things(session, sight, list(looked_at), table.encounter)
    unknown = others - {UUID(one).hex for one in known}
    return Entries(replace(table, read_things=things.read), _read_lost(session, sight, unknown))


def _select(sight: Sight, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """The entries that count, in the order of their streams."""
    c = ENTRY.c
    return (
        select(*columns)
        .where(
            c.study_id == sight.study_id,
            c.retracted.is_(False),
            c.merged_into.is_(None),
            c.kind != "reflection",
            or_(c.private_to.is_(None), c.private_to == sight.member_id),
        )
        .order_by(c.encounter_id, c.started_at, c.device_seq, c.id)
    )


def _postgres_columns() -> list[ColumnElement[Any]]:
    c = ENTRY.c
    ended_at = case((c.end_origin.is_not(None), c.ended_at), else_=None)
    # How far a time may be off that was not taken at the moment itself.
    precision = case((c.taken.in_(("recalled", "back_dated")), c.precision_s), else_=0)
    texts = (c.kind, c.actor_id, c.recipient_id, c.action, c.structure, c.structure_origin, c.flags)
    return [
        cast(c.encounter_id, Text),
        _moment(c.started_at),
        _moment(ended_at),
        *(cast(column, Text) for column in texts),
        func.coalesce(c.codebook_version, NOTHING),
        precision,
        c.started_at_offset_minutes,
        func.coalesce(c.clock_offset_ms, RIGHT_CLOCK),
    ]


def _moment(column: ColumnElement[Any] | Column[Any]) -> ColumnElement[Any]:
    return cast(func.floor(extract("epoch", column) * 1000), BigInteger)


def _chunks(session: Session, query: Select[Any]) -> Iterator[list[Sequence[Any]]]:
    """Columns of some thousands of rows, from a cursor on the server, on which SQLAlchemy reads ahead."""
    with session.connection().execute(query, execution_options={"yield_per": AT_ONCE}) as result:
        for part in result.partitions():
            yield list(zip(*part, strict=True))


def _add(maker: TableMaker, columns: Sequence[Sequence[Any]], places: Mapping[str, int]) -> None:
    """The next rows, those of encounters that are not looked at left out."""
    encounter = np.fromiter((places.get(one, NOTHING) for one in columns[0]), np.int32, len(columns[0]))
    if (encounter < 0).any():
        keep = np.flatnonzero(encounter >= 0).tolist()
        columns = [[column[place] for place in keep] for column in columns]
        encounter = encounter[encounter >= 0]
    version, precision_s, offset_minutes, clock_ms = (
        np.asarray(column, dtype=np.int64) for column in columns[3 + len(WORDS) :]
    )
    is_wrong = clock_ms != RIGHT_CLOCK
    correction = np.where(is_wrong, -clock_ms, 0)
    start = _to_ms(columns[1]) + correction
    end = _to_ms(columns[2])
    maker.add_numbers("encounter", encounter, np.int32)
    maker.add_numbers("start_ms", start, np.int64)
    maker.add_numbers("end_ms", np.where(end == OPEN_MS, OPEN_MS, np.maximum(start, end + correction)), np.int64)
    for name, column in zip(WORDS, columns[3:], strict=False):
        maker.add_words(name, column)
    maker.add_numbers("version", version, np.int32)
    maker.add_numbers("precision_ms", precision_s * 1000, np.int64)
    maker.add_numbers("utc_offset_ms", offset_minutes * 60_000, np.int32)
    maker.add_numbers("is_corrected", is_wrong, np.bool_)


def _to_ms(moments: Sequence[int | None]) -> IntArray:
    return np.fromiter((OPEN_MS if moment is None else moment for moment in moments), np.int64, len(moments))


def _named(table: EntryTable) -> EntryTable:
    """Words as the wire has them: ids with their dashes, flags as a list without repeats."""
    return replace(
        table,
        actor=table.actor.rename(lambda word: str(UUID(word))),
        recipient=table.recipient.rename(lambda word: str(UUID(word))),
        flags=table.flags.rename(lambda word: tuple(dict.fromkeys(json.loads(word) or ())) or None),
    )


def _read_lost(session: Session, sight: Sight, unknown: set[str]) -> list[Thing]:
    """Entries of encounters that the study does not have."""
    if not unknown:
        return []
    query = select_things("entry", sight, inside=[UUID(one) for one in sorted(unknown)])
    return [thing for thing in iter_things(session, "entry", query) if is_counted(thing)]


class _Things:
    """Gives rows of a table back as JSON Lines objects: the nth row of an encounter is its nth entry that counts."""

    def __init__(self, session: Session, sight: Sight, encounter_ids: Sequence[str], encounter: IntArray) -> None:
        self._session, self._sight, self._ids, self._encounter = session, sight, encounter_ids, encounter

    def read(self, rows: Sequence[int]) -> list[Thing]:
        wanted = np.asarray(rows, dtype=np.int64)
        found: dict[int, Thing] = {}
        places = distinct(self._encounter[wanted]).tolist() if len(wanted) else []
        for begin in range(0, len(places), FEW_ENCOUNTERS):
            found |= self._read_encounters(places[begin : begin + FEW_ENCOUNTERS], set(wanted.tolist()))
        return [found[row] for row in wanted.tolist()]

    def _read_encounters(self, places: Sequence[int], wanted: set[int]) -> dict[int, Thing]:
        ids = {self._ids[place]: place for place in places}
        query = select_things("entry", self._sight, inside=[UUID(one) for one in ids])
        own: dict[int, list[Thing]] = {place: [] for place in places}
        for thing in iter_things(self._session, "entry", query):
            if is_counted(thing):
                own[ids[thing["encounter_id"]]].append(thing)
        offsets = self._clock_offsets(list(ids))
        found = {}
        for place, things in own.items():
            # Sorting is stable: entries of one moment stay in the order of the query, as in the table.
            things.sort(key=lambda thing: edges_of(thing, offsets.get(thing["id"], 0))[0])
            begin = int(np.searchsorted(self._encounter, place))
            found.update({row: thing for row, thing in enumerate(things, begin) if row in wanted})
        return found

    def _clock_offsets(self, ids: Sequence[str]) -> dict[str, int]:
        query = select(ENTRY.c.id, ENTRY.c.clock_offset_ms).where(
            ENTRY.c.study_id == self._sight.study_id,
            ENTRY.c.encounter_id.in_([UUID(one) for one in ids]),
            ENTRY.c.clock_offset_ms.is_not(None),
        )
        return {str(thing_id): -offset for thing_id, offset in self._session.execute(query)}
