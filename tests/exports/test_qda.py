"""REFI-QDA: valid by the standard's schema, and everything that importers lose when only the schema is right."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.exports.nasty_study import CROWDED, NASTY_TEXTS
from tests.exports.written import NASTY, kept, write, write_nasty
from tests.fixtures.paper_study import PaperStudy, codebook_lines, encounter, entry, name_id, study_line

SCHEMA = Path(__file__).parent / "schemas" / "REFI-QDA-Project.xsd"
PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
NS = {"q": PROJECT}
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
FORBIDDEN = set('\\/:*?"<>|.')


def open_project(raw: bytes) -> tuple[Any, dict[str, str]]:
    """The project as a tree, and its texts by id. Texts are read as bytes: no line end may be changed in reading."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        texts = {name[8:-4]: archive.read(name).decode("utf-8") for name in archive.namelist() if name != "project.qde"}
        return etree.fromstring(archive.read("project.qde")), texts


@cache
def nasty() -> tuple[Any, dict[str, str]]:
    return open_project(write_nasty("qdpx")[0])


def find(tree: Any, path: str) -> list[Any]:
    return list(tree.xpath(path, namespaces=NS))


def names_of(tree: Any, path: str) -> list[str]:
    return [str(one.get("name")) for one in find(tree, path)]


def test_projects_are_valid_by_the_schema_of_the_standard() -> None:
    """Full, with clock times, of one observer, of one entry, and of nothing."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    one = PaperStudy([study_line(), *codebook_lines(), encounter("a", "09:00", "09:30"), entry("a", "09:01")])
    for raw in (
        write_nasty("qdpx")[0], write("qdpx", NASTY, clock_times=True), write("qdpx", NASTY, observer=["observer-2"]),
        write("qdpx", one), write("qdpx", PaperStudy([study_line()])), write("qdpx", PaperStudy()),
    ):  # fmt: skip
        schema.assertValid(open_project(raw)[0])


def test_codebooks_are_valid_by_the_schema_of_the_standard() -> None:
    """Its schema is the project's type of codes without notes, in a namespace of its own."""
    text = SCHEMA.read_text("utf-8").replace(PROJECT, CODEBOOK)
    text = text.replace('name="Project" type="ProjectType"', 'name="CodeBook" type="CodeBookFile"')
    whole = """<xsd:complexType name="CodeBookFile"><xsd:sequence><xsd:element name="Codes" type="CodesType"/>
        <xsd:element name="Sets" type="SetsType" minOccurs="0"/></xsd:sequence>
        <xsd:attribute name="origin" type="xsd:string"/></xsd:complexType></xsd:schema>"""
    schema = etree.XMLSchema(etree.fromstring(text.replace("</xsd:schema>", whole).encode()))
    tree = etree.fromstring(write_nasty("qdc")[0])
    schema.assertValid(tree)
    project = {one.get("guid"): one.get("name") for one in find(nasty()[0], "//q:Code")}
    own = {one.get("guid"): one.get("name") for one in tree.iter(f"{{{CODEBOOK}}}Code")}
    assert own.items() <= project.items()
    assert len(own) == len({(line["dimension"], line["key"]) for line in NASTY.lines if line["type"] == "code"}) + 3


def test_every_id_stands_once_and_every_reference_leads_somewhere() -> None:
    """In lower case; texts in the archive are exactly those that are named."""
    tree, texts = nasty()
    ids = Counter(str(value) for value in find(tree, "//@guid"))
    assert [guid for guid, n in ids.items() if n > 1 or not GUID.fullmatch(guid)] == []
    assert set(find(tree, "//@targetGUID")) | set(find(tree, "//@creatingUser")) <= set(ids)
    assert sorted(find(tree, "//@plainTextPath")) == sorted(f"internal://{guid}.txt" for guid in texts)
    assert find(tree, "//q:PlainTextContent") == []


def test_offsets_cut_exactly_the_block_of_each_entry() -> None:
    """The block begins with its time, holds its jotting, and ends before the empty line."""
    tree, texts = nasty()
    blocks = {}
    for source in find(tree, "//q:TextSource[contains(@name, ' log')]"):
        text, last = texts[source.get("guid")], 0
        for selection in find(source, "q:PlainTextSelection"):
            start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
            assert last <= start < end <= len(text)
            assert text[start] == "[" and (end == len(text) or text[end : end + 2] == "\n\n")
            blocks[selection.get("name")] = text[start:end]
            last = end
    assert len(blocks) == len(kept(NASTY))
    assert f"[+00:01:00] P1 → C1 (|,) [older woman] · Doing for\n{NASTY_TEXTS[0]}" in blocks.values()


def test_nothing_written_is_absent() -> None:
    """Every word of every jotting, note, memo and reason is in the texts, as often as it was written."""
    texts = " ".join(nasty()[1].values())
    found = Counter(texts.split())
    written = [line["jotting"] for line in kept(NASTY)]
    written += [line["text"] for line in NASTY.lines if line["type"] in ("fieldnote", "memo")]
    written += [line["reason"] for line in NASTY.lines if line["type"] == "gap"]
    # What has to be spelled or replaced inside a word is looked at in the tests of letters.
    words = Counter(
        word for text in written if text for word in text.split() if word.isprintable() and max(word) <= "\uffff"
    )
    assert sum(words.values()) > 18_000
    assert {word: n for word, n in words.items() if found[word] < n} == {}


def test_the_field_note_is_unbroken_and_in_its_authors_order() -> None:
    """Eleven paragraphs with an empty line between, unanchored ones too; anchored ones carry their entries' codes."""
    tree, texts = nasty()
    (source,) = find(tree, "//q:TextSource[@name='V004 · P1 · O1 notes']")
    text = texts[source.get("guid")]
    assert re.findall(r"^§(\d+)", text, re.MULTILINE) == [str(place) for place in range(11)]
    stretches = find(source, "q:PlainTextSelection")
    assert [text[int(one.get("startPosition"))] for one in stretches] == ["§"] * 3
    anchored = [line["id"] for line in CROWDED if line["action"] == "talks"]
    assert len(anchored) == 3
    assert [len(one.findtext("q:Description", namespaces=NS).split()) - 1 for one in stretches] == [1, 2, 1]
    codes = {one.get("guid"): one.get("name") for one in find(tree, "//q:Code")}
    second = [codes[guid] for guid in find(stretches[1], ".//q:CodeRef/@targetGUID")]
    assert second[:3] == ["Directing", "Talks", "P1"] and "Unclear" in second and "Unclear (Actions)" in second


def test_codings_are_those_of_the_entries() -> None:
    """As many codings of each code in the logs as entries that carry it."""
    tree, _ = nasty()
    codes = {one.get("guid"): one.get("name") for one in find(tree, "//q:Code")}
    logs = "//q:TextSource[contains(@name, ' log')]//q:CodeRef/@targetGUID"
    found = Counter(codes[guid] for guid in find(tree, logs))
    entries = kept(NASTY)
    assert found["Doing for"] == sum(line["structure"] == "doing_for" for line in entries)
    assert found["Unclear"] == found["Unclear (Actions)"] == 1
    assert found["Resists"] == 1
    assert found["P1"] == sum(line["actor_id"] in (name_id("P1"), name_id("P1 again")) for line in entries)


def test_names_are_what_programs_take() -> None:
    """Unique over all dimensions, at most 63 characters, sources without forbidden signs, colours as #RRGGBB."""
    tree, _ = nasty()
    codes, sources = names_of(tree, "//q:Code"), names_of(tree, "//q:TextSource") + names_of(tree, "//q:Note")
    for names in (codes, sources, names_of(tree, "//q:Set")):
        assert len({name.casefold() for name in names}) == len(names)
        assert all(0 < len(name) <= 63 for name in names)
    assert [name for name in sources if set(name) & FORBIDDEN] == []
    assert all(re.fullmatch("#[0-9A-Fa-f]{6}", color) for color in find(tree, "//@color"))
    assert names_of(tree, "//q:Code[@isCodable='false']") == [
        "Structures", "Actions", "Flags", "People, things and places",
    ]  # fmt: skip


def test_texts_hold_line_feeds_only_and_nothing_above_the_basic_plane() -> None:
    """An emoji is its name in brackets; no byte order mark."""
    for text in nasty()[1].values():
        assert "\r" not in text and not text.startswith("\ufeff")
        assert max(text, default="") <= "\uffff"
    assert any("[teapot]" in text for text in nasty()[1].values())


def test_people_are_codes_and_cases_and_encounters_are_sets_with_variables() -> None:
    """With ids of their own; a source says which visit, observer and how much was observed."""
    tree, _ = nasty()
    people = [line for line in NASTY.lines if line["type"] == "actor" and not line.get("merged_into")]
    cases = find(tree, "//q:Case")
    assert len(cases) == len(people)
    assert {one.get("name") for one in cases} <= set(names_of(tree, "//q:Code"))
    standing = [line for line in NASTY.lines if line["type"] == "encounter" and not line.get("retracted")]
    assert len(find(tree, "//q:Set")) == len(standing)
    variables = {one.get("guid"): one.get("name") for one in find(tree, "//q:Variable")}
    (source,) = find(tree, "//q:TextSource[@name='V001 · P1 · O1 log']")
    values = {variables[one[0].get("targetGUID")]: one[1].text for one in find(source, "q:VariableValue")}
    assert (values["visit_number"], values["observer"], values["observed_s"]) == ("1", "observer-1", "1512.000")
    assert values["setting"] == "home 3\nsecond floor"


def test_dates_stand_where_clock_times_are_asked_for() -> None:
    """Every note and selection is dated all the same, as importers fall over without."""
    tree, _ = nasty()
    assert set(find(tree, "//@creationDateTime")) == {"1980-01-01T00:00:00Z"}
    assert len(find(tree, "//q:Note[@creationDateTime]")) == len(find(tree, "//q:Note")) == 1
    dated, _ = open_project(write_nasty("qdpx", clock_times=True)[0])
    assert "2026-03-02T09:01:00.000+01:00" in find(dated, "//q:PlainTextSelection/@creationDateTime")


def test_a_later_file_of_newer_encounters_has_the_same_ids() -> None:
    """What is in both files is the same thing for a program that takes in the second."""
    later, texts = open_project(write("qdpx", NASTY, encounter=[name_id("crowd")]))
    whole, all_texts = nasty()
    assert texts.items() < all_texts.items() or set(texts) <= set(all_texts)
    own, every = ({(one.get("guid"), one.get("name")) for one in find(tree, "//q:Set")} for tree in (later, whole))
    assert own < every and len(own) == 1
    guids = [str(one.get("guid")) for one in find(later, "//q:PlainTextSelection")]
    assert guids and set(guids) <= set(find(whole, "//@guid"))


@pytest.mark.parametrize("name", ["V001 · P1 · O1 log", "V001 · O2 log"])
def test_two_observers_of_a_visit_are_two_texts_of_one_visit(name: str) -> None:
    """Never merged."""
    assert len(find(nasty()[0], f"//q:TextSource[@name='{name}']")) == 1
