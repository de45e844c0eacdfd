"""The lists: filters, pages, order, conflicts and histories."""

from typing import Any
from uuid import UUID

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


COUNTS: list[tuple[dict[str, Any], int]] = [
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
]


def test_filters_keep_what_they_say(week: Phone) -> None:
    """Repeated keys mean any of, different keys all of; numbers in the encounter stay what they are."""
    everything = {entry["id"]: entry for entry in week.read("entries")}
    for query, count in COUNTS:
        entries = week.read("entries", limit=1000, **query)
        assert len(entries) == count, query
        assert all(entry == everything[entry["id"]] for entry in entries), query


@pytest.fixture
def people(phone: Phone) -> dict[str, str]:
    """Two visits: Nina asks Carl at the first, where Rita is present; Paul talks at the second. Omar is nowhere.

    Memos: one about each visit, the first one's entry, Nina, the code `directing`, one reply, and one about the study.
    """
    names = ("Nina", "Carl", "Rita", "Paul", "Omar")
    actors = {
        name: phone.change("actor.added", {"label": name, "kind": "other", "agency": "N" if name < "P" else "P"})
        for name in names
    }
    ids = {name: actor["subject_id"] for name, actor in actors.items()}
    presence = [{"actor_id": ids["Rita"], "from": None, "to": None}]
    first = phone.visit(visit_code="ABCDEF", presence=presence, agency="North")
    second = phone.visit(visit_code="ABCDEG", started_at=stamp(1440), kind="meeting", focal_actor_id=ids["Paul"])
    asks = phone.entry(first, action="asks", actor_id=ids["Nina"], recipient_id=ids["Carl"], flags=["resists"])
    talks = phone.entry(second, action="talks", actor_id=ids["Paul"], started_at=stamp(1441), codebook_version=1)
    note = phone.change("fieldnote.written", {"encounter_id": second["subject_id"], "text": "..."})
    things = {"encounter": first, "entry": asks, "fieldnote": note, "actor": actors["Nina"]}
    about = {name: {"type": name, "id": thing["subject_id"]} for name, thing in things.items()}
    about |= {"second": {"type": "encounter", "id": second["subject_id"]}, "code": {"type": "code", "id": "directing"}}
    about["study"] = {"type": "study", "id": str(phone.study_id)}
    memos = {name: phone.change("memo.written", {"about": [one], "text": name}) for name, one in about.items()}
    reply = {"about": [{"type": "memo", "id": memos["entry"]["subject_id"]}], "text": "reply"}
    every = [*actors.values(), first, second, asks, talks, note, *memos.values(), phone.change("memo.written", reply)]
    assert set(words(phone.push(*every))) == {"stored"}
    return ids


PEOPLE: list[tuple[dict[str, Any], str]] = [
    ({}, "Nina Carl Rita Paul Omar"),
    ({"visit": "ABCDEF"}, "Nina Carl Rita"),
    ({"visit": "ABCDEG"}, "Paul"),
    ({"kind": "meeting"}, "Paul"),
    ({"action": "asks"}, "Nina Carl"),
    ({"flag": "resists"}, "Nina Carl"),
    ({"codebook_version": 1}, "Paul"),
    ({"observer": "observer-1"}, "Nina Carl Rita Paul"),
    ({"observer": "observer-9"}, ""),
    ({"from": "2026-03-03"}, "Paul"),
    ({"to": "2026-03-02"}, "Nina Carl Rita"),
    ({"agency": "P"}, "Rita Paul"),
    ({"agency": "P", "visit": "ABCDEF"}, "Rita"),
    ({"actor": "Omar"}, "Omar"),
    ({"actor": ["Omar", "Nina"], "visit": "ABCDEF"}, "Nina"),
]


def test_people_are_found_by_what_they_take_part_in(phone: Phone, people: dict[str, str]) -> None:
    """Every shared filter works on people: on themselves, or on where they were."""
    for query, expected in PEOPLE:
        found = phone.read("actors", **_with_ids(query, people))
        assert {actor["label"] for actor in found} == set(expected.split()), query


MEMOS: list[tuple[dict[str, Any], str]] = [
    ({}, "encounter entry fieldnote actor second code study reply"),
    ({"visit": "ABCDEF"}, "encounter entry actor reply"),
    ({"visit": "ABCDEG"}, "fieldnote second"),
    ({"structure": "directing"}, "code"),
    ({"action": "asks"}, "encounter entry actor reply"),
    ({"actor": "Nina"}, "encounter entry actor reply"),
    ({"actor": "Paul"}, "fieldnote second"),
    ({"actor": "Omar"}, ""),
    ({"from": "2026-03-03"}, ""),
    ({"to": "2026-03-02", "action": "talks"}, "fieldnote second"),
]


def test_memos_are_found_by_what_they_are_about(phone: Phone, people: dict[str, str]) -> None:
    """And replies by the memo they reply to; dates are those of the writing."""
    for query, expected in MEMOS:
        found = phone.read("memos", **_with_ids(query, people))
        assert {memo["text"] for memo in found} == set(expected.split()), query


def test_merged_people_stand_for_each_other(phone: Phone, people: dict[str, str]) -> None:
    """Nina turns out to be Omar: either name finds both, and what one took part in finds the other."""
    phone.push(phone.change("actor.amended", {"merged_into": people["Omar"]}, subject_id=people["Nina"]))
    for query in ({"actor": people["Omar"]}, {"actor": people["Nina"], "visit": "ABCDEF"}):
        assert {actor["label"] for actor in phone.read("actors", **query)} == {"Nina", "Omar"}
    assert {memo["text"] for memo in phone.read("memos", actor=people["Omar"])} >= {"entry", "actor"}


def test_conflicts_are_narrowed_like_what_they_are_in(phone: Phone, people: dict[str, str]) -> None:
    """An entry, a visit and a person with two values each, found by the filters that leave them."""
    (asks,) = phone.read("entries", action="asks")
    for kind, thing_id, name in (
        ("entry", asks["id"], "jotting"),
        ("encounter", asks["encounter_id"], "setting"),
        ("actor", people["Paul"], "agency"),
    ):
        phone.push(*(phone.change(f"{kind}.amended", {name: text}, subject_id=thing_id) for text in ("a", "b")))
    for query, kinds in (
        ({}, {"entry", "encounter", "actor"}),
        ({"action": "asks"}, {"entry", "encounter"}),
        ({"visit": "ABCDEG"}, {"actor"}),
        ({"kind": "interview"}, set()),
    ):
        assert {found["type"] for found in phone.read("conflicts", **query)} == kinds


def test_every_list_takes_every_shared_filter(phone: Phone) -> None:
    """Also where one has no effect: a script may ask all lists the same question."""
    anything = "0198c000-0000-7000-8000-000000000000"
    shared = {"visit": "ABCDEF", "encounter": anything, "kind": "visit", "actor": anything, "observer": "observer-1"}
    shared |= {"agency": "North", "action": "asks", "structure": "directing", "flag": "resists", "origin": "later"}
    shared |= {"from": "2026-03-02", "to": "2026-03-03", "codebook_version": "1"}
    for name in ("codebooks", "actors", "encounters", "entries", "fieldnotes", "memos", "conflicts"):
        for one, value in shared.items():
            phone.read(name, **{one: value})
        assert len(phone.read(name, **shared)) == (1 if name == "codebooks" else 0), name


def _with_ids(query: dict[str, Any], people: dict[str, str]) -> dict[str, Any]:
    if "actor" not in query:
        return query
    names = query["actor"] if isinstance(query["actor"], list) else [query["actor"]]
    return {**query, "actor": [people[name] for name in names]}


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


def test_a_question_out_of_bounds_is_422(phone: Phone) -> None:
    """And it does not come back in the answer."""
    for query in ("limit=-1", "limit=0", "cursor=18446744073709551616", "q=%00", "kind=painting", "encounter=1'--"):
        for name in ("entries", "encounters", "actors", "memos"):
            answer = phone.client.get(f"{phone.url}/{name}?{query}")
            assert answer.status_code == 422, (name, query)
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


def test_settings_changed_apart_stand_among_the_conflicts(phone: Phone, study_id: UUID) -> None:
    """Two leads, or two laptops, gave the study a title each; one that names both settles it."""
    (founded,) = [change for change in phone.pull_all() if change["kind"] == "study.amended"]
    about = {"subject_id": str(study_id)}
    here, there = (
        phone.change("study.amended", {"title": title}, parents=[founded["change_id"]], **about) for title in "AB"
    )
    phone.push(here, there)
    (conflict,) = phone.read("conflicts")
    assert (conflict["type"], conflict["id"]) == ("study", str(study_id))
    assert {one["value"] for one in conflict["conflicts"][0]["values"]} == {"A", "B"}
    assert phone.read("conflicts", kind="visit") == []
    both = [here["change_id"], there["change_id"]]
    phone.push(phone.change("study.amended", {"title": "A"}, parents=both, **about))
    assert phone.read("conflicts") == []
