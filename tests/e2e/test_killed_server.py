"""The server dies while a phone is sending; whatever it had acknowledged is there when it comes back."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

from playwright.sync_api import Error, Response

from tests.e2e.conftest import MakePhone
from tests.e2e.observer import NAME, PASSWORD, Observer
from tests.fixtures.server_process import ServerProcess

MARKS_A_ROUND = 8
# From the moment the request leaves the phone: before, while and after the server writes.
DELAYS_MS = (0, 2, 5, 10, 20, 80)


def test_a_server_killed_while_a_phone_sends_has_every_acknowledged_entry(
    server: ServerProcess, make_phone: MakePhone
) -> None:
    """SIGKILL in the middle of sending, six times over: nothing acknowledged is missing, nothing is there twice."""
    phone = make_phone()
    observer = Observer(phone.open(server.setup_url.removeprefix(server.origin)))
    observer.set_up()
    acknowledged: set[str] = set()
    observer.page.on("response", lambda response: _note_acknowledged(response, acknowledged))
    observer.start()
    for delay_ms in DELAYS_MS:
        for _ in range(MARKS_A_ROUND):
            observer.mark()
        with observer.page.expect_request(lambda request: _is_push(request.method, request.url)):
            observer.mark()
        time.sleep(delay_ms / 1000)
        server.kill()
        observer.page.wait_for_timeout(300)
        server.start()
        assert acknowledged <= {change["change_id"] for change in _read_log(server)}
        # The phone finds the server again by itself, later after each failure.
        observer.truth("on the server ✓")
    log = _read_log(server)
    assert [change["seq"] for change in log] == list(range(1, len(log) + 1))
    assert len({change["change_id"] for change in log}) == len(log)
    logged = [change for change in log if change["kind"] == "entry.logged"]
    assert len(logged) == len(DELAYS_MS) * (MARKS_A_ROUND + 1)
    assert acknowledged, "the phone was never answered before a kill: the test has shown nothing"


def _is_push(method: str, url: str) -> bool:
    return method == "POST" and url.endswith("/changes")


def _note_acknowledged(response: Response, acknowledged: set[str]) -> None:
    if not _is_push(response.request.method, response.url) or response.status != 200:
        return
    try:
        verdicts = response.json()["verdicts"]
    except (Error, ValueError):
        return  # cut off in the middle: the phone has not been told either
    acknowledged.update(v["change_id"] for v in verdicts if v["verdict"] in ("stored", "known"))


def _read_log(server: ServerProcess) -> list[dict[str, Any]]:
    """The whole feed, as somebody else's device would get it."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    sign_in = json.dumps({"name": NAME, "password": PASSWORD}).encode()
    request = urllib.request.Request(
        f"{server.origin}/api/v1/session", sign_in, {"Content-Type": "application/json"}, method="POST"
    )
    study_id = json.load(opener.open(request, timeout=30))["studies"][0]["study_id"]
    changes: list[dict[str, Any]] = []
    has_more, cursor = True, 0
    while has_more:
        page = json.load(opener.open(f"{server.origin}/api/v1/studies/{study_id}/changes?after={cursor}", timeout=30))
        changes += page["changes"]
        has_more, cursor = page["has_more"], page["cursor"]
    return changes
