"""The lists: filters, pages, order, conflicts and histories."""

from typing import Any

import pytest

from tests.sync.phone import Phone, stamp, words


@pytest.fixture
def week(phone: Phone) -> Phone:
    """Three encounters, of two agencies and kinds, with six entries each."""
    for number, (kind, agency) in enumerate([("visit", "North"), ("visit", "South"), ("between", "North")]):
        start = {
            "started_at": stamp(number * 1440),
            "agency": agency,
            "kind": kind,
            "visit_code": "ABCDE" + "FGH"[number],
        }
        encounter = phone.visit(**start)
        entries = [
            phone.entry(
                encounter,
                action="talks" if index % 2 else "asks",
                structure="directing" if index == 2 else None,
                structure_origin="explicit" if index == 2 else "none",
                flags=["resists"] if index == 3 else [],
                started_at=stamp(number * 1440 + index),
            )
            for index in range(6)
        ]
        phone.push(*entries[::-1], encounter)
    return phone


def test_entries_come_in_stream_order_with_their_number(week: Phone) -> None:
    """However they arrived: encounter by encounter, by start."""
    entries = week.read("entries")
    assert [entry["started_at"] for entry in entries] == [
        stamp(day * 1440 + index) for day in range(3) for index in range(6)
    ]
    assert [entry["sequence"] for entry in entries] == [1, 2, 3, 4, 5, 6] * 3
    assert entries[0]["type"] == "entry"


def test_entries_of_one_moment_keep_the_order_of_the_device(phone: Phone) -> None:
    """The device's own counter decides, not the order of arrival."""
    visit = phone.visit()
    first, second = (phone.entry(visit, started_at=stamp(1), jotting=text) for text in ("first", "second"))
    phone.push(visit, second, first)
    assert [entry["jotting"] for entry in phone.read("entries")] == ["first", "second"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"action": "talks"}, 9),
        ({"action": ["talks", "asks"]}, 18),
        ({"structure": "directing"}, 3),
        ({"flag": "resists"}, 3),
        ({"agency": "North"}, 12),
        ({"kind": "visit", "agency": "North"}, 6),
        ({"kind": "visit", "action": "asks"}, 6),
        ({"visit": "ABCDEF"}, 6),
        ({"visit": ["ABCDEF", "ABCDEG"]}, 12),
        ({"observer": "observer-1"}, 18),
        ({"observer": "%"}, 0),
        ({"from": "2026-03-03"}, 12),
        ({"to": "2026-03-03"}, 12),
        ({"from": stamp(2), "to": stamp(4)}, 2),
        ({"origin": "explicit"}, 3),
        ({"codebook_version": 1}, 0),
    ],
)
def test_filters_keep_what_they_say(week: Phone, query: dict[str, Any], count: int) -> None:
    """Repeated keys mean any of, different keys all of; numbers in the encounter stay what they are."""
    entries = week.read("entries", limit=1000, **query)
    assert len(entries) == count
    everything = {entry["id"]: entry for entry in week.read("entries")}
    assert all(entry == everything[entry["id"]] for entry in entries)


def test_pages_join_to_the_whole_list(week: Phone) -> None:
    """With filters that the database knows and with those it does not."""
    for query in ({}, {"action": "talks"}, {"from": "2026-03-03"}):
        whole = week.read("entries", **query)
        pages: list[Any] = []
        cursor: Any = 0
        while cursor is not None:
            page = week.client.get(f"{week.url}/entries", params={"limit": 4, "cursor": cursor, **query}).json()
            assert len(page["items"]) <= 4
            pages += page["items"]
            cursor = page["cursor"]
        assert pages == whole


def test_encounters_are_narrowed_by_their_entries(week: Phone) -> None:
    """A filter on entries keeps the encounters that hold one."""
    assert len(week.read("encounters")) == 3
    assert len(week.read("encounters", agency="North")) == 2
    assert len(week.read("encounters", **{"from": "2026-03-03"})) == 2
    assert len(week.read("encounters", flag="resists", visit="ABCDEG")) == 1
    assert week.read("encounters", action="sings") == []


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=0", "cursor=18446744073709551616", "q=%00", "kind=painting", "encounter=1'--"]
)
def test_a_question_out_of_bounds_is_422(phone: Phone, query: str) -> None:
    """And it does not come back in the answer."""
    for name in ("entries", "encounters", "actors", "memos"):
        answer = phone.client.get(f"{phone.url}/{name}?{query}")
        assert answer.status_code == 422
        assert "painting" not in answer.text and "--" not in answer.text


def test_what_was_taken_back_is_left_out_unless_asked_for(phone: Phone) -> None:
    """It has no number, and comes back with restoring."""
    visit = phone.visit()
    first, second = phone.entry(visit), phone.entry(visit)
    undo = phone.amend(first, {}, kind="entry.retracted")
    phone.push(visit, first, second, undo)
    assert [(entry["id"], entry["sequence"]) for entry in phone.read("entries")] == [(second["subject_id"], 1)]
    both = phone.read("entries", retracted=True)
    assert [(entry["sequence"], entry.get("retracted", False)) for entry in both] == [(None, True), (1, False)]
    phone.push(phone.amend(first, {}, undo, kind="entry.restored"))
    assert [entry["sequence"] for entry in phone.read("entries")] == [1, 2]


def test_concurrent_words_stand_side_by_side_until_somebody_chooses(phone: Phone) -> None:
    """Both texts are kept and listed; a change that names both settles it."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting="vent lidt")
    here, there = (phone.amend(entry, {"jotting": text}) for text in ("vent lidt!", "vent lige lidt"))
    phone.push(visit, entry, here, there)
    (conflict,) = phone.read("conflicts")
    assert (conflict["type"], conflict["id"]) == ("entry", entry["subject_id"])
    assert conflict["conflicts"] == [
        {
            "field": "jotting",
            "values": [
                {"change_id": there["change_id"], "value": "vent lige lidt"},
                {"change_id": here["change_id"], "value": "vent lidt!"},
            ],
        }
    ]
    phone.push(phone.amend(entry, {"jotting": "vent lidt!"}, here, there))
    assert phone.read("conflicts") == []
    assert len(phone.read(f"entries/{entry['subject_id']}/history")) == 4


def test_a_long_history_comes_page_by_page(phone: Phone) -> None:
    """Like every list."""
    visit = phone.visit()
    entry = phone.entry(visit)
    phone.push(visit, entry, *(phone.amend(entry, {"jotting": str(number)}) for number in range(4)))
    address = f"entries/{entry['subject_id']}/history"
    whole = phone.read(address)
    assert [*phone.read(address, limit=3), *phone.read(address, limit=3, cursor=3)] == whole
    assert len(whole) == 5


def test_every_field_of_every_thing_comes_back(phone: Phone) -> None:
    """Names and values as in the JSON Lines format, times with the offset they were written with."""
    visit = phone.visit(
        visit_code="KXWQPT",
        setting="home 3",
        presence=[{"actor_id": phone.change("x")["subject_id"], "from": stamp(0), "to": None}],
        checks=[{"actor_id": phone.change("x")["subject_id"], "answer": "yes"}],
        time_zone="Europe/Copenhagen",
        utc_offset_minutes=60,
        started_at="2026-03-02T09:00:00.123456-05:30",
    )
    about = {"encounter_id": visit["subject_id"]}
    gap = {**about, "kind": "off_record", "from": stamp(1), "to": stamp(2), "reason": "bathroom"}
    note = {**about, "position": 1.5, "anchors": [visit["subject_id"]], "text": "…", "author": "observer-1"}
    made = {
        "encounters": visit,
        "actors": phone.change("actor.added", {"label": "P1", "kind": "professional", "agency": "North"}),
        "entries": phone.entry(visit, taken="back_dated", precision_s=300, verbatim=True, jotting="=1+1"),
        "fieldnotes": phone.change("fieldnote.written", {**note, "written_at": stamp(9)}),
        "memos": phone.change("memo.written", {"about": [{"type": "code", "id": "directing"}], "text": "why?"}),
        "gaps": phone.change("gap.recorded", gap),
    }
    assert set(words(phone.push(*made.values()))) == {"stored"}
    del made["gaps"]
    for name, change in made.items():
        (thing,) = phone.read(name)
        assert {field: thing[field] for field in change["payload"]} == change["payload"]
        assert (thing["id"], thing["type"]) == (change["subject_id"], change["kind"].split(".")[0])
    (memo,) = phone.read("memos")
    assert (memo["author"], memo["written_at"]) == ("observer-1", made["memos"]["made_at"])
    (book,) = phone.read("codebooks")
    assert {code["key"] for code in book["codes"]} >= {"directing", "none_of_these", "unclear", "talks"}


def test_a_thing_whose_beginning_has_not_arrived_is_not_shown(phone: Phone) -> None:
    """Parts may come in any order; the log has them, the lists wait."""
    visit = phone.visit()
    entry = phone.entry(visit)
    phone.push(
        phone.amend(entry, {"action": "asks"}), phone.amend(visit, {"ended_at": stamp(9)}, kind="encounter.ended")
    )
    assert (phone.read("entries"), phone.read("encounters")) == ([], [])
    phone.push(entry)
    assert [found["action"] for found in phone.read("entries")] == ["asks"]
    phone.push(visit)
    assert [found["ended_at"] for found in phone.read("encounters")] == [stamp(9)]
