"""These tests work on a whole application."""

from tests.fixtures.world import clock, lead, sqlite_world, study_id, world

__all__ = ["clock", "lead", "sqlite_world", "study_id", "world"]
