"""For every kind of loss a study with one of it to lose more than another: what the count of losses is held to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.exports.nasty_study import NASTY_TEXTS, make_held, make_nasty, odd_codes
from tests.fixtures.paper_study import Line, PaperStudy, actor, at, encounter, entry, name_id

Change = Callable[[PaperStudy], None]


@dataclass(frozen=True)
class Less:
    """A study, and the one change after which there is one less to lose. `only`: the formats that it is meant for."""

    take_out: Change
    make: Callable[[], PaperStudy] = make_nasty
    options: Mapping[str, Any] = field(default_factory=dict)
    options_after: Mapping[str, Any] | None = None
    only: frozenset[str] = frozenset()

    def is_for(self, name: str) -> bool:
        """Whether a format is looked at with this study."""
        return not self.only or name in self.only


def find(paper: PaperStudy, **wanted: Any) -> Line:
    """The first line that is so."""
    return next(line for line in paper.lines if all(line.get(name) == value for name, value in wanted.items()))


def drop(**wanted: Any) -> Change:
    """Takes out the first line that is so."""
    return lambda paper: paper.lines.remove(find(paper, **wanted))


def change(found_by: Line, **new: Any) -> Change:
    """Gives the first line that is so other values."""
    return lambda paper: find(paper, **found_by).update(new)


def nasty_with(*lines: Line) -> Callable[[], PaperStudy]:
    """The nasty study with more in it."""

    def make() -> PaperStudy:
        paper = make_nasty()
        paper.lines += [dict(line) for line in lines]
        return paper

    return make


def nasty_but(*changes: Change) -> Callable[[], PaperStudy]:
    """The nasty study, changed."""

    def make() -> PaperStudy:
        paper = make_nasty()
        for one in changes:
            one(paper)
        return paper

    return make


def _only(*names: str) -> frozenset[str]:
    return frozenset(names)


CODEBOOKS = _only("qdc", "codebook-csv", "codebook-yaml")
TWO_TABLES = _only("sav", "dta", "parquet")
ENCOUNTERS = {"table": "encounters"}
WITH_CONTROL = {"jotting": next(text for text in NASTY_TEXTS if "\x07" in text)}
ODD = {"type": "code", "key": "odd"}
LONG_KEY = "a_flag_whose_key_is_far_longer_than_any_variable"
LONG_FLAG = {**odd_codes()[0], "dimension": "flag", "key": LONG_KEY, "label": {"en": "L" * 130, "da": "L"}}
CARRIED = entry("crowd", "13:20", flags=[LONG_KEY])
LATE_CODE = entry("crowd", "13:21", action="nobody_knows_it", flags=["nor_this"])
CODED_IN_ONE = entry("open", "11:12", structure="leaving_be")
LOST = entry("not there", "14:00")
EARLY = entry("crowd", "12:59", who="P1")
WITH_MS = entry("crowd", "13:22")
WITH_MS["started_at"] = WITH_MS["started_at"].replace(".000+", ".250+")
SHORT = entry("crowd", "13:25:01", end="13:25:02", structure="directing", action="talks")
OPEN_NOTE = {
    "type": "fieldnote", "id": name_id("by somebody"), "encounter_id": name_id("a"), "position": 9.0, "anchors": [],
    "text": "and then", "author": "observer-2", "written_at": at("22:00"),
}  # fmt: skip
FOCAL = encounter("focal", "15:00", "15:10", focal_actor_id=name_id("bell"))
BELL, LINES = actor("a\x07b", id=name_id("bell")), actor("a\rb", id=name_id("bell"))


def with_versions() -> PaperStudy:
    """The nasty study, whose codes had other words in an earlier version."""
    paper = make_nasty()
    earlier = [{**line, "version": 0} for line in paper.lines if line["type"] == "code" and line["key"] == "odd"]
    paper.lines += [{"type": "codebook", "version": 0, "status": "published", "note": None}, *earlier]
    return paper


def with_clocks_set_back() -> PaperStudy:
    """The nasty study, in two of whose encounters the clock was set back."""
    paper = make_nasty()
    paper.fell = {name_id("crowd"): 720_500, name_id("a"): 60_000}
    return paper


def _set_right(paper: PaperStudy) -> None:
    del paper.fell[name_id("crowd")]


# A kind may need several studies: each format is looked at with the first that is for it.
LESS: Mapping[str, list[Less]] = {
    "acted": [Less(drop(type="entry", action="odd"))],
    "actions": [Less(change({"action": "unclear_act"}, action=None))],
    "actors": [
        Less(drop(type="actor", label="never seen"), only=TWO_TABLES, options=ENCOUNTERS),
        Less(drop(type="actor", label="never seen")),
    ],
    "before": [Less(change({"id": EARLY["id"]}, started_at=at("13:00")), make=nasty_with(EARLY))],
    "checks": [
        Less(change({"id": name_id("a")}, checks=[]), only=TWO_TABLES, options=ENCOUNTERS),
        Less(change({"id": name_id("a")}, checks=[])),
    ],
    "codes": [Less(drop(type="code", key="odd"))],
    "conflicts": [Less(change({"encounter_id": name_id("open")}, conflicts=[]))],
    "consents": [Less(drop(type="consent"))],
    "cut": [
        Less(change({"jotting": "long " * 8_000}, jotting="short"), only=_only("sav")),
        Less(change({"key": LONG_KEY}, label={"en": "L", "da": "L"}), make=nasty_with(LONG_FLAG, CARRIED)),
    ],
    "dates": [
        Less(change({"id": name_id("a")}, ended_at=None), only=_only("encounters-csv")),
        Less(
            change({"id": SHORT["id"]}, ended_at=None),
            make=nasty_with({**SHORT, "recipient_id": name_id("P1"), "actor_id": name_id("P1")}),
        ),
    ],
    "described": [Less(change({"id": name_id("crowd")}, kind=None, setting=None, agency=None))],
    "encounter_unknown": [
        Less(drop(id=LOST["id"]), make=nasty_with(LOST), options={"observer": ["observer-2"]}, only=_only("jsonl")),
        Less(drop(id=LOST["id"]), make=nasty_with(LOST)),
    ],
    "encounters": [Less(drop(type="encounter", id=name_id("empty")))],
    "ends": [Less(change({"id": name_id("empty")}, ended_at=None))],
    "entries": [
        Less(drop(type="entry", action="does_by_hand"), only=TWO_TABLES, options=ENCOUNTERS),
        Less(drop(type="entry", action="does_by_hand")),
    ],
    "fieldnotes": [Less(drop(type="fieldnote"))],
    "filtered": [Less(drop(type="entry", action="odd"), options={"observer": ["observer-2"]})],
    "flags": [Less(change({"flags": ["resists", "as_if_choice"]}, flags=["resists"]))],
    "gap_kinds": [Less(drop(type="gap", kind="struck"))],
    "gap_overlaps": [Less(drop(type="gap", kind="not_recorded"))],
    "gaps": [Less(drop(type="gap"))],
    "guarded": [Less(change({"jotting": "=SUM(A1:A9)"}, jotting="SUM(A1:A9)"))],
    "held": [Less(drop(type="memo", id=name_id("held reply")), make=make_held)],
    "jottings": [Less(change({"jotting": "NA"}, jotting=None))],
    "jsonl": [Less(lambda paper: None, options_after={"clock_times": True})],
    "kinds": [Less(change({"action": "odd"}, kind="point"))],
    "letters": [
        Less(change(ODD, definition="]]> & <b>"), only=CODEBOOKS),
        Less(change({"id": name_id("bell")}, label="ab"), make=nasty_with(BELL, FOCAL), only=_only("traminer")),
        Less(change(WITH_CONTROL, jotting=WITH_CONTROL["jotting"].replace("\x07", ""))),
    ],
    "line_ends": [
        Less(change(ODD, definition="a"), make=nasty_but(change(ODD, definition="a\r\n")), only=CODEBOOKS),
        Less(change({"id": name_id("bell")}, label="ab"), make=nasty_with(LINES, FOCAL), only=_only("traminer")),
        Less(change({"jotting": "one\ntwo\r\nthree\rfour"}, jotting="one\ntwo\nthree\rfour")),
    ],
    "memos": [Less(drop(type="memo"))],
    "merged": [Less(drop(type="entry", merged_into=name_id("somebody")))],
    "momentary": [Less(drop(type="entry", action="odd"))],
    "moments": [
        Less(
            change({"id": name_id("zero")}, ended_at=None),
            make=nasty_with({**SHORT, "id": name_id("zero"), "ended_at": SHORT["started_at"]}),
        )
    ],
    "names": [
        Less(
            change({"id": name_id("long")}, label="short"),
            make=nasty_with(actor("L" * 80, id=name_id("long")), {**FOCAL, "focal_actor_id": name_id("long")}),
            only=_only("eaf", "gexf", "traminer", "xes"),
        ),
        Less(change({"key": LONG_KEY}, key="short"), make=nasty_with(LONG_FLAG), only=TWO_TABLES),
        Less(
            change(ODD, label={"en": "Odd", "da": "Skæv"}),
            make=nasty_but(change(ODD, label={"en": "o" * 80 + "(|", "da": "Skæv"})),
        ),
    ],
    "observations": [Less(drop(type="encounter", id=name_id("empty")))],
    "one_sided": [Less(drop(type="entry", action="odd"))],
    "origins": [Less(change({"action": "odd"}, codebook_version=None))],
    "overlaps": [Less(drop(type="entry", started_at=at("13:05"), structure="directing"))],
    "people": [Less(drop(type="actor", label="never seen"))],
    "positions": [Less(change({"control": 1}, control=None, care=None))],
    "precision": [Less(change({"precision_s": 30}, precision_s=0))],
    "presence": [Less(change({"id": name_id("a")}, presence=[{"actor_id": name_id("P1")}]))],
    "reasons": [Less(change({"type": "gap", "kind": "off_record"}, reason=None))],
    "recipients": [Less(change({"recipient_id": name_id("P1")}, recipient_id=None))],
    "reflections": [Less(drop(kind="reflection"))],
    "retracted": [Less(drop(type="entry", retracted=True))],
    "seconds": [Less(change({"id": WITH_MS["id"]}, started_at=at("13:22")), make=nasty_with(WITH_MS))],
    "set_back": [Less(_set_right, make=with_clocks_set_back)],
    "short": [Less(drop(id=SHORT["id"]), make=nasty_with(SHORT), options={"unit_s": 60})],
    "shortened": [Less(drop(type="entry", started_at=at("13:05"), structure="directing"))],
    "spelled": [
        Less(change(ODD, label={"en": "Odd", "da": "Skæv"}), only=CODEBOOKS),
        Less(change({"jotting": "👵🏽 kigger 🫖"}, jotting="👵🏽 kigger")),
    ],
    "structures": [Less(change({"structure": "unclear"}, structure=None), options={"dimension": "action"})],
    "study": [
        Less(change({"type": "study"}, field_mode=None), only=_only("boris", "csv", "xlsx")),
        Less(change({"type": "study"}, observers_see=None)),
    ],
    "tier_names": [Less(change({"id": name_id("a")}, visit_code=None), options={"tier": "deidentified"})],
    "tier_texts": [Less(change({"type": "code", "key": "directing"}, example=""), options={"tier": "deidentified"})],
    "tier_times": [Less(change({"id": name_id("a")}, ended_at=None), options={"tier": "deidentified"})],
    "trailing": [
        Less(
            change({"id": name_id("crowd")}, setting="home"),
            make=nasty_but(change({"id": name_id("crowd")}, setting="home ")),
            only=TWO_TABLES,
            options=ENCOUNTERS,
        ),
        Less(change({"jotting": " space around "}, jotting=" space around")),
    ],
    "uncoded": [
        Less(change({"id": LATE_CODE["id"]}, flags=[]), make=nasty_with(LATE_CODE), only=_only("boris", "qdpx")),
        Less(change({"action": "odd"}, structure="directing"), only=_only("traminer")),
    ],
    "versions": [Less(drop(type="code", key="odd", version=0), make=with_versions)],
    "visit_codes": [Less(change({"id": name_id("a")}, visit_code=None))],
    "wordings": [
        Less(change(ODD, label={"en": "Odd"}), make=nasty_but(change(ODD, label={"en": "Odd", "de": "Seltsam"})))
    ],
    "writers": [Less(change({"id": OPEN_NOTE["id"]}, author=None, written_at=None), make=nasty_with(OPEN_NOTE))],
    "zones": [Less(change({"id": name_id("a")}, time_zone=None))],
}
