"""A withdrawal that begins from somebody who is held: what it leaves is seen and counted again."""

from __future__ import annotations

import json

import pytest

from tests.sync.phone import Phone, stamp, words


def count_seen(phone: Phone, entries: list[str], words_of_them: str) -> dict[str, int]:
    """How many of some entries an analysis counts, an export holds and a search finds."""
    counted = phone.client.get(f"{phone.url}/analyses/frequencies").json()
    lines = phone.client.get(f"{phone.url}/exports/jsonl").text.splitlines()
    written = {line["id"] for line in map(json.loads, lines) if line["type"] == "entry"}
    found = {one["id"] for one in phone.read("search", q=words_of_them)}
    return {
        "counted": counted["basis"]["n_entries"],
        "written": len(written & set(entries)),
        "found": len(found & set(entries)),
    }


@pytest.mark.parametrize("merged", [False, True], ids=["under one id", "under an id that was merged"])
@pytest.mark.parametrize("mode", ["stop", "redact"])
def test_what_a_withdrawal_leaves_is_held_no_longer(phone: Phone, mode: str, *, merged: bool) -> None:
    """A withdrawal is the decision that *stop for this person* waits for: what stays is counted, written and found."""
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    twin = phone.change("actor.added", {"label": "C1x", "kind": "citizen"})
    one = phone.amend(twin, {"merged_into": person["subject_id"]})
    visit = phone.visit()
    met = (twin if merged else person)["subject_id"]
    stopped = phone.change(
        "person.stopped", {"stopped_at": stamp(9), "stopped_in": visit["subject_id"]}, subject_id=met
    )
    own, to_them = phone.entry(visit, actor_id=met, jotting="nejtak"), phone.entry(visit, recipient_id=met)
    assert set(words(phone.push(person, twin, one, visit, own, to_them, stopped))) == {"stored"}
    entries = [own["subject_id"], to_them["subject_id"]]
    assert count_seen(phone, entries, "nejtak") == {"counted": 0, "written": 0, "found": 0}
    phone.withdraw(person["subject_id"], mode)
    found = 1 if mode == "stop" else 0
    assert count_seen(phone, entries, "nejtak") == {"counted": 2, "written": 2, "found": found}
    actors = {one["id"]: one for one in phone.read("actors")}
    assert actors[person["subject_id"]]["stopped_at"] is not None and phone.read("conflicts") == []
    assert [one.get("stopped_in") for one in actors.values()] == [None] * len(actors)
    # A phone that was stopped in between and hears of it afterwards has said nothing new.
    assert words(phone.push(stopped)) == ["known"]
    assert count_seen(phone, entries, "nejtak")["counted"] == 2


@pytest.mark.parametrize("shown", ["stopped last", "gone on last"])
def test_what_two_phones_stopped_apart_is_held_by_both(phone: Phone, shown: str) -> None:
    """Neither phone knew of the other: both encounters hold what they have, whichever value is shown; so does one
    that was stopped while another phone went on. A withdrawal decides about all of it."""
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    twin = phone.change("actor.added", {"label": "C1x", "kind": "citizen", "merged_into": person["subject_id"]})
    visits = [phone.visit(), phone.visit(), phone.visit()]
    told: list[dict[str, object]] = [
        {"stopped_at": stamp(minute), "stopped_in": visit["subject_id"]} for minute, visit in enumerate(visits, 1)
    ]
    told.insert(3 if shown == "gone on last" else 0, {"stopped_at": None, "stopped_in": None})
    kinds = ["person.stopped" if one["stopped_in"] else "actor.amended" for one in told]
    stops = [
        phone.change(kind, one, subject_id=twin["subject_id"], made_at=stamp(10 + minute))
        for minute, (kind, one) in enumerate(zip(kinds, told, strict=True))
    ]
    entries = [phone.entry(visit, actor_id=twin["subject_id"], jotting="nejtak") for visit in visits]
    ids = [entry["subject_id"] for entry in entries]
    assert set(words(phone.push(person, twin, *visits, *entries, *stops))) == {"stored"}
    assert [len(one["conflicts"]) for one in phone.read("conflicts")] == [2]
    shown_in = {one["id"]: one.get("stopped_in") for one in phone.read("actors")}[twin["subject_id"]]
    assert shown_in == (None if shown == "gone on last" else visits[2]["subject_id"])
    assert count_seen(phone, ids, "nejtak") == {"counted": 0, "written": 0, "found": 0}
    phone.withdraw(person["subject_id"], "stop")
    assert count_seen(phone, ids, "nejtak") == {"counted": 3, "written": 3, "found": 3}
