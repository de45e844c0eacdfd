"""These tests ask a whole application about the example study."""

import pytest

from skygge.demo.create import create_demo
from tests.fixtures.world import Person, World, clock, lead, sqlite_world, study_id, world

__all__ = ["clock", "lead", "sqlite_world", "study_id", "world"]


@pytest.fixture
def demo(world: World, lead: Person) -> str:
    """The address of the example study, which `lead` leads."""
    with world.database.write() as session:
        return f"/api/v1/studies/{create_demo(session, world.clock)}"
