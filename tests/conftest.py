"""What every test may ask for. The fixtures themselves lie in tests/fixtures."""

pytest_plugins = ["tests.fixtures.databases"]
