"""`/metrics`: counts for Prometheus behind a token of its own, and nothing in them of any study or person."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from fastapi.testclient import TestClient

from skygge.app import create_app
from skygge.errors import StartRefused
from skygge.settings import Settings, load_settings
from tests.fixtures.server_process import ServerProcess
from tests.fixtures.world import World

TOKEN = "a-token-of-thirty-characters--"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(sqlite_world: World) -> Iterator[TestClient]:
    """The world's server once more, with a token for numbers."""
    app = create_app(sqlite_world.settings.model_copy(update={"metrics_token": TOKEN}))
    app.state.clock = sqlite_world.clock
    with TestClient(app, base_url=sqlite_world.settings.url_of_origin) as client:
        yield client
    app.state.database.close()


def count(text: str, **labels: str | int) -> float:
    """How many answers the text tells with these labels, whatever others they have."""
    found = re.findall(r"^skygge_answers_total\{(.*)\} (\S+)$", text, re.MULTILINE)
    wanted = {f'{name}="{value}"' for name, value in labels.items()}
    return sum(float(number) for said, number in found if wanted <= set(re.findall(r'\w+="[^"]*"', said)))


def test_it_is_absent_without_a_token(sqlite_world: World) -> None:
    """And whoever sends one meets the same as at any other address that is not there."""
    answer = sqlite_world.anonymous.get("/metrics", headers=BEARER)
    assert (answer.status_code, answer.json()["code"]) == (404, "address.unknown")


@pytest.mark.parametrize("sent", [None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer æøå"])
def test_it_answers_its_own_token_alone(watched: TestClient, sent: str | None) -> None:
    """No session opens it either; the token is not repeated."""
    headers = {} if sent is None else {b"Authorization": sent.encode()}
    answer = watched.get("/metrics", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "metrics.refused")
    assert TOKEN not in answer.text
    good = watched.get("/metrics", headers=BEARER)
    assert good.status_code == 200 and good.headers["content-type"].startswith("text/plain; version=")
    assert good.headers["cache-control"] == "no-store"


def test_answers_are_counted_by_pattern_and_tell_nobody(watched: TestClient, sqlite_world: World) -> None:
    """Two studies are one line; an address that is not there, and a method that nobody knows, are one line each."""
    lead = sqlite_world.make_person("Lene Lead")
    watched.cookies = lead.client.cookies
    studies = [str(sqlite_world.make_study(lead)) for _ in range(2)]
    for study_id in studies:
        assert watched.get(f"/api/v1/studies/{study_id}/entries").status_code == 200
    for guess in ("/api/v1/Karen", "/Karen.php", f"/api/v1/studies/{studies[0]}/Karen"):
        assert watched.get(guess).status_code == 404
    watched.request("KAREN", "/healthz")
    text = watched.get("/metrics", headers=BEARER).text
    assert count(text, address="/api/v1/studies/{study_id}/entries", method="GET", status=200) == 2
    assert count(text, address="(the web app, or nothing)", status=404) == 3
    assert count(text, method="other") == 1
    watched.post("/api/v1/session", headers={"Origin": "https://elsewhere.example"}, json={})
    assert count(watched.get("/metrics", headers=BEARER).text, status=403) == 1, "refused at the door"
    assert 'skygge_answer_seconds_count{address="/api/v1/studies/{study_id}/entries",method="GET"} 2.0' in text
    assert not [one for one in (*studies, "Karen", "KAREN", "Lene", str(lead.account_id)) if one in text]


def test_what_fails_is_counted_as_failed(watched: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no answer of the address itself came about."""

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("skygge.health.text", fail)
    assert watched.get("/readyz").status_code == 500
    assert count(watched.get("/metrics", headers=BEARER).text, address="/readyz", status=500) == 1


@pytest.mark.parametrize("token", ["too short", "a token with spaces in it", "et-tegn-som-ikke-er-ascii-å"])
def test_a_token_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """With a sentence that names the setting and not what it was."""
    monkeypatch.setenv("SKYGGE_METRICS_TOKEN", token)
    with pytest.raises(StartRefused) as refused:
        load_settings()
    assert "SKYGGE_METRICS_TOKEN" in str(refused.value) and token not in str(refused.value)


def test_the_workers_of_a_server_are_added_up(postgres_settings: Settings) -> None:
    """Whichever of them is asked; and a start begins at nothing."""
    env = {"SKYGGE_DATABASE_URL": postgres_settings.database_url, "SKYGGE_METRICS_TOKEN": TOKEN}
    server = ServerProcess(postgres_settings.data / "data", env, options=("--workers", "2"))
    try:
        for _ in range(2):
            server.start()
            before = count(_ask(server, "/metrics"), address="/readyz")
            for _ in range(30):
                _ask(server, "/readyz")
            told = {count(_ask(server, "/metrics"), address="/readyz") - before for _ in range(6)}
            assert told == {30} and before < 30
            server.kill()
    finally:
        server.kill()


def _ask(server: ServerProcess, path: str) -> str:
    with urlopen(Request(server.origin + path, headers=BEARER), timeout=30) as answer:
        return str(answer.read().decode())


def test_the_library_is_not_loaded_where_nobody_asks(sqlite_world: World) -> None:
    """It would cost every start."""
    code = "import sys; from skygge.app import describe_api; describe_api(); print('prometheus_client' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
