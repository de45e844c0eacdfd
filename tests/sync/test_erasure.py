"""What is erased or struck exists nowhere afterwards (invariant I5), arrives everywhere, and never comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from skygge import scrub
from skygge.db import Database
from skygge.fieldlog.verify import verify
from tests.fixtures.everything_out import LISTS, doors, holds
from tests.fixtures.world import World
from tests.sync.phone import Change, Phone, join_with_phone, stamp, words

MARKER = "Annemette-Marker"
USUAL = (*(f"{name}?retracted=true" for name in LISTS), "exports/jsonl", "exports/csv")


def test_struck_words_exist_nowhere_afterwards(world: World, phone: Phone) -> None:
    """Log, tables, quarantine, history, lists, exports, the bytes of database and write-ahead log (I5)."""
    visit = phone.visit(setting=f"hos {MARKER}")
    entry = phone.entry(visit, jotting=f"{MARKER} siger nej, {MARKER}")
    edit = phone.amend(entry, {"jotting": f"{MARKER} siger ja"})
    odd = {**phone.amend(entry, {"jotting": f"{MARKER} til sidst"}), "kind": "entry.sung"}
    assert words(phone.push(visit, entry, edit, odd)) == ["stored", "stored", "stored", "quarantined"]
    assert on_disk(world, MARKER) != []
    strikes = [
        phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=one["subject_id"])
        for one in (visit, entry)
    ]
    verdicts = phone.push(*strikes)
    assert words(verdicts) == ["erased", "erased"]
    assert all(MARKER not in json.dumps(verdict["stub"]) for verdict in verdicts)
    assert_nowhere(world, phone)
    assert doors_that_tell(phone) == []
    (now,) = phone.read("entries")
    assert (now["jotting"], now["action"]) == ("C1 siger ja", "talks")
    assert [one["setting"] for one in phone.read("encounters")] == ["hos C1"]
    assert "C1 til sidst" in json.dumps(phone.read("quarantine"))


def test_the_redaction_is_an_entry_of_the_feed_with_stubs_that_describe_themselves(phone: Phone) -> None:
    """A phone that was past the changes learns of it, and one that begins anew meets the stubs alone."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting=f"{MARKER} går")
    phone.push(visit, entry)
    cursor = phone.pull()["cursor"]
    phone.push(phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"]))
    told = phone.pull(cursor)["changes"]
    assert [change["kind"] for change in told] == ["words.struck", "subject.redacted"]
    (stub,) = [one for one in told[1]["stubs"] if one["change_id"] == entry["change_id"]]
    assert stub["payload"]["jotting"] == "▮ går"
    assert stub["redacted"] == {"mode": "words", "by": told[1]["change_id"]}
    fresh = {change["change_id"]: change for change in phone.pull_all()}
    assert fresh[entry["change_id"]]["redacted"]["mode"] == "words"


def test_a_copy_that_comes_back_is_answered_with_its_stub(phone: Phone) -> None:
    """The answer to the first push was lost, the words were struck meanwhile: nothing of the copy is kept."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting=MARKER)
    strike = phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"])
    phone.push(visit, entry, strike)
    again = phone.push(entry, strike)
    assert words(again) == ["erased", "erased"]
    assert again[0]["stub"]["payload"]["jotting"] == "▮"
    assert MARKER not in json.dumps(again) + json.dumps(phone.pull_all()) + json.dumps(phone.read("quarantine"))


def test_struck_minutes_take_their_entries_and_leave_a_gap(world: World, phone: Phone) -> None:
    """Entries that began within the minutes are gone, the others stay, and nobody takes the silence for calm."""
    visit = phone.visit()
    kept = phone.entry(visit, started_at=stamp(1), jotting="vent lidt")
    gone = phone.entry(visit, started_at=stamp(10), jotting=MARKER)
    phone.push(visit, kept, gone)
    assert on_disk(world, MARKER) != []
    struck = phone.change("encounter.struck", {"from": stamp(9), "to": stamp(11)}, subject_id=visit["subject_id"])
    assert words(phone.push(struck)) == ["stored"]
    assert [one["id"] for one in phone.read("entries")] == [kept["subject_id"]]
    gaps = [one for one in phone.pull_all() if one["kind"] == "gap.recorded"]
    assert [(gap["payload"]["kind"], gap["payload"]["from"]) for gap in gaps] == [("struck", stamp(9))]
    assert words(phone.push(gone, phone.amend(gone, {"jotting": MARKER}))) == ["erased", "erased"]
    assert_nowhere(world, phone)


def test_a_gap_that_the_phone_recorded_is_not_recorded_twice(phone: Phone) -> None:
    """The phone leaves its own gap at once; the server adds one only where there is none."""
    visit = phone.visit()
    gap = phone.change("gap.recorded", {"encounter_id": visit["subject_id"], "kind": "struck",
                                        "from": stamp(9), "to": stamp(11)})  # fmt: skip
    struck = phone.change("encounter.struck", {"from": stamp(9), "to": stamp(11)}, subject_id=visit["subject_id"])
    phone.push(visit, gap, struck)
    assert len([one for one in phone.pull_all() if one["kind"] == "gap.recorded"]) == 1


def test_only_the_author_or_a_lead_strikes(world: World, phone: Phone, study_id: UUID) -> None:
    """A colleague's words are not mine to take out; the refused strike waits in quarantine."""
    other = join_with_phone(world, study_id, "Bo")
    memo = phone.change("memo.written", {"text": "Bo"})
    phone.push(memo)
    strike = other.change("words.struck", {"words": "Bo"}, subject_id=memo["subject_id"])
    assert other.push(strike)[0]["code"] == "change.not_yours"
    forged = other.change("subject.redacted", {"mode": "erased"}, subject_id=memo["subject_id"])
    assert other.push(forged)[0]["code"] == "change.not_yours"
    own = other.change("memo.written", {"text": "Anna kom"})
    other.push(own)
    assert words(phone.push(phone.change("words.struck", {"words": "Anna"}, subject_id=own["subject_id"]))) == [
        "erased"
    ]
    assert [memo["text"] for memo in phone.read("memos")] == ["Bo", "▮ kom"]


def test_an_erased_person_is_nowhere_and_does_not_come_back(world: World, phone: Phone) -> None:
    """Withdrawal with erasure: the person, consent, entries as actor or recipient, presence, references in texts."""
    citizen = phone.change("actor.added", {"label": MARKER, "kind": "citizen"})
    worker = phone.change("actor.added", {"label": "P1", "kind": "professional"})
    who, other = citizen["subject_id"], worker["subject_id"]
    consent = phone.change("consent.recorded", {"actor_id": who, "at": stamp(0), "withdrawal_promise": "erase"})
    visit = phone.visit(presence=[{"actor_id": who}, {"actor_id": other}], focal_actor_id=who)
    entry = phone.entry(visit, actor_id=other, recipient_id=who, jotting="hun siger nej")
    free = phone.entry(visit, actor_id=other, jotting="alene")
    note = phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "text": f"med @{MARKER}."})
    phone.push(citizen, worker, consent, visit, entry, free, note)
    asked = {"actor_id": who, "mode": "erase"}
    before = phone.pull_all()
    assert on_disk(world, MARKER) != []
    dry = phone.client.post(f"{phone.url}/withdrawals", json={**asked, "dry_run": True}).json()
    assert phone.pull_all() == before
    done = phone.withdraw(who, "erase")
    assert done["number"] and len(done["seal"]) == 64
    assert done == {**dry, "dry_run": False, "n_kept": 1, **{name: done[name] for name in ("at", "number", "seal")}}
    assert (done["promises"], done["n_entries"], done["n_references"]) == (["erase"], 1, 1)
    assert [text["id"] for text in done["to_read"]] == [free["subject_id"]]
    assert [one["id"] for one in phone.read("entries")] == [free["subject_id"]]
    (left,) = phone.read("encounters")
    assert (left["presence"], left["focal_actor_id"]) == ([{"actor_id": other}], None)
    late = phone.entry(visit, actor_id=who, jotting=MARKER)
    assert words(phone.push(late, citizen)) == ["erased", "erased"]
    assert phone.client.post(f"{phone.url}/withdrawals", json=asked).status_code == 404
    assert [event["kind"] for event in phone.read("audit")][:1] == ["person.erased"]
    assert_nowhere(world, phone)


def test_redacting_a_person_keeps_what_can_be_counted(world: World, phone: Phone) -> None:
    """Words go, times are coarsened to the visit, codes stay, and nothing more is written about the person."""
    citizen = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    visit = phone.visit(presence=[{"actor_id": citizen["subject_id"]}])
    entry = phone.entry(visit, actor_id=citizen["subject_id"], jotting=MARKER, kind="state", ended_at=stamp(7))
    phone.push(citizen, visit, entry)
    assert on_disk(world, MARKER) != []
    phone.withdraw(citizen["subject_id"], "redact")
    (now,) = phone.read("entries")
    assert (now["action"], now["jotting"], now["kind"], now["ended_at"]) == ("talks", None, "point", None)
    (there,) = phone.read("encounters")
    assert now["started_at"] == there["started_at"] == stamp(0)
    assert phone.read("actors")[0]["stopped_at"] is not None
    assert_nowhere(world, phone)


def test_only_a_lead_carries_out_a_withdrawal(world: World, phone: Phone, study_id: UUID) -> None:
    """An observer may stop in the field; taking away is decided by whoever leads the study."""
    other = join_with_phone(world, study_id, "Bo")
    citizen = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    phone.push(citizen)
    asked = {"actor_id": citizen["subject_id"], "mode": "erase"}
    assert other.client.post(f"{phone.url}/withdrawals", json=asked).status_code == 403
    stop = other.change("person.stopped", {"stopped_at": stamp(3)}, subject_id=citizen["subject_id"])
    assert words(other.push(stop)) == ["stored"]
    assert phone.read("actors")[0]["stopped_at"] == stamp(3)


def assert_nowhere(world: World, phone: Phone) -> None:
    """The marker is not in any answer, any export, nor in any byte the database keeps; and the tables fit the log."""
    found = json.dumps([phone.pull_all(), phone.read("quarantine")], ensure_ascii=False)
    assert MARKER not in found and MARKER not in (world.database.ledger.file.read_text("utf-8"))
    assert doors_that_tell(phone, *USUAL) == []
    with world.database.read() as session:
        assert verify(session) == []
    assert not world.database.is_scrub_due
    assert on_disk(world, MARKER) == []


def on_disk(world: World, *markers: str) -> list[str]:
    """The files of the database in which one of some words stands, as it is or as JSON writes it beyond ASCII.

    Whoever looks for nothing there has looked before, when it was: else the wrong files would do as well.
    """
    forms = {form.encode() for marker in markers for form in (marker, json.dumps(marker)[1:-1])}
    files = files_of(world.database, world)
    return [file.name for file in files if any(form in file.read_bytes() for form in forms)]


def doors_that_tell(phone: Phone, *some: str) -> list[str]:
    """By which of some doors (of all) the marker leaves."""
    told = []
    for door in some or doors():
        answer = phone.client.get(f"{phone.url}/{door}")
        assert answer.status_code == 200, (door, answer.text)
        if holds(answer.content, MARKER):
            told.append(door.partition("?")[0])
    found = phone.client.get(f"{phone.url}/search", params={"q": MARKER})
    return [*told, "search"] if found.json()["items"] else told


def files_of(database: Database, world: World) -> list[Path]:
    """The files in which the database keeps this study: all of SQLite's; of PostgreSQL those of this one database.

    Without PostgreSQL's own write-ahead log, of which nothing is promised (docs/threat-model.md).
    """
    if database.is_sqlite:
        return list(world.settings.data.iterdir())
    with psycopg.connect(world.settings.url_of_database, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    with database.writer.connect() as connection:
        folder = connection.execute(text("SHOW data_directory")).scalar_one()
        oid = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    return [file for file in (Path(folder) / "base" / str(oid)).iterdir() if file.is_file()]


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_old_bytes_go_once_nobody_reads_an_older_state_any_more(world: World, phone: Phone) -> None:
    """A download that began before still sees the words; until it ends the wiping is due, and then it is done."""
    visit = phone.visit(setting=f"hos {MARKER}")
    phone.push(visit)
    assert on_disk(world, MARKER) != []
    with pytest.MonkeyPatch.context() as patched, world.database.read() as reading:
        patched.setattr(scrub, "PATIENCE_S", 0.3)
        reading.execute(text("SELECT 1 FROM account LIMIT 1"))
        phone.push(phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=visit["subject_id"]))
        assert world.database.is_scrub_due
    phone.push(phone.visit())
    assert_nowhere(world, phone)


@pytest.mark.parametrize("mode", ["whole", "", None])
def test_an_odd_withdrawal_is_refused(phone: Phone, mode: object) -> None:
    """The three modes and no other."""
    asked = {"actor_id": str(phone.study_id), "mode": mode}
    assert phone.client.post(f"{phone.url}/withdrawals", json=asked).status_code == 422


def test_what_a_strike_names_is_struck_when_it_comes_later(phone: Phone) -> None:
    """A restored server may lack what the phone saw: the places tell what to take out, of that thing and no other."""
    visit = phone.visit()
    entry, other = phone.entry(visit, jotting=f"så 🙂 {MARKER} går"), phone.entry(visit, jotting="hele teksten")
    place = {"path": ["jotting"], "at": 5, "length": len(MARKER)}
    places = [{"change_id": one["change_id"], **place} for one in (entry, other)]
    payload = {"words": MARKER, "replacement": "C1", "places": places}
    strike = phone.change("words.struck", payload, subject_id=entry["subject_id"])
    (told,) = phone.push(strike)
    assert told["verdict"] == "erased" and told["stub"]["payload"] == {"replacement": "C1"}
    assert words(phone.push(visit, entry, other)) == ["stored", "erased", "stored"]
    jottings = {one["id"]: one["jotting"] for one in phone.read("entries")}
    assert jottings == {entry["subject_id"]: "så 🙂 C1 går", other["subject_id"]: "hele teksten"}
    assert MARKER not in json.dumps(phone.pull_all())
    assert words(phone.push(entry)) == ["erased"]


def test_entries_that_struck_minutes_name_are_erased_when_they_come_later(phone: Phone) -> None:
    """Unless the log has them elsewhere: nobody erases another encounter's entries by naming them."""
    visit, elsewhere = phone.visit(), phone.visit()
    lost, kept = phone.entry(visit, jotting=MARKER), phone.entry(elsewhere, jotting="bliver")
    phone.push(visit, elsewhere, kept)
    named = [lost["subject_id"], kept["subject_id"]]
    minutes = {"from": stamp(0), "to": stamp(59), "entries": named}
    assert words(phone.push(phone.change("encounter.struck", minutes, subject_id=visit["subject_id"]))) == ["stored"]
    assert words(phone.push(lost)) == ["erased"]
    assert [one["jotting"] for one in phone.read("entries")] == ["bliver"]
    assert MARKER not in json.dumps(phone.pull_all())


def test_an_edit_by_somebody_who_has_not_seen_the_strike_brings_nothing_back(world: World, phone: Phone) -> None:
    """An unsent edit of a whole text arrives after the strike: the words go from it too, for good, and are known."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting=f"{MARKER} siger nej")
    late = phone.amend(entry, {"jotting": f"{MARKER} siger nej, og {MARKER} går"})
    phone.push(visit, entry)
    assert on_disk(world, MARKER) != []
    strike = phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=entry["subject_id"])
    phone.push(strike)
    (told,) = phone.push(late)
    assert told["verdict"] == "erased" and told["stub"]["payload"] == {"jotting": "C1 siger nej, og C1 går"}
    assert words(phone.push(late)) == ["erased"]
    assert [one["jotting"] for one in phone.read("entries")] == ["C1 siger nej, og C1 går"]
    informed = phone.amend(entry, {"jotting": "Hun siger nej"}, late, strike)
    following = phone.amend(entry, {"jotting": "Hun siger jo"}, informed)
    assert words(phone.push(informed, following)) == ["stored", "stored"]
    assert_nowhere(world, phone)


def test_downloads_that_may_hold_struck_words_are_listed(phone: Phone) -> None:
    """Those made since the thing was first written; of what nobody knows there are none."""
    visit = phone.visit()
    phone.push(visit)
    assert phone.client.get(f"{phone.url}/exports/csv").status_code == 200
    entry = phone.entry(visit, jotting=MARKER)
    phone.push(entry)
    assert phone.client.get(f"{phone.url}/exports/jsonl").status_code == 200
    phone.push(phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"]))
    made = phone.read(f"things/{entry['subject_id']}/exports")
    assert [(one["format"], one["tier"], one["who"]) for one in made] == [("jsonl", "full", "observer-1")]
    assert [one["format"] for one in phone.read(f"things/{visit['subject_id']}/exports")] == ["jsonl", "csv"]
    assert phone.read(f"things/{UUID(int=7)}/exports") == []


def _label(phone: Phone, text: str) -> tuple[str, list[Change]]:
    actor = phone.change("actor.added", {"label": text, "kind": "citizen"})
    return actor["subject_id"], [actor, phone.amend(actor, {"label": f"{text} 2"})]


def _agency(phone: Phone, text: str) -> tuple[str, list[Change]]:
    actor = phone.change("actor.added", {"label": "P1", "kind": "professional", "agency": text})
    return actor["subject_id"], [actor]


def _setting(phone: Phone, text: str) -> tuple[str, list[Change]]:
    visit = phone.visit(setting=text)
    return visit["subject_id"], [visit, phone.amend(visit, {"setting": f"hos {text}"})]


def _gap(phone: Phone, text: str) -> tuple[str, list[Change]]:
    visit = phone.visit()
    gap = phone.change("gap.recorded", {"encounter_id": visit["subject_id"], "kind": "off_record",
                                        "from": stamp(2), "to": stamp(3), "reason": text})  # fmt: skip
    return gap["subject_id"], [visit, gap, phone.amend(gap, {"reason": f"{text} ville alene"})]


def _fieldnote(phone: Phone, text: str) -> tuple[str, list[Change]]:
    visit = phone.visit()
    note = phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "text": text})
    return note["subject_id"], [visit, note, phone.amend(note, {"text": f"{text} ler"})]


def _memo(phone: Phone, text: str) -> tuple[str, list[Change]]:
    memo = phone.change("memo.written", {"text": text})
    return memo["subject_id"], [memo, phone.amend(memo, {"text": f"Om {text}"})]


def _consent(phone: Phone, text: str) -> tuple[str, list[Change]]:
    actor = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    said = {"actor_id": actor["subject_id"], "at": stamp(0), "way": f"mundtligt til {text}", "witness": text}
    consent = phone.change("consent.recorded", said)
    return consent["subject_id"], [actor, consent]


def _code(phone: Phone, text: str) -> tuple[str, list[Change]]:
    said = {"dimension": "action", "key": "hums", "label": {"da": text}, "definition": text, "example": text}
    code = phone.change("code.proposed", {**said, "starts": text, "ends": text, "counter_example": text})
    return code["subject_id"], [code]


def _title(phone: Phone, text: str) -> tuple[str, list[Change]]:
    study_id = str(phone.study_id)
    return study_id, [phone.change("study.amended", {"title": f"Hos {text}"}, subject_id=study_id)]


@pytest.mark.parametrize(
    "write", [_label, _agency, _setting, _gap, _fieldnote, _memo, _consent, _code, _title], ids=lambda one: one.__name__
)
def test_words_are_struck_wherever_text_stands(
    world: World, phone: Phone, write: Callable[[Phone, str], tuple[str, list[Change]]]
) -> None:
    """In every kind of thing with a text, all its versions: lists, feed, exports, database file and WAL; on record."""
    subject_id, changes = write(phone, MARKER)
    assert set(words(phone.push(*changes))) == {"stored"}
    assert MARKER in json.dumps(phone.pull_all()) and on_disk(world, MARKER) != []
    strike = phone.change("words.struck", {"words": MARKER, "replacement": "▮"}, subject_id=subject_id)
    assert words(phone.push(strike)) == ["erased"]
    assert_nowhere(world, phone)
    assert MARKER not in phone.client.get(phone.url).text
    record = phone.read("audit", kind="words.struck")
    assert [one["details"]["subject_id"] for one in record] == [subject_id]
    assert MARKER not in json.dumps(record)
