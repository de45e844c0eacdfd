"""What every test may ask for. The fixtures themselves lie in tests/fixtures; the application (tests/fixtures/world)
is named only in the folders that need it, so that the core's tests never load it."""

from hypothesis import settings

# A busy machine is no wrong answer: examples may take their time, and a failure prints how to repeat it.
settings.register_profile("calm", deadline=None, print_blob=True)
settings.load_profile("calm")

pytest_plugins = ["tests.fixtures.databases", "tests.fixtures.server_process"]
