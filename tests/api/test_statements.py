"""Every operation of a study asks the database by its study: no address leads across studies."""

from __future__ import annotations

import pytest

from tests.api.expected_answers import ACTORS, EXPECTED, STUDY
from tests.api.house import Cell, House
from tests.api.test_matrix import ASKED_WHOLE, MANY, all_operations, find_row
from tests.fixtures.statements import statements, tables_of, wandering

# A new password is for an account, and whether this lead may give it one depends on all the studies it is in.
ACROSS = {f"POST {STUDY}/members/{{member_id}}/reset": {"member", "concern"}}
# Who sees everything and who sees her own.
ASKING = ("lead", "observer")


@pytest.mark.parametrize("actor", ASKING)
def test_every_operation_of_a_study_asks_by_the_study(house: House, actor: str) -> None:
    """As OpenAPI lists them, so that a new one is looked at too: each with what it is answered to whoever may.

    Who sees her own is kept to it before any analysis or format begins: for her some of these stand for all.
    """
    house.world.database.tidings.lasts_s = 0
    n_asked = 0
    for operation in (one for one in all_operations() if STUDY in one):
        found = find_row(operation, EXPECTED)
        assert found is not None and len(found[1]) == len(ACTORS)
        if found[1][ACTORS.index(actor)] != "ok":
            continue
        if actor == "observer" and operation.startswith(MANY) and not set(ASKED_WHOLE) & set(operation.split("/")):
            continue
        with statements(house.world) as said:
            answer = house.ask(Cell(operation, "own", actor, found[0], None))
        assert answer.status_code == found[0], (operation, answer.text)
        assert any(list(tables_of(one)) for one in said), operation
        crossing = {one: tables for one in said if (tables := set(wandering(one)))}
        assert set().union(*crossing.values()) == ACROSS.get(operation, set()), (operation, crossing)
        n_asked += 1
    assert n_asked > {"lead": 150, "observer": 40}[actor]
