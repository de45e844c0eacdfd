"""A person who withdraws is found by every name they ever had, in every version of every text, whoever wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from skygge.clock import new_id
from skygge.core.export import all_exports
from skygge.studies.access import Role
from skygge.studies.tables import DeviceRow
from tests.fixtures.world import Person, World
from tests.sync.phone import Change, Phone, join_with_phone, stamp, words
from tests.sync.test_backup import back_up, restore
from tests.sync.test_erasure import MARKER, assert_nowhere, doors_that_tell, on_disk

# Doors by which the words of this test leave while they are there: a search that finds nothing there proves nothing.
LISTS = {"changes", "actors", "encounters", "entries", "fieldnotes", "memos", "search"}
# Everything but what holds codes alone.
TELLING = LISTS | {
    f"exports/{name}" for name in all_exports().keys() - {"codebook-csv", "codebook-yaml", "qdc", "traminer"}
}


def test_a_marker_planted_everywhere_is_nowhere_afterwards(world: World, phone: Phone, study_id: UUID) -> None:
    """Label, consent, own and other people's jottings, notes, memos, labels, settings, old versions, quarantine."""
    other = join_with_phone(world, study_id, "Bo")
    person = phone.change("actor.added", {"label": MARKER, "kind": "citizen"})
    renamed = phone.amend(person, {"label": "C9"})
    who = person["subject_id"]
    consent = phone.change("consent.recorded", {"actor_id": who, "at": stamp(0), "witness": f"{MARKER}s datter"})
    daughter = phone.change("actor.added", {"label": f"Datter til {MARKER}", "kind": "relative"})
    visit = phone.visit(setting=f"hos {MARKER}", presence=[{"actor_id": who}])
    entry = phone.entry(visit, actor_id=who, jotting=MARKER)
    phone.push(person, renamed, consent, daughter, visit, entry)
    theirs = other.visit(setting="gangen")
    jotting = other.entry(theirs, jotting=f"taler om {MARKER} og @{MARKER}")
    mended = other.amend(jotting, {"jotting": "taler om vejret"})
    reflection = other.entry(theirs, kind="reflection", jotting=f"{MARKER} gør indtryk")
    note = other.change("fieldnote.written", {"encounter_id": theirs["subject_id"], "text": f"{MARKER}."})
    memo = other.change("memo.written", {"text": f"Om @{MARKER} og C9", "about": [{"type": "actor", "id": who}]})
    odd = {**other.amend(jotting, {"jotting": f"{MARKER} igen"}), "kind": "entry.sung"}
    told = other.push(theirs, jotting, mended, reflection, note, memo, odd)
    assert words(told) == ["stored"] * 6 + ["quarantined"]
    assert TELLING <= set(doors_that_tell(phone)) and on_disk(world, MARKER) != []
    done = phone.withdraw(who, "erase")
    assert (done["n_entries"], done["n_consents"]) == (1, 1)
    # With @: the mended jotting (parked change included) and the memo. Alone: daughter, setting, reflection, note.
    assert (done["n_references"], done["n_mentions"]) == (2, 4)
    assert_nowhere(world, phone)
    assert doors_that_tell(phone) == []
    assert MARKER not in json.dumps([other.pull_all(), other.read("quarantine"), other.read("entries")])
    assert other.read("memos")[0]["text"] == "Om ▮ og ▮"
    late = other.amend(note, {"text": f"{MARKER}. Og så gik vi."})
    assert words(other.push(late)) == ["erased"]
    assert_nowhere(world, phone)


def test_the_label_alone_is_left_to_a_reader_when_that_is_wished(phone: Phone) -> None:
    """A label that is an everyday word: its texts are listed and not touched."""
    person = phone.change("actor.added", {"label": "Mor", "kind": "relative"})
    memo = phone.change("memo.written", {"text": "Mor er et ord for sig; @Mor er en anden."})
    plain = phone.change("memo.written", {"text": "Mor er et ord for sig."})
    phone.push(person, memo, plain)
    done = phone.withdraw(person["subject_id"], "erase", strike_mentions=False)
    assert (done["n_references"], done["n_mentions"]) == (1, 0)
    assert [(one["type"], one["id"]) for one in done["to_read"]] == [("memo", plain["subject_id"])]
    assert phone.read("memos")[1]["text"] == "Mor er et ord for sig."


def test_downloads_that_may_hold_the_person_are_listed(phone: Phone) -> None:
    """Those made since the person was first written about; earlier ones cannot."""
    phone.client.get(f"{phone.url}/exports/csv")
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    phone.push(person)
    phone.client.get(f"{phone.url}/exports/jsonl", params={"tier": "deidentified"})
    asked = {"actor_id": person["subject_id"], "mode": "stop", "dry_run": True}
    found = phone.client.post(f"{phone.url}/withdrawals", json=asked).json()
    assert [(one["format"], one["tier"], one["who"]) for one in found["exports"]] == [
        ("jsonl", "deidentified", "observer-1")
    ]
    assert found["number"] is None and found["seal"] is None


def test_a_device_is_not_clean_until_it_says_so(world: World, phone: Phone, study_id: UUID) -> None:
    """What was erased may lie on a disk that held it; a device that came later only ever had the stub."""
    entry = phone.entry(visit := phone.visit(), jotting=MARKER)
    phone.push(visit, entry)
    assert [one["unclean_since"] for one in phone.read("device-sheet")] == [None]
    phone.push(phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"]))
    world.clock.turn(minutes=1)
    world.join(study_id, world.make_person("Bo"))
    newer = sign_in_on(world, study_id, "Bo")
    newer.push(newer.visit())
    sheet = {one["observer"]: one for one in phone.read("device-sheet")}
    assert sheet["observer-1"]["unclean_since"] is not None and sheet["observer-2"]["unclean_since"] is None
    asked = {"device_id": str(phone.device_id)}
    cleared = phone.client.post(f"{phone.url}/clearings", json=asked)
    assert (cleared.status_code, cleared.headers["clear-site-data"]) == (204, '"storage"')
    assert phone.read("device-sheet")[0]["unclean_since"] or phone.read("device-sheet")[1]["unclean_since"]
    seen = phone.pull_all()[-1]["seq"]
    told = phone.client.post(f"{phone.url}/clearings", json={**asked, "cleaned_to": seen})
    assert told.status_code == 204 and "clear-site-data" not in told.headers
    assert [one["unclean_since"] for one in phone.read("device-sheet")] == [None, None]
    assert phone.read("audit")[0]["kind"] == "device.cleaned"


def test_a_device_that_read_before_it_wrote_is_not_clean(world: World, phone: Phone, study_id: UUID) -> None:
    """A laptop that has the text, and writes its first memo after the erasure, has the bytes all the same."""
    entry = phone.entry(visit := phone.visit(), jotting=MARKER)
    phone.push(visit, entry)
    laptop, script = sign_in_on(world, study_id), Phone(world.make_script(study_id, lead_of(world)), study_id)
    for reading in (laptop, script):
        assert MARKER in json.dumps(reading.read("entries"))
    phone.push(phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"]))
    # Not signed in to this study before: all that it ever reads is the stub.
    later, again, sender = (sign_in_on(world, study_id) for _ in range(3))
    # Was here before a restore, when the numbers meant something else; so was one that sends before it asks: what it
    # sends is not the first that it has to say.
    again.pull(epoch=str(UUID(int=1)))
    sender.change("memo.written")
    assert words(sender.push(sender.change("memo.written", {"text": "Morgen."}))) == ["stored"]
    assert MARKER not in json.dumps([later.pull_all(), again.pull_all()])
    for device in (laptop, later, again):
        assert words(device.push(device.change("memo.written", {"text": "Aften."}))) == ["stored"]
    assert unclean(phone) == {phone.device_id, laptop.device_id, again.device_id, sender.device_id}
    told = {"device_id": str(laptop.device_id), "cleaned_to": laptop.pull()["cursor"]}
    assert laptop.client.post(f"{phone.url}/clearings", json=told).status_code == 204
    assert unclean(phone) == {phone.device_id, again.device_id, sender.device_id}


def test_a_device_that_somebody_else_read_on_before_is_not_clean(world: World, phone: Phone, study_id: UUID) -> None:
    """Its second owner joined after the erasure; what the first one read without telling of a device lies there."""
    entry = phone.entry(visit := phone.visit(), jotting=MARKER)
    phone.push(visit, entry)
    shared = uuid4()
    first = Phone(lead_of(world).client, study_id, shared)
    assert MARKER in json.dumps(first.pull_all())
    phone.push(phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"]))
    world.clock.turn(minutes=1)
    world.join(study_id, world.make_person("Bo"))
    second = Phone(world.make_person("Bo").client, study_id, shared)
    assert words(second.push(second.visit())) == ["stored"]
    assert unclean(phone) == {phone.device_id, shared}
    # Bo's own phone, which says who it is, read nothing but the stub.
    own = sign_in_on(world, study_id, "Bo")
    own.pull_all()
    assert words(own.push(own.visit())) == ["stored"] and unclean(phone) == {phone.device_id, shared}


@pytest.mark.parametrize("role", [Role.READER, Role.ANALYST, Role.AUDITOR])
def test_whoever_only_reads_has_a_device_too(world: World, phone: Phone, study_id: UUID, role: Role) -> None:
    """Its disk holds what was erased as anybody's does. An auditor sees nothing of it."""
    entry = phone.entry(visit := phone.visit(), jotting=MARKER)
    phone.push(visit, entry)
    world.join(study_id, world.make_person("Rie"), role)
    reader = sign_in_on(world, study_id, "Rie")
    if role == Role.AUDITOR:
        assert reader.client.get(f"{phone.url}/audit").status_code == 200
        assert reader.client.get(f"{phone.url}/entries").status_code == 403
    else:
        reader.pull_all()
    told = reader.client.post(f"{phone.url}/devices", json={"device_id": str(reader.device_id), "has_lock": True})
    assert told.status_code == (403 if role == Role.AUDITOR else 200)
    phone.push(phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"]))
    assert unclean(phone) == {phone.device_id} | (set() if role == Role.AUDITOR else {reader.device_id})


def sign_in_on(world: World, study_id: UUID, name: str = "Lene Lead") -> Phone:
    """Another device on which somebody signs in, as a browser does: with its own id."""
    device_id = new_id()
    return Phone(world.make_person(name, device_id=device_id).client, study_id, device_id)


def lead_of(world: World) -> Person:
    """The lead, signed in once more."""
    return world.make_person("Lene Lead")


def unclean(phone: Phone) -> set[UUID]:
    """The devices that the sheet does not call clean."""
    return {UUID(one["device_id"]) for one in phone.read("device-sheet") if one["unclean_since"]}


@pytest.mark.parametrize("mode", ["erase", "redact"])
def test_a_backup_from_before_a_withdrawal_brings_nothing_back(
    world: World, phone: Phone, lead: Person, tmp_path: Path, mode: str
) -> None:
    """Restored, it is carried out again: in the person's own fields and in everybody's texts, by every door."""
    # What is redacted keeps its pseudonym, and the texts of others lose it alone.
    label = MARKER if mode == "erase" else "C7"
    person = phone.change("actor.added", {"label": label, "kind": "citizen"})
    visit = phone.visit(setting=f"hos {label}", presence=[{"actor_id": person["subject_id"]}])
    own = phone.entry(visit, actor_id=person["subject_id"], jotting=f"{MARKER} siger nej")
    other = phone.entry(visit, jotting=f"taler om @{label}")
    note = phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "text": f"{label}."})
    memo = phone.change("memo.written", {"text": f"Om {label}"})
    assert set(words(phone.push(person, visit, own, other, note, memo))) == {"stored"}
    assert on_disk(world, MARKER) != []
    back_up(world, tmp_path / "before.backup")
    phone.withdraw(person["subject_id"], mode)
    assert_nowhere(world, phone)
    restore(world, tmp_path / "before.backup")
    phone.client = world.make_person(lead.name).client
    assert_nowhere(world, phone)
    assert doors_that_tell(phone) == []
    again = phone.push(person, visit, own, other, note, memo)
    assert set(words(again)) <= {"erased", "known"} and MARKER not in json.dumps(again)
    assert_nowhere(world, phone)


@dataclass
class Home:
    """A person's visit with texts that do not name them, by what they are."""

    who: str
    visit: Change
    texts: dict[str, str]


@pytest.fixture
def home(phone: Phone) -> Home:
    """Setting, a gap's reason, memos about the visit, about an entry in it, and an answer; and a visit elsewhere."""
    person = phone.change("actor.added", {"label": "C3", "kind": "citizen"})
    who = person["subject_id"]
    visit = phone.visit(setting="hos moderen", presence=[{"actor_id": who}])
    inside = visit["subject_id"]
    gap = phone.change("gap.recorded", {"encounter_id": inside, "kind": "off_record", "from": stamp(2),
                                        "to": stamp(3), "reason": "hun skulle bades"})  # fmt: skip
    own = phone.entry(visit, actor_id=who, jotting="siger nej")
    entry = phone.entry(visit, jotting="hun græder")
    note = phone.change("fieldnote.written", {"encounter_id": inside, "text": "Vi bliver lukket ind."})
    about_visit = _memo(phone, "Tungt at være her.", "encounter", inside)
    about_entry = _memo(phone, "Hvem bestemte det?", "entry", own["subject_id"])
    answer = _memo(phone, "Hun selv, tror jeg.", "memo", about_entry["subject_id"])
    far = phone.visit(setting="et andet hjem")
    elsewhere = [far, phone.entry(far, jotting="kaffe"), _memo(phone, "Roligt.", "encounter", far["subject_id"])]
    elsewhere += [_memo(phone, "Om alt.", "study", str(phone.study_id))]
    told = phone.push(person, visit, gap, own, entry, note, about_visit, about_entry, answer, *elsewhere)
    assert set(words(told)) == {"stored"}
    named = {"setting": visit, "reason": gap, "jotting": entry, "note": note, "memo about the visit": about_visit,
             "memo about an entry": about_entry, "answer": answer}  # fmt: skip
    return Home(who, visit, {what: change["subject_id"] for what, change in named.items()})


def _memo(phone: Phone, text: str, kind: str, about: str) -> Change:
    return phone.change("memo.written", {"text": text, "about": [{"type": kind, "id": about}]})


@pytest.mark.parametrize(
    "what",
    ["setting", "reason", "jotting", "note", "memo about the visit", "memo about an entry", "answer"],
)
def test_a_text_that_does_not_name_the_person_is_to_be_read(phone: Phone, home: Home, what: str) -> None:
    """Whatever was written at the visit or about it, and told together with its encounter."""
    found = phone.client.post(f"{phone.url}/withdrawals", json={"actor_id": home.who, "mode": "erase", "dry_run": True})
    to_read = {one["id"]: one for one in found.json()["to_read"]}
    assert to_read[home.texts[what]]["encounter_id"] == home.visit["subject_id"]


def test_what_was_written_elsewhere_needs_no_reading_and_each_text_comes_once(phone: Phone, home: Home) -> None:
    """The list is those of the visit, and nothing else."""
    found = phone.client.post(f"{phone.url}/withdrawals", json={"actor_id": home.who, "mode": "erase", "dry_run": True})
    assert sorted(one["id"] for one in found.json()["to_read"]) == sorted(home.texts.values())


def test_somebody_else_whose_pseudonym_begins_alike_keeps_it(phone: Phone) -> None:
    """C3-2 is a person of another observer: C3 going takes nothing of theirs."""
    person = phone.change("actor.added", {"label": "C3", "kind": "citizen"})
    other = phone.change("actor.added", {"label": "C3-2", "kind": "citizen"})
    memo = phone.change("memo.written", {"text": "@C3-2 ler, @C3 tier, C3-2 går."})
    phone.push(person, other, memo)
    phone.withdraw(person["subject_id"], "erase")
    assert phone.read("memos")[0]["text"] == "@C3-2 ler, ▮ tier, C3-2 går."
    assert [one["label"] for one in phone.read("actors")] == ["C3-2"]


@pytest.mark.parametrize("mode", ["erase", "redact"])
def test_nothing_goes_while_a_text_is_unread(phone: Phone, home: Home, mode: str) -> None:
    """Refused with a name of its own; afterwards everything stands as before."""
    asked = {"actor_id": home.who, "mode": mode}
    ids = list(home.texts.values())
    before = phone.pull_all()
    for decided in ([], [{"id": one, "decision": "kept"} for one in ids[1:]]):
        refused = phone.client.post(f"{phone.url}/withdrawals", json={**asked, "decided": decided})
        assert (refused.status_code, refused.json()["code"]) == (409, "withdrawal.texts_unread")
    assert phone.pull_all() == before and phone.read("audit", kind=["person.erased", "person.redacted"]) == []
    decisions = ["struck", "erased", *["kept"] * (len(ids) - 2)]
    decided = [{"id": one, "decision": decision} for one, decision in zip(ids, decisions, strict=True)]
    # What is not on the list counts for nothing.
    decided.append({"id": home.who, "decision": "kept"})
    done = phone.client.post(f"{phone.url}/withdrawals", json={**asked, "decided": decided})
    assert done.status_code == 200, done.text
    assert [done.json()[name] for name in ("n_kept", "n_struck", "n_erased")] == [len(ids) - 2, 1, 1]
    record = phone.read("audit")[0]
    assert record["kind"] in ("person.erased", "person.redacted")
    assert record["details"]["decided"] == {"erased": 1, "kept": len(ids) - 2, "struck": 1}


def test_stopping_waits_for_no_reading(phone: Phone, home: Home) -> None:
    """Nothing is taken out, so nothing has to be read first."""
    asked = {"actor_id": home.who, "mode": "stop"}
    assert phone.client.post(f"{phone.url}/withdrawals", json=asked).status_code == 200


@pytest.mark.parametrize("decided", [{}, [{"id": "x", "decision": "kept"}], [{"id": str(UUID(int=7))}], None])
def test_an_odd_decision_is_refused(phone: Phone, home: Home, decided: object) -> None:
    """Kept, struck or erased, of a text with an id."""
    asked = {"actor_id": home.who, "mode": "erase", "decided": decided}
    assert phone.client.post(f"{phone.url}/withdrawals", json=asked).status_code == 422


def test_whose_data_a_lost_device_may_hold(world: World, phone: Phone, study_id: UUID) -> None:
    """People of encounters begun on it, and of all that its owner may read; observers are none of them."""
    other = join_with_phone(world, study_id, "Bo")
    people = [phone.change("actor.added", {"label": f"C{n}", "kind": "citizen"}) for n in (1, 2, 3, 4)]
    me = phone.change("actor.added", {"label": "observer-1", "kind": "observer"})
    first, second, third, _ = (one["subject_id"] for one in people)
    visit = phone.visit(presence=[{"actor_id": first}])
    entry = phone.entry(visit, actor_id=me["subject_id"], recipient_id=second)
    phone.push(*people, me, visit, entry)
    theirs = other.visit(focal_actor_id=third)
    other.push(theirs)
    assert told_of(phone, "people") == {"observer-1": ["C1", "C2"], "observer-2": ["C3"]}
    assert told_of(phone, "may_hold") == {"observer-1": ["C1", "C2", "C3"], "observer-2": ["C3"]}
    for role in (Role.READER, Role.ANALYST, Role.AUDITOR):
        person = world.make_person(role)
        world.join(study_id, person, role)
        # An auditor makes no device known, but a device may have been an observer's before.
        with world.database.write() as session:
            session.add(DeviceRow(study_id=study_id, device_id=new_id(), account_id=person.account_id))
    everybody = ["C1", "C2", "C3"]
    assert told_of(phone, "people") == {
        "observer-1": ["C1", "C2"], "observer-2": ["C3"], "observer-3": [], "observer-4": [], "observer-5": [],
    }  # fmt: skip
    assert told_of(phone, "may_hold") == {
        "observer-1": everybody, "observer-2": ["C3"], "observer-3": everybody, "observer-4": everybody,
        "observer-5": [],
    }  # fmt: skip
    opened = phone.client.patch(phone.url, json={"observers_see": "all"})
    assert opened.status_code == 200
    assert told_of(phone, "may_hold")["observer-2"] == everybody


def told_of(phone: Phone, name: str) -> dict[str, object]:
    """What the sheet says of each observer's device."""
    return {one["observer"]: one[name] for one in phone.read("device-sheet")}


def test_consents_of_others_and_quotes_in_the_codebook_are_to_be_read(phone: Phone, home: Home) -> None:
    """What the consent of somebody who was there says, and examples that repeat what was noted; nothing else."""
    daughter = phone.change("actor.added", {"label": "C4", "kind": "relative"})
    stranger = phone.change("actor.added", {"label": "C8", "kind": "citizen"})
    there = phone.amend(home.visit, {"checks": [{"actor_id": daughter["subject_id"], "answer": "yes"}]})
    asked = [
        phone.change("consent.recorded", {"actor_id": who, "at": stamp(0), **said})
        for who, said in (
            (daughter["subject_id"], {"witness": "hendes mor så på"}),
            (daughter["subject_id"], {"legal_basis": "public_task"}),
            (stranger["subject_id"], {"witness": "naboen"}),
        )
    ]
    code = {"dimension": "action", "key": "talks", "label": {"en": "Talks"}}
    quoting = {**code, "example": "Går ud.\nme: “siger nej”", "counter_example": "Hvem bestemte det? Ingen."}
    versions = [
        phone.change("codebook.published", {"version": n, "follows": n - 1, "codes": [one]})
        for n, one in ((2, quoting), (3, {**code, "example": "nej"}))
    ]
    proposed = phone.change("code.proposed", {**code, "key": "cries", "definition": "hun græder"})
    told = phone.push(daughter, stranger, there, *asked, *versions, proposed)
    assert set(words(told)) == {"stored"}
    found = phone.client.post(f"{phone.url}/withdrawals", json={"actor_id": home.who, "mode": "erase", "dry_run": True})
    beside = [one for one in found.json()["to_read"] if one["id"] not in home.texts.values()]
    expected = {
        ("consent", asked[0]["subject_id"], ()),
        ("codebook", versions[0]["subject_id"], ("Går ud.", "Hvem bestemte det? Ingen.", "me: “siger nej”")[1:]),
        ("code", proposed["subject_id"], ("hun græder",)),
    }
    assert {(one["type"], one["id"], tuple(sorted(one["quotes"]))) for one in beside} == expected


def test_the_label_alone_is_listed_with_what_it_stands_in(phone: Phone) -> None:
    """In the title, a consent, the codebook and a pseudonym: each is told by its kind, so that it can be read."""
    person = phone.change("actor.added", {"label": "Mor", "kind": "relative"})
    friend = phone.change("actor.added", {"label": "ven af Mor", "kind": "relative"})
    consent = phone.change("consent.recorded", {"actor_id": friend["subject_id"], "at": stamp(0), "way": "Mor spurgte"})
    title = phone.change("study.amended", {"title": "Mor og andre"}, subject_id=str(phone.study_id))
    code = {"dimension": "action", "key": "talks", "label": {"da": "Mor taler"}}
    book = phone.change("codebook.published", {"version": 2, "follows": 1, "codes": [code]})
    proposed = phone.change("code.proposed", {**code, "key": "cries"})
    assert set(words(phone.push(person, friend, consent, title, book, proposed))) == {"stored"}
    asked = {"actor_id": person["subject_id"], "mode": "erase", "dry_run": True, "strike_mentions": False}
    found = phone.client.post(f"{phone.url}/withdrawals", json=asked).json()
    assert sorted(one["type"] for one in found["to_read"]) == ["actor", "code", "codebook", "consent", "study"]
