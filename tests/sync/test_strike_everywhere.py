"""Words are struck wherever text stands: in consents, title, terms, every codebook, and beside what was parked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skygge.fieldlog.verify import verify
from tests.fixtures.world import World
from tests.sync.phone import Change, Phone, join_with_phone, stamp, words
from tests.sync.test_erasure import MARKER, assert_nowhere, doors_that_tell, on_disk

TERMS = (
    "controller", "joint_controller", "processor", "hosting_place", "purpose", "purpose_limits", "legal_basis",
    "concern_procedure",
)  # fmt: skip


def code(**said: Any) -> Change:
    """A code of an action, as a version of the codebook carries it."""
    return {"dimension": "action", "key": "talks", "label": {"en": "Talks"}, **said}


def book(phone: Phone, version: int, kind: str = "published", **said: Any) -> Change:
    """A version of the codebook, following the one before it."""
    payload = {"version": version, "follows": version - 1 or None, "codes": [code(**said)]}
    return phone.change(f"codebook.{kind}", payload)


def strike(phone: Phone, thing: Change | str) -> Change:
    """The marker goes from a thing."""
    subject_id = thing if isinstance(thing, str) else thing["subject_id"]
    return phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=subject_id)


def test_words_in_a_consent_exist_nowhere_afterwards(world: World, phone: Phone) -> None:
    """The way and the witness go; what was agreed, when, and its keys stay, though the same letters stand in a key."""
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    said = {"actor_id": person["subject_id"], "at": stamp(0), "legal_basis": "public_task", "ethics": "given"}
    first = phone.change("consent.recorded", {**said, "way": f"mundtligt, {MARKER} så til", "witness": MARKER})
    again = {**first, "change_id": phone.change("x")["change_id"], "parents": [first["change_id"]]}
    second = {**again, "payload": {**said, "way": f"brev til {MARKER}", "witness": f"{MARKER}s datter"}}
    third = {**again, "change_id": phone.change("x")["change_id"], "parents": [second["change_id"]],
             "payload": {**said, "way": "brev", "witness": f"datter til {MARKER}"}}  # fmt: skip
    assert words(phone.push(person, first, second, third)) == ["stored"] * 4
    assert doors_that_tell(phone, "changes") == ["changes"] and on_disk(world, MARKER) != []
    assert words(phone.push(strike(phone, first))) == ["erased"]
    assert_nowhere(world, phone)
    assert doors_that_tell(phone) == []
    public = phone.change("words.struck", {"words": "public"}, subject_id=first["subject_id"])
    phone.push(public)
    (told,) = [one for one in phone.pull_all() if one["change_id"] == third["change_id"]]
    assert told["payload"] == {**said, "way": "brev", "witness": "datter til C1"}
    assert words(phone.push(first, second, third)) == ["erased"] * 3
    assert_nowhere(world, phone)


def test_words_in_the_title_and_the_terms_exist_nowhere_afterwards(world: World, phone: Phone) -> None:
    """Three versions of each; the settings stay, and the row of the study says what is left."""
    terms = {name: f"{name}: {MARKER}" for name in TERMS}
    lock = {"lock_required": False, "lock_reason": f"{MARKER} har ingen lås"}
    for n in range(3):
        said = {name: f"{value} {n}" for name, value in terms.items()}
        asked = {**said, "title": f"Hos {MARKER} {n}", **lock}
        assert phone.client.patch(phone.url, json=asked).status_code == 200
    assert {"changes", "papers/dpia"} <= set(doors_that_tell(phone)) and on_disk(world, MARKER) != []
    assert words(phone.push(strike(phone, str(phone.study_id)))) == ["erased"]
    assert_nowhere(world, phone)
    assert doors_that_tell(phone) == []
    study = phone.client.get(phone.url).json()
    assert study["title"] == "Hos C1 2" and study["lock_reason"] == "C1 har ingen lås"
    assert {name: study[name] for name in TERMS} == {name: f"{name}: C1 2" for name in TERMS}
    assert MARKER not in phone.client.get("/api/v1/studies").text + phone.client.get("/api/v1/session").text
    late = phone.change("study.amended", {"purpose": f"purpose: {MARKER} 2"}, subject_id=str(phone.study_id))
    phone.push(late)
    assert_nowhere(world, phone)


def test_words_in_the_codebook_go_from_every_version(world: World, phone: Phone) -> None:
    """Three published versions, a draft in two steps and a proposal: a strike each; keys and the rest stay."""
    texts = ("definition", "starts", "ends", "example", "counter_example")
    full: Change = {name: f"{name} om {MARKER}" for name in texts} | {
        "label": {"en": f"Talks to {MARKER}", "da": MARKER}
    }
    versions = [book(phone, n, **full) for n in (2, 3, 4)]
    versions[0]["payload"]["note"] = f"efter samtale med {MARKER}"
    draft = book(phone, 5, "drafted", **full)
    step = {**draft, "change_id": phone.change("x")["change_id"], "parents": [draft["change_id"]]}
    proposed = phone.change("code.proposed", code(**full))
    assert words(phone.push(*versions, draft, step, proposed)) == ["stored"] * 6
    assert {"changes", "codebooks", "exports/codebook-yaml"} <= set(doors_that_tell(phone))
    assert on_disk(world, MARKER) != []
    strikes = [strike(phone, one) for one in (*versions, draft, proposed)]
    assert words(phone.push(*strikes)) == ["erased"] * 5
    assert_nowhere(world, phone)
    assert doors_that_tell(phone) == []
    (now,) = [one for one in phone.pull_all() if one["change_id"] == versions[2]["change_id"]]
    assert now["payload"]["version"] == 4
    left: Change = {name: f"{name} om C1" for name in texts} | {"label": {"en": "Talks to C1", "da": "C1"}}
    assert now["payload"]["codes"] == [code(**left)]
    assert words(phone.push(*versions, draft, step, proposed)) == ["erased"] * 6
    assert_nowhere(world, phone)


@pytest.mark.parametrize("which", ["title", "witness", "label"])
def test_a_replacement_that_does_not_fit_leaves_the_block(phone: Phone, which: str) -> None:
    """A field of 200 letters holds no longer pseudonym than what goes: the words go all the same, and nothing fails."""
    person = phone.change("actor.added", {"label": "x" * 199 + "y", "kind": "citizen"})
    said = {"actor_id": person["subject_id"], "at": stamp(0), "witness": "x" * 199 + "y"}
    consent = phone.change("consent.recorded", said)
    title = phone.change("study.amended", {"title": "x" * 199 + "y"}, subject_id=str(phone.study_id))
    phone.push(person, consent, title)
    thing = {"title": title, "witness": consent, "label": person}[which]
    long = phone.change("words.struck", {"words": "y", "replacement": "C" * 200}, subject_id=thing["subject_id"])
    assert words(phone.push(long)) == ["erased"]
    (now,) = [one for one in phone.pull_all() if one["change_id"] == thing["change_id"]]
    assert now["payload"][which] == "x" * 199 + "▮"


def test_only_a_lead_strikes_in_the_study_and_in_what_others_published(
    world: World, phone: Phone, study_id: Any
) -> None:
    """An observer's strike of these waits in quarantine; nothing is taken out."""
    other = join_with_phone(world, study_id, "Bo")
    version = book(phone, 2, definition=MARKER)
    phone.push(version)
    told = other.push(strike(other, version), strike(other, str(study_id)))
    assert [one["code"] for one in told] == ["change.not_yours"] * 2
    assert MARKER in json.dumps(phone.pull_all())


def test_a_label_beside_half_a_surrogate_is_found_and_goes(world: World, phone: Phone) -> None:
    """What was parked for half a character is kept in escapes: `Å` is six letters there, and goes all the same."""
    label = "Åse Sørbæk"
    person = phone.change("actor.added", {"label": label, "kind": "citizen"})
    visit = phone.visit()
    entry, called = phone.entry(visit, jotting="vejret"), phone.entry(visit, jotting="kaffen")
    phone.push(person, visit, entry, called)
    halves = [
        phone.amend(entry, {"jotting": f"{label} \ud800"}),
        phone.amend(called, {"jotting": f"@{label} \ud800"}),
        # Nothing of hers, and left as it was.
        phone.amend(visit, {"setting": "\ud800 Åse"}),
    ]
    head = {"Content-Type": "application/json"}
    told = phone.client.post(f"{phone.url}/changes", content=json.dumps(phone.body(halves)), headers=head)
    assert words(told.json()["verdicts"]) == ["quarantined"] * 3
    kept = json.dumps(label)[1:-1]
    assert "\\u00c5" in kept and on_disk(world, kept) != []
    done = phone.withdraw(person["subject_id"], "erase")
    assert (done["n_references"], done["n_mentions"]) == (1, 1)
    parked = [json.loads(one["content"]) for one in phone.read("quarantine")]
    assert {one["subject_id"]: one["payload"] for one in parked} == {
        entry["subject_id"]: {"jotting": "▮ \ud800"},
        called["subject_id"]: {"jotting": "▮ \ud800"},
        visit["subject_id"]: {"setting": "\ud800 Åse"},
    }
    assert on_disk(world, label) == []
    with world.database.read() as session:
        assert verify(session) == []
