"""Every number opens its entries: the count in a cell = the list behind it = what loops over `/entries` select.

For every analysis found by folder and each of its choices (read from its own parameters), on a study made to go wrong.
A new analysis fails here until `brute_force` says what its cells stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from skygge.clock import new_id
from skygge.core.analysis import all_analyses, answer
from skygge.core.filters import read_filters
from skygge.core.streams import read_observed
from skygge.fieldlog.columns import ColumnStudy
from skygge.fieldlog.sight import Sight
from tests.analyses.agreement_by_hand import check_disagreements
from tests.analyses.brute_force import SELECTIONS
from tests.analyses.nasty_world import NastyStudy
from tests.analyses.study_lists import Lists
from tests.fixtures.world import Person, World
from tests.sync.phone import stamp

ALL = {"most": 500, "passages_most": 1000, "paths_most": 1000}
# Asked beside the choices that each analysis has of its own.
COMMON: Mapping[str, Mapping[str, Any]] = {
    "as it comes": {},
    "skipping": {"uncoded": "skip"},
    "one observer": {"observer": "observer-2"},
    "some days": {"from": stamp(5), "to": stamp(190)},
    "a date": {"from": "2026-03-02", "to": "2026-03-02"},
    "some ways": {"origin": ["explicit", "carried"]},
    "one code": {"structure": ["directing", "doing_with"]},
    "a flag": {"flag": ["resists"], "dimension": "action"},
    "one version": {"codebook_version": [2]},
    "meetings too": {"kind": ["visit", "meeting"]},
    "one visit": {"visit": "KXWQPT"},
    "two agencies": {"agency": ["North", "South"]},
}


@pytest.fixture
def nasty(world: World, lead: Person, study_id: Any) -> NastyStudy:
    return NastyStudy(world, lead, study_id)


def choices_of(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every value of every parameter that has a list of them, each alone; and what all analyses are asked."""
    schema = all_analyses()[name].params.model_json_schema(by_alias=True)["properties"]
    limits = {key: value for key, value in ALL.items() if key in schema}
    for title, asked in COMMON.items():
        possible = set(schema["dimension"].get("enum", [schema["dimension"].get("const")]))
        if asked.get("dimension", "structure") in possible:
            yield title, {**limits, **asked}
    for key, field in schema.items():
        for value in _values(field) if key != "kind" else ():
            # A table of a dimension by itself is refused, which another test asks for.
            other = {"dimension": "action"} if (key, value) == ("rows", "structure") else {}
            yield f"{key}={value}", {**limits, **other, key: value}


def _values(field: Mapping[str, Any]) -> list[Any]:
    """The words that a parameter may have."""
    found = list(field.get("enum", []))
    for one in field.get("anyOf", []):
        found += one.get("enum", [])
    return found


def cells_of(node: Any) -> Iterator[tuple[str, int]]:
    """Every (token, number) in an answer: `cell` with `n`, `…_cell` with `in_…`, and `cells` side by side with `n`."""
    if isinstance(node, list):
        for child in node:
            yield from cells_of(child)
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        if name == "cell":
            yield value, node["n"]
        elif name.endswith("_cell"):
            yield value, node[f"in_{name.removesuffix('_cell')}"]
        elif name == "cells" and value and isinstance(value[0], str):
            yield from zip(value, node["n"], strict=True)
        else:
            yield from cells_of(value)


def ask(nasty: NastyStudy, path: str, params: Mapping[str, Any]) -> Any:
    found = nasty.phone.client.get(f"{nasty.url}/analyses/{path}", params=dict(params))
    assert found.status_code == 200, (path, params, found.text)
    return found.json()


def open_cell(nasty: NastyStudy, name: str, params: Mapping[str, Any], cell: str) -> list[str]:
    """The ids behind a cell, page by page."""
    ids: list[str] = []
    cursor: Any = 0
    while cursor is not None:
        page = ask(nasty, f"{name}/entries", {**params, "cell": cell, "limit": 500, "cursor": cursor})
        ids += [one["id"] for one in page["items"]]
        cursor = page["cursor"]
    return ids


def mirrored(cell: str) -> str:
    """Two that overlap stand once, in either order."""
    what, _, pair = cell.partition(":")
    return f"{what}:{'|'.join(reversed(pair.split('|')))}" if what == "overlap" else cell


def test_every_cell_is_its_list_and_what_loops_select(nasty: NastyStudy) -> None:
    """Over HTTP, as it comes: number, list and brute force are one, and nothing selected is missing in the answer."""
    things, shifts = nasty.lists()
    for name in all_analyses():
        _, params = next(choices_of(name))
        answer = ask(nasty, name, params)
        opened = {cell: open_cell(nasty, name, params, cell) for cell, _ in cells_of(answer["result"])}
        compare(name, answer, opened, Lists(things, answer["params"], shifts))
        assert sum(len(ids) > 0 for ids in opened.values()) > 5, f"the study has to hold something for {name}"


@pytest.mark.parametrize("name", list(all_analyses()))
def test_so_it_is_with_every_choice(sqlite_world: World, name: str) -> None:
    """The same for every filter and every word that a parameter may have; cells opened as the endpoint opens them."""
    lead = sqlite_world.make_person("Lene Lead", is_admin=True)
    nasty = NastyStudy(sqlite_world, lead, sqlite_world.make_study(lead))
    things, shifts = nasty.lists()
    analysis, titles, n_filled = all_analyses()[name], [], 0
    for title, asked in choices_of(name):
        given = {key: value if isinstance(value, list) else [str(value)] for key, value in asked.items()}
        with sqlite_world.database.read() as session:
            reader = ColumnStudy(session, Sight(nasty.phone.study_id, new_id(), "", False))
            params = read_filters(analysis.params, given)
            found = answer(analysis, reader, params).model_dump(mode="json", by_alias=True)
            observed = read_observed(reader, params.in_force())
            ids = [one.id for one in observed.see(range(len(observed.table)))]
            cells = analysis.cells(observed, params.in_force())
            opened = {cell: [ids[row] for row in cells[cell]] for cell, _ in cells_of(found["result"])}
        compare(f"{name}, {title}", found, opened, Lists(things, found["params"], shifts))
        n_filled += sum(len(own) > 0 for own in opened.values())
        titles.append(title)
    assert len(titles) > 8 and n_filled > 20, titles


def compare(title: str, found: Mapping[str, Any], opened: Mapping[str, list[str]], lists: Lists) -> None:
    """Number = list = brute force, cell by cell."""
    name = found["name"]
    assert [(cell, n) for cell, n in cells_of(found["result"]) if len(opened[cell]) != n] == [], title
    if name == "agreement":
        check_disagreements(lists, found, opened)
        return
    expected = SELECTIONS[name](lists, found["params"])
    wrong = [(cell, ids, expected.get(cell)) for cell, ids in opened.items() if expected.get(cell, []) != ids]
    assert not wrong, f"{title}: {len(wrong)} cells, the first: {wrong[0]}"
    # Deviant cases leave out what has no distance.
    missing = {cell for cell in expected if not {cell, mirrored(cell)} & set(opened)}
    assert name == "deviant-cases" or not missing, f"{title}: {missing}"
