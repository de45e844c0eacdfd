"""Taking back a group: inverses where its value stands, nothing where somebody has changed it since."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from skygge.core.undo import undo_group

NUMBERS = count(1)


def change(kind: str, subject_id: str, payload: dict[str, Any], *parents: dict[str, Any], group: str = "") -> Any:
    """A change that replaces what its parents have set."""
    number = next(NUMBERS)
    told = {
        "change_id": f"c{number:04}",
        "kind": kind,
        "subject_id": subject_id,
        "payload": payload,
        "parents": [parent["change_id"] for parent in parents],
        "made_at": f"2026-03-02T09:{number % 60:02}:00.000+01:00",
        "device_seq": number,
        "author": "observer-1",
    }
    return {**told, "group_id": group} if group else told


def entry(name: str, group: str = "") -> Any:
    """An entry of an encounter."""
    started = "2026-03-02T09:00:00.000+01:00"
    said = {"encounter_id": "v", "kind": "point", "started_at": started, "action": "asks"}
    return change("entry.logged", name, said, group=group)


def test_bulk_work_is_taken_back_where_it_stands_and_the_rest_is_told() -> None:
    """Two entries recoded together; one of them was coded again by hand since."""
    one, two, three = entry("a"), entry("b"), entry("c")
    bulk = [change("entry.amended", each["subject_id"], {"action": "tells", "jotting": "x"}, each, group="g")
            for each in (one, two)]  # fmt: skip
    later = change("entry.amended", "b", {"action": "offers"}, bulk[1])
    undo = undo_group([three, later, two, *bulk, one], "g")
    assert undo.drafts == [
        ("entry.amended", "a", {"action": "asks", "jotting": None}),
        ("entry.amended", "b", {"jotting": None}),
    ]
    assert undo.left == [("b", "action")]


def test_a_value_that_stands_beside_another_is_left() -> None:
    """Written apart from the group's: a person has to choose, undo does not."""
    one = entry("a")
    bulk = change("entry.amended", "a", {"action": "tells"}, one, group="g")
    apart = change("entry.amended", "a", {"action": "offers"}, one)
    undo = undo_group([one, bulk, apart], "g")
    assert (undo.drafts, undo.left) == ([], [("a", "action")])


def test_what_a_group_retracted_comes_back_and_what_it_began_goes() -> None:
    """Splitting is amended + logged in one group: the new entry is retracted, unless somebody has worked on it."""
    one = entry("a")
    gone = change("entry.retracted", "a", {}, one, group="g")
    begun, worked_on = entry("b", "g"), entry("c", "g")
    edit = change("entry.amended", "c", {"jotting": "mine"}, worked_on)
    undo = undo_group([one, gone, begun, worked_on, edit], "g")
    assert undo.drafts == [("entry.restored", "a", {}), ("entry.retracted", "b", {})]
    assert undo.left == [("c", "jotting")]


def test_undoing_twice_does_nothing_more() -> None:
    """After the inverses the group's values stand no longer."""
    one = entry("a")
    bulk = change("entry.amended", "a", {"action": "tells"}, one, group="g")
    undone = change("entry.amended", "a", {"action": "asks"}, bulk, group="h")
    undo = undo_group([one, bulk, undone], "g")
    assert (undo.drafts, undo.left) == ([], [("a", "action")])
    assert undo_group([one, bulk, undone], "h").drafts == [("entry.amended", "a", {"action": "tells"})]


CASES = json.loads((Path(__file__).parents[1] / "vectors" / "undo_by_hand.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_cases_that_the_web_app_runs_too(case: dict[str, Any]) -> None:
    """One definition, two programs."""
    undo = undo_group(case["changes"], case["group"])
    assert [list(draft) for draft in undo.drafts] == case["drafts"]
    assert [list(one) for one in undo.left] == case["left"]
