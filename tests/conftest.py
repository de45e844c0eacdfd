"""What every test may ask for. The fixtures themselves lie in tests/fixtures; the application (tests/fixtures/world)
is named only in the folders that need it, so that the core's tests never load it."""

pytest_plugins = ["tests.fixtures.databases", "tests.fixtures.server_process"]
