"""The impact assessment and the data-management sheet: what they say is what is there."""

import html
import io
import re
import zipfile
from uuid import UUID

import pytest

from skygge.core.model import Study
from skygge.core.papers import PaperKind
from skygge.core.papers_words import RISKS, WORDS
from skygge.studies.access import Role
from tests.api.test_terms import LOCK_OFF, TERMS
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, join_with_phone, stamp

MARKER = "Kirstine-Marker"
ABOUT = ("controller", "joint_controller", "processor", "hosting_place", "purpose", "purpose_limits", "legal_basis")
# Each paper in another language, so that both are read.
LANGUAGE_OF: dict[PaperKind, str] = {"dpia": "en", "data-management": "da"}
BOTH = tuple(LANGUAGE_OF)
# Of each setting: what is changed, in which row of which papers it stands, and what it says there (or the word for it).
CHANGED: dict[str, tuple[dict[str, object], str, tuple[PaperKind, ...], str]] = {
    **{name: ({name: f"En anden {name}"}, name, BOTH, f"En anden {name}") for name in ABOUT},
    "retention_until": ({"retention_until": "2031-01-31"}, "retention_until", BOTH, "2031-01-31"),
    "concern_procedure": ({"concern_procedure": "Ring 112"}, "concern_procedure", ("dpia",), "Ring 112"),
    "allows_dictation": ({"allows_dictation": True}, "dictation", BOTH, "dictation_on"),
    "lock_required": (LOCK_OFF, "lock", BOTH, str(LOCK_OFF["lock_reason"])),
    "lock_reason": ({**LOCK_OFF, "lock_reason": "Et andet hus"}, "lock", BOTH, "Et andet hus"),
    "observers_see": ({"observers_see": "all"}, "observers_see", BOTH, "observers_see_all"),
    "field_mode": ({"field_mode": "words"}, "field_mode", BOTH, "field_mode_words"),
    "languages": ({"languages": ["da", "en"]}, "languages", ("data-management",), "da, en"),
    "time_zone": ({"time_zone": "Atlantic/Faroe"}, "time_zone", ("data-management",), "Atlantic/Faroe"),
}


def _read(phone: Phone, kind: PaperKind = "dpia", **query: str) -> str:
    answer = phone.client.get(f"{phone.url}/papers/{kind}", params=query)
    assert answer.status_code == 200, answer.text
    assert f'filename="{kind}.{query.get("format", "html")}"' in answer.headers["content-disposition"]
    if query.get("format") == "docx":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return archive.read("word/document.xml").decode()
    return answer.text


def _rows(page: str) -> dict[str, str]:
    found = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def _fill(world: World, study_id: UUID, phone: Phone) -> None:
    """A lead, an observer, four people of whom three were asked (one twice), a visit, an export, a withdrawal."""
    join_with_phone(world, study_id, "Ofelia Observer")
    people = [phone.change("actor.added", {"label": f"C{n}", "kind": "citizen"}) for n in range(1, 5)]
    thing = phone.change("actor.added", {"label": "T1", "kind": "thing_or_place"})
    answers = [(0, "declined"), (0, "given"), (1, "declined"), (2, "by_proxy")]
    asked = [
        phone.change("consent.recorded", {"actor_id": people[who]["subject_id"], "ethics": said, "at": stamp(minute)})
        for minute, (who, said) in enumerate(answers)
    ]
    visit = phone.visit()
    words = phone.entry(visit, actor_id=people[3]["subject_id"], jotting=MARKER)
    verdicts = phone.push(*people, thing, *asked, visit, words, phone.entry(visit))
    assert {one["verdict"] for one in verdicts} == {"stored"}
    assert phone.client.get(f"{phone.url}/exports/jsonl").status_code == 200
    stop = {"actor_id": people[0]["subject_id"], "mode": "stop"}
    assert phone.client.post(f"{phone.url}/withdrawals", json=stop).status_code == 200


def test_it_says_what_is_there_and_what_was_answered(world: World, study_id: UUID, phone: Phone) -> None:
    """Terms word for word; members, people, consents, exports and withdrawals counted, nobody twice."""
    _fill(world, study_id, phone)
    phone.client.patch(phone.url, json=TERMS)
    rows = _rows(_read(phone))
    words = WORDS["en"]
    for name in ABOUT:
        assert rows[words[name]] == TERMS[name]
    assert rows[words["concern_procedure"]] == TERMS["concern_procedure"]
    assert rows[words["retention_until"]].startswith("2028-12-31")
    counted = {
        "role_lead": 1, "role_observer": 1, "devices_known": 1, "people_citizen": 4, "held_encounters": 1,
        "held_entries": 2, "held_words": 1, "consents_given": 1, "consents_declined": 1, "consents_by_proxy": 1,
        "consents_never": 1, "exports_full": 1, "exports_deidentified": 0, "rights_stopped": 1, "rights_erased": 0,
    }  # fmt: skip
    assert {name: rows[words[name]] for name in counted} == {name: str(n) for name, n in counted.items()}


def test_each_setting_that_is_changed_changes_what_the_papers_say(phone: Phone) -> None:
    """Every setting of a study, one after the other: in the papers that state it, in its own row and in no other."""
    assert set(CHANGED) == set(Study.model_fields) - {"title"}
    phone.client.patch(phone.url, json=TERMS)
    for name, (patch, row, kinds, said) in CHANGED.items():
        before = {kind: _read_rows(phone, kind) for kind in LANGUAGE_OF}
        assert phone.client.patch(phone.url, json=patch).status_code == 200, name
        for kind, words in ((kind, WORDS[language]) for kind, language in LANGUAGE_OF.items()):
            rows = _read_rows(phone, kind)
            changed = {key for key in rows if rows[key] != before[kind].get(key)}
            assert changed == ({words[row]} if kind in kinds else set()), (name, kind)
            assert kind not in kinds or words.get(said, said) in rows[words[row]], (name, kind)
    phone.client.patch(phone.url, json={"title": "Hjemmepleje Syd"})
    assert all("Hjemmepleje Syd</h1>" in _read(phone, kind) for kind in LANGUAGE_OF)


def _read_rows(phone: Phone, kind: PaperKind) -> dict[str, str]:
    """Without how many changes the log has: each setting that is changed is one."""
    language = LANGUAGE_OF[kind]
    rows = _rows(_read(phone, kind, language=language))
    del rows[WORDS[language]["held_changes"]]
    # What holds against a risk, and what remains, stand in a table of three columns.
    return {name: said for name, said in rows.items() if "<td>" not in said}


def test_who_may_download_more_is_counted(world: World, study_id: UUID, phone: Phone) -> None:
    """An analyst is one that gets de-identified files, until a lead says otherwise."""
    world.join(study_id, world.make_person("Anne"), Role.ANALYST)
    member = next(one for one in phone.read("members") if one["role"] == "analyst")
    row = WORDS["en"]["role_analyst_full"]
    assert row not in _rows(_read(phone)) and _rows(_read(phone))[WORDS["en"]["role_analyst"]] == "1"
    phone.client.patch(f"{phone.url}/members/{member['member_id']}", json={"exports_full": True})
    assert [_rows(_read(phone, kind))[row] for kind in LANGUAGE_OF] == ["1", "1"]


def test_the_lock_and_dictation_stand_as_the_study_decided(world: World, study_id: UUID, phone: Phone) -> None:
    """Required by default; where it is not, the written reason stands in both papers and among what is open."""
    assert _rows(_read(phone))[WORDS["en"]["lock"]] == WORDS["en"]["lock_on"]
    assert _rows(_read(phone))[WORDS["en"]["dictation"]] == WORDS["en"]["dictation_off"]
    phone.client.patch(phone.url, json={**LOCK_OFF, "allows_dictation": True})
    for kind in ("dpia", "data-management"):
        rows = _rows(_read(phone, kind))
        assert str(LOCK_OFF["lock_reason"]) in rows[WORDS["en"]["lock"]]
        assert rows[WORDS["en"]["dictation"]] == WORDS["en"]["dictation_on"]
    assert html.escape(WORDS["en"]["open_lock"]) in _read(phone)


def test_what_nobody_answered_is_said_to_be_open(phone: Phone) -> None:
    """A sheet that hides its gaps would be worse than none."""
    page = _read(phone)
    assert _rows(page)[WORDS["en"]["controller"]] == WORDS["en"]["open"]
    assert WORDS["en"]["open_term"].format(term=WORDS["en"]["legal_basis"]) in page
    phone.client.patch(phone.url, json=TERMS)
    assert "Not answered" not in _read(phone) and WORDS["en"]["nothing_open"] in _read(phone)


@pytest.mark.parametrize("kind", ["dpia", "data-management"])
@pytest.mark.parametrize("language", ["en", "da"])
def test_both_papers_come_in_both_languages_and_formats(
    world: World, study_id: UUID, phone: Phone, kind: PaperKind, language: str
) -> None:
    """The page and the Word document say the same; neither holds a word that was jotted, nor a name of a key."""
    _fill(world, study_id, phone)
    page, document = (_read(phone, kind, language=language, format=form) for form in ("html", "docx"))
    for text in (page, document):
        assert html.escape(WORDS[language]["no_employer"][:60], quote=False) in text
        assert MARKER not in text and "None" not in text and "{" not in text.partition("</style>")[2]


def test_what_a_lead_wrote_stays_text(phone: Phone) -> None:
    """The terms are somebody's words, and the page may be opened from a disk."""
    phone.client.patch(phone.url, json={"controller": "</td><script>alert(1)</script>", "purpose": "{lock} {0}"})
    page = _read(phone)
    assert "<script" not in page and "&lt;script&gt;" in page and "{lock} {0}" in page


def test_every_sentence_is_there_in_both_languages() -> None:
    """A key without its sentence would be found by the first person who asks for the paper."""
    assert WORDS["en"].keys() == WORDS["da"].keys()
    assert [len(risk) for risk in RISKS["en"]] == [len(risk) for risk in RISKS["da"]]


def test_an_unknown_paper_is_refused(world: World, lead: Person, study_id: UUID) -> None:
    """There are two; the name is not echoed."""
    answer = lead.client.get(f"/api/v1/studies/{study_id}/papers/{MARKER}")
    assert answer.status_code == 422 and MARKER not in answer.text
