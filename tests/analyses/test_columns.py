"""The quick way of reading entries gives the same table, row for row, as making an object of each."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from skygge.clock import new_id
from skygge.core.entry_table import EntryTable, Words, tabulate
from skygge.core.reader import is_counted
from skygge.fieldlog.columns import ColumnStudy
from skygge.fieldlog.sight import Sight
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, stamp


def read_both(world: World, study: UUID, lead: Person) -> tuple[EntryTable, EntryTable]:
    """The table in the quick way and in the plain one; the things behind all rows are compared on the way."""
    with world.database.read() as session:
        reader = ColumnStudy(session, Sight(study, new_id(), "observer-1", False))
        known = {one["id"]: one for one in reader.things("encounter")}
        looked_at = {key: one for key, one in known.items() if is_counted(one)}
        quick = reader.read_entries(known, looked_at).table
        places = {one: place for place, one in enumerate(looked_at)}
        entries = [one for one in reader.things("entry") if is_counted(one) and one["encounter_id"] in places]
        plain = tabulate(entries, places, reader.clock_offsets("entry"))
        rows = range(len(plain))
        assert quick.read_things(rows) == plain.read_things(rows)
        assert quick.read_things([len(plain) - 1, 0]) == plain.read_things([len(plain) - 1, 0])
    return quick, plain


def assert_same(quick: EntryTable, plain: EntryTable) -> None:
    for field in fields(EntryTable):
        one, other = getattr(quick, field.name), getattr(plain, field.name)
        if isinstance(one, Words):
            assert written(one) == written(other), field.name
        elif field.name != "read_things":
            assert np.array_equal(one, other), field.name


def written(column: Words) -> list[Any]:
    return [None if code < 0 else column.words[code] for code in column.codes.tolist()]


def test_the_example_study_is_read_alike(world: World, demo: str, lead: Person) -> None:
    """Every column, and every entry behind a row."""
    assert_same(*read_both(world, UUID(demo.rpartition("/")[2]), lead))


@pytest.mark.parametrize("hours", [0, 1])
def test_wrong_clocks_open_ends_and_ties_are_read_alike(world: World, lead: Person, study_id: UUID, hours: int) -> None:
    """Two phones, one an hour wrong, write into one visit; states with and without an end; a retraction."""
    phone, other = Phone(lead.client, study_id), Phone(lead.client, study_id)
    other.clock_offset = timedelta(hours=hours)
    visit = phone.visit()
    taken_back = phone.entry(visit, started_at=stamp(3))
    phone.push(
        visit,
        phone.entry(visit, kind="state", started_at=stamp(5), ended_at=stamp(15), end_origin="tap", action="talks"),
        phone.entry(visit, kind="state", started_at=stamp(5), ended_at=stamp(15), end_origin=None, flags=["resists"]),
        phone.entry(visit, started_at=stamp(7), taken="recalled", precision_s=90, structure="directing"),
        phone.entry(visit, kind="reflection", started_at=stamp(8)),
        taken_back,
        phone.change("entry.retracted", {}, subject_id=taken_back["subject_id"], parents=[taken_back["change_id"]]),
    )
    later = 60 * hours
    other.push(other.entry(visit, started_at=stamp(6 + later)), other.entry(visit, started_at=stamp(5 + later)))
    assert_same(*read_both(world, study_id, lead))
