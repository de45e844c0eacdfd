"""A device's copy in a script keeps to the rules of the phone's (frontend/src/sync/newer.test.ts)."""

from __future__ import annotations

import pytest

from skygge.client.notebook import Notebook

EPOCH = "0192a000-0000-7000-8000-00000000aaaa"


@pytest.mark.parametrize(
    ("word", "is_safe"), [("stored", True), ("known", True), ("quarantined", False), ("waits", False)]
)
def test_a_verdict_that_is_not_known_is_not_taken_for_safe(word: str, is_safe: bool) -> None:
    """A server one version ahead may say what this one has no word for; the change is put aside, and others go on."""
    notebook = Notebook(epoch=EPOCH)
    for number, change_id in enumerate(("a", "b"), start=1):
        change = {"change_id": change_id, "kind": "memo.written", "subject_id": change_id, "device_seq": number}
        notebook.add(
            {**change, "parents": [], "payload": {"text": "hvem?"}, "made_at": "2026-03-02T09:00:00.000+01:00"}
        )
    verdicts = [{"change_id": "a", "verdict": word, "weight": 1}, {"change_id": "b", "verdict": "stored", "seq": 1}]
    assert notebook.settle(EPOCH, verdicts) == 2 and notebook.outbox == []
    assert notebook.kept["a"].acknowledged is is_safe and ("a" in notebook.parked) is not is_safe
    assert notebook.kept["b"].acknowledged
