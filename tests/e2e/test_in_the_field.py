"""What an observer does between the first and the last touch of a visit."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from skygge.guard import HEADERS
from tests.e2e.field import Field
from tests.e2e.observer import Observer
from tests.e2e.phone import Phone, wait_until
from tests.fixtures.server_process import REPOSITORY, ServerProcess

CACHED = "caches.keys().then(n => Promise.all(n.map(k => caches.open(k)))).then(c => Promise.all(c.map(o => o.keys())))"
CACHED_URLS = f"{CACHED}.then(all => all.flat().map(request => new URL(request.url).pathname))"
KEPT = """caches.keys().then((names) => caches.open(names[0])).then((cache) => cache.keys().then((keys) =>
  Promise.all(keys.map(async (key) => {
    const answer = await cache.match(key, { ignoreVary: true });
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await answer.arrayBuffer()));
    return {
      path: new URL(key.url).pathname,
      headers: Object.fromEntries(answer.headers),
      digest: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    };
  }))))"""
DIST = REPOSITORY / "frontend" / "dist"


@pytest.fixture
def phone(own_field: Field) -> Phone:
    """A phone whose owner has set up her study."""
    return own_field.phone


@pytest.fixture
def server(founded: ServerProcess) -> ServerProcess:
    """Of her study."""
    return founded


def test_ending_a_visit_goes_on_between_visits_in_one_tap(phone: Phone, server: ServerProcess) -> None:
    """The visit is over, its running state is closed and flagged, and the car is observed."""
    observer = Observer(phone.page)
    observer.start()
    observer.begin("me", "Does by hand")
    observer.tap("End")
    observer.tap("End and go on, between visits")
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Between visits")
    observer.mark()
    observer.truth("on the server ✓")
    visit, between = _read(phone, server, "encounters")
    assert (visit["kind"], visit["end_origin"], between["kind"], between["ended_at"]) == (
        "visit",
        "tap",
        "between",
        None,
    )
    state, mark = _read(phone, server, "entries")
    assert (state["encounter_id"], state["end_origin"]) == (visit["id"], "encounter_end")
    assert mark["encounter_id"] == between["id"]
    assert not [line for line in phone.console if "pageerror" in line]


def test_undo_takes_back_and_put_it_back_restores(phone: Phone, server: ServerProcess) -> None:
    """Nothing is deleted: taking back is a change, and so is putting back."""
    observer = Observer(phone.page)
    observer.start()
    observer.mark()
    observer.tap("Undo")
    observer.truth("on the server ✓")
    wait_until(lambda: _read(phone, server, "entries") == [], "the entry still stands")
    observer.tap("Put it back")
    observer.truth("to send")
    observer.truth("on the server ✓")
    wait_until(lambda: len(_read(phone, server, "entries")) == 1, "the entry did not come back")


def test_words_half_typed_survive_a_dead_battery(phone: Phone, server: ServerProcess) -> None:
    """The entry is saved at the touch; what was typed is kept as it is typed."""
    phone.wait_for_cookie_on_disk()
    observer = Observer(phone.page)
    observer.start()
    observer.tap("Words")
    box = phone.page.get_by_label("What was said or seen")
    box.press_sequentially("hun venter på at blive spurgt")
    phone.page.wait_for_timeout(300)
    phone.kill()
    page = phone.open()
    expect(page.get_by_role("button", name="Write words")).to_be_visible()
    page.get_by_role("button", name="Write words").tap()
    expect(page.get_by_label("What was said or seen")).to_have_value("hun venter på at blive spurgt")


def test_the_service_worker_keeps_the_shell_and_nothing_else(phone: Phone) -> None:
    """No observation, no answer of the API ever lies in a cache."""
    observer = Observer(phone.page)
    observer.wait_until_ready_offline()
    observer.start()
    observer.write("noget om en borger")
    observer.truth("on the server ✓")
    phone.page.reload()
    expect(observer.group("Structures")).to_be_visible()
    urls: list[str] = phone.page.evaluate(CACHED_URLS)
    assert urls and not [url for url in urls if re.search("^/api|version.json|shell.json|healthz", url)]


def test_what_is_kept_is_what_the_server_serves(phone: Phone, server: ServerProcess) -> None:
    """Of every file the bytes, the type and each of the policies, though most travelled in one parcel."""
    Observer(phone.page).wait_until_ready_offline()
    kept: list[dict[str, Any]] = phone.page.evaluate(KEPT)
    built = {f"/{path.relative_to(DIST)}" for path in DIST.rglob("*") if path.is_file()}
    shown = {path for path in built if path.startswith("/screenshots/")}
    assert {file["path"] for file in kept} == built - shown - {"/sw.js", "/shell.json", "/version.json"}
    for file in kept:
        answer = phone.page.request.get(server.origin + file["path"])
        assert hashlib.sha256(answer.body()).hexdigest() == file["digest"], file["path"]
        differing = {name for name, value in file["headers"].items() if answer.headers.get(name) != value}
        assert not differing - {"date", "cache-control", "x-request-id"}, file["path"]
        assert HEADERS.items() <= {name.title(): value for name, value in file["headers"].items()}.items()


def _read(phone: Phone, server: ServerProcess, things: str) -> list[dict[str, Any]]:
    """A list of the study as its lead reads it."""
    me = json.loads(phone.page.request.get(f"{server.origin}/api/v1/me").text())
    study_id = me["studies"][0]["study_id"]
    answer = phone.page.request.get(f"{server.origin}/api/v1/studies/{study_id}/{things}")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_worker_that_outlives_its_files_fetches_them_again(phone: Phone, server: ServerProcess) -> None:
    """A browser that clears its storage may keep the worker: the next start makes the app open without a network."""
    Observer(phone.page).wait_until_ready_offline()
    phone.page.evaluate("caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
    phone.page.reload()
    Observer(phone.page).wait_until_ready_offline()
    server.kill()
    phone.kill()
    page = phone.open("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
