"""A study with everything in it that formats stumble over."""

from __future__ import annotations

from skygge.core.identity import visit_id
from skygge.core.model import Code
from tests.fixtures.paper_study import (
    STUDY_ID,
    Line,
    PaperStudy,
    actor,
    at,
    codebook_lines,
    encounter,
    entry,
    gap,
    name_id,
    study_line,
)

HELD = "hemmeligt om R1"
ODD_LABEL = 'A (b), c | d "👵" שלום / e'
NASTY_TEXTS = [
    "æøå ÆØÅ “vent lidt”",
    "👵🏽 kigger 🫖",
    "=SUM(A1:A9)",
    "+45 12 34 56 78",
    "@home",
    "\ttab first",
    "-1",
    'she said "no", twice',
    '"',
    "one\ntwo\r\nthree\rfour",
    "a,b;c|d(e)",
    "]]> <script>alert(1)</script> & &amp;",
    "\u202eright to left\u202c שלום",
    "control \x07 \x1b \x7f \u2028 \u2029 \ufeff",
    "NA",
    "null",
    " space around ",
    "x" + "\u0301" * 200,
    "long " * 8_000,
]


def make_nasty() -> PaperStudy:
    """Two observers on one visit, an unknown end, gaps of each kind, a visit without entries, things not to be told.

    And a crowded visit: states that overlap, of no length, that nobody ended; codes of one label in two dimensions;
    labels that other formats use as signs; a field note of 2,000 words, anchored and not.
    """
    return PaperStudy(
        [
            *_house(),
            *_crowd(),
            *_entries(),
            *(dict(line) for line in CROWDED),
            *_writings(),
            *_long_note(),
        ]
    )


def make_held() -> PaperStudy:
    """The nasty study after it was stopped for somebody in the crowded visit, where she was present and was asked."""
    paper = make_nasty()
    her = name_id("R1 held")
    crowd = next(line for line in paper.lines if line.get("id") == name_id("crowd"))
    crowd["presence"] = [{"actor_id": her, "from": at("13:00"), "to": at("13:20")}]
    crowd["checks"] = [{"actor_id": her, "answer": "no"}]
    stopped = actor("R1 held", "relative", stopped_at=at("13:20"), stopped_in=name_id("crowd"))
    paper.lines += [stopped, *(dict(line) for line in HELD_LINES)]
    return paper


def _house() -> list[Line]:
    return [
        study_line(title="../Nær & fjern: “æøå”"),
        *codebook_lines(),
        actor("P1", agency="North"),
        actor("P1 again", merged_into=name_id("P1")),
        actor("C1 (|,) 👵", "citizen"),
        actor("never seen", "bystander"),
        {"type": "consent", "id": name_id("consent"), "actor_id": name_id("P1"), "ethics": "given", "at": at("08:00")},
        encounter(
            "a",
            "09:00",
            "09:31:12",
            visit_id=str(visit_id(STUDY_ID, "KXWQPT")),
            visit_code="KXWQPT",
            focal_actor_id=name_id("P1"),
            setting="home 3\nsecond floor",
            # Of one of them nobody noticed when they came.
            presence=[
                {"actor_id": name_id("P1"), "from": at("09:00"), "to": at("09:30")},
                {"actor_id": name_id("C1 (|,) 👵")},
            ],
            checks=[{"actor_id": name_id("P1"), "answer": "yes"}],
        ),
        encounter(
            "b", "09:00", "09:30", visit_id=str(visit_id(STUDY_ID, "KXWQPT")), observer="observer-2", agency=None
        ),
        encounter("empty", "10:00", "10:20"),
        encounter("open", "11:00", None, kind="visit"),
        encounter("gone", "12:00", "12:30", retracted=True),
        gap("a", "09:10", "09:15", reason="bathroom, “no”"),
        gap("a", "09:14", "09:16", "not_recorded"),
        gap("b", "09:20", None, "struck"),
    ]


def _crowd() -> list[Line]:
    return [
        *odd_codes(),
        actor("\u202e שלום \u202c", "relative"),
        encounter(
            "crowd",
            "13:00",
            "13:30",
            focal_actor_id=name_id("P1"),
            setting='home: 4/5 * "attic" <2>|',
        ),
    ]


def odd_codes(version: int = 1) -> list[Line]:
    """A code with the label of one in another dimension, and one whose words are full of signs."""
    odd = [
        Code(dimension="action", key="unclear_act", label={"en": "Unclear", "da": "Uklart"}, order=90),
        Code(
            dimension="action", key="odd", label={"en": ODD_LABEL, "da": "Skæv"}, order=91, definition="]]> & <b>\x0b"
        ),
    ]
    return [{"type": "code", **code.model_dump(), "version": version} for code in odd]


def _crowded_entries() -> list[Line]:
    return [
        entry("crowd", "13:01", who="P1", action="talks", end="13:10", structure="directing"),
        entry("crowd", "13:05", who="P1", action="talks", end="13:08", structure="directing"),
        entry("crowd", "13:06", who="P1", action="talks", end="13:06", verbatim=True, precision_s=30),
        entry("crowd", "13:12", who="P1", action="odd", kind="state"),
        entry("crowd", "13:12", who="\u202e שלום \u202c", to="P1", action="unclear_act", structure="unclear"),
        entry("crowd", "13:12:00", kind="note"),
        entry("crowd", "13:40", who="C1 (|,) 👵", to="P1", action="asks", taken="recalled", control=1, care=-2),
    ]


def _long_note() -> list[Line]:
    """Eleven paragraphs, 2,002 words; every third is anchored, one of them to two entries and one to none known."""
    anchored = iter([*(line["id"] for line in CROWDED if line["action"] == "talks"), name_id("never written")])
    anchors = [[next(anchored)] if place % 3 == 0 else [] for place in range(11)]
    anchors[3].append(CROWDED[4]["id"])
    return [
        {
            "type": "fieldnote",
            "id": name_id(f"note {place}"),
            "encounter_id": name_id("crowd"),
            "position": place + 0.5,
            "anchors": anchors[place],
            "text": f"§{place} {NASTY_TEXTS[place]} " + "word " * (182 - 1 - len(NASTY_TEXTS[place].split())),
            "author": "observer-1" if place else "observer-2",
            "written_at": at("21:00"),
        }
        for place in range(11)
    ]


def _entries() -> list[Line]:
    return [
        *(
            entry("a", f"09:{minute:02}", who="P1", to="C1 (|,) 👵", jotting=text, structure="doing_for")
            for minute, text in enumerate(NASTY_TEXTS, 1)
        ),
        entry("a", "09:21", who="P1 again", action="does_by_hand", end="09:25", flags=["resists", "as_if_choice"]),
        entry("a", "09:22", who="P1", action="does_by_hand", end="09:22"),
        entry("b", "09:05", kind="state", structure="directing"),
        entry(
            "open",
            "11:10",
            conflicts=[
                {
                    "field": "jotting",
                    "values": [{"change_id": "x", "value": None}, {"change_id": "y", "value": "beside"}],
                }
            ],
        ),
        entry("gone", "12:01"),
        entry("a", "09:26", kind="reflection", jotting="I am tired"),
        entry("a", "09:27", retracted=True, jotting="never mind"),
        entry("a", "09:28", merged_into=name_id("somebody")),
    ]


def _held_lines() -> list[Line]:
    """Somebody for whom it was stopped acts, and is addressed; a paragraph, a memo and a reply about that.

    And last an entry of hers from an earlier visit, where it may be told.
    """
    acts, addressed, told = (
        entry("crowd", "13:15", who="R1 held", jotting=f"{HELD}: acts"),
        entry("crowd", "13:16", who="P1", to="R1 held", jotting=f"{HELD}: is addressed"),
        entry("a", "09:29", who="R1 held", action="talks"),
    )
    return [
        acts,
        addressed,
        {
            "type": "fieldnote",
            "id": name_id("held note"),
            "encounter_id": name_id("crowd"),
            "position": 99.0,
            "anchors": [acts["id"]],
            "text": f"{HELD}: a paragraph",
            "author": "observer-1",
            "written_at": at("21:00"),
        },
        {
            "type": "memo",
            "id": name_id("held memo"),
            "about": [{"type": "entry", "id": addressed["id"]}],
            "text": f"{HELD}: a memo",
            "author": "observer-1",
            "written_at": at("21:00"),
        },
        {
            "type": "memo",
            "id": name_id("held reply"),
            "about": [{"type": "memo", "id": name_id("held memo")}],
            "text": f"{HELD}: an answer to it",
            "author": "observer-1",
            "written_at": at("21:10"),
        },
        told,
    ]


def _writings() -> list[Line]:
    return [
        {
            "type": "fieldnote",
            "id": name_id("note"),
            "encounter_id": name_id("a"),
            "position": 1.0,
            "anchors": [],
            "text": NASTY_TEXTS[-1],
            "author": "observer-1",
            "written_at": at("20:00"),
        },
        {
            "type": "memo",
            "id": name_id("memo"),
            "about": [{"type": "code", "id": "directing"}, {"type": "encounter", "id": name_id("a")}],
            "text": "two\nlines",
            "author": "observer-1",
            "written_at": at("21:00"),
        },
    ]


CROWDED = _crowded_entries()
HELD_LINES = _held_lines()
