"""These tests work on a whole application, and on a phone that writes in it."""

from tests.fixtures.world import clock, lead, study_id, world
from tests.sync.phone import phone

__all__ = ["clock", "lead", "phone", "study_id", "world"]
