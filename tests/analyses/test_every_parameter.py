"""What every analysis found by folder takes, refuses by name, and answers where there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from skygge.core.analysis import all_analyses
from tests.analyses.test_every_cell import cells_of
from tests.fixtures.world import Person, World

COMMON = (
    "visit", "encounter", "kind", "actor", "observer", "agency", "action", "structure", "flag", "from", "to",
    "codebook_version", "origin", "dimension", "uncoded", "bouts",
)  # fmt: skip
NOBODY = "00000000-0000-4000-8000-000000000000"
# What nothing in the example study fits; each has to be taken by every analysis and to leave nothing.
FITS_NOTHING: Mapping[str, Any] = {
    "visit": "QQQQQQ", "encounter": NOBODY, "kind": "focus_group", "actor": NOBODY, "observer": "observer-99",
    "agency": "Nowhere", "action": "never_seen", "structure": "never_seen", "flag": "never_seen",
    "codebook_version": "99", "from": "2031-01-01", "to": "2001-01-01",
}  # fmt: skip
WRONG: Mapping[str, Mapping[str, Any]] = {
    "colour": {"colour": "secret"}, "dimension": {"dimension": "secret"}, "uncoded": {"uncoded": "secret"},
    "bouts": {"bouts": "secret"}, "kind": {"kind": "secret"}, "actor": {"actor": "secret"},
    "encounter": {"encounter": "secret"}, "origin": {"origin": "secret"}, "from": {"from": "secret"},
    "codebook_version": {"codebook_version": "0"}, "to": {"from": "2026-03-05", "to": "2026-03-02"},
    "structure": {"structure": "Secret key!"},
}  # fmt: skip


def test_what_is_unknown_or_contradicts_itself_is_named(demo: str, lead: Person) -> None:
    """422 with the name of the parameter and never its value; so for the numbers and for the entries behind a cell."""
    for name in all_analyses():
        for path in (f"{demo}/analyses/{name}", f"{demo}/analyses/{name}/entries"):
            for parameter, given in WRONG.items():
                beside = {"cell": "any"} if path.endswith("entries") else {}
                found = lead.client.get(path, params={**given, **beside})
                assert found.status_code == 422, (name, parameter, found.text)
                assert {error["loc"][1] for error in found.json()["errors"]} == {parameter}, name
                assert "secret" not in found.text.lower()


@pytest.mark.parametrize("name", list(all_analyses()))
def test_every_analysis_takes_every_common_parameter(name: str) -> None:
    """By its schema: a filter that an analysis forgot is seen here."""
    assert set(COMMON) <= set(all_analyses()[name].params.model_json_schema(by_alias=True)["properties"])


def test_what_fits_nothing_is_an_answer(demo: str, lead: Person) -> None:
    """For every filter: 200, a warning, no entry behind any cell, and no number that pretends to be known."""
    for name in all_analyses():
        for parameter, value in FITS_NOTHING.items():
            found = lead.client.get(f"{demo}/analyses/{name}", params={parameter: value})
            assert found.status_code == 200, (name, parameter, found.text)
            body = found.json()
            assert body["basis"]["n_entries"] == 0, (name, parameter)
            assert "entries.none" in [warning["code"] for warning in body["warnings"]]
            assert {n for _, n in cells_of(body["result"])} <= {0}, (name, parameter)
            assert [path for path, value in floats_of(body["result"]) if value and not is_time(path)] == [], parameter


def test_an_empty_study_gives_nulls_and_a_warning(world: World, lead: Person) -> None:
    """With permutations and intervals asked for too: undefined is null, never 0 and never an error."""
    study_id = world.make_study(lead)
    for name in all_analyses():
        properties = all_analyses()[name].params.model_json_schema(by_alias=True)["properties"]
        hard = {key: "50" for key in ("permutations", "resamples") if key in properties}
        body = lead.client.get(f"/api/v1/studies/{study_id}/analyses/{name}", params=hard).json()
        assert "entries.none" in [warning["code"] for warning in body["warnings"]], name
        undefined = [value for path, value in floats_of(body["result"]) if is_undefined(path)]
        assert undefined == [None] * len(undefined), name


def floats_of(node: Any, path: str = "") -> list[tuple[str, float | None]]:
    """Every number with a point, or null, by the name of its field."""
    if isinstance(node, list):
        return [found for child in node for found in floats_of(child, path)]
    if isinstance(node, dict):
        return [found for key, child in node.items() for found in floats_of(child, f"{path}.{key}")]
    return [(path, node)] if node is None or isinstance(node, float) else []


def is_time(path: str) -> bool:
    """Observed time is there whether anything was seen in it or not, and so is what part of it is uncoded."""
    words = ("observed", "common_seconds", "uncoded", "duration_s", "start_s", "end_s", "visit_offset_s")
    return any(word in path for word in words)


def is_undefined(path: str) -> bool:
    """What has no value where nothing was seen: ratios, means, distances."""
    words = ("share", "per_hour", "mean_s", "sd_s", "kappa", "alpha", "reciprocity", "chao2", "g2", "x2", "interval.")
    return any(f".{word}" in path for word in words)
