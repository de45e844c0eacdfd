"""The end of a study: counted first, the title typed, then nothing of it is anywhere, and it does not come back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from skygge.core.codebook import read_starter
from skygge.founding.found_study import codebook_id
from tests.fixtures.world import World
from tests.sync.phone import Change, Phone, join_with_phone, stamp, words
from tests.sync.test_erasure import MARKER, assert_nowhere, on_disk

TITLE = "Home care North"


def _fill(world: World, phone: Phone, study_id: UUID) -> list[Change]:
    """The marker in every kind of thing, in an older version, in somebody else's reflection, in quarantine."""
    other = join_with_phone(world, study_id, "Bo")
    citizen = phone.change("actor.added", {"label": MARKER, "kind": "citizen"})
    consent = phone.change("consent.recorded", {"actor_id": citizen["subject_id"], "at": stamp(0), "witness": MARKER})
    visit = phone.visit(setting=f"hos {MARKER}", focal_actor_id=citizen["subject_id"])
    entry = phone.entry(visit, jotting=MARKER)
    gap = phone.change("gap.recorded", {"encounter_id": visit["subject_id"], "kind": "off_record",
                                        "from": stamp(3), "to": stamp(4), "reason": MARKER})  # fmt: skip
    note = phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "text": MARKER})
    memo = phone.change("memo.written", {"text": MARKER})
    book = {**read_starter("heuristic-four"), "version": 2, "follows": 1, "note": MARKER}
    codebook = phone.change("codebook.published", book, subject_id=str(codebook_id(study_id, 2)))
    odd = {**phone.amend(entry, {"jotting": MARKER}), "kind": "entry.sung"}
    edit = phone.amend(entry, {"jotting": "vent lidt"})
    sent = [citizen, consent, visit, entry, gap, note, memo, codebook, edit]
    assert words(phone.push(*sent, odd)) == ["stored"] * 9 + ["quarantined"]
    own = other.visit()
    private = other.entry(own, kind="reflection", jotting=MARKER)
    assert words(other.push(own, private)) == ["stored"] * 2
    return [*sent, odd]


def _end(phone: Phone, **asked: Any) -> Any:
    return phone.client.post(f"{phone.url}/end", json=asked)


def test_it_is_counted_first_and_changes_nothing(world: World, phone: Phone, study_id: UUID) -> None:
    """What would go, by type; afterwards everything still stands."""
    _fill(world, phone, study_id)
    told = _end(phone, dry_run=True).json()
    assert told["things"] == {"actor": 1, "codebook": 2, "consent": 1, "encounter": 2, "entry": 2, "fieldnote": 1,
                              "gap": 1, "memo": 1}  # fmt: skip
    assert (told["n_changes"], told["n_parked"], told["n_devices"], told["n_exports"]) == (12, 1, 2, 0)
    assert (told["number"], told["seal"]) == (None, None)
    assert len(phone.read("entries")) == 1 and len(phone.pull_all()) == 12


@pytest.mark.parametrize("title", [None, "home care north", f"{TITLE} ", MARKER])
def test_nothing_goes_unless_the_title_is_typed(world: World, phone: Phone, study_id: UUID, title: str | None) -> None:
    """A click is not enough for what cannot be undone."""
    _fill(world, phone, study_id)
    refused = _end(phone, dry_run=False, title=title)
    assert (refused.status_code, refused.json()["code"]) == (422, "study.title_differs")
    assert MARKER not in refused.text
    assert len(phone.read("entries")) == 1


def test_afterwards_it_is_nowhere_and_on_record(world: World, phone: Phone, study_id: UUID) -> None:
    """Lists, feed, exports, ledger, database file, write-ahead log; the certificate names a row of the audit log."""
    _fill(world, phone, study_id)
    assert on_disk(world, MARKER) != []
    done = _end(phone, dry_run=False, title=TITLE).json()
    record = phone.client.get(f"{phone.url}/audit").json()["items"][0]
    assert_nowhere(world, phone)
    for name in ("actors", "encounters", "entries", "fieldnotes", "memos", "codebooks", "quarantine"):
        assert phone.read(name) == [], name
    assert (record["kind"], record["number"], record["hash"]) == ("study.erased", done["number"], done["seal"])
    assert record["details"] == {"things": 11, "changes": done["n_changes"]}
    study = phone.client.get(phone.url).json()
    assert (study["title"], study["role"]) == (TITLE, "lead")
    for address in ("analyses/frequencies", "analyses/timeline", "papers/dpia", "exports/qdpx", "report"):
        assert phone.client.get(f"{phone.url}/{address}").status_code == 200, address


def test_what_a_phone_still_has_does_not_come_back(world: World, phone: Phone, study_id: UUID) -> None:
    """Whatever was sent is answered with its stub, and so is what it had not sent of an encounter that is gone."""
    sent = _fill(world, phone, study_id)
    visit = sent[2]
    assert on_disk(world, MARKER) != []
    _end(phone, dry_run=False, title=TITLE)
    late = [phone.entry(visit, jotting=MARKER), phone.change("fieldnote.written", {
        "encounter_id": visit["subject_id"], "text": MARKER})]  # fmt: skip
    assert set(words(phone.push(*sent, *late))) == {"erased"}
    assert_nowhere(world, phone)


def test_ending_it_twice_erases_nothing_more(world: World, phone: Phone, study_id: UUID) -> None:
    """The second time there is nothing, and that is said."""
    _fill(world, phone, study_id)
    _end(phone, dry_run=False, title=TITLE)
    last_seq = phone.pull()["cursor"]
    again = _end(phone, dry_run=False, title=TITLE).json()
    assert again["things"] == {} and phone.pull()["cursor"] == last_seq


def test_what_stays_is_counted_before_and_after(world: World, phone: Phone, study_id: UUID) -> None:
    """A concern cannot be made away with by a lead, and its author still reads it; a request stays without words."""
    _fill(world, phone, study_id)
    ida = join_with_phone(world, study_id, "Ida")
    assert ida.client.post(f"{ida.url}/concerns", json={"text": "blev holdt fast"}).status_code == 201
    asked = {"kind": "erasure", "received_on": "2026-03-02"}
    assert phone.client.post(f"{phone.url}/requests", json=asked).status_code == 201
    before = _end(phone, dry_run=True).json()
    done = _end(phone, dry_run=False, title=TITLE).json()
    assert [(one["n_concerns"], one["n_requests"]) for one in (before, done)] == [(1, 1)] * 2
    assert [one["text"] for one in ida.read("concerns")] == ["blev holdt fast"]
    assert [one["kind"] for one in phone.read("requests")] == ["erasure"]
