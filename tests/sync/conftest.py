"""These tests work on a whole application, and on phones that write in it."""

from tests.fixtures.world import clock, lead, sqlite_world, study_id, world
from tests.sync.phone import phone

__all__ = ["clock", "lead", "phone", "sqlite_world", "study_id", "world"]
