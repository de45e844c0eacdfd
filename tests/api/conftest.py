"""These tests work on a whole application."""

from tests.api.house import house
from tests.fixtures.world import clock, lead, sqlite_world, study_id, world

__all__ = ["clock", "house", "lead", "sqlite_world", "study_id", "world"]
