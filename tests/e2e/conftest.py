"""Fixtures of the browser tests: Playwright, and phones with profiles of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.e2e.field import Field, Founding, found
from tests.e2e.observer import NAME, PASSWORD
from tests.e2e.phone import LAPTOP, Phone, switched_on, wait_for_worker
from tests.fixtures.server_process import REPOSITORY, ServerProcess, command_env

MakePhone = Callable[..., Phone]
# A busy machine is no wrong answer.
expect.set_options(timeout=60_000)


# Files are handed out whole. These take longest and begin first, so that no worker waits long for the other at the end.
LONGEST = ("hostile_markup", "lock", "main_job", "killed_server", "kill_loop", "writeup", "papers", "in_the_field")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; within a file nothing moves."""
    places = {f"test_{name}": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed shows what stood on the devices that are on, and what their consoles said."""
    report = yield
    if report.failed:
        report.sections += [(f"device {phone.profile.name}", phone.describe()) for phone in switched_on]
    return report


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver; the browser is the system's."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def make_phone(playwright: Playwright, server: ServerProcess, tmp_path: Path) -> Iterator[MakePhone]:
    """Make phones (or laptops) that know the server's address; all are switched off at the end."""
    made: list[Phone] = []

    def make(name: str = "phone", **how: object) -> Phone:
        phone = Phone(playwright, tmp_path / name, server.origin, **how)  # type: ignore[arg-type]  # passed through
        made.append(phone)
        return phone

    yield make
    for phone in made:
        phone.close()


@pytest.fixture(scope="session")
def founding(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Founding:
    """What tests that are not about founding a study begin with."""
    return found(playwright, tmp_path_factory.mktemp("founding"))


@pytest.fixture(scope="module")
def desk_size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """How large the screen at home is; see `field.EACH_SIZE`."""
    size: tuple[int, int] = getattr(request, "param", LAPTOP)
    return size


@pytest.fixture(scope="module")
def field(
    playwright: Playwright,
    founding: Founding,
    tmp_path_factory: pytest.TempPathFactory,
    desk_size: tuple[int, int],  # each size begins with a study of its own
) -> Iterator[Field]:
    """A study and its phone, the same for all tests of a file."""
    folder = tmp_path_factory.mktemp("field")
    server = founding.start_server(folder / "data")
    phone = Phone(playwright, folder / "phone", server.origin)
    yield founding.open_phone(server, phone)
    phone.close()
    server.kill()


@pytest.fixture
def founded(founding: Founding, tmp_path: Path) -> Iterator[ServerProcess]:
    """A running server of a study of its own; killed at the end."""
    server = founding.start_server(tmp_path / "data")
    yield server
    server.kill()


@pytest.fixture(scope="module")
def laptop(playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """The same person's laptop, signed in."""
    phone = Phone(playwright, tmp_path_factory.mktemp("laptop"), field.server.origin, size=LAPTOP)
    page = phone.open("/#/sign-in")
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="START", exact=True)).to_be_visible()
    wait_for_worker(page)
    yield Field(field.server, phone)
    phone.close()


@pytest.fixture
def own_field(playwright: Playwright, founding: Founding, founded: ServerProcess, tmp_path: Path) -> Iterator[Field]:
    """A study and its phone for one test."""
    phone = Phone(playwright, tmp_path / "phone", founded.origin)
    yield founding.open_phone(founded, phone)
    phone.close()


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example study on the disk, before anybody has signed up; copied for each test."""
    data = tmp_path_factory.mktemp("demo") / "data"
    data.mkdir()
    for command in ("migrate", "demo"):
        words = [sys.executable, "-m", "skygge", command]
        subprocess.run(words, env=command_env(data), check=True, capture_output=True, cwd=REPOSITORY)
    return data
