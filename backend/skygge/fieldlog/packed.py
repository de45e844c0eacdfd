"""Reading entries from SQLite a few hundred encounters at a time, each column as one text.

An object for each value costs several times what SQLite needs to find it. So SQLite joins the values of a column, and
NumPy takes them apart: times by their fixed width, the rest by a separator, many columns as one word where few
combinations are in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, func, literal, select, type_coerce
from sqlmodel import Session

from skygge.core.arrays import IntArray, np
from skygge.core.entry_table import NOTHING, OPEN_MS, TableMaker
from skygge.fieldlog.refold import table_of

ENTRY = table_of("entry")
ENCOUNTERS_AT_ONCE = 200
BETWEEN, INSIDE = "\x1f", "\x1e"  # rows and fields; no control character is ever stored in these columns
ID_WIDTH, TIME_WIDTH = 32, 26
NO_TIME = "0001-01-01 00:00:00.000000"
CODES = {"kind": "kind", "action": "action", "structure": "structure", "origin": "structure_origin", "flags": "flags"}
PEOPLE = {"actor": "actor_id", "recipient": "recipient_id"}


def add_packed(
    session: Session, maker: TableMaker, ranges: Iterable[Select[Any]], places: Mapping[str, int]
) -> set[str]:
    """Add the rows of queries over `packed_columns`, in stream order, of encounters in `places`.

    Gives back the ids of all others that were met.
    """
    others: set[str] = set()
    for query in ranges:
        inner = query.subquery()
        joined = (
            func.group_concat(column, "" if name in ("id", "at", "end") else BETWEEN)
            for name, column in inner.c.items()
        )
        row = session.connection().execute(select(*joined)).one()
        if row[0] is None:
            continue
        encounters = np.frombuffer(row[0].encode(), f"S{ID_WIDTH}")
        begins = np.flatnonzero(np.concatenate(([True], encounters[1:] != encounters[:-1])))
        ids = [one.decode() for one in encounters[begins].tolist()]
        others |= {one for one in ids if one not in places}
        own = np.asarray([places.get(one, NOTHING) for one in ids], dtype=np.int32)
        _add(maker, row, np.repeat(own, np.diff(begins, append=len(encounters))))
    return others


def cut_in_ranges(ids: Sequence[UUID], *, is_some: bool) -> list[ColumnElement[bool]]:
    """Conditions that together hold for every entry, or only for those of some encounters."""
    column, chosen = ENTRY.c.encounter_id, sorted(ids)
    if is_some:
        parts = (chosen[first : first + ENCOUNTERS_AT_ONCE] for first in range(0, len(chosen), ENCOUNTERS_AT_ONCE))
        return [column.in_(part) for part in parts]
    edges = [None, *chosen[ENCOUNTERS_AT_ONCE::ENCOUNTERS_AT_ONCE], None]
    found = []
    for first, last in zip(edges, edges[1:], strict=False):
        low = literal(True) if first is None else column >= first
        found.append(low if last is None else and_(low, column < last))
    return found


def packed_columns() -> list[ColumnElement[Any]]:
    c = ENTRY.c
    ended_at = case((c.end_origin.is_not(None), func.coalesce(_text(c.ended_at), NO_TIME)), else_=NO_TIME)
    precision = case((c.taken.in_(("recalled", "back_dated")), c.precision_s), else_=0)
    numbers = (func.coalesce(c.codebook_version, NOTHING), precision, c.started_at_offset_minutes, c.clock_offset_ms)
    return [
        _text(c.encounter_id).label("id"),
        _text(c.started_at).label("at"),
        ended_at.label("end"),
        _join(c[name] for name in CODES.values()).label("codes"),
        _join(c[name] for name in PEOPLE.values()).label("people"),
        _join(numbers).label("numbers"),
    ]


def _text(column: Any) -> ColumnElement[Any]:
    return type_coerce(column, Text)


def _join(columns: Iterable[Any]) -> ColumnElement[Any]:
    """Several columns as one text; what is nothing is empty."""
    texts: list[ColumnElement[str]] = [func.coalesce(_text(column), "") for column in columns]
    return reduce(lambda one, other: one.concat(INSIDE).concat(other), texts)


def _add(maker: TableMaker, row: Sequence[str], encounter: IntArray) -> None:
    keep = np.flatnonzero(encounter >= 0)
    _, at, end, codes, people, numbers = row
    told, own = _split(numbers)
    version, precision_s, offset_minutes, clock = zip(*told, strict=True)
    is_wrong = np.asarray([text != "" for text in clock], dtype=np.bool_)[own]
    correction = np.asarray([-int(text or 0) for text in clock], dtype=np.int64)[own]
    start, ended = _to_ms(at) + correction, _to_ms(end)
    ended = np.where(ended == OPEN_MS, OPEN_MS, np.maximum(start, ended + correction))
    maker.add_numbers("encounter", encounter[keep], np.int32)
    maker.add_numbers("start_ms", start[keep], np.int64)
    maker.add_numbers("end_ms", ended[keep], np.int64)
    for names, text in ((CODES, codes), (PEOPLE, people)):
        words, used = _split(text)
        for name, column in zip(names, zip(*words, strict=True), strict=True):
            maker.add_coded(name, [word or None for word in column], used[keep])
    maker.add_numbers("version", _whole(version)[own][keep], np.int32)
    maker.add_numbers("precision_ms", _whole(precision_s)[own][keep] * 1000, np.int64)
    maker.add_numbers("utc_offset_ms", _whole(offset_minutes)[own][keep] * 60_000, np.int32)
    maker.add_numbers("is_corrected", is_wrong[keep], np.bool_)


def _split(text: str) -> tuple[list[list[str]], IntArray]:
    """The different words of a column, each in its fields, and which of them stands in each row."""
    values, places = text.split(BETWEEN), dict[str, int]()
    for word in set(values):
        places[word] = len(places)
    return [word.split(INSIDE) for word in places], np.fromiter(map(places.__getitem__, values), np.int32, len(values))


def _whole(texts: Sequence[str]) -> IntArray:
    return np.asarray([int(text) for text in texts], dtype=np.int64)


def _to_ms(text: str) -> IntArray:
    moments = np.frombuffer(text.encode(), f"S{TIME_WIDTH}").astype("datetime64[us]").astype(np.int64)
    lowest = np.datetime64(NO_TIME, "us").astype(np.int64)
    found: IntArray = np.where(moments == lowest, OPEN_MS, moments // 1000)
    return found
