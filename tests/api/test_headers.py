"""What every answer carries, and whom the door turns away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import skygge.app
from skygge.app import create_app
from skygge.settings import Settings
from tests.fixtures.world import World

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Written out by hand from SECURITY's decision 9: a header that goes from the guard goes red here.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types sw svelte-trusted-html"
)
CARRIED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=(), camera=()",
}
HSTS = "max-age=31536000; includeSubDomains"


@pytest.fixture
def built_web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web app as the build leaves it."""
    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>Skygge</title>")
    (web / "sw.js").write_text("/* worker */")
    (web / "version.json").write_text("{}")
    (web / "manifest.webmanifest").write_text("{}")
    (web / "assets" / "main-0a1b2c3d.js").write_text("export {};\n" * 1000)
    monkeypatch.setattr(skygge.app, "find_web_app", lambda: web)
    return web


@pytest.fixture
def browser(built_web: Path, sqlite_settings: Settings) -> Iterator[TestClient]:
    """A browser at a server that has the web app."""
    with TestClient(create_app(sqlite_settings), base_url=sqlite_settings.url_of_origin) as client:
        yield client


def test_every_answer_carries_the_headers(browser: TestClient) -> None:
    """Pages, files, errors of every kind and the API: none leaves without them."""
    answers = [
        browser.get("/"),
        browser.get("/assets/main-0a1b2c3d.js"),
        browser.get("/nothing"),
        browser.get("/api/v1/me"),
        browser.get("/api/v1/nothing"),
        browser.post("/api/v1/session", content=b"{", headers={"Content-Type": "application/json"}),
        browser.put("/api/v1/session"),
        browser.post("/api/v1/session", headers={"Origin": "https://evil.example"}),
        browser.get("/api/v1/%2e%2e/x"),
        browser.get("/api/v1/setup", headers={"Host": "evil.example"}),
    ]
    assert sorted({answer.status_code for answer in answers}) == [200, 400, 403, 404, 405, 503]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in CARRIED} == CARRIED


def test_the_policy_allows_nothing_inline(browser: TestClient) -> None:
    """No inline script or style, no eval, no foreign source; policies are named, not wild."""
    policies = browser.get("/").headers.get_list("content-security-policy")
    assert policies == [POLICY]
    assert "unsafe" not in POLICY and "*" not in POLICY and "http" not in POLICY


def test_an_unforeseen_failure_is_an_answer_with_headers(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug answers 500 from the catalogue and neither the answer nor the log repeats what was sent."""
    secret = "Fru Jensen i Nørregade"

    def explode(*_: object) -> None:
        raise ValueError(secret)

    person = sqlite_world.make_person("Lene")
    monkeypatch.setattr("skygge.studies.entrance.describe_me", explode)
    answer = person.client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (500, "server.failed")
    assert answer.headers["content-type"] == "application/problem+json"
    assert {name: answer.headers.get(name) for name in CARRIED} == CARRIED
    assert answer.headers["cache-control"] == "no-store"
    assert "Jensen" not in answer.text


def test_a_failure_is_logged_without_what_was_sent(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log says where it broke; the message of an exception may be a jotting and stays out."""

    def explode(*_: object) -> None:
        raise ValueError("Fru Jensen i Nørregade")

    person = sqlite_world.make_person("Lene")
    monkeypatch.setattr("skygge.studies.entrance.describe_me", explode)
    person.client.get("/api/v1/me")
    printed = "".join(capsys.readouterr())
    assert "ValueError" in printed and "explode" in printed
    assert "Jensen" not in printed


def test_files_are_cached_by_what_they_are(browser: TestClient) -> None:
    """Hashed files for ever; the page, the worker and the version asked for each time; the API never kept."""
    expected = {
        "/assets/main-0a1b2c3d.js": "public, max-age=31536000, immutable",
        "/": "no-cache",
        "/sw.js": "no-cache",
        "/version.json": "no-cache",
        "/api/v1/me": "no-store",
        "/healthz": "no-store",
        "/assets/gone-00000000.js": "no-store",
    }
    found = {path: browser.get(path).headers["cache-control"] for path in expected}
    assert found == expected
    assert browser.get("/manifest.webmanifest").headers["content-type"].startswith("application/manifest+json")


def test_files_are_served_as_browsers_expect(browser: TestClient) -> None:
    """Packed when asked, not sent again when known, HEAD without a body, 405 and 404 where they belong."""
    path = "/assets/main-0a1b2c3d.js"
    packed = browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and len(packed.content) == 11_000
    plain = browser.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    known = browser.get(path, headers={"If-None-Match": plain.headers["etag"], "Accept-Encoding": "identity"})
    assert (known.status_code, known.content) == (304, b"")
    head = browser.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert browser.post("/").status_code == 405
    assert browser.get("/secret.txt", headers={"Accept": "text/html"}).status_code == 404


def test_an_unknown_api_address_is_a_problem_not_a_page(browser: TestClient) -> None:
    """A mistyped address answers with the catalogue, also to a browser that asks for HTML."""
    answer = browser.get("/api/v1/nowhere", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (404, "address.unknown")


@pytest.mark.parametrize("path", ["/..%2f..%2fetc/passwd", "/assets/..%5c..%5cx", "/api/v1/studies/..%2fx"])
def test_paths_that_climb_are_refused(browser: TestClient, path: str) -> None:
    """The server names files; `..` in any spelling opens none."""
    answer = browser.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "name.refused")


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:8321", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_other_sites_change_nothing(sqlite_world: World, method: str, headers: dict[str, str]) -> None:
    """A page elsewhere cannot use somebody's session, by any unsafe method on any address."""
    person = sqlite_world.make_person("Lene")
    for path in ("/api/v1/session", "/api/v1/studies", "/api/v1/setup", "/api/v1/nothing"):
        answer = person.client.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "request.cross_site")
    assert person.client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8321", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:8321"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_and_scripts_pass(sqlite_world: World, headers: dict[str, str]) -> None:
    """The web app passes under each of this machine's names, and a script that sends neither header."""
    person = sqlite_world.make_person("Lene")
    assert person.client.delete("/api/v1/session", headers=headers).status_code == 204


def test_on_https_the_cookie_is_secure_and_hsts_is_sent(sqlite_settings: Settings) -> None:
    """Behind https the cookie is host-bound and Secure, only that name counts, and browsers are told to stay."""
    settings = Settings(data=sqlite_settings.data, origin="https://Skygge.example")
    with TestClient(create_app(settings), base_url="https://skygge.example") as client:
        made = World(client.app, settings, client.app.state.clock, client).make_person("Lene")  # type: ignore[arg-type, attr-defined]  # the test client knows its app as any ASGI callable
        assert made.client.get("/api/v1/me").status_code == 200
        answer = made.client.delete("/api/v1/session", headers={"Origin": "https://skygge.example"})
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith('__Host-skygge="') and "Secure" in cookie and "Path=/" in cookie
        refused = made.client.delete("/api/v1/session", headers={"Origin": "http://127.0.0.1:8321"})
        assert refused.status_code == 403
        for each in (answer, refused, client.get("/healthz"), client.get("/api/v1/nothing")):
            assert each.headers["strict-transport-security"] == HSTS
            assert {name: each.headers.get(name) for name in CARRIED} == CARRIED


def test_on_http_there_is_no_hsts(sqlite_world: World) -> None:
    """A laptop's own http address must stay reachable."""
    assert "strict-transport-security" not in sqlite_world.anonymous.get("/healthz").headers


def test_openapi_is_there_and_names_the_problems(sqlite_world: World) -> None:
    """Tools find every address and what it may answer."""
    document = sqlite_world.anonymous.get("/api/v1/openapi.json").json()
    responses = document["paths"]["/api/v1/studies/{study_id}"]["get"]["responses"]
    assert "study.unknown" in responses["404"]["description"]
    assert "application/problem+json" in responses["404"]["content"]
    assert "ProblemBody" in document["components"]["schemas"]
