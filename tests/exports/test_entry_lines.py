"""The table of entries written as lines is the table written from its rows, to the byte."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skygge.core.export import ExportOptions, Losses
from skygge.core.lookup import open_lookup
from skygge.core.tables import entries_table
from skygge.core.tabular import write_csv
from tests.exports.nasty_study import make_held


@pytest.mark.parametrize("asked", [{}, {"clock_times": True}, {"structure": ["doing_for"]}, {"observer": ["nobody"]}])
def test_lines_are_the_rows(asked: dict[str, Any]) -> None:
    """Every nasty text, wrong clocks, flags and placings; the same losses, the same flags for later."""
    found, paper = [], make_held()
    paper.offsets = {line["id"]: -61_500 for line in paper.lines[-12:] if line["type"] == "entry"}
    assert paper.offsets
    for is_quick in (True, False):
        losses = Losses()
        lookup = open_lookup(paper, ExportOptions.model_validate(asked), losses)
        table = entries_table(lookup)
        raw = b"".join(write_csv(table if is_quick else replace(table, make_lines=None)))
        found.append((raw, dict(losses.counts), list(lookup.flagged), dict(lookup.n_entries), lookup.last_ms))
    assert found[0] == found[1]
    assert found[0][0].count(b"\r\n") > (1 if "observer" not in asked else 0)
