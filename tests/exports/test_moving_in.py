"""Codebooks and observations from other programs, and files that are meant to hurt."""

from __future__ import annotations

import gzip
import io
import json
import stat
import zipfile
from typing import Any

import pytest

from skygge.core.importing import FileTooLarge, FileUnsafe, ImportRefused, Plan, StandingCodebook, Target, all_imports
from skygge.core.parcel import parse_xml, unpack
from tests.fixtures.paper_study import STUDY_ID, codebook_lines, name_id
from tests.fixtures.world import World

NEW = Target(STUDY_ID, "Europe/Copenhagen", False, languages=["en"])


def read(name: str, raw: str | bytes, target: Target = NEW) -> Plan:
    content = raw.encode() if isinstance(raw, str) else raw
    return all_imports()[name].read(io.BytesIO(content), target)


def codes(plan: Plan) -> dict[str, dict[str, Any]]:
    """The codes of the one codebook that a plan publishes, by key."""
    (book,) = [one.change["payload"] for one in plan.changes if one.change["kind"] == "codebook.published"]
    return {code["key"]: code for code in book["codes"]}


def errors(name: str, raw: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportRefused) as refusal:
        read(name, raw)
    return [(error.row, error.code, error.where) for error in refusal.value.errors]


QDC = """<?xml version="1.0" encoding="utf-8"?>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="NVivo">
 <Codes>
  <Code guid="1" name="Structures" isCodable="false">
   <Code guid="2" name="Gøre for" isCodable="true" color="#D55E00"><Description>gør &amp; bestemmer</Description></Code>
  </Code>
  <Code guid="3" name="Trust" isCodable="true" color="red">
   <Code guid="4" name="Trust lost" isCodable="true"/>
  </Code>
 </Codes>
</CodeBook>"""


def test_a_qdc_brings_its_codes_with_label_colour_and_description() -> None:
    """A folder of a dimension's name holds its codes; others are actions; the two that are always there are there."""
    found = codes(read("qdc", QDC))
    assert {key: (code["dimension"], code["label"]["en"]) for key, code in found.items()} == {
        "goere_for": ("structure", "Gøre for"), "trust": ("action", "Trust"), "trust_lost": ("action", "Trust lost"),
        "none_of_these": ("structure", "None of these"), "unclear": ("structure", "Unclear"),
    }  # fmt: skip
    assert (found["goere_for"]["definition"], found["goere_for"]["color"]) == ("gør & bestemmer", "#D55E00")
    assert "color" not in found["trust"]


def test_errors_of_xml_and_of_codes_name_their_line() -> None:
    """Broken XML, a code without a name, a file without codes."""
    assert errors("qdc", QDC.replace("</Codes>", "")) == [(11, "file.not_xml", "")]
    assert errors("qdc", QDC.replace('name="Trust lost"', 'name=" "')) == [(8, "change.content_invalid", "name")]
    assert errors("qdc", "<a/>") == [(1, "codebook.no_codes", "Codes")]


def standing() -> Target:
    own = [{k: v for k, v in line.items() if k not in ("type", "version")} for line in codebook_lines()[1:]]
    return Target(
        STUDY_ID, "Europe/Copenhagen", True, ["en", "da"], {1: StandingCodebook(name_id("book"), own, [name_id("h")])}
    )


def test_a_study_at_work_loses_no_code_and_knows_its_own_by_their_names() -> None:
    """The file's “doing FOR” is the study's Doing for; its other codes stay; the next version follows the first."""
    plan = read("codebook-csv", "tag,description,number of highlights\ndoing FOR,mended,3\nTrust,new,0\n", standing())
    found = codes(plan)
    before = {line["key"] for line in codebook_lines()[1:]}
    assert before < found.keys() and "trust" in found
    plan = read("codebook-csv", "dimension,label,definition\nstructure,doing FOR,mended\n", standing())
    assert codes(plan)["doing_for"]["definition"] == "mended"
    (change,) = plan.changes
    assert (change.change["payload"]["version"], change.change["payload"]["follows"]) == (2, 1)
    assert codes(plan).keys() == before


def test_a_codebook_that_says_nothing_new_changes_nothing() -> None:
    """Imported a second time, no version is published."""
    assert read("codebook-csv", "dimension,label\nstructure,Doing for\n", standing()).changes == []


@pytest.mark.parametrize("raw", [
    "\ufefftag,description,number of highlights\r\nTrust,it grows,3\r\n",
    "label;definition\nTrust;it grows\n",
    "key,dimension,label_en,definition\ntrust,action,Trust,it grows\n",
])  # fmt: skip
def test_a_codebook_as_csv_is_understood_in_its_usual_shapes(raw: str) -> None:
    """Taguette's, a spreadsheet's, our own."""
    assert codes(read("codebook-csv", raw))["trust"]["definition"] == "it grows"


def test_rows_of_a_codebook_that_are_wrong_are_named() -> None:
    """No label column; a row without a label; a dimension that there is not, where keys say it is ours."""
    assert errors("codebook-csv", "a,b\n1,2\n") == [(1, "column.missing", "label")]
    assert errors("codebook-csv", "key,dimension,label\nx,mood,X\n,action,\n") == [
        (2, "change.content_invalid", "dimension"),
        (3, "change.content_invalid", "label"),
    ]
    assert errors("codebook-csv", b"\xff\xfe") == [(1, "file.not_csv", "")]


def test_a_codebook_as_yaml_names_the_line_of_what_is_wrong() -> None:
    """And otherwise comes in as it stands."""
    good = "note: ours\ncodes:\n  - {dimension: action, key: waits, label: {en: Waits}}\n"
    assert codes(read("codebook-yaml", good))["waits"]["label"] == {"en": "Waits"}
    bad = good + "  - {dimension: mood, key: waits, label: {en: Waits}}\n"
    assert errors("codebook-yaml", bad) == [(4, "change.content_invalid", "dimension")]
    assert errors("codebook-yaml", "codes: [") == [(1, "file.not_yaml", "")]
    assert errors("codebook-yaml", "codes: 3") == [(1, "codebook.no_codes", "codes")]
    assert errors("codebook-yaml", "codes:\n  - !!python/object:os.system {}\n") == [(2, "file.not_yaml", "")]


def boris(**fields: Any) -> str:
    project = {
        "project_format_version": "7.0",
        "behaviors_conf": {
            "0": {"type": "State event", "code": "Talks", "category": "", "description": "d", "color": "#112233"},
            "1": {"type": "Point event", "code": "Doing for", "category": "Structure", "modifiers": ""},
        },
        "subjects_conf": {"0": {"key": "p", "name": "P1", "description": ""}},
        "observations": {
            "visit 1": {
                "date": "2026-03-29T01:30:00",
                "type": "LIVE",
                "time offset": 0.0,
                "description": "home 3",
                "events": [
                    [0.5, "P1", "Talks", "None", "vent lidt"],
                    [60.25, "P1", "Doing for", "kindly|slow", ""],
                    [7200.0, "P1", "Talks", "None", ""],
                    [7300.0, "", "Talks", "None", ""],
                ],
            }
        },
    }
    return json.dumps({**project, **fields})


def test_a_boris_project_brings_people_visits_and_entries() -> None:
    """States paired by subject, code and modifiers, across the night when the clock goes forward; the odd one open."""
    plan = read("boris", boris())
    things = {one.change["kind"]: one.change["payload"] for one in plan.changes}
    assert (things["actor.added"]["label"], things["actor.added"]["kind"]) == ("P1", "other")
    assert things["encounter.started"]["started_at"] == "2026-03-29T01:30:00.000+01:00"
    entries = [one.change["payload"] for one in plan.changes if one.change["kind"] == "entry.logged"]
    told = [(one.get("action"), one.get("structure"), one["started_at"][11:], one.get("ended_at")) for one in entries]
    assert told == [
        ("talks", None, "01:30:00.500+01:00", "2026-03-29T04:30:00.000+02:00"),
        (None, "doing_for", "01:31:00.250+01:00", None),
        ("talks", None, "04:31:40.000+02:00", None),
    ]
    assert (entries[0]["jotting"], entries[1]["flags"]) == ("vent lidt", ["kindly", "slow"])
    assert [(note.row, note.code, note.where) for note in plan.noted] == [
        (1, "subject.other", "subjects_conf"), (2, "modifier.as_flag", "observations[1].events"),
        (1, "end.unknown", "observations"), (4, "state.unpaired", "observations[1].events"),
    ]  # fmt: skip
    assert {"kindly", "slow", "talks", "doing_for"} < codes(plan).keys()
    assert read("boris", boris()).changes == plan.changes


def test_an_ethogram_alone_is_a_codebook() -> None:
    """No observations, no people: one version of the codebook."""
    (change,) = read("boris", boris(observations={}, subjects_conf={})).changes
    assert change.change["kind"] == "codebook.published"


def test_events_that_are_wrong_are_named_by_observation_and_row() -> None:
    """A behaviour or subject that the project does not have, a time that is none, a date that is none."""
    observation = {"date": "2026-03-02T09:00:00", "events": [
        [1, "P1", "Sings", "", ""], [1, "P9", "Talks", "", ""], ["soon", "P1", "Talks", "", ""], 7,
    ]}  # fmt: skip
    assert errors("boris", boris(observations={"a": observation, "b": {"date": "once"}})) == [
        (1, "boris.behaviour_unknown", "observations[1].events"),
        (2, "boris.subject_unknown", "observations[1].events"),
        (3, "change.content_invalid", "observations[1].events"),
        (4, "change.content_invalid", "observations[1].events"),
        (1, "change.content_invalid", "observations[2].date"),
    ]
    assert errors("boris", "{}") == [(1, "file.not_boris", "behaviors_conf")]
    assert errors("boris", "not json") == [(1, "file.not_json", "")]


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", kind) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return sink.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


UNSAFE = {
    "a way out": zipped(("../entries.csv", b"")),
    "an absolute path": zipped(("/etc/passwd", b"")),
    "a drive": zipped(("C:\\entries.csv", b"")),
    "a link": zipped((link("entries.csv"), b"/etc/passwd")),
}
BILLION = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><CodeBook><Codes>&b;</Codes></CodeBook>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><CodeBook><Codes>&a;</Codes></CodeBook>'
ALIASES = "a: &a [1, 1]\nb: &b [*a, *a]\ncodes: [*b, *b]\n"


@pytest.mark.parametrize("raw", UNSAFE.values(), ids=UNSAFE)
def test_archives_that_lead_out_are_refused(raw: bytes) -> None:
    """Nothing of them is read."""
    with pytest.raises(FileUnsafe):
        unpack(raw)


def test_bombs_are_not_unpacked() -> None:
    """Too many files, too much said, and more inside than was said."""
    with pytest.raises(FileTooLarge):
        unpack(zipped(*((f"{n}.csv", b"") for n in range(101))))
    with pytest.raises(FileTooLarge):
        unpack(zipped(("entries.csv", bytes(2_000_000))), max_bytes=1_000_000)
    lying = bytearray(zipped(("entries.csv", bytes(2_000_000))))
    place = lying.rindex(b"PK\x01\x02") + 24
    lying[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises((FileTooLarge, ImportRefused)):
        unpack(bytes(lying), max_bytes=1_000_000)


@pytest.mark.parametrize("raw", [BILLION, OUTSIDE, "<!DOCTYPE x><CodeBook/>", "<a>" * 100 + "</a>" * 100])
def test_xml_that_declares_anything_is_refused(raw: str) -> None:
    """No entity is ever expanded, no file of this server ever read."""
    with pytest.raises(FileUnsafe):
        parse_xml(raw.encode())


def test_hostile_files_are_answered_400_or_413_and_leave_nothing(sqlite_world: World) -> None:
    """Over HTTP: by format; afterwards the study is as it was, and the list still answers."""
    lead = sqlite_world.make_person("Lene")
    url = f"/api/v1/studies/{sqlite_world.make_study(lead)}"
    sent = {
        ("csv", UNSAFE["a way out"]): 400, ("csv", UNSAFE["a link"]): 400, ("qdc", BILLION.encode()): 400,
        ("qdc", OUTSIDE.encode()): 400, ("codebook-yaml", ALIASES.encode()): 400, ("csv", b"no archive"): 422,
        ("csv", zipped(("entries.csv", bytes(300 * 1024 * 1024)))): 413, ("boris", b"[" * 100_000): 422,
        ("jsonl", b"\x00\xff"): 422, ("codebook-csv", b"\x00,label\n"): 422, ("qdc", b""): 422, ("csv", b""): 422,
    }  # fmt: skip
    for (name, raw), status in sent.items():
        answer = lead.client.post(f"{url}/imports/{name}", content=raw)
        assert answer.status_code == status, (name, raw[:40], answer.text)
        assert "passwd" not in answer.text
    bomb = lead.client.post(
        f"{url}/imports/csv", content=gzip.compress(bytes(80 * 1024 * 1024)), headers={"Content-Encoding": "gzip"}
    )
    assert bomb.status_code == 413
    assert lead.client.get(f"{url}/changes").json()["cursor"] == 2
    assert [one["name"] for one in lead.client.get(f"{url}/imports").json()["items"]] == sorted(all_imports())


def test_a_dry_run_tells_what_would_be_created_and_what_becomes_of_it(sqlite_world: World) -> None:
    """A BORIS project over HTTP: first nothing, then the same, and it is on record."""
    lead = sqlite_world.make_person("Lene")
    study_id = sqlite_world.make_study(lead)
    url = f"/api/v1/studies/{study_id}"
    tried = lead.client.post(f"{url}/imports/boris", content=boris(), params={"dry_run": "true"}).json()
    assert tried["created"] == {"actor": 1, "codebook": 1, "encounter": 1, "entry": 3}
    assert {note["code"] for note in tried["noted"]} >= {"state.unpaired", "end.unknown"}
    assert all({"en", "da"} <= note["text"].keys() for note in tried["noted"])
    assert lead.client.get(f"{url}/entries").json()["items"] == []
    done = lead.client.post(f"{url}/imports/boris", content=boris()).json()
    assert {**done, "dry_run": True} == tried
    entries = lead.client.get(f"{url}/entries").json()["items"]
    assert [entry["action"] for entry in entries] == ["talks", None, "talks"]
    again = lead.client.post(f"{url}/imports/boris", content=boris()).json()
    assert (again["stored"], again["created"]) == (0, {})
    kinds = [row["kind"] for row in lead.client.get(f"{url}/audit").json()["items"]]
    assert kinds == ["import.made", "import.made"]
