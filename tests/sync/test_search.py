"""Words are found by whoever may read them, at once, in any way of writing them; what is gone is found by nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from skygge.db import Database
from skygge.fieldlog import search, search_find
from skygge.fieldlog.verify import verify
from skygge.migrate import find_migrations
from tests.fixtures.statements import statements
from tests.fixtures.world import World
from tests.sync.phone import Phone, join_with_phone, stamp, words
from tests.sync.test_erasure import on_disk

MARKER = "Zikkurathemmelig"


def find(phone: Phone, asked: str, **more: Any) -> list[str]:
    """The texts that are found, in their order."""
    answer = phone.client.get(f"{phone.url}/search", params={"q": asked, **more})
    assert answer.status_code == 200, answer.text
    return [one.get("jotting") or one["text"] for one in answer.json()["items"]]


def test_jottings_notes_and_memos_are_found_by_beginnings_of_words(phone: Phone) -> None:
    """Every word asked for has to be there; how Danish letters are written does not matter."""
    visit = phone.visit()
    about = {"encounter_id": visit["subject_id"]}
    phone.push(
        visit,
        phone.entry(visit, jotting="Søren spiser blåbærgrød"),
        phone.change("fieldnote.written", {**about, "text": "Soeren vil ikke."}),
        phone.change("memo.written", {"text": "grød & vilje"}),
    )
    assert set(find(phone, "soren")) == {"Søren spiser blåbærgrød", "Soeren vil ikke."}
    assert find(phone, "BLAABAER SØREN") == ["Søren spiser blåbærgrød"]
    assert set(find(phone, "vil")) == {"Soeren vil ikke.", "grød & vilje"}
    assert find(phone, "ærgrød") == []
    assert find(phone, "– & !") == []
    assert find(phone, "vil OR søren*") == []


@pytest.mark.parametrize("window", [50, search_find.WINDOW])
def test_what_is_found_comes_in_pages(phone: Phone, monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    """More than one batch of the index, among the newest and behind them: each thing once, the newest first."""
    monkeypatch.setattr(search_find, "WINDOW", window)
    visit = phone.visit()
    entries = [phone.entry(visit, jotting=f"ord nummer{n:03}") for n in range(230)]
    phone.push(visit, *entries)
    seen: list[str] = []
    cursor: int | None = 0
    while cursor is not None:
        page = phone.client.get(f"{phone.url}/search", params={"q": "ord", "limit": 100, "cursor": cursor}).json()
        seen += [one["jotting"] for one in page["items"]]
        cursor = page["cursor"]
    assert seen == [f"ord nummer{n:03}" for n in reversed(range(230))]
    assert find(phone, "nummer007 or") == ["ord nummer007"]


def test_a_common_word_is_not_looked_up_in_all_of_a_study(world: World, phone: Phone) -> None:
    """The newest hits answer, wherever there are enough; PostgreSQL would gather every hit of its index first."""
    visit = phone.visit()
    phone.push(visit, *[phone.entry(visit, jotting="ord") for _ in range(230)])
    with statements(world) as said:
        assert len(find(phone, "ord", limit=100)) == 100
        assert not [one for one in said if "MATERIALIZED" in one]
        assert len(find(phone, "ord", limit=1000)) == 230
    looked_up = [one for one in said if "search_fts MATCH" in one or "MATERIALIZED" in one]
    assert looked_up, "the reader of statements saw no search"


def test_the_index_follows_every_change(database: Database, phone: Phone) -> None:
    """Amended, retracted, restored, written apart: found as it stands now, and `verify` agrees."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting="hun ler")
    phone.push(visit, entry)
    mended = phone.amend(entry, {"jotting": "hun græder"})
    phone.push(mended)
    assert (find(phone, "ler"), find(phone, "graeder")) == ([], ["hun græder"])
    apart = phone.amend(entry, {"jotting": "hun tier"}, entry)
    phone.push(apart)
    assert len(find(phone, "græder")) == len(find(phone, "tier")) == 1
    gone = phone.amend(entry, {}, mended, apart, kind="entry.retracted")
    phone.push(gone)
    assert find(phone, "græder") == []
    phone.push(phone.amend(entry, {}, gone, kind="entry.restored"))
    assert len(find(phone, "græder")) == 1
    with database.read() as session:
        assert verify(session) == []


def test_struck_words_leave_the_index_and_the_disk(world: World, database: Database, phone: Phone) -> None:
    """Folded words are words too: not in the rows, not in the pieces of the full-text table, not in any byte."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting=f"så siger {MARKER} nej")
    erased = phone.entry(visit, jotting=f"{MARKER} igen", started_at=stamp(40))
    phone.push(visit, entry, erased)
    assert len(find(phone, MARKER)) == 2
    assert on_disk(world, "zikkurat") != []
    phone.push(phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=entry["subject_id"]))
    phone.push(phone.change("encounter.struck", {"from": stamp(39), "to": stamp(41)}, subject_id=visit["subject_id"]))
    assert (find(phone, MARKER), find(phone, "c1 nej")) == ([], ["så siger C1 nej"])
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM search_words WHERE words LIKE '%zikkurat%'")).scalar() == 0
        assert verify(session) == []
    assert on_disk(world, "zikkurat", MARKER, MARKER.upper()) == []


def test_nobody_finds_what_they_may_not_read(world: World, phone: Phone) -> None:
    """Others' encounters in a blind study, others' reflections, another study, and what is held."""
    other = join_with_phone(world, phone.study_id, "bo")
    visit = phone.visit()
    actor = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    held = phone.entry(visit, jotting="hemmelig om C1", actor_id=actor["subject_id"])
    note = {"encounter_id": visit["subject_id"], "text": "hemmelig ogsaa", "anchors": [held["subject_id"]]}
    memo = phone.change("memo.written", {"about": [{"type": "entry", "id": held["subject_id"]}], "text": "hemmelig?"})
    reply = phone.change("memo.written", {"about": [{"type": "memo", "id": memo["subject_id"]}], "text": "hemmelig!"})
    last = {"about": [{"type": "memo", "id": reply["subject_id"]}], "text": "hemmelig."}
    phone.push(
        visit, actor, held, phone.change("fieldnote.written", note), memo, reply,
        phone.change("memo.written", last),
        phone.entry(visit, kind="reflection", jotting="hemmelig tanke"), phone.entry(visit, jotting="hemmelig ellers"),
    )  # fmt: skip
    assert len(find(phone, "hemmelig")) == 7
    # Memos are everybody's.
    assert set(find(other, "hemmelig")) == {"hemmelig?", "hemmelig!", "hemmelig."}
    stopped = {"stopped_at": stamp(9), "stopped_in": visit["subject_id"]}
    phone.push(phone.change("person.stopped", stopped, subject_id=actor["subject_id"]))
    assert set(find(phone, "hemmelig")) == {"hemmelig tanke", "hemmelig ellers"}
    own = other.visit()
    assert words(other.push(own, other.entry(own, kind="reflection", jotting="hemmelig for lederen"))) == ["stored"] * 2
    assert set(find(phone, "hemmelig")) == {"hemmelig tanke", "hemmelig ellers"}
    assert find(other, "hemmelig") == ["hemmelig for lederen"]


@pytest.mark.parametrize("named", [0, search_find.MOST_NAMED])
def test_others_hits_are_not_gone_through(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch, named: int
) -> None:
    """Who sees their own is told by the index of what lies in their own encounters, few or many, and of memos."""
    monkeypatch.setattr(search_find, "MOST_NAMED", named)
    other = join_with_phone(world, phone.study_id, "bo")
    visit, own, late = phone.visit(), other.visit(), other.visit()
    phone.push(
        visit, phone.entry(visit, jotting="fælles hos lederen"), phone.change("memo.written", {"text": "fælles"})
    )
    before = other.entry(late, jotting="fælles før sit besøg")
    other.push(own, other.entry(own, jotting="fælles hos Bo"), before)
    about = {"encounter_id": own["subject_id"], "text": "fælles afsnit"}
    other.push(other.change("fieldnote.written", about))
    of_bo = ["fælles hos Bo", "fælles afsnit"]
    assert set(find(phone, "faelles")) == {*of_bo, "fælles hos lederen", "fælles", "fælles før sit besøg"}
    assert set(find(other, "faelles")) == {*of_bo, "fælles"}
    other.push(late)
    assert set(find(other, "faelles")) == {*of_bo, "fælles", "fælles før sit besøg"}
    monkeypatch.setattr(search, "_read", _fail_on_others(search._read, "fælles hos lederen"))
    assert len(find(other, "faelles")) == 4


def _fail_on_others(read: Any, words: str) -> Any:
    """The reading of things, which may not be asked for this one."""

    def look(session: Any, sight: Any, kind: Any, refs: Any) -> Any:
        everything = list(read(session, replace(sight, only_own=False), kind, refs))
        assert words not in [one.get("jotting") for one in everything]
        return iter(everything)

    return look


@pytest.mark.parametrize("asked", ["", "x" * 201, "a\0b"])
def test_what_cannot_be_asked_is_refused(phone: Phone, asked: str) -> None:
    """Without an echo of what it was."""
    answer = phone.client.get(f"{phone.url}/search", params={"q": asked})
    assert answer.status_code == 422
    assert asked == "" or asked not in answer.text


@pytest.mark.parametrize("revision", ["0005", "0014"])
def test_things_that_were_there_before_are_indexed_by_the_revision(
    database: Database, phone: Phone, revision: str
) -> None:
    """Down and up again: the index is what it was, and what is taken out of it leaves."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting="fra før")
    phone.push(visit, entry, phone.change("memo.written", {"text": "også før"}))
    config = Config()
    config.set_main_option("script_location", str(find_migrations()))
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        command.upgrade(config, "head")
    assert set(find(phone, "før")) == {"fra før", "også før"}
    with database.read() as session:
        assert verify(session) == []
    phone.push(phone.amend(entry, {"jotting": "fra nu"}))
    assert (find(phone, "fra før"), find(phone, "fra nu")) == ([], ["fra nu"])
    with database.read() as session:
        assert verify(session) == []
