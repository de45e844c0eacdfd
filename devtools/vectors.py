"""Vectors of the fold made by chance from fixed seeds: histories of entries by devices that saw different things.

Their results are those of core/fold.py at the time they were made; the web app's fold has to agree, and whoever
changes the rule sees here what changes. The vectors by hand (fold_by_hand.json) come from the protocol's page instead.
"""

import json
import random
from typing import Any

from skygge.core.fold import fold

COUNT = 120
MOST_CHANGES = 9
TEXTS = ("a", "b", "æøå", "", "\t=1+1", "vent lidt")


def describe_vectors() -> str:
    """The whole file, the same in every run."""
    vectors = [_vector(number) for number in range(COUNT)]
    return json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"


def _vector(number: int) -> dict[str, Any]:
    rng = random.Random(number)
    made = [_change(rng, 0, "entry.logged", _logged(rng), [])]
    for index in range(1, rng.randrange(2, MOST_CHANGES)):
        seen = rng.sample([change["change_id"] for change in made], rng.randrange(len(made) + 1))
        kind = rng.choice(["entry.amended"] * 4 + ["entry.retracted", "entry.restored", "entry.sung"])
        payload = _amended(rng) if kind in ("entry.amended", "entry.sung") else {}
        made.append(_change(rng, index, kind, payload, sorted(seen)))
    made += _copies(rng, made)
    told = [
        {"type": one.type, "id": one.id, "fields": one.fields, "conflicts": one.conflicts, "is_created": one.is_created}
        for one in fold(made).values()
    ]
    return {"name": f"by chance, {number}", "changes": made, "subjects": told}


def _logged(rng: random.Random) -> dict[str, Any]:
    begun = {"encounter_id": "e1", "kind": "point", "started_at": _stamp(rng)}
    return {**begun, "jotting": rng.choice(TEXTS), "flags": rng.sample(["x", "y"], rng.randrange(3))}


def _amended(rng: random.Random) -> dict[str, Any]:
    fields = {"jotting": rng.choice(TEXTS), "precision_s": rng.randrange(3), "action": rng.choice(["talks", None])}
    return dict(rng.sample(sorted(fields.items()), rng.randrange(1, 4)))


def _change(rng: random.Random, index: int, kind: str, payload: Any, parents: list[str]) -> dict[str, Any]:
    change = {
        "change_id": f"c{index:02}", "kind": kind, "subject_id": "s1", "parents": parents, "payload": payload,
        "made_at": _stamp(rng),
    }  # fmt: skip
    return {**change, "corrected_at": _stamp(rng)} if rng.random() < 0.2 else change


def _copies(rng: random.Random, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some changes a second time, some of them as the stubs that a redaction left."""
    copies = []
    for change in rng.sample(made, rng.randrange(min(3, len(made)))):
        roll = rng.random()
        if roll < 0.3:
            copies.append({**change, "payload": {}, "redacted": {"mode": "erased", "by": "r1"}})
        elif roll < 0.6 and "jotting" in change["payload"]:
            payload = {**change["payload"], "jotting": "▮"}
            copies.append({**change, "payload": payload, "redacted": {"mode": "words", "by": "r1"}})
        else:
            copies.append(change)
    return copies


def _stamp(rng: random.Random) -> str:
    return f"2026-03-02T{rng.randrange(8, 11):02}:{rng.randrange(60):02}:00.{rng.randrange(1000):03}+01:00"
