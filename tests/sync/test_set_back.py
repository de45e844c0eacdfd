"""An encounter in which the clock was set back is known as one, until its times are set right."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text
from sqlmodel import Session, col

from skygge.clock import new_id
from skygge.fieldlog.tables import EncounterRow
from skygge.fieldlog.verify import verify
from skygge.migrate import find_migrations
from tests.fixtures.world import TurnableClock, World
from tests.sync.phone import Change, Phone
from tests.sync.test_clocks import push

READINGS = select(
    col(EncounterRow.id), col(EncounterRow.clock_run), col(EncounterRow.clock_base_ms), col(EncounterRow.clock_fell_ms)
).order_by(col(EncounterRow.id))
BACK = timedelta(minutes=12)


class Room:
    """A visit in which the clock goes back by twelve minutes after the second of three entries."""

    def __init__(self, phone: Phone, world: World, start: datetime) -> None:
        self.phone, self.world, self.start = phone, world, start
        self.visit = self.made("encounter.started", 0, {"kind": "visit"})
        self.entries = [self.entry(5), self.entry(20), self.entry(21, BACK)]

    def made(self, kind: str, minute: float, payload: Change, back: timedelta = timedelta(), **more: Any) -> Change:
        """A change of that minute, as a clock that is so far behind tells it."""
        at = (self.start + timedelta(minutes=minute) - back).isoformat(timespec="milliseconds")
        told = {"started_at": at, **payload}
        return self.phone.change(kind, told, made_at=at, monotonic_ms=minute * 60_000 + 0.5, **more)

    def entry(self, minute: float, back: timedelta = timedelta(), **more: Any) -> Change:
        """An entry of that minute."""
        inside = {"encounter_id": self.visit["subject_id"], "kind": "point", "action": "talks"}
        return self.made("entry.logged", minute, inside, back, **more)

    def fell(self) -> int | None:
        """What the server knows; the tables fit the log whenever it is asked."""
        with Session(self.world.database.writer) as session:
            assert verify(session) == []
            query = select(col(EncounterRow.clock_fell_ms)).where(col(EncounterRow.study_id) == self.phone.study_id)
            return session.scalars(query).one()


@pytest.fixture
def room(phone: Phone, world: World, clock: TurnableClock) -> Room:
    """Nothing of it sent yet."""
    return Room(phone, world, clock())


def test_a_clock_set_back_in_a_visit_is_found_in_whatever_order_it_comes(room: Room) -> None:
    """By how much, told by the steady count: the clock lost twelve minutes although its times still rise."""
    room.phone.push(room.visit)
    assert room.fell() is None
    room.phone.push(*room.entries)
    assert room.fell() == 12 * 60_000


@pytest.mark.parametrize("order", list(permutations(range(4)))[1::7])
def test_the_order_of_arrival_does_not_matter(room: Room, order: tuple[int, ...]) -> None:
    """One by one, the visit last or first."""
    changes = [room.visit, *room.entries]
    for place in order:
        room.phone.push(changes[place])
    assert room.fell() == 12 * 60_000


def test_the_start_of_the_visit_is_one_of_its_times(room: Room) -> None:
    """Set back between START and the first tap."""
    room.phone.push(room.visit, room.entry(3, BACK))
    assert room.fell() == 12 * 60_000


def test_what_was_written_in_other_runs_of_the_app_or_another_visit_does_not_count(room: Room, phone: Phone) -> None:
    """Each run counts from its own beginning, and each visit is asked by itself."""
    other = room.made("encounter.started", 22, {"kind": "visit"}, BACK)
    phone.push(room.visit, room.entries[0], room.entry(21, BACK, session_id="session-2"))
    assert room.fell() is None
    phone.push(other)
    with Session(room.world.database.writer) as session:
        assert set(session.scalars(select(col(EncounterRow.clock_fell_ms)))) == {None}


def test_a_time_set_by_hand_or_an_entry_taken_back_is_no_time_of_the_clock(room: Room, phone: Phone) -> None:
    """The evening's repair: what was written after the clock went back gets its time from a person."""
    phone.push(room.visit, *room.entries)
    right = {"started_at": (room.start + timedelta(minutes=21)).isoformat(timespec="milliseconds")}
    evening = (room.start + timedelta(hours=9)).isoformat(timespec="milliseconds")
    mended = {**phone.amend(room.entries[2], right), "made_at": evening, "monotonic_ms": 600 * 60_000.0}
    phone.push(mended)
    assert room.fell() is None
    # Taken back: the old time is told by the clock of back then again, though it is written anew.
    again = {"started_at": room.entries[2]["payload"]["started_at"]}
    phone.push({**phone.amend(room.entries[2], again, mended), "made_at": evening, "monotonic_ms": 601 * 60_000.0})
    assert room.fell() == 12 * 60_000
    phone.push(phone.change("entry.retracted", {}, subject_id=room.entries[2]["subject_id"]))
    assert room.fell() is None


def test_everything_moved_alike_is_as_wrong_as_before(room: Room, phone: Phone) -> None:
    """Between the halves the clock is as far back as it was."""
    phone.push(room.visit, *room.entries)
    evening, group = (room.start + timedelta(hours=9)).isoformat(timespec="milliseconds"), str(new_id())
    for thing in (room.visit, *room.entries):
        at = datetime.fromisoformat(thing["payload"]["started_at"]) + BACK
        moved = phone.amend(thing, {"started_at": at.isoformat(timespec="milliseconds")})
        phone.push({**moved, "made_at": evening, "group_id": group})
    assert room.fell() == 12 * 60_000


def test_the_half_that_was_written_since_moved_is_right(room: Room, phone: Phone) -> None:
    """As *Shift this encounter by …* does it."""
    phone.push(room.visit, *room.entries)
    right = {"started_at": (room.start + timedelta(minutes=21)).isoformat(timespec="milliseconds")}
    evening = (room.start + timedelta(hours=9)).isoformat(timespec="milliseconds")
    moved = {**phone.amend(room.entries[2], right), "made_at": evening, "group_id": str(new_id())}
    phone.push(moved)
    assert room.fell() is None


def test_a_start_that_is_set_anew_in_the_same_run_of_the_app_tells_nothing(room: Room, phone: Phone) -> None:
    """START, an entry, a phone that slept: the count stood still, and nobody touched the clock."""
    first = room.entry(1)
    phone.push(room.visit, first)
    now = room.start + timedelta(minutes=14)
    set_anew = phone.amend(room.visit, {"started_at": now.isoformat(timespec="milliseconds")})
    made = {"made_at": now.isoformat(timespec="milliseconds"), "monotonic_ms": 4 * 60_000.0}
    phone.push({**set_anew, **made})
    assert room.fell() is None


def test_runs_of_two_devices_are_two(room: Room, phone: Phone) -> None:
    """Scripts may call every run by one name."""
    other = {**room.entry(6, BACK), "device_id": str(new_id())}
    phone.push(room.visit, room.entries[0], other)
    assert room.fell() is None


def test_a_clock_that_the_server_has_measured_is_corrected_and_not_set_back(
    room: Room, phone: Phone, clock: TurnableClock
) -> None:
    """Both sides of the jump are known, so the corrected times fit one another."""
    push(phone, clock, timedelta(), room.visit)
    clock.turn(minutes=30)
    push(phone, clock, -BACK, *room.entries)
    assert room.fell() is None


def test_an_upgrade_finds_what_was_written_before(room: Room, phone: Phone, clock: TurnableClock) -> None:
    """A store from before there were readings reads as its log does, corrected clocks and hand-set times too."""
    push(phone, clock, timedelta(), room.visit, *room.entries[:1])
    other = room.made("encounter.started", 2, {"kind": "visit", "started_at": room.start.isoformat()})
    clock.turn(minutes=30)
    push(phone, clock, timedelta(hours=1), room.entry(25, -timedelta(hours=1)), other, *room.entries[1:])
    with Session(room.world.database.writer) as session:
        before = session.execute(READINGS).all()
    assert {row.clock_fell_ms for row in before} == {None, 12 * 60_000}
    config = Config()
    config.set_main_option("script_location", str(find_migrations()))
    with room.world.database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0012")
        command.upgrade(config, "head")
    with Session(room.world.database.writer) as session:
        assert verify(session) == []
        assert session.execute(READINGS).all() == before


def test_an_edit_of_what_was_found_shows(room: Room, phone: Phone) -> None:
    """`verify` refolds this too."""
    phone.push(room.visit, *room.entries)
    for column in ("clock_fell_ms", "clock_base_ms", "clock_run"):
        with Session(room.world.database.writer) as session:
            session.execute(text(f"UPDATE encounter SET {column} = {column} + 1"))
            assert any(column in finding for finding in verify(session)), column


def test_analyses_leave_it_out_of_order_and_durations_and_list_it(room: Room, phone: Phone) -> None:
    """Counts stand; no step, no hour; the paragraph says so; set right, it is whole again."""
    tagged = [{**one, "payload": {**one["payload"], "structure": key, "structure_origin": "explicit"}}
              for one, key in zip(room.entries, ("directing", "doing_for", "directing"), strict=True)]  # fmt: skip
    end = room.made("encounter.ended", 30, {}, BACK, subject_id=room.visit["subject_id"], parents=[])
    end["payload"] = {"ended_at": end["made_at"], "end_origin": "tap"}
    phone.push(room.visit, *tagged, end)

    def ask(name: str) -> Any:
        answer = phone.client.get(f"{phone.url}/analyses/{name}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    told = [one for one in ask("transitions")["warnings"] if one["code"] == "encounters.clock_set_back"]
    assert told == [{"code": "encounters.clock_set_back", "n": 1, "names": [room.visit["subject_id"]]}]
    assert ask("frequencies")["basis"]["n_entries"] == 3
    assert (ask("transitions")["result"]["n_steps"], ask("rates")["basis"]["observed_seconds"]) == (0, 0)
    assert ask("timeline")["result"]["encounters"][0]["clock_set_back_s"] == 720
    methods = phone.client.get(f"{phone.url}/analyses/transitions/methods").json()["text"]
    assert (
        "order and durations were not used, because a device's clock was set back: 1" in methods["en"]
        and "stillet tilbage" in methods["da"]
    )
    phone.push(phone.change("entry.retracted", {}, subject_id=room.entries[2]["subject_id"]))
    assert [one["code"] for one in ask("transitions")["warnings"]] == []
    assert ask("transitions")["result"]["n_steps"] == 1
