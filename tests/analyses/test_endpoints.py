"""Analyses over HTTP: typed, filtered, refused by name, and every cell opens its entries."""

from __future__ import annotations

from typing import Any

from skygge.core.analysis import all_analyses
from skygge.studies.access import Role
from tests.fixtures.world import Person, World


def get(person: Person, path: str, **params: Any) -> Any:
    found = person.client.get(path, params=params)
    assert found.status_code == 200, found.text
    return found.json()


def list_entries(person: Person, demo: str) -> list[dict[str, Any]]:
    """All entries as the list endpoint gives them, page by page."""
    entries: list[dict[str, Any]] = []
    cursor: Any = None
    while True:
        page = get(person, f"{demo}/entries", limit=500, **({} if cursor is None else {"cursor": cursor}))
        entries += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            return entries


def cells_of(node: Any) -> list[tuple[str, int]]:
    """Every (cell, n) anywhere in an answer."""
    if isinstance(node, list):
        return [found for child in node for found in cells_of(child)]
    if not isinstance(node, dict):
        return []
    own = [(node["cell"], node["n"])] if "cell" in node else []
    return own + [found for child in node.values() for found in cells_of(child)]


def test_the_registry_lists_questions_and_parameters(demo: str, lead: Person) -> None:
    """Every analysis, each with its question in two languages and a schema of what it takes."""
    items = get(lead, f"{demo}/analyses")["items"]
    assert [item["name"] for item in items] == list(all_analyses())
    assert all({"en", "da"} <= item["question"].keys() for item in items)
    assert all({"from", "to", "kind", "observer"} <= item["params"]["properties"].keys() for item in items)


def test_frequencies_agree_with_counting_the_list(demo: str, lead: Person) -> None:
    """The count of each structure = a brute-force selection over /entries of visits, explicit only."""
    found = get(lead, f"{demo}/analyses/frequencies")
    visits = {one["id"] for one in get(lead, f"{demo}/encounters", limit=500)["items"] if one["kind"] == "visit"}
    entries = [one for one in list_entries(lead, demo) if one["encounter_id"] in visits and not one.get("retracted")]
    for row in found["result"]["rows"]:
        mine = [one for one in entries if one.get("structure") == row["key"]]
        if row["key"] is not None:
            mine = [one for one in mine if one["structure_origin"] == "explicit"]
        assert row["n"] == len(mine), row["key"]
    assert set(found) == {"name", "params", "basis", "warnings", "result"}
    assert found["basis"]["n_left_out"] > 0


def test_every_cell_opens_exactly_its_entries(demo: str, lead: Person) -> None:
    """The number in a cell is the number of entries behind it; an observer's filter goes along."""
    for name in all_analyses():
        # Agreement needs two observers.
        filters = {} if name == "agreement" else {"observer": "observer-1"}
        cells = cells_of(get(lead, f"{demo}/analyses/{name}", **filters)["result"])
        # The example study has set no positions of control and care.
        assert bool(cells) == (name != "control-care"), name
        for cell, n in cells[:12]:
            behind = get(lead, f"{demo}/analyses/{name}/entries", cell=cell, **filters)["items"]
            assert len(behind) == n, (name, cell)
            assert all(one["type"] == "entry" for one in behind), (name, cell)


def test_unknown_and_contradictory_parameters_are_named(demo: str, lead: Person) -> None:
    """422 with the name of the parameter, never with what was sent."""
    wrong = {
        "colour": {"colour": "secret-1"},
        "dimension": {"dimension": "secret-2"},
        "to": {"from": "2026-03-05", "to": "2026-03-02"},
        "limit": {"limit": "5"},
        "actor": {"actor": "secret-3"},
    }
    for name, params in wrong.items():
        found = lead.client.get(f"{demo}/analyses/frequencies", params=params)
        assert found.status_code == 422
        assert [error["loc"][1] for error in found.json()["errors"]] == [name]
        assert "secret" not in found.text


def test_a_cell_of_another_question_is_refused(demo: str, lead: Person) -> None:
    """Not an empty list, and the token is not repeated."""
    found = lead.client.get(f"{demo}/analyses/frequencies/entries", params={"cell": "action:secret"})
    assert (found.status_code, found.json()["code"]) == (422, "analysis.cell_unknown")
    assert "secret" not in found.text


def test_dates_and_repeated_keys_narrow_the_basis(demo: str, lead: Person) -> None:
    """One day of two agencies is less than the week, and says which filters are in force."""
    whole = get(lead, f"{demo}/analyses/frequencies")
    part = get(
        lead,
        f"{demo}/analyses/frequencies",
        **{"from": "2026-03-04", "to": "2026-03-04", "agency": ["North", "Meadow"]},
    )
    assert 0 < part["basis"]["n_entries"] < whole["basis"]["n_entries"]
    assert part["params"]["agency"] == ["North", "Meadow"]
    assert part["params"]["from"] == "2026-03-04"


def test_an_empty_study_gets_an_answer(world: World, lead: Person) -> None:
    """Zeros and a warning for every analysis."""
    study_id = world.make_study(lead)
    for name in all_analyses():
        found = get(lead, f"/api/v1/studies/{study_id}/analyses/{name}")
        assert [warning["code"] for warning in found["warnings"]] == ["entries.none"]
        assert found["basis"]["observed_seconds"] == 0


def test_what_to_write_about_it_follows_the_parameters(demo: str, lead: Person) -> None:
    """A paragraph in both languages, with the dates of what was looked at; one day is fewer entries than the week."""
    for name in all_analyses():
        whole = get(lead, f"{demo}/analyses/{name}/methods")
        day = get(lead, f"{demo}/analyses/{name}/methods", **{"from": "2026-03-04", "to": "2026-03-04"})
        assert set(whole["text"]) == {"en", "da"}, name
        assert (whole["first_day"], whole["last_day"]) == ("2026-03-02", "2026-03-06"), name
        assert day["first_day"] == day["last_day"] == "2026-03-04"
        assert whole["text"]["en"] != day["text"]["en"], name


def test_readers_do_not_analyse_and_strangers_find_nothing(world: World, demo: str, lead: Person) -> None:
    """403 for a reader; for somebody of no study the same 404 as for a study that is not there."""
    reader, stranger = world.make_person("Rita Reader"), world.make_person("Sten Stranger")
    world.join(_study_id(demo), reader, Role.READER)
    assert reader.client.get(f"{demo}/analyses/timeline").status_code == 403
    foreign = stranger.client.get(f"{demo}/analyses/timeline")
    absent = stranger.client.get("/api/v1/studies/00000000-0000-4000-8000-000000000000/analyses/timeline")
    assert (foreign.status_code, foreign.content) == (404, absent.content)


def _study_id(demo: str) -> Any:
    from uuid import UUID

    return UUID(demo.rpartition("/")[2])


def test_each_analysis_has_its_own_types_in_the_description(world: World) -> None:
    """The generated client knows the result of each analysis by name."""
    schemas = world.app.openapi()["components"]["schemas"]
    assert {"FrequenciesAnswer", "TimelineAnswer", "FrequenciesResult", "TimelineResult"} <= schemas.keys()
