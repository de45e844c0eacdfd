"""What may be reported, and what is refused with which word."""

from __future__ import annotations

from typing import Any

import pytest

from skygge.core.changes import KINDS, ChangeRefused, fields_set_by, read_change

ID = "01900000-0000-7000-8000-%012d"
ENTRY = {"encounter_id": ID % 9, "kind": "point", "started_at": "2026-03-02T09:00:00.000+01:00"}
CHANGE: dict[str, Any] = {
    "change_id": ID % 1, "kind": "entry.logged", "subject_id": ID % 2, "parents": [], "payload": ENTRY,
    "made_at": "2026-03-02T09:00:00.000+01:00", "utc_offset_minutes": 60, "time_zone": "Europe/Copenhagen",
    "device_id": ID % 3, "device_seq": 1, "session_id": "s", "monotonic_ms": 12.5, "schema": 1, "app_version": "0.1.0",
}  # fmt: skip


def _refusal(**amended: Any) -> ChangeRefused:
    with pytest.raises(ChangeRefused) as caught:
        read_change({**CHANGE, **amended})
    return caught.value


def test_a_change_is_read_when_it_is_whole() -> None:
    """The envelope comes back as it was."""
    change = read_change(CHANGE)
    assert (change.kind, change.payload, change.device_seq) == ("entry.logged", ENTRY, 1)


@pytest.mark.parametrize(
    "payload",
    [
        {"jotting": "\ud800"},
        {"jotting": "\x00"},
        {"jotting": "a" * 100_001},
        {"precision_s": float("nan")},
        {"precision_s": 2**63},
        {"precision_s": True},
        {"is_admin": True},
        {"from_": "2026-03-02T09:00:00Z"},
        {"started_at": None},
        {"started_at": 1_772_438_400},
        {"started_at": "2026-03-02T09:00:00"},
        {"started_at": "2026-02-30T09:00:00Z"},
        {"started_at": "0001-01-01T00:00:00+23:59"},
        {"started_at": "9999-12-31T23:59:59-23:59"},
        {"encounter_id": "ABC"},
        {"encounter_id": (ID % 9).replace("-", "")},
        {"flags": ["Resists"]},
        {"kind": "pointed"},
    ],
    ids=lambda payload: next(iter(payload)) + "=" + ascii(next(iter(payload.values())))[:24],
)
def test_content_that_does_not_fit_is_refused_without_being_repeated(payload: dict[str, Any]) -> None:
    """The refusal names a field of ours at most, never a piece of what was written."""
    refused = _refusal(payload={**ENTRY, **payload})
    assert refused.code == "change.content_invalid"
    assert refused.where in {"payload", f"payload.{next(iter(payload))}"}
    assert "is_admin" not in refused.where


def test_a_text_of_the_greatest_length_and_any_language_is_taken() -> None:
    """100,000 code points, emoji and right-to-left marks included."""
    text = ("🙂" + "\u202e" + "æ") * 33_333
    assert read_change({**CHANGE, "payload": {**ENTRY, "jotting": text}}).payload["jotting"] == text


def test_what_is_missing_is_named() -> None:
    """A creation without what makes the thing is refused."""
    assert _refusal(payload={"kind": "point", "started_at": ENTRY["started_at"]}).where == "payload.encounter_id"
    assert _refusal(subject_id=None).where == "subject_id"


def test_null_clears_what_may_be_empty_and_nothing_else() -> None:
    """A field that is never null holds something empty once it is cleared; what the thing needs is refused."""
    for kind, subject in (("entry.amended", "entry"), ("encounter.amended", "encounter")):
        model = KINDS[kind].payload
        needed = next(spec.required for spec in KINDS.values() if spec.creates and spec.subject == subject)
        for name, default in model().model_dump(by_alias=True).items():
            change = {**CHANGE, "kind": kind, "payload": {name: None}}
            if name in needed:
                assert _refusal(kind=kind, payload={name: None}).where == f"payload.{name}"
            else:
                read_change(change)
                assert fields_set_by(change) == {name: default}
    assert _refusal(payload={**ENTRY, "kind": None}).where == "payload.kind"


def test_newer_schema_and_unknown_kind_have_words_of_their_own() -> None:
    """They are parked until an upgrade understands them, whatever their payload is."""
    assert _refusal(schema=2, kind="entry.sung", whatever=1).code == "change.schema_newer"
    assert _refusal(kind="entry.sung").code == "change.kind_unknown"


@pytest.mark.parametrize("document", [None, [], "x", 3, {}, {"schema": True}, {"schema": 10**400}])
def test_what_is_no_change_at_all_is_refused(document: object) -> None:
    """Anything can stand in a list of changes; nothing raises another error."""
    with pytest.raises(ChangeRefused):
        read_change(document)


def test_every_kind_of_the_contract_is_listed() -> None:
    """Those that devices report, and the server's own word about a redaction."""
    assert sorted(KINDS) == sorted(
        """
        study.amended
        encounter.started encounter.amended encounter.ended encounter.retracted encounter.restored encounter.struck
        gap.recorded gap.amended gap.retracted
        actor.added actor.amended consent.recorded person.stopped
        entry.logged entry.amended entry.retracted entry.restored
        fieldnote.written fieldnote.amended fieldnote.retracted fieldnote.restored
        memo.written memo.amended memo.retracted
        words.struck codebook.drafted codebook.published code.proposed
        subject.redacted
        """.split()
    )


def test_an_erased_stub_has_no_payload_and_needs_none() -> None:
    """What a phone has erased before it was ever sent arrives as a stub; one that still says something is refused."""
    stub = {**CHANGE, "payload": {}, "redacted": {"mode": "erased", "by": ID % 7}}
    assert read_change(stub).payload == {}
    with pytest.raises(ChangeRefused):
        read_change({**stub, "payload": {"jotting": "Anna"}})
