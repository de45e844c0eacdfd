"""Filters: what they keep, and how they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from skygge.core.export import ExportOptions, all_exports, file_name
from skygge.core.filters import Filters, FiltersRefused, read_filters
from tests.fixtures.paper_study import at, encounter, entry, name_id


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ({"from": "2026-03-02"}, True),
        ({"from": "2026-03-03"}, False),
        ({"to": "2026-03-02"}, True),
        ({"to": "2026-03-01"}, False),
        ({"from": "2026-03-02T23:29:59Z"}, True),
        ({"to": "2026-03-02T23:30:00Z"}, False),
        ({"to": "2026-03-02T23:30:00.001Z"}, True),
    ],
)
def test_a_date_is_the_local_date_and_a_time_is_an_instant(given: dict[str, str], is_kept: bool) -> None:
    """22:30 in New York is 03:30 UTC of the next day, and belongs to its own evening all the same."""
    late = entry("a", "18:30", started_at=at("18:30", offset="-05:00"))
    assert Filters.model_validate(given).keeps_entry(late) is is_kept


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ({"actor": [name_id("P1")]}, True),
        ({"actor": [name_id("C1")]}, False),
        ({"structure": ["directing", "doing_for"]}, True),
        ({"flag": ["resists"]}, True),
        ({"flag": ["resists"], "structure": ["doing_for"]}, False),
        ({"origin": ["carried"]}, False),
        ({"codebook_version": [2]}, False),
    ],
)
def test_repeated_keys_are_any_of_and_different_keys_all_of(given: dict[str, Any], is_kept: bool) -> None:
    """One entry against each filter."""
    one = entry("a", "09:00", who="P1", structure="directing", flags=["resists"])
    assert Filters.model_validate(given).keeps_entry(one) is is_kept


def test_a_visit_is_found_by_its_id_and_by_its_letters() -> None:
    """Both observers' encounters."""
    own = encounter("a", "09:00", "09:30", visit_code="KXWQPT", visit_id=name_id("v"))
    for value, is_kept in (("KXWQPT", True), (name_id("v"), True), ("ABCDEF", False)):
        assert Filters(visit=[value]).keeps_encounter(own) is is_kept


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"colour": ["red"]}, "colour"),
        ({"from": ["2026-03-03"], "to": ["2026-03-02"]}, "to"),
        ({"from": ["tomorrow"]}, "from"),
        ({"actor": ["P1"]}, "actor"),
        ({"kind": ["visit", "party"]}, "kind"),
        ({"clock_times": ["maybe"]}, "clock_times"),
        ({"clock_times": ["1", "0"]}, "clock_times"),
        ({"observer": ["a\x00b"], "codebook_version": ["0"]}, "codebook_version, observer"),
    ],
)
def test_a_refusal_names_the_filter_and_not_its_value(given: dict[str, list[str]], names: str) -> None:
    """What was typed may be a piece of a note."""
    with pytest.raises(FiltersRefused) as refusal:
        read_filters(ExportOptions, given)
    assert str(refusal.value) == f"unknown, contradictory or out of bounds: {names}"


def test_names_of_files_are_plain() -> None:
    """Danish letters are spelled, the rest becomes hyphens, and a title of signs alone still gives a name."""
    from datetime import date

    csv, day = all_exports()["csv"], date(2026, 3, 2)
    assert file_name("../Nær & fjern: Øst/Århus", csv, ExportOptions(), day) == "naer-fjern-oest-aarhus-csv.zip"
    assert file_name("研究", csv, ExportOptions(clock_times=True), day) == "study-csv-2026-03-02.zip"
