"""What becomes of changes that a phone hands over, on both databases."""

import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from skygge.core.changes import KINDS
from skygge.fieldlog.replay import replay_understood
from skygge.fieldlog.verify import verify
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, join_with_phone, stamp, words


def _raw_push(phone: Phone, body: bytes, **headers: str) -> Any:
    return phone.client.post(
        f"{phone.url}/changes", content=body, headers={"Content-Type": "application/json", **headers}
    )


def test_changes_are_numbered_without_gaps_when_stored(phone: Phone) -> None:
    """The founding wrote two changes; a push goes on after them, and the answer names each."""
    visit = phone.visit()
    changes = [visit, *(phone.entry(visit) for _ in range(3))]
    verdicts = phone.push(*changes)
    assert [(verdict["change_id"], verdict["verdict"], verdict["seq"]) for verdict in verdicts] == [
        (change["change_id"], "stored", seq) for seq, change in enumerate(changes, 3)
    ]


def test_a_change_comes_back_verbatim_in_the_feed(phone: Phone) -> None:
    """What was sent is in the feed field by field, with what the server adds beside it."""
    visit = phone.visit(setting="hjem 3, æøå 🙂 =1+1")
    phone.push(visit)
    fed = phone.pull(2)["changes"][0]
    assert {name: fed[name] for name in visit} == visit
    assert (fed["seq"], fed["author"], fed["corrected_at"]) == (3, "observer-1", None)
    assert fed["received_at"].endswith("+00:00")


def test_the_same_changes_again_are_known_when_an_answer_was_lost(phone: Phone) -> None:
    """A retry changes nothing and is told the first numbers."""
    visit = phone.visit()
    first = phone.push(visit, phone.amend(visit, {"setting": "home 3"}))
    again = phone.client.post(f"{phone.url}/changes", json=phone.body([visit])).json()["verdicts"]
    assert again == [{"change_id": visit["change_id"], "verdict": "known", "seq": first[0]["seq"]}]
    assert phone.pull()["cursor"] == 4


def test_a_change_twice_in_one_batch_is_known_the_second_time(phone: Phone) -> None:
    """Duplicates inside a batch cannot be stored twice."""
    visit = phone.visit()
    verdicts = phone.push(visit, visit)
    assert words(verdicts) == ["stored", "known"]
    assert verdicts[0]["seq"] == verdicts[1]["seq"]


@pytest.mark.parametrize("together", [True, False])
def test_both_are_kept_when_one_id_comes_with_other_content(phone: Phone, together: bool) -> None:
    """A named conflict: the first stays in the log, the other is parked whole."""
    visit = phone.visit(setting="home 3")
    other = {**visit, "payload": {**visit["payload"], "setting": "home 4"}}
    verdicts = phone.push(visit, other) if together else phone.push(visit) + phone.push(other)
    assert [(verdict["verdict"], verdict.get("code")) for verdict in verdicts] == [
        ("stored", None),
        ("quarantined", "change.content_differs"),
    ]
    assert phone.read("encounters")[0]["setting"] == "home 3"
    assert json.loads(phone.read("quarantine")[0]["content"]) == other


def test_an_id_used_in_another_study_is_another_thing(world: World, lead: Person, phone: Phone) -> None:
    """Ids are unique per study only."""
    elsewhere = Phone(lead.client, world.make_study(lead))
    visit = phone.visit(setting="here")
    there = {**visit, "payload": {**visit["payload"], "setting": "there"}}
    assert words(phone.push(visit) + elsewhere.push(there)) == ["stored", "stored"]
    assert [one.read("encounters")[0]["setting"] for one in (phone, elsewhere)] == ["here", "there"]


def test_one_bad_change_among_a_hundred_blocks_nobody(phone: Phone) -> None:
    """99 are stored with consecutive numbers, one verdict names the bad one, and it is kept whole."""
    visit = phone.visit()
    changes = [visit, *(phone.entry(visit) for _ in range(99))]
    changes[57]["payload"]["precision_s"] = -5
    verdicts = phone.push(*changes)
    assert [index for index, verdict in enumerate(verdicts) if verdict["verdict"] != "stored"] == [57]
    assert verdicts[57]["code"] == "change.content_invalid"
    assert [verdict["seq"] for verdict in verdicts if verdict["verdict"] == "stored"] == list(range(3, 102))
    assert len(phone.read("entries")) == 98
    (parked,) = phone.read("quarantine")
    assert (parked["change_id"], json.loads(parked["content"])) == (changes[57]["change_id"], changes[57])


SPOILED: dict[str, tuple[str, dict[str, Any]]] = {
    "NUL": ("change.content_invalid", {"payload": {"kind": "visit", "started_at": stamp(0), "setting": "a\x00b"}}),
    "half a character": (
        "change.content_invalid",
        {"payload": {"kind": "visit", "started_at": stamp(0), "setting": "a\ud800b"}},
    ),
    "half a character in a key": ("change.content_invalid", {"payload": {"\udfff": 1}}),
    "not a number": ("change.content_invalid", {"monotonic_ms": float("nan")}),
    "infinite": ("change.content_invalid", {"monotonic_ms": float("inf")}),
    "year 1": ("change.content_invalid", {"made_at": "0001-01-01T00:00:00.000+14:00"}),
    "year 9999": (
        "change.content_invalid",
        {"payload": {"kind": "visit", "started_at": "9999-12-31T23:59:59.999-23:59"}},
    ),
    "numeric date": ("change.content_invalid", {"made_at": 1772438400}),
    "integer beyond 2^63": ("change.content_invalid", {"device_seq": 2**63}),
    "unknown field": ("change.content_invalid", {"is_admin": True}),
    "unknown payload field": (
        "change.content_invalid",
        {"payload": {"kind": "visit", "started_at": stamp(0), "is_admin": True}},
    ),
    "unknown kind": ("change.kind_unknown", {"kind": "encounter.painted"}),
    "newer schema": ("change.schema_newer", {"schema": 2, "shape": "nobody knows yet"}),
    "path for an id": ("change.content_invalid", {"subject_id": "../../etc/passwd"}),
    "capital id": ("change.content_invalid", {"subject_id": str(uuid4()).upper()}),
    "foreign study": ("change.content_invalid", {"kind": "study.amended", "payload": {"title": "Mine"}}),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_change_is_parked_whole_when_it_comes_between_good_ones(phone: Phone, name: str) -> None:
    """Never a 4xx or 5xx for content, never a loss: both neighbours are stored and the lists still answer."""
    code, spoil = SPOILED[name]
    before, spoiled, after = phone.visit(), {**phone.visit(), **spoil}, phone.visit()
    body = json.dumps(phone.body([before, spoiled, after]), ensure_ascii=True).encode()
    answer = _raw_push(phone, body)
    assert answer.status_code == 200, answer.text
    verdicts = answer.json()["verdicts"]
    assert words(verdicts) == ["stored", "quarantined", "stored"]
    assert verdicts[1]["code"] == code
    (parked,) = phone.read("quarantine")
    assert json.dumps(json.loads(parked["content"])) == json.dumps(spoiled)
    assert len(phone.read("encounters")) == 2


@pytest.mark.parametrize("nonsense", [None, 7, "text", [], {}, [[]], {"change_id": 5}, {"change_id": "\x00"}])
def test_nonsense_for_a_change_is_parked_and_told_by_its_place(phone: Phone, nonsense: object) -> None:
    """Verdicts stand in the order of the changes, so that even what has no id is answered."""
    visit = phone.visit()
    verdicts = phone.push(nonsense, visit)
    assert [(verdict["change_id"], verdict["verdict"]) for verdict in verdicts] == [
        (None, "quarantined"),
        (visit["change_id"], "stored"),
    ]


def test_a_parked_change_is_kept_once_when_the_phone_insists(phone: Phone) -> None:
    """A phone that sends its parked changes at every contact does not fill the database."""
    odd = phone.change("encounter.painted")
    for _ in range(3):
        assert words(phone.push(odd, odd)) == ["quarantined", "quarantined"]
    assert len(phone.read("quarantine")) == 1


def test_what_was_not_understood_is_taken_once_it_is(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that learns a new kind takes what it parked when the phone sends it again; nothing stays behind."""
    note = phone.change("memo.written", {"text": "why?"})
    with monkeypatch.context() as older_server:
        older_server.delitem(KINDS, "memo.written")
        (refused,) = phone.push(note)
    assert (refused["verdict"], refused["code"]) == ("quarantined", "change.kind_unknown")
    assert [parked["change_id"] for parked in phone.read("quarantine")] == [note["change_id"]]
    assert words(phone.push(note)) == ["stored"]
    assert phone.read("quarantine") == []
    assert [memo["text"] for memo in phone.read("memos")] == ["why?"]
    assert words(phone.push(note)) == ["known"]
    with world.database.read() as session:
        assert verify(session) == []


def test_an_upgrade_takes_in_what_was_parked_without_asking_the_phone(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phone may be in a drawer: the server plays it again itself, once, and leaves what a rule refuses."""
    note, never = phone.change("memo.written", {"text": "why?"}), phone.change("encounter.painted")
    visit = phone.visit(setting="kitchen")
    with monkeypatch.context() as older_server:
        older_server.delitem(KINDS, "memo.written")
        # It knows visits, and not that they have a setting.
        older_server.setitem(KINDS, "encounter.started", KINDS["encounter.ended"])
        codes = [verdict["code"] for verdict in phone.push(note, never, visit)]
    assert codes == ["change.kind_unknown", "change.kind_unknown", "change.content_invalid"]
    with world.database.write() as session:
        assert replay_understood(session, world.clock) == 2
    assert [parked["change_id"] for parked in phone.read("quarantine")] == [never["change_id"]]
    assert [one["setting"] for one in phone.read("encounters")] == ["kitchen"]
    assert [memo["text"] for memo in phone.read("memos")] == ["why?"]
    assert note["change_id"] in [change["change_id"] for change in phone.pull_all()]
    with world.database.write() as session:
        assert replay_understood(session, world.clock) == 0
    with world.database.read() as session:
        assert verify(session) == []


@pytest.mark.parametrize("is_sent_again", [False, True], ids=["played again", "sent again"])
def test_a_strike_that_was_parked_leaves_its_words_nowhere_once_it_is_understood(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch, is_sent_again: bool
) -> None:
    """It is stored without them, so what was parked with them is not the same any more, and has to go all the same."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting="Grethe spørger")
    strike = phone.change("words.struck", {"words": "Grethe"}, subject_id=entry["subject_id"])
    with monkeypatch.context() as older_server:
        older_server.delitem(KINDS, "words.struck")
        assert words(phone.push(visit, entry, strike)) == ["stored", "stored", "quarantined"]
    if is_sent_again:
        assert words(phone.push(strike)) == ["erased"]
    with world.database.write() as session:
        assert replay_understood(session, world.clock) == (0 if is_sent_again else 1)
    assert phone.read("quarantine") == []
    assert [one["jotting"] for one in phone.read("entries")] == ["▮ spørger"]
    assert "Grethe" not in json.dumps(phone.pull_all())


def test_only_its_author_sees_what_was_parked(world: World, study_id: UUID, phone: Phone) -> None:
    """Quarantine is one's own."""
    other = join_with_phone(world, study_id, "Ove")
    other.push(other.change("encounter.painted"))
    assert phone.read("quarantine") == []
    assert len(other.read("quarantine")) == 1


def test_integers_up_to_2_63_are_stored(phone: Phone) -> None:
    """Where they fit they stay exact."""
    visit = phone.visit()
    entry = {**phone.entry(visit), "device_seq": 2**63 - 1}
    assert words(phone.push(visit, entry)) == ["stored", "stored"]
    assert phone.pull_all()[-1]["device_seq"] == 2**63 - 1


@pytest.mark.parametrize(
    "spoil",
    [
        {"device_id": "x"},
        {"device_time": "yesterday"},
        {"device_time": 5},
        {"changes": {}},
        {"protocol": 0},
        {"protocol": "1"},
        {"is_admin": True},
    ],
)
def test_an_envelope_that_is_wrong_is_refused_without_repeating_it(phone: Phone, spoil: dict[str, Any]) -> None:
    """422 for the envelope, which is the app's own; contents are never judged like this."""
    answer = phone.client.post(f"{phone.url}/changes", json={**phone.body([]), **spoil})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert "yesterday" not in answer.text and "is_admin" not in answer.text


def test_a_newer_protocol_is_taken_as_far_as_it_is_understood(phone: Phone) -> None:
    """A phone one version ahead still syncs: unknown words beside the changes are passed over."""
    visit = phone.visit()
    answer = phone.client.post(f"{phone.url}/changes", json=phone.body([visit], protocol=2, compression="none"))
    assert (answer.status_code, words(answer.json()["verdicts"]), answer.json()["protocol"]) == (200, ["stored"], 1)


def test_a_body_that_cannot_be_parsed_is_400(phone: Phone) -> None:
    """The phone halves until the bad change is alone."""
    for body in (b"{", b'{"a":1,"a":2}', b"\xff\xfe{\x00}\x00", b"[" * 100_000, b'{"n":' + b"9" * 5000 + b"}"):
        answer = _raw_push(phone, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "body.unreadable")


def test_a_batch_that_is_too_large_is_413_with_the_limit(phone: Phone) -> None:
    """More than 500 changes, more than 256 kB together, more than a megabyte alone."""
    many = _raw_push(phone, json.dumps(phone.body([{}] * 501)).encode())
    visit = phone.visit()
    long_ones = [phone.entry(visit, jotting="x" * 90_000) for _ in range(3)]
    together = _raw_push(phone, json.dumps(phone.body(long_ones)).encode())
    alone = _raw_push(phone, json.dumps(phone.body([phone.visit(setting="x" * 2**20)])).encode())
    assert [answer.status_code for answer in (many, together, alone)] == [413, 413, 413]
    assert many.json()["max_changes"] == 500
    assert together.json()["max_bytes"] == 256 * 1024
    assert phone.pull()["cursor"] == 2


def test_a_single_long_note_is_stored_although_it_is_larger_than_a_batch(phone: Phone) -> None:
    """100,000 code points of four bytes each go through alone."""
    visit = phone.visit()
    phone.push(visit)
    jotting = "🙂" * 100_000
    body = json.dumps(phone.body([phone.entry(visit, jotting=jotting)]), ensure_ascii=False).encode()
    assert words(_raw_push(phone, body).json()["verdicts"]) == ["stored"]
    assert phone.read("entries")[0]["jotting"] == jotting


def test_gzip_is_taken_and_a_bomb_is_not(phone: Phone) -> None:
    """The limit counts what comes out of the packing."""
    packed = gzip.compress(json.dumps(phone.body([phone.visit()])).encode())
    assert words(_raw_push(phone, packed, **{"Content-Encoding": "gzip"}).json()["verdicts"]) == ["stored"]
    bomb = gzip.compress(b" " * 50_000_000)
    assert _raw_push(phone, bomb, **{"Content-Encoding": "gzip"}).status_code == 413


def test_a_clock_ten_years_ahead_is_stored_flagged_and_corrected(phone: Phone, clock: Any) -> None:
    """Raw time untouched, corrected time beside it; the device is listed with its offset."""
    phone.clock_offset = timedelta(days=3653)
    visit = phone.visit(started_at="2036-03-02T09:00:00.000+01:00")
    visit["made_at"] = "2036-03-02T09:00:00.000+01:00"
    entry = phone.entry(visit, started_at="2036-03-02T09:01:00.000+01:00")
    entry["made_at"] = "2036-03-02T09:01:00.000+01:00"
    assert words(phone.push(visit, entry)) == ["stored", "stored"]
    fed = phone.pull(2)["changes"][0]
    assert fed["made_at"] == visit["made_at"]
    assert fed["corrected_at"].startswith("2026-03-0")
    assert phone.read("encounters")[0]["started_at"] == "2036-03-02T09:00:00.000+01:00"
    (device,) = phone.read("devices")
    assert abs(device["clock_offset_ms"] - 3653 * 86_400_000) < 600_000


def test_a_clock_that_is_a_minute_off_is_left_alone(phone: Phone) -> None:
    """Two minutes are the limit, because latency looks like a wrong clock."""
    phone.clock_offset = timedelta(minutes=1)
    phone.push(phone.visit())
    assert phone.pull(2)["changes"][0]["corrected_at"] is None


def test_a_correction_out_of_all_years_is_none(phone: Phone) -> None:
    """A clock in the year 2199 and a change of 1901 cannot make the server fail."""
    phone.clock_offset = timedelta(days=365 * 173)
    old = {**phone.visit(), "made_at": "1901-01-01T00:00:00.000+00:00"}
    assert words(phone.push(old)) == ["stored"]
    assert phone.pull(2)["changes"][0]["corrected_at"] is None


def test_everything_from_a_revoked_device_is_parked(phone: Phone) -> None:
    """It may still hand over what it has; nothing of that counts until somebody looks at it."""
    known = phone.visit()
    phone.push(known)
    phone.client.post(f"{phone.url}/devices", json={"device_id": str(phone.device_id), "revoked": True})
    verdicts = phone.push(known, phone.visit())
    assert [(verdict["verdict"], verdict.get("code")) for verdict in verdicts] == [
        ("known", None),
        ("quarantined", "device.revoked"),
    ]


def test_two_people_may_share_a_phone(world: World, study_id: UUID, phone: Phone) -> None:
    """Who wrote is told by the sign-in: the second account on a device is not locked out."""
    other = join_with_phone(world, study_id, "Ove")
    other.device_id = phone.device_id
    assert words(phone.push(phone.visit()) + other.push(other.visit())) == ["stored", "stored"]
    assert [change["author"] for change in phone.pull(2)["changes"]] == ["observer-1", "observer-2"]


def test_the_answer_leaves_after_the_commit(world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that fails is never acknowledged: whoever is told 200 can rely on it."""
    visit = phone.visit()

    def fail(_session: Session) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Session, "commit", fail)
    answer = phone.client.post(f"{phone.url}/changes", json=phone.body([visit]))
    monkeypatch.undo()
    assert answer.status_code == 500
    assert words(phone.push(visit)) == ["stored"]


def test_readers_and_strangers_cannot_push(world: World, study_id: UUID, lead: Person, phone: Phone) -> None:
    """403 for a read-only token, 404 for somebody else's study."""
    body = phone.body([phone.visit()])
    script = world.make_script(study_id, lead)
    stranger = world.make_person("Stranger").client
    assert script.post(f"{phone.url}/changes", json=body).json()["code"] == "token.read_only"
    assert stranger.post(f"{phone.url}/changes", json=body).json()["code"] == "study.unknown"
