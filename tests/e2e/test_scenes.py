"""Scenes from the field, each as an observer lives it with one thumb. One study, one phone, scene after scene."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Playwright, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.field import Field, sure
from tests.e2e.observer import PASSWORD
from tests.e2e.phone import Phone, profile_holds, wait_for_worker


def test_a_whole_visit_in_words_alone(field: Field) -> None:
    """Nothing interpretive is ever needed to save, and nothing of it is owed afterwards."""
    hand = field.begin()
    for words in ("vi bliver lukket ind", "“er du tørstig?”", "kaffen står urørt"):
        hand.write(words)
    expect(field.page.get_by_role("button", name=re.compile("to code$"))).to_have_count(0)
    hand.end()
    entries = field.entries()
    assert [entry["kind"] for entry in entries] == ["note"] * 3
    assert [entry["jotting"] for entry in entries] == ["vi bliver lukket ind", "“er du tørstig?”", "kaffen står urørt"]
    assert {(entry["action"], entry["structure"], entry["structure_origin"]) for entry in entries} == {
        (None, None, "none")
    }


def test_a_structure_she_is_unsure_of(field: Field) -> None:
    """*Unclear* is an answer like any other; *same again* says that its structure was carried over."""
    hand = field.begin(("Citizen", "C1"))
    hand.see("C1", action="Silent or waits", structure="Unclear")
    hand.tap("same again")
    hand.see("C1", action="Asks")
    expect(field.page.get_by_role("button", name="1 to code", exact=True)).to_be_visible()
    hand.end()
    told = [(one["action"], one["structure"], one["structure_origin"]) for one in field.entries()]
    assert told == [
        ("silent_or_waits", "unclear", "explicit"),
        ("silent_or_waits", "unclear", "carried"),
        ("asks", None, "none"),
    ]


def test_the_citizen_acts_on_the_worker_and_the_wrong_actor_is_mended(field: Field) -> None:
    """A tap turns who and whom around; two taps say that it was somebody else."""
    hand = field.begin(("Professional", "P2"), ("Citizen", "C2"))
    hand.see("P2", to="C2", action="Touches", structure="Leaving be")
    hand.tap("Swap who and whom")
    sure(lambda: field.entries()[-1]["actor_id"] == field.actor("C2"), "the two were not turned around")
    assert field.entries()[-1]["recipient_id"] == field.actor("P2")
    hand.see("C2", action="Tells", structure="Directing")
    field.page.get_by_role("button", name=re.compile("Change who it was$")).tap()
    hand.who("P2").tap()
    sure(lambda: field.entries()[-1]["actor_id"] == field.actor("P2"), "the actor was not mended")
    hand.end()


def test_killed_in_a_crisis_and_back_ninety_minutes_later(field: Field) -> None:
    """Nothing is lost, nobody is asked anything, and a calm row waits with three answers."""
    field.phone.wait_for_cookie_on_disk()
    hand = field.begin(("Citizen", "C3"))
    hand.see("C3", action="Laughs or shows feeling")
    expect(field.page.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    field.phone.kill()
    page = field.phone.open()
    expect(page.locator("button.mark")).to_be_visible()
    page.clock.set_system_time(datetime.now(UTC) + timedelta(minutes=90))
    page.reload()
    page.clock.set_system_time(datetime.now(UTC) + timedelta(minutes=90))
    hand = field.hand
    row = page.get_by_role("region", name=re.compile("^Nothing was written"))
    expect(row).to_be_visible()
    hand.mark()
    row.get_by_role("button", name="Was there: add from memory").tap()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("What was said or seen").fill("hun faldt, vi løftede")
    sheet.get_by_role("button", name="Add, as recalled").tap()
    expect(row).to_be_hidden()
    recalled = next(one for one in field.entries() if one["taken"] == "recalled")
    assert (recalled["jotting"], recalled["kind"]) == ("hun faldt, vi løftede", "note")
    assert 40 * 60 < recalled["precision_s"] < 50 * 60
    encounter_id = field.last_encounter()["id"]
    copy = page.request.get(
        f"{field.server.origin}/api/v1/studies/{field.study_id}/exports/jsonl?clock_times=true"
    ).text()
    assert re.search(rf'"type":"gap"[^\n]*{encounter_id}[^\n]*not_recorded', copy)
    page.clock.set_system_time(datetime.now(UTC))
    page.reload()
    field.settle()


def test_forgot_to_end_and_started_the_next(field: Field) -> None:
    """No dialog: the old one ends at its last entry, end unknown, and the new one runs."""
    hand = field.begin()
    old = field.last_encounter()["id"]
    hand.mark()
    hand.tap("More")
    field.page.get_by_role("button", name=re.compile("^START the next visit")).tap()
    sure(lambda: field.last_encounter()["id"] != old, "the next encounter did not start")
    ended = next(one for one in field.read("encounters") if one["id"] == old)
    (last,) = field.entries(old)
    assert (ended["ended_at"], ended["end_origin"]) == (last["started_at"], None)
    field.settle()


def test_consent_is_checked_with_one_tap_and_what_was_seen_with_another(field: Field) -> None:
    """Each answer there is, assent or dissent where it matters, and the same tap again takes it back."""
    hand = field.begin(("Citizen", "C9"))
    hand.more("Who is here, consent")
    answers = field.page.get_by_role("dialog").get_by_role("group", name="Consent of C9, here and now", exact=True)

    def check() -> dict[str, object] | None:
        stands = [one for one in field.last_encounter()["checks"] if one["actor_id"] == field.actor("C9")]
        return {name: stands[0].get(name) for name in ("answer", "assent")} if stands else None

    for name, answer, matters in (
        ("yes", "yes", False), ("partly", "partly", True), ("declined", "declined", False),
        ("could not ask", "could_not_ask", True), ("by proxy", "proxy", True),
    ):  # fmt: skip
        answers.get_by_role("button", name=name, exact=True).tap()
        expect(answers.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
        sure(lambda answer=answer: check() == {"answer": answer, "assent": None}, f"{name} did not arrive")
        assert answers.get_by_role("button", name="assent seen", exact=True).count() == matters
        if matters:
            answers.get_by_role("button", name="dissent seen", exact=True).tap()
            sure(lambda answer=answer: check() == {"answer": answer, "assent": "dissent"}, "dissent did not arrive")
    answers.get_by_role("button", name="dissent seen", exact=True).tap()
    sure(lambda: check() is None, "the same tap again did not take it back")
    field.page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).tap()
    hand.end()


def test_a_citizen_withdraws_in_the_middle_without_a_network(field: Field) -> None:
    """*Stop for this person*: no dialog, offline; she cannot be picked, and what is written about her is hidden."""
    hand = field.begin(("Citizen", "C4"), ("Professional", "P4"))
    hand.see("C4", action="Asks", structure="Doing with")
    hand.see("P4", action="Offers", structure="Doing for")
    hand.see("P4", to="C4", action="Tells", structure="Directing")
    field.read("entries")
    field.go_offline()
    hand.more("Who is here, consent")
    field.page.get_by_role("dialog").get_by_role("button", name="Stop for C4", exact=True).tap()
    expect(field.page.get_by_text("Stopped: cannot be picked")).to_be_visible()
    field.page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).tap()
    expect(hand.who("C4")).to_have_count(0)
    expect(field.page.get_by_role("region", name="Last entry")).not_to_contain_text("C4")
    hand.more("Timeline")
    expect(field.page.get_by_text("Held and hidden")).to_contain_text("2.")
    expect(field.page.get_by_role("list", name="Entries in time").get_by_role("listitem")).to_have_count(1)
    field.come_home()
    field.page.goto(f"{field.server.origin}/#/capture")
    sure(lambda: _stopped_at(field, "C4") is not None, "the server was not told")
    field.settle()


def _stopped_at(field: Field, label: str) -> object:
    return next(one for one in field.read("actors") if one["label"] == label).get("stopped_at")


def test_a_real_name_typed_and_struck(field: Field) -> None:
    """A dotted line says so after saving; a tap on it and another, offline, and the name is in no version anywhere."""
    hand = field.begin(("Citizen", "C5"))
    field.read("entries")
    field.go_offline()
    hand.write("så siger Karenmarie at hun vil sove", actor="C5")
    sure(lambda: profile_holds(field.phone.profile, "Karenmarie"), "the grep finds nothing: this test proves nothing")
    hand.tap("Write words; there may be a name in them")
    sheet = field.page.get_by_role("dialog")
    words = sheet.get_by_label("What was said or seen")
    words.fill("så siger Karenmarie at hun vil sove, og Karenmarie gør det")
    sheet.get_by_role("button", name="Karenmarie", exact=True).tap()
    field.page.get_by_role("dialog").last.get_by_role("radio", name="C5", exact=True).check()
    field.page.get_by_role("button", name="Strike “Karenmarie”", exact=True).tap()
    # What was typed since stays, without the name; what is typed and taken back leaves nothing behind.
    expect(words).to_have_value(struck := "så siger C5 at hun vil sove, og C5 gør det")
    sheet.get_by_role("button", name="Save words", exact=True).tap()
    hand.tap("Write words")
    words.fill(f"{struck} nu")
    words.fill(struck)
    sheet.get_by_role("button", name="Save words", exact=True).tap()
    field.come_home()
    assert [one["jotting"] for one in field.entries()] == [struck]
    everything = field.page.evaluate(ALL_STORES)
    assert "C5 at hun vil sove" in everything and "Karenmarie" not in everything
    hand.end()
    leaves_the_disk(field, "Karenmarie")


def leaves_the_disk(field: Field, marker: str) -> None:
    """Who struck it has it in no byte of her own browser either, once nothing runs and everything is sent."""
    field.page.goto(f"{field.server.origin}/#/sync")
    field.page.get_by_role("button", name="Send now", exact=True).tap()
    sure(
        lambda: not profile_holds(field.phone.profile, marker), f"bytes of {marker} are still in the striker's profile"
    )
    field.hand.wait_until_ready_offline()


ALL_STORES = """async () => {
  const all = [];
  for (const { name } of await indexedDB.databases()) {
    const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    const db = await answer(indexedDB.open(name));
    for (const store of db.objectStoreNames) all.push(await answer(db.transaction(store).objectStore(store).getAll()));
    db.close();
  }
  return JSON.stringify(all);
}"""


def test_minutes_struck_are_gone_after_ten_seconds_and_not_before(field: Field) -> None:
    """A way back for ten seconds; then the entries are erased, here and on the server, and a gap remains."""
    hand = field.begin(("Citizen", "C6"))
    hand.write("det her skulle jeg ikke have hørt", actor="C6")
    field.read("entries")
    sure(
        lambda: profile_holds(field.phone.profile, "ikke have hørt"), "the grep finds nothing: this test proves nothing"
    )
    hand.more("Strike the last minutes")
    field.page.get_by_role("dialog").get_by_role("button", name=re.compile("^5 min")).tap()
    expect(field.page.get_by_role("region", name="Last entry")).not_to_contain_text("C6")
    hand.tap("Keep it")
    expect(field.page.get_by_role("region", name="Last entry")).to_contain_text("C6")
    hand.more("Strike the last minutes")
    field.page.get_by_role("dialog").get_by_role("button", name=re.compile("^5 min")).tap()
    expect(field.page.get_by_role("button", name="Keep it", exact=True)).to_be_hidden(timeout=20_000)
    sure(lambda: field.entries() == [], "the server still has the entry")
    assert "ikke have hørt" not in field.page.evaluate(ALL_STORES)
    hand.end()
    leaves_the_disk(field, "ikke have hørt")


def test_a_second_observer_joins_by_six_letters_without_a_network(field: Field, make_second: MakePhone) -> None:
    """Said aloud in the hallway: both phones arrive at one visit, each with an encounter of its own."""
    field.command("user", "create", "bo", "--password-file", str(field.password_file()))
    members = f"{field.server.origin}/api/v1/studies/{field.study_id}/members"
    headers = {"Origin": field.server.origin}
    assert field.page.request.post(members, data={"name": "bo", "role": "observer"}, headers=headers).status == 201
    second = make_second("second")
    page = second.open("/#/sign-in")
    page.get_by_label("Name", exact=True).fill("bo")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).tap()
    expect(page.get_by_role("button", name="START", exact=True)).to_be_visible()
    wait_for_worker(page)
    # Opened anew, as every morning: it hears that there are two of them now.
    with field.page.expect_response(lambda answer: answer.url.endswith("/api/v1/me")):
        field.page.reload()
    hand = field.begin()
    other = Field(field.server, second)
    other.hand.start()
    field.go_offline()
    hand.more("Watch it together")
    hand.tap("Make six letters")
    said = field.page.locator(".code").inner_text()
    assert re.fullmatch("[A-HJ-NP-Z]{6}", said)
    hand.tap("Close")
    other.hand.more("Watch it together")
    page.get_by_label("Letters you were told").fill(said.lower())
    other.hand.tap("Join")
    expect(page.locator(".code")).to_have_text(said)
    other.hand.tap("Close")
    other.hand.mark()
    field.come_home()
    other.hand.truth("on the server ✓")
    joined = [one for one in field.read("encounters") if one["visit_code"] == said]
    assert len(joined) == 2 and len({one["visit_id"] for one in joined}) == 1
    assert {one["observer"] for one in joined} == {"observer-1", "observer-2"}
    field.settle()


@pytest.fixture
def make_second(playwright: Playwright, field: Field, tmp_path: object) -> Iterator[MakePhone]:
    """Another phone at the same server."""
    made: list[Phone] = []

    def make(name: str, **how: object) -> Phone:
        phone = Phone(playwright, field.phone.profile.parent / name, field.server.origin, **how)  # type: ignore[arg-type]  # passed through
        made.append(phone)
        return phone

    yield make
    for phone in made:
        phone.close()
