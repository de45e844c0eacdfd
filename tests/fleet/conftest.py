"""The fleet works on whole servers and on an application in this process."""

from tests.fixtures.world import clock, lead, sqlite_world, study_id, world

__all__ = ["clock", "lead", "sqlite_world", "study_id", "world"]
