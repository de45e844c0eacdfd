"""What a person who asks is given: all that is about them, nothing about anybody else."""

from __future__ import annotations

import json
from uuid import UUID

from tests.fixtures.world import World
from tests.sync.phone import Phone, join_with_phone, stamp

OTHER = "Kirsten9"


def test_a_person_gets_what_is_about_them_and_nobody_else(world: World, phone: Phone, study_id: UUID) -> None:
    """Entries as actor and recipient, consent, presence, mentions; other people's labels and ids are masked."""
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    other = phone.change("actor.added", {"label": OTHER, "kind": "citizen"})
    who, else_ = person["subject_id"], other["subject_id"]
    consent = phone.change("consent.recorded", {"actor_id": who, "at": stamp(0), "witness": f"datter til {OTHER}"})
    theirs = phone.change("consent.recorded", {"actor_id": else_, "at": stamp(0), "way": "hemmeligt"})
    visit = phone.visit(setting=f"hos @{OTHER}", presence=[{"actor_id": who}, {"actor_id": else_}])
    seen = phone.entry(visit, actor_id=else_, recipient_id=who, jotting=f"@{OTHER} hjælper @C1")
    alone = phone.entry(visit, actor_id=else_, jotting="kun om den anden")
    thought = phone.entry(visit, actor_id=who, kind="reflection", jotting="en tanke")
    memo = phone.change("memo.written", {"text": f"@C1 og {OTHER}"})
    phone.push(person, other, consent, theirs, visit, seen, alone, thought, memo)
    answer = phone.client.post(f"{phone.url}/actors/{who}/disclosure")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [(one["who"], one["towards"], one["jotting"]) for one in told["entries"]] == [
        ("somebody else", "the person", "▮ hjælper @C1")
    ]
    assert (told["consents"][0]["witness"], told["encounters"][0]["setting"]) == ("datter til ▮", "hos ▮")
    assert told["texts_that_name_the_person"] == [{"type": "memo", "text": "@C1 og ▮"}]
    assert told["left_out"]["reflections"] == 1
    found = json.dumps(told, ensure_ascii=False)
    assert all(word not in found for word in (OTHER, else_, "hemmeligt", "kun om den anden", "en tanke"))
    (newest, *_) = phone.read("audit")
    assert (newest["kind"], newest["details"]) == ("person.disclosed", {"actor_id": who})
    assert join_with_phone(world, study_id, "Bo").client.post(f"{phone.url}/actors/{who}/disclosure").status_code == 403
    assert phone.client.post(f"{phone.url}/actors/{study_id}/disclosure").status_code == 404
