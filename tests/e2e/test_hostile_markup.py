"""More than three hundred texts that would run as markup, wherever a text is shown: none is anything but text."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from skygge.core.analysis import all_analyses
from tests.e2e.conftest import MakePhone
from tests.e2e.field import Field, open_field, sure
from tests.e2e.phone import LAPTOP
from tests.e2e.surfaces import FOUND, MUST_SHOW, NAME, Surfaces, look_at_the_desk, look_in_the_field, must_show
from tests.e2e.test_codebook import sign_in
from tests.e2e.test_screens import SCREENS
from tests.fixtures.hostile_markup import BEFORE, WAYS, hostile_texts
from tests.fixtures.server_process import REPOSITORY, ServerProcess
from tests.sync.phone import Phone as Writer
from tests.sync.phone import stamp

IS_DEEP = os.environ.get("SKYGGE_TEST_SIZE") == "deep"
ALONE = 40 if IS_DEEP else 2
BATCH = 200
# The second action is one that goes on.
STATE = 2
# Runs before anything of the page does, in every frame.
WATCH = """
globalThis.fired = 0;
globalThis.broken = [];
addEventListener('securitypolicyviolation', (event) => broken.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
PAPERS = ("papers/dpia", "papers/data-management", "papers/downloads", "papers/requests", "report?format=html")
ANALYSES = sorted(all_analyses())
# Doors before there is a study and a person, where nobody's text stands; test_screens and test_team go through them.
DOORS = {"setup", "reset", "pair", "join", "sign-in", "room", "studies", "install"}
# Places that stand while a visit goes on, and when it has ended.
MOMENTS = {"capture", "ended"}


def fill(field: Field, texts: list[str]) -> dict[str, list[str]]:
    """Everything that has a text has each of them: people, visits, entries, notes, memos, codes; ids by type."""
    study_id = UUID(field.study_id)
    writer = Writer(None, study_id)  # type: ignore[arg-type]  # makes changes only; the page sends them
    people, visits, entries, rest = [], [], [], []
    for number, text in enumerate(texts):
        person = writer.change("actor.added", {"label": text, "kind": "citizen", "agency": text})
        visit = writer.visit(setting=text, agency=text, focal_actor_id=person["subject_id"], observer="observer-1")
        about = {"actor_id": person["subject_id"], "action": "talks", "structure": "directing"}
        entry = writer.entry(visit, jotting=text, structure_origin="explicit", started_at=stamp(1), **about)
        own = {"encounter_id": visit["subject_id"]}
        consent = {
            "actor_id": person["subject_id"],
            "ethics": "given",
            "way": text,
            "witness": text,
            "at": stamp(number),
        }
        people.append(person)
        visits.append(visit)
        entries.append(entry)
        rest += [
            writer.change(
                "encounter.ended", {"ended_at": stamp(9), "end_origin": "tap"}, subject_id=visit["subject_id"]
            ),
            writer.change("fieldnote.written", own | {"text": text, "anchors": [entry["subject_id"]], "position": 1}),
            writer.change("memo.written", {"text": text, "about": [{"type": "entry", "id": entry["subject_id"]}]}),
            writer.change("consent.recorded", consent),
        ]
    # Said of one entry apart from each other, with a name in both.
    twice = [writer.amend(entries[0], {"jotting": f"så siger {NAME} {text}"}) for text in texts[1:3]]
    codes = [code_of(number, text) for number, text in enumerate(texts)]
    book = writer.change("codebook.published", {"version": 2, "note": texts[0], "follows": 1, "codes": codes})
    changes = [*people, *visits, *entries, *rest, *twice]
    for batch in (*(changes[first : first + BATCH] for first in range(0, len(changes), BATCH)), [book]):
        address = f"{field.server.origin}/api/v1/studies/{study_id}/changes"
        answer = field.page.request.post(address, data=writer.body(batch))
        assert answer.ok, answer.text()
        assert {one["verdict"] for one in answer.json()["verdicts"]} == {"stored"}
    found = {"actor": people, "encounter": visits, "entry": entries}
    return {kind: [one["subject_id"] for one in made] for kind, made in found.items()} | {"label": texts}


def code_of(number: int, text: str) -> dict[str, Any]:
    """A code that says the text in every field, in both languages."""
    dimension, key = (
        ("action", f"talks_{number}") if number > 1 else (("structure", "directing"), ("action", "talks"))[number]
    )
    long = dict.fromkeys(("definition", "starts", "ends", "example", "counter_example"), text)
    timing = "state" if number == STATE else "point"
    label = {"en": text, "da": text}
    return {"dimension": dimension, "key": key, "label": label, "order": number, "timing": timing, **long}


def places(ids: dict[str, list[str]]) -> list[str]:
    """Every screen, and those about one thing for some of the things."""
    step = max(1, len(ids["entry"]) // ALONE)
    alone = [
        f"#/{name}/{one}"
        for kind, names in (
            ("encounter", ("encounter", "write", "show")),
            ("entry", ("entry",)),
            ("actor", ("privacy", "withdrawal")),
        )
        for name in names
        for one in ids[kind][::step][:ALONE]
    ]
    more = ["#/find", "#/day/2026-03-02", "#/memos", "#/search"]
    return [*SCREENS.values(), *more, *(f"#/analysis/{name}" for name in ANALYSES), *alone]


def unlisted(visited: list[str]) -> set[str]:
    """Names of places of the app that are neither visited nor known to hold no text of anybody's."""
    source = (REPOSITORY / "frontend" / "src" / "shell" / "routes.ts").read_text("utf-8")
    known = re.findall(r"\[/(.+?)/, '([\w-]+)'\],", source)
    assert len(known) > 40
    seen = {name for pattern, name in known for place in visited if re.match(pattern.replace("\\/", "/"), place[2:])}
    return {name for _, name in known} - seen - DOORS - MOMENTS


def test_no_text_is_markup_anywhere(
    playwright: Playwright, server: ServerProcess, make_phone: MakePhone, tmp_path: Path
) -> None:
    """On every screen and sheet of a laptop and a phone, in every paper from the server and each opened as a file.

    A laptop sees all places and what opens at the desk, a phone what opens in the field and some places, in a deep run
    all of them.
    """
    texts = list(hostile_texts())
    assert len(texts) == len(WAYS) * len(BEFORE) >= 300
    field = open_field(server, make_phone("phone"))
    ids = fill(field, texts)
    laptop = sign_in(playwright, tmp_path / "laptop", field, LAPTOP)
    page = laptop.page
    study = {"title": texts[3], "controller": texts[4], "purpose": texts[5], "concern_procedure": texts[0]}
    address = f"{server.origin}/api/v1/studies/{field.study_id}"
    assert page.request.patch(address, data=study).ok
    assert page.request.post(f"{address}/concerns", data={"text": texts[0]}).ok
    assert page.request.post(f"{address}/devices", data={"device_id": str(UUID(int=7)), "name": texts[6][:100]}).ok
    count = f"{address}/actors?limit=1000"
    sure(lambda: len(page.request.get(count).json()["items"]) >= len(texts), "not all there")
    desk, hand = (Surfaces(one, server.origin, texts[3]) for one in (page, field.page))
    for eyes in (desk, hand):
        eyes.page.add_init_script(WATCH)
        eyes.page.goto(f"{server.origin}/#/")
        eyes.page.reload()
    all_places = places(ids)
    assert unlisted(all_places) == set()
    must = [place for place in all_places if must_show(place)]
    assert {one for one in MUST_SHOW if not any(must_show(place, (one,)) for place in must)} == set()
    for place in all_places:
        desk.visit(place)
        if place.startswith("#/analysis/"):
            expect(page.get_by_role("alert"), place).to_have_count(0)
            expect(page.locator(".desk .main"), place).to_be_visible()
    for place in all_places if IS_DEEP else must[::5]:
        hand.visit(place)
    look_at_the_desk(desk, ids)
    look_in_the_field(hand)
    for paper in PAPERS:
        file = tmp_path / "paper.html"
        file.write_bytes(page.request.get(f"{address}/{paper}").body())
        assert "fired" in file.read_text(encoding="utf-8"), paper
        judge_file(page.context, file, paper)
    laptop.close()


def judge_file(context: BrowserContext, file: Path, name: str) -> None:
    """A downloaded page, opened from the disk."""
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(file.as_uri())
    page.wait_for_timeout(300)
    assert page.evaluate(FOUND) == [], name
    page.close()


@pytest.fixture
def bare(playwright: Playwright, make_phone: MakePhone, server: ServerProcess) -> Page:
    """A browser with an empty page that has no policy."""
    page = make_phone("bare").open("/healthz")
    page.add_init_script(WATCH)
    return page


def test_as_markup_they_would_run(bare: Page, server: ServerProcess) -> None:
    """The control: put into a page as markup every one is noticed, and most run; our own policy stops and tells."""
    ran = 0
    for way in WAYS:
        bare.goto("about:blank")
        bare.evaluate(
            "way => { document.write(`<!doctype html><title>x</title><body>${way}`); document.close(); }", way
        )
        bare.wait_for_timeout(150)
        assert bare.evaluate(FOUND) != [], way
        ran += bare.evaluate("globalThis.fired === 1")
    assert ran > len(WAYS) // 2
    bare.goto(server.origin)
    expect(bare.locator("h1").first).to_be_visible()
    assert bare.evaluate(FOUND) == []
    bare.evaluate("try { document.body.innerHTML += '<img src=x onerror=top.fired=1>' } catch {}")
    assert any("require-trusted-types-for" in one for one in bare.evaluate(FOUND))
