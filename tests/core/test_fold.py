"""The conflict rule, on the corpus that the phone runs too, and as properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.fold import fold, survivor

CORPUS = sorted((Path(__file__).parent.parent / "vectors").glob("fold*.json"))
VECTORS = [vector for file in CORPUS for vector in json.loads(file.read_text("utf-8"))]
JOTTINGS = st.sampled_from(["a", "b", "c"])


def _told(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"type": s.type, "id": s.id, "fields": s.fields, "conflicts": s.conflicts, "is_created": s.is_created}
        for s in fold(changes).values()
    ]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_fold_agrees_with_the_vector(vector: dict[str, Any]) -> None:
    """Those by hand were worked out from the protocol's page; those by chance hold both programs together."""
    told = {(subject["type"], subject["id"]): subject for subject in _told(vector["changes"])}
    assert told == {(subject["type"], subject["id"]): subject for subject in vector["subjects"]}


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Edits of one entry by devices that have each seen some of what came before."""
    started = {"encounter_id": "e", "kind": "point", "started_at": "2026-03-02T09:00:00Z", "jotting": "first"}
    made = [_change("c00", "entry.logged", started, [], 0)]
    for number in range(draw(st.integers(0, 12))):
        seen = draw(st.sets(st.sampled_from([change["change_id"] for change in made])))
        kind = draw(st.sampled_from(["entry.amended", "entry.amended", "entry.retracted", "entry.restored"]))
        payload = {"jotting": f"{draw(JOTTINGS)}{number}"} if kind == "entry.amended" else {}
        made.append(_change(f"c{number + 1:02}", kind, payload, sorted(seen), draw(st.integers(0, 59))))
    return made


def _change(change_id: str, kind: str, payload: dict[str, Any], parents: list[str], minute: int) -> dict[str, Any]:
    return {
        "change_id": change_id, "kind": kind, "subject_id": "s", "parents": parents, "payload": payload,
        "made_at": f"2026-03-02T09:{minute:02}:00Z",
    }  # fmt: skip


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_duplicates_change_nothing(changes: list[dict[str, Any]], random: Any) -> None:
    """The fold is a function of the set of changes."""
    shuffled = changes + [random.choice(changes) for _ in range(3)]
    random.shuffle(shuffled)
    assert _told(shuffled) == _told(changes)


@given(histories())
def test_every_text_is_shown_or_listed_or_replaced_by_an_edit_that_saw_it(changes: list[dict[str, Any]]) -> None:
    """No committed words disappear because of somebody else's clock (invariant I4)."""
    (subject,) = fold(changes).values()
    siblings = {value["change_id"] for conflict in subject.conflicts for value in conflict["values"]}
    setters = [change for change in changes if "jotting" in change["payload"]]
    replaced = {parent for change in setters for parent in change["parents"]}
    for change in setters:
        is_shown = subject.fields["jotting"] == change["payload"]["jotting"]
        assert is_shown or change["change_id"] in siblings | replaced


def test_merges_lead_to_the_one_that_remains() -> None:
    """A chain leads to its end, a cycle to its smallest id."""
    assert survivor("a", {"a": "b", "b": "c", "c": None}) == "c"
    assert survivor("c", {"c": "d", "d": "b", "b": "c"}) == "b"
    assert survivor("a", {"a": "c", "c": "d", "d": "b", "b": "c"}) == "b"
    assert survivor("z", {}) == "z"
