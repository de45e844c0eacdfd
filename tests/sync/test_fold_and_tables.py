"""Whatever arrives in whatever order, the tables are the fold of the log (I8), and order cannot matter (I3)."""

import random
from typing import Any
from uuid import UUID, uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skygge.clock import new_id, utc_now
from skygge.core.fold import fold
from skygge.db import Database
from skygge.fieldlog.append import Author, append_changes
from skygge.fieldlog.load import LoggedStudy
from skygge.fieldlog.sight import Sight
from skygge.fieldlog.verify import verify
from skygge.studies.access import Role
from skygge.studies.members import add_member
from skygge.studies.tables import StudyRow
from tests.sync.phone import Change, stamp

NAMES = UUID("8f4f7d1e-7a8e-4f53-9d55-1f7f5a1b2c3d")
ENCOUNTER = str(uuid5(NAMES, "encounter-0"))
TEXTS = st.sampled_from(["", "vent lidt", "æøå 🙂", "=1+1", "\u202e", "x" * 300])
PAYLOADS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "encounter": {
        "agency": st.sampled_from(["North", "South", None]),
        "setting": st.none() | TEXTS,
        "ended_at": st.none() | st.integers(1, 50).map(stamp),
        "presence": st.lists(st.just({"actor_id": str(NAMES), "from": stamp(1)}), max_size=2),
    },
    "entry": {
        "jotting": st.none() | TEXTS,
        "flags": st.lists(st.sampled_from(["resists", "as_if_choice"]), max_size=2, unique=True),
        "started_at": st.integers(0, 5).map(stamp),
        "kind": st.sampled_from(["point", "state", "reflection"]),
        "control": st.none() | st.integers(-2, 2),
    },
    "actor": {"label": st.sampled_from(["P1", "C1"]), "merged_into": st.none() | st.just(str(NAMES))},
}
BEGINS: dict[str, tuple[str, Change]] = {
    "encounter": ("encounter.started", {"kind": "visit", "started_at": stamp(0)}),
    "entry": ("entry.logged", {"encounter_id": ENCOUNTER, "kind": "point", "started_at": stamp(1)}),
    "actor": ("actor.added", {"label": "P1", "kind": "professional"}),
}


@st.composite
def _histories(draw: st.DrawFn) -> list[Change]:
    """Changes about a few things: beginnings, amendments that saw some of what was before, undo and its undo."""
    changes: list[Change] = []
    for number in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(sorted(PAYLOADS)))
        subject_id = str(uuid5(NAMES, f"{kind}-{draw(st.integers(0, 1))}"))
        earlier = [change["change_id"] for change in changes if change["subject_id"] == subject_id]
        name, payload = draw(st.sampled_from(_choices(kind)))
        if name.endswith("amended"):
            fields = draw(st.lists(st.sampled_from(sorted(PAYLOADS[kind])), min_size=1, max_size=3, unique=True))
            payload = {field: draw(PAYLOADS[kind][field]) for field in fields}
        parents = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
        minute = draw(st.integers(0, 60))
        changes.append(_change(number, name, subject_id, payload, parents, minute))
    return changes


def _choices(kind: str) -> list[tuple[str, Change]]:
    undo: list[tuple[str, Change]] = [] if kind == "actor" else [(f"{kind}.retracted", {}), (f"{kind}.restored", {})]
    return [BEGINS[kind], BEGINS[kind], (f"{kind}.amended", {}), (f"{kind}.amended", {}), *undo]


def _change(number: int, kind: str, subject_id: str, payload: Change, parents: list[str], minute: int) -> Change:
    return {
        "change_id": str(uuid5(NAMES, f"change {number}")),
        "kind": kind,
        "subject_id": subject_id,
        "parents": parents,
        "payload": payload,
        "made_at": stamp(minute),
        "utc_offset_minutes": 60,
        "time_zone": "Europe/Copenhagen",
        "device_id": str(NAMES),
        "device_seq": number,
        "session_id": "s",
        "monotonic_ms": 0.5,
        "schema": 1,
        "app_version": "test",
    }


def _tell(database: Database, changes: list[Change], sizes: list[int]) -> list[Change]:
    """Append changes in batches to a new study; what its tables then say, after they were verified."""
    with database.write() as session:
        row = StudyRow(
            study_id=new_id(), epoch=new_id(), created_at=utc_now(), title="t", time_zone="Europe/Copenhagen",
            languages=["en"], field_mode="words",
        )  # fmt: skip
        session.add(row)
        session.flush()
        lead = add_member(session, row.study_id, Role.LEAD, utc_now())
    author, rest = Author(None, lead.member_id, lead.observer, Role.LEAD), list(changes)
    while rest:
        size = sizes.pop() if sizes else len(rest)
        with database.write() as session:
            verdicts = append_changes(
                session, study_id=row.study_id, author=author, device_id=NAMES, changes=rest[:size], clock=utc_now
            )
        assert {verdict.verdict for verdict in verdicts} <= {"stored", "known"}
        del rest[:size]
    with database.read() as session:
        assert verify(session) == []
        study = LoggedStudy(session, Sight(row.study_id, lead.member_id, lead.observer, False))
        return [thing for kind in PAYLOADS for thing in study.things(kind)]  # type: ignore[arg-type]  # keys are types


@settings(
    # Too few to meet an entry begun twice beside another of that moment: that has a test of its own.
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=_histories(), sizes=st.lists(st.integers(1, 5), max_size=8), seed=st.integers(0, 2**16))
def test_tables_equal_the_fold_whatever_the_order_batches_and_repeats(
    database: Database, changes: list[Change], sizes: list[int], seed: int
) -> None:
    """Told in order, and told shuffled with repeats in other batches: the same tables, and both are the fold."""
    shuffled = changes + changes[: len(changes) // 2]
    random.Random(seed).shuffle(shuffled)
    in_order, mixed = _tell(database, changes, list(sizes)), _tell(database, shuffled, sizes[::-1])
    assert in_order == mixed
    subjects = {key: subject for key, subject in fold(changes).items() if subject.is_created}
    assert {(thing["type"], thing["id"]) for thing in in_order} == set(subjects)
    for thing in in_order:
        subject = subjects[thing["type"], thing["id"]]
        assert thing.get("retracted", False) == subject.retracted
        assert thing.get("conflicts", []) == subject.conflicts
        said = {name: value for name, value in subject.fields.items() if name != "retracted"}
        assert {name: thing[name] for name in said} == said


def test_an_entry_begun_twice_stands_in_one_place_whichever_came_first(database: Database) -> None:
    """Two entries of one moment are ordered by their devices' numbers; one of them was begun with two numbers."""
    begun = {"encounter_id": ENCOUNTER, "kind": "point", "started_at": stamp(1)}
    twice, once = (str(uuid5(NAMES, f"entry-{number}")) for number in range(2))
    changes = [
        _change(number, "entry.logged", subject_id, begun, [], 1)
        for number, subject_id in [(1, twice), (3, once), (5, twice)]
    ]
    in_order, backwards = _tell(database, changes, [1, 1, 1]), _tell(database, changes[::-1], [1, 1, 1])
    assert in_order == backwards
    assert [(thing["id"], thing["sequence"]) for thing in in_order] in (
        [(twice, 1), (once, 2)],
        [(once, 1), (twice, 2)],
    )
