"""What a phone gets back, page by page, and who sees what of it."""

import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from skygge.client import new_subject_id
from skygge.fieldlog.verify import verify
from skygge.studies.access import Role
from tests.fixtures.world import Person, World
from tests.sync.phone import Change, Phone, join_with_phone, stamp, words
from tests.sync.script import report_visit
from tests.sync.test_backup import device_of


@pytest.fixture
def pair(world: World, study_id: UUID) -> tuple[Phone, Phone]:
    """Two observers of a blind study, each with a visit, an entry and a reflection on her phone and pushed."""
    phones = join_with_phone(world, study_id, "Anna"), join_with_phone(world, study_id, "Berit")
    for phone in phones:
        visit = phone.visit()
        reflection = phone.entry(visit, kind="reflection", action=None, jotting="I was tired")
        later = phone.amend(reflection, {"jotting": "I was very tired"})
        gap = phone.change(
            "gap.recorded", {"encounter_id": visit["subject_id"], "kind": "off_record", "from": stamp(5)}
        )
        note = phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "text": "We are let in."})
        assert set(words(phone.push(visit, phone.entry(visit), reflection, later, gap, note))) == {"stored"}
    return phones


def _checksum(changes: list[dict[str, Any]]) -> str:
    """As the documentation of the feed describes it, from what a device received."""
    total = 0
    for change in changes:
        payload = json.dumps(change["payload"], sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(f"{change['change_id']}:{payload}".encode()).digest()
        total += int.from_bytes(digest[:5], "big")
    return f"{total % 2**40:010x}"


def test_pages_join_to_the_whole_feed_whatever_their_size(phone: Phone) -> None:
    """Nothing twice, nothing left out; the last page has the checksum of all of it, the others none."""
    visit = phone.visit()
    phone.push(visit, *(phone.entry(visit) for _ in range(10)))
    whole = phone.pull()
    assert [change["seq"] for change in whole["changes"]] == list(range(1, 14))
    assert (whole["cursor"], whole["has_more"], whole["checksum"]) == (13, False, _checksum(whole["changes"]))
    for limit in (1, 3, 12, 13):
        assert phone.pull_all(limit) == whole["changes"]
    assert phone.pull(limit=5)["checksum"] is None
    again = phone.pull(13)
    assert (again["changes"], again["cursor"], again["checksum"]) == ([], 13, whole["checksum"])


def test_a_page_stays_near_a_megabyte(phone: Phone) -> None:
    """Long notes make short pages, so that a phone on a bad line gets on."""
    visit = phone.visit()
    phone.push(visit)
    for _ in range(5):
        phone.push(phone.entry(visit, jotting="æ" * 100_000), phone.entry(visit, jotting="x" * 40_000))
    pages = [phone.pull(0)]
    while pages[-1]["has_more"]:
        pages.append(phone.pull(pages[-1]["cursor"]))
    assert [len(page["changes"]) for page in pages] == [11, 2]


def test_a_cursor_of_another_epoch_begins_again(phone: Phone) -> None:
    """The answer names the present epoch and goes on from the start."""
    epoch = phone.pull()["epoch"]
    assert phone.pull(2, epoch=epoch)["changes"] == []
    other = phone.pull(2, epoch=str(uuid4()))
    assert (other["epoch"], other["changes"], other["cursor"], other["has_more"]) == (epoch, [], 0, True)


@pytest.mark.parametrize(
    "query", ["after=-1", "after=9007199254740993", "limit=0", "limit=-1", "limit=1001", "q=%00", "since=2026-03-01"]
)
def test_a_question_out_of_bounds_is_422(phone: Phone, query: str) -> None:
    """Bounds of the feed's query."""
    assert phone.client.get(f"{phone.url}/changes?{query}").status_code == 422


def test_observers_of_a_blind_study_see_their_own(pair: tuple[Phone, Phone], phone: Phone) -> None:
    """In feed and lists alike; codebook, people and study come to everybody, and the cursor reaches the end."""
    assert pair[0].pull()["cursor"] == 14, "the cursor passes over what Berit wrote last"
    phone.push(phone.change("actor.added", {"label": "C1", "kind": "citizen"}))
    for me, other in (pair, pair[::-1]):
        feed = me.pull_all()
        authors = {change["author"] for change in feed}
        mine = {change["change_id"] for change in feed if change["author"] == me.pull()["changes"][-2]["author"]}
        assert len(authors) == 2, "the lead who founded the study, and oneself"
        assert len(mine) == 6
        assert {change["kind"] for change in feed} >= {"study.amended", "codebook.published", "actor.added"}
        assert me.pull()["cursor"] == 15
        for name, count in (("encounters", 1), ("entries", 2), ("fieldnotes", 1)):
            assert len(me.read(name)) == count
        theirs = other.read("entries")[0]["id"]
        assert me.client.get(f"{me.url}/entries/{theirs}/history").status_code == 404


def test_the_lead_sees_all_but_reflections(pair: tuple[Phone, Phone], phone: Phone) -> None:
    """A reflection is its author's: not in the lead's feed, lists or history."""
    feed = phone.pull_all()
    assert len([change for change in feed if change["kind"] == "encounter.started"]) == 2
    assert "tired" not in json.dumps(feed)
    assert len(phone.read("entries")) == 2
    (mine,) = [entry for entry in pair[0].read("entries") if entry["kind"] == "reflection"]
    assert mine["jotting"] == "I was very tired"
    assert phone.client.get(f"{phone.url}/entries/{mine['id']}/history").json()["code"] == "entry.unknown"
    assert len(pair[0].read(f"entries/{mine['id']}/history")) == 2


def test_observers_see_each_other_when_the_study_says_so(pair: tuple[Phone, Phone], phone: Phone) -> None:
    """`observers_see = all`, changeable later; reflections stay private all the same."""
    assert phone.client.patch(phone.url, json={"observers_see": "all"}).status_code == 200
    assert len(pair[0].read("encounters")) == 2
    assert len(pair[0].read("entries")) == 3
    assert len([change for change in pair[0].pull_all() if change["kind"] == "encounter.started"]) == 2
    assert len(pair[0].read("entries")) == 3
    own = pair[0].pull_all(scope="own")
    assert len([change for change in own if change["kind"] == "encounter.started"]) == 1


def test_an_entry_without_its_visit_is_its_authors_alone(world: World, study_id: UUID) -> None:
    """The visit may come later; until then nobody else in a blind study can tell whose it is."""
    anna, berit = join_with_phone(world, study_id, "Anna"), join_with_phone(world, study_id, "Berit")
    visit = anna.visit()
    entry = anna.entry(visit)
    anna.push(anna.amend(entry, {"flags": ["resists"]}), entry)
    assert len(anna.pull_all()) == 4
    assert len(berit.pull_all()) == 2
    anna.push(visit)
    assert [found["flags"] for found in anna.read("entries")] == [["resists"]]
    assert berit.read("entries") == []


def test_words_that_arrive_before_their_reflection_are_private_from_the_start(
    pair: tuple[Phone, Phone], phone: Phone
) -> None:
    """Nobody can know yet that it is a reflection, so nobody else gets it."""
    anna = pair[0]
    visit = anna.visit()
    reflection = anna.entry(visit, kind="reflection", action=None, jotting="I was tired")
    later = anna.amend(reflection, {"jotting": "FORTROLIGT"})
    assert words(anna.push(visit, later)) == ["stored", "stored"]
    assert "FORTROLIGT" not in str(phone.pull()) + str(phone.read("entries"))
    assert words(anna.push(reflection)) == ["stored"]
    assert "FORTROLIGT" not in str(phone.pull()) + str(phone.read("entries"))
    assert "FORTROLIGT" in str(anna.pull())


def test_others_can_neither_change_nor_touch_a_reflection(pair: tuple[Phone, Phone], phone: Phone) -> None:
    """Not even the lead: the change is parked."""
    (mine,) = [entry for entry in pair[0].read("entries") if entry["kind"] == "reflection"]
    verdicts = phone.push(phone.change("entry.amended", {"kind": "note"}, subject_id=mine["id"]))
    assert (verdicts[0]["verdict"], verdicts[0]["code"]) == ("quarantined", "change.not_yours")


def _meddle(phone: Phone, visit: Change, entry: Change) -> list[Change]:
    """Every way to reach into somebody's visit."""
    return [
        phone.amend(entry, {"jotting": "another word"}),
        phone.amend(entry, {}, kind="entry.retracted"),
        phone.amend(visit, {"agency": "South"}),
        phone.amend(visit, {}, kind="encounter.retracted"),
        phone.visit() | {"subject_id": visit["subject_id"]},
        phone.entry(visit),
    ]


def test_in_a_blind_study_nobody_reaches_into_the_visit_of_another(world: World, study_id: UUID, phone: Phone) -> None:
    """What an observer cannot see she can neither change, take back nor add to, and what she tried is kept apart."""
    anna, berit = join_with_phone(world, study_id, "Anna"), join_with_phone(world, study_id, "Berit")
    visit, own = anna.visit(), berit.visit()
    entry, moved = anna.entry(visit), berit.entry(own)
    anna.push(visit, entry)
    before = phone.read("entries"), phone.read("encounters")
    attempts = [*_meddle(berit, visit, entry), berit.amend(moved, {"encounter_id": visit["subject_id"]})]
    verdicts = berit.push(own, moved, *attempts)
    assert [verdict.get("code") for verdict in verdicts] == [None, None, *["change.not_yours"] * 7]
    assert len(berit.read("quarantine")) == 7
    now = (
        [found for found in phone.read("entries") if found["encounter_id"] == visit["subject_id"]],
        [found for found in phone.read("encounters") if found["id"] == visit["subject_id"]],
    )
    assert now == before
    assert words(anna.push(anna.amend(entry, {"jotting": "my own"}))) == ["stored"]


def test_the_lead_reaches_into_every_visit(world: World, study_id: UUID, phone: Phone) -> None:
    """Somebody must be able to mend what an observer left."""
    anna = join_with_phone(world, study_id, "Anna")
    visit = anna.visit()
    entry = anna.entry(visit)
    anna.push(visit, entry)
    assert set(words(phone.push(*_meddle(phone, visit, entry)))) == {"stored"}


def test_where_observers_see_all_they_may_mend_each_others_entries(world: World, study_id: UUID, phone: Phone) -> None:
    """The rule follows what the study lets them see."""
    phone.client.patch(phone.url, json={"observers_see": "all"})
    anna, berit = join_with_phone(world, study_id, "Anna"), join_with_phone(world, study_id, "Berit")
    visit = anna.visit()
    entry = anna.entry(visit)
    anna.push(visit, entry)
    assert set(words(berit.push(*_meddle(berit, visit, entry)))) == {"stored"}


def test_a_shared_reflection_is_an_entry_like_others(pair: tuple[Phone, Phone], phone: Phone) -> None:
    """Its author makes it a note: from then on it is in the lists of all who see the visit."""
    anna = pair[0]
    (mine,) = [entry for entry in anna.read("entries") if entry["kind"] == "reflection"]
    heads = [change["change_id"] for change in anna.read(f"entries/{mine['id']}/history")]
    anna.push(anna.change("entry.amended", {"kind": "note"}, subject_id=mine["id"], parents=heads))
    assert "I was very tired" in [entry["jotting"] for entry in phone.read("entries")]


def test_a_shared_reflection_reaches_other_devices_whole(world: World, pair: tuple[Phone, Phone], phone: Phone) -> None:
    """The change that began it too: without it no phone and no import elsewhere could show the words."""
    anna = pair[0]
    (mine,) = [entry for entry in anna.read("entries") if entry["kind"] == "reflection"]
    before = [change["change_id"] for change in anna.pull_all() if change["subject_id"] == mine["id"]]
    assert not set(before) & {change["change_id"] for change in phone.pull_all()}
    anna.push(anna.change("entry.amended", {"kind": "note"}, subject_id=mine["id"], parents=before))
    assert set(before) < {change["change_id"] for change in phone.pull_all()}
    exported = phone.client.get(f"{phone.url}/exports/jsonl", params={"history": "true"}).text
    assert before[0] in exported
    with world.database.read() as session:
        assert verify(session) == []


def test_what_was_said_before_an_entry_arrived_is_shared_with_it(
    world: World, study_id: UUID, pair: tuple[Phone, Phone], phone: Phone
) -> None:
    """Feed and lists tell the same, whatever came first."""
    anna = pair[0]
    visit = anna.visit()
    entry = anna.entry(visit)
    late = anna.amend(entry, {"jotting": "late words"})
    anna.push(late)
    assert "late words" not in str(phone.pull_all())
    anna.push(visit, entry)
    assert "late words" in str(phone.pull_all()) and "late words" in str(phone.read("entries"))


def test_nobody_reports_in_somebody_elses_name(pair: tuple[Phone, Phone], phone: Phone) -> None:
    """`observer` and `author` are one's own; the lead may name others."""
    anna = pair[0]
    visit, note = anna.visit(observer="observer-3"), anna.visit()
    mine = anna.visit(observer="observer-2")
    said = anna.change("fieldnote.written", {"encounter_id": note["subject_id"], "text": "…", "author": "observer-1"})
    verdicts = anna.push(visit, said, mine) + phone.push(phone.visit(observer="observer-3"))
    assert [verdict.get("code") for verdict in verdicts] == ["change.observer_differs"] * 2 + [None] * 2


def test_only_the_lead_amends_the_study_and_publishes(pair: tuple[Phone, Phone], study_id: UUID) -> None:
    """Observers propose codes."""
    anna = pair[0]
    code = {"dimension": "action", "key": "sings", "label": {"en": "Sings"}}
    verdicts = anna.push(
        anna.change("study.amended", {"title": "Mine"}, subject_id=str(study_id)),
        anna.change("codebook.published", {"version": 2, "follows": 1, "codes": []}),
        anna.change("code.proposed", code),
    )
    assert [verdict.get("code") for verdict in verdicts] == ["change.role_insufficient"] * 2 + [None]


def test_a_version_follows_the_one_before(phone: Phone) -> None:
    """A publication that has not seen the newest version is parked; a published version never changes."""

    def publish(version: int, follows: int | None, kind: str = "codebook.published", **envelope: Any) -> dict[str, Any]:
        return phone.change(kind, {"version": version, "follows": follows, "codes": []}, **envelope)

    (published,) = phone.read("codebooks")
    verdicts = phone.push(
        publish(2, None),
        publish(1, None, subject_id=published["id"]),
        publish(1, None, "codebook.drafted", subject_id=published["id"]),
        publish(2, 1, "codebook.drafted"),
        publish(2, 1),
        publish(3, 1),
        publish(3, 2),
    )
    moved_on = "codebook.moved_on"
    assert [verdict.get("code") for verdict in verdicts] == [moved_on, moved_on, moved_on, None, None, moved_on, None]
    assert [book["version"] for book in phone.read("codebooks") if book["status"] == "published"] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["codebook.drafted", "codebook.published"])
def test_nothing_said_about_a_published_version_changes_it(pair: tuple[Phone, Phone], phone: Phone, kind: str) -> None:
    """Neither under a new number, nor naming what it replaces, nor right after it in the same batch."""
    (published,) = phone.read("codebooks")
    by = [change["change_id"] for change in phone.pull_all() if change["subject_id"] == published["id"]]
    said = {"version": 2, "follows": 1, "codes": []}
    author = pair[0] if kind == "codebook.drafted" else phone
    verdicts = author.push(author.change(kind, said, subject_id=published["id"], parents=by))
    assert [verdict.get("code") for verdict in verdicts] == ["codebook.moved_on"]
    new = phone.change("codebook.published", said)
    again = phone.change(kind, {**said, "version": 3, "follows": 2}, subject_id=new["subject_id"])
    assert [verdict.get("code") for verdict in phone.push(new, again)] == [None, "codebook.moved_on"]
    assert {book["version"]: len(book["codes"]) for book in phone.read("codebooks")} == {
        1: len(published["codes"]),
        2: 0,
    }


def test_members_without_a_notebook_read_or_not_as_their_role_says(world: World, study_id: UUID, phone: Phone) -> None:
    """Readers and analysts read, the auditor sees nothing of it; a reader's visit is kept aside."""
    for role, read, pushed in ((Role.READER, 200, 200), (Role.ANALYST, 200, 403), (Role.AUDITOR, 403, 403)):
        person = world.make_person(role)
        world.join(study_id, person, role)
        assert person.client.get(f"{phone.url}/changes").status_code == read
        answer = person.client.post(f"{phone.url}/changes", json=phone.body([phone.visit()]))
        assert answer.status_code == pushed
        if pushed == 200:
            assert [verdict["verdict"] for verdict in answer.json()["verdicts"]] == ["quarantined"]


def test_strangers_find_no_study(world: World, lead: Person, phone: Phone) -> None:
    """Every address of a foreign study answers as one that is absent."""
    stranger = world.make_person("Stranger").client
    for name in ("changes", "quarantine", "conflicts", "codebooks", "actors", "encounters", "entries", "memos"):
        there = stranger.get(f"{phone.url}/{name}")
        absent = lead.client.get(f"/api/v1/studies/{uuid4()}/{name}")
        assert (there.status_code, there.content) == (absent.status_code, absent.content) == (404, absent.content)


def test_what_opens_or_closes_reaches_devices_that_were_past_it(world: World, lead: Person, study_id: UUID) -> None:
    """`observers_see` from own to all and back: the checksum differs, and the days that do are taken anew."""
    anna = world.make_person("Anna")
    world.join(study_id, anna)
    device = device_of(world, study_id, anna)
    own = device_of(world, study_id, lead)
    report_visit(own)
    own.sync()
    report_visit(device)
    device.sync()
    assert len(device.find("encounter")) == 1
    address = f"/api/v1/studies/{study_id}"
    assert lead.client.patch(address, json={"observers_see": "all"}).status_code == 200
    device.sync()
    assert len(device.find("encounter")) == 2 and len(device.find("entry")) == 4
    assert lead.client.patch(address, json={"observers_see": "own"}).status_code == 200
    device.sync()
    assert len(device.find("encounter")) == 1 and len(device.find("entry")) == 2


def test_a_device_holds_its_own_and_a_window_of_the_rest(world: World, lead: Person, study_id: UUID) -> None:
    """`scope=own` with `since`; a day that moves on makes the device let go, one that moves back brings it again."""
    anna = world.make_person("Anna")
    world.join(study_id, anna)
    assert lead.client.patch(f"/api/v1/studies/{study_id}", json={"observers_see": "all"}).status_code == 200
    theirs, others = device_of(world, study_id, lead), [1, 2, 3]
    visits = [report_visit(theirs, day) for day in others]
    theirs.report("actor.added", new_subject_id(), {"label": "C1", "kind": "citizen"})
    theirs.sync()
    device = device_of(world, study_id, anna, scope="own", since="2026-03-04")
    mine = report_visit(device)
    for since, seen in (("2026-03-04", visits[1:]), ("2026-03-05", visits[2:]), ("2026-03-03", visits)):
        device.reach["since"] = since
        device.sync()
        assert {visit.id for visit in device.find("encounter")} == {mine, *seen}
        assert len(device.find("entry")) == 2 * (1 + len(seen))
        assert [actor.fields["label"] for actor in device.find("actor")][-1] == "C1"
        assert list(device.pull()) == []


def test_a_window_opens_nothing_in_a_blind_study(world: World, lead: Person, study_id: UUID) -> None:
    """Who sees only their own sees no more by asking for the rest since a day."""
    anna = world.make_person("Anna")
    world.join(study_id, anna)
    theirs = device_of(world, study_id, lead)
    report_visit(theirs)
    theirs.sync()
    device = device_of(world, study_id, anna, scope="own", since="2026-01-01")
    device.sync()
    assert device.find("encounter") == []
