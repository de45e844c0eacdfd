"""What is left of texts in which words were struck: the same on the server and on the phone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skygge.core.redact import apply_edits, find_words

# The web app reads the same cases: frontend/src/store/redact.test.ts.
CASES = json.loads((Path(__file__).parents[1] / "vectors" / "strikes_by_hand.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_replacement_never_makes_a_text_too_long(case: dict[str, Any]) -> None:
    """A block where it would: a change that outgrew its field would be set aside, words and all."""
    edits = find_words(case["payload"], case["words"], case["replacement"])
    assert apply_edits(case["payload"], edits) == case["left"]
