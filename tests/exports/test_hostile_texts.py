"""Whatever somebody wrote, wherever it may be written: every file of every format is still a file of its kind."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from itertools import cycle

import pytest
import yaml
from lxml import etree

from skygge.core.export import all_exports
from tests.exports.nasty_study import NASTY_TEXTS, make_nasty
from tests.exports.written import unpack, write
from tests.fixtures.paper_study import PaperStudy, actor, entry, name_id

# Where people write: pseudonyms, places, reasons, words, names of observers.
WRITTEN = ("title", "label", "agency", "setting", "reason", "jotting", "text", "observer", "author", "definition")
SIGNS = [*NASTY_TEXTS[:-1], "</Text><x>", "&#0;", "<!-- -- -->", "\x01\x0b\x1f\ufffe\uffff", "gaps", "P1: words", "\r"]


def make_hostile() -> PaperStudy:
    """The nasty study with hostile texts in all places, and people who are called like tiers of ELAN."""
    paper, signs = make_nasty(), cycle(SIGNS)
    for line in paper.lines:
        for name in WRITTEN:
            if isinstance(line.get(name), str) and line[name]:
                line[name] = next(signs)
        if line["type"] == "code":
            line["label"] = {language: next(signs) for language in line["label"]}
    named = [actor("gaps"), actor("P1: words"), actor("P1", id=name_id("P1 too"))]
    talk = [entry("crowd", "13:02", who=who, jotting="]]>") for who in ("gaps", "P1: words", "P1 too", "P1")]
    paper.lines += [*named, *talk]
    return paper


def read_table(raw: bytes, delimiter: str = ",") -> None:
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}


def read_lines(raw: bytes) -> None:
    assert [json.loads(line)["type"] for line in raw.decode("utf-8").split("\n")[:-1]]


def read_tree(raw: bytes) -> None:
    tree = etree.fromstring(raw)
    tiers = Counter(str(tier.get("TIER_ID")) for tier in tree.iter("TIER"))
    assert [tier for tier, n in tiers.items() if n > 1] == []


READ: dict[str, Callable[[bytes], object]] = {
    **dict.fromkeys([".xml", ".rels", ".qde", ".qdc", ".eaf", ".gexf", ".xes"], read_tree),
    **dict.fromkeys([".json", ".boris"], json.loads),
    **dict.fromkeys([".md", ".txt"], lambda raw: raw.decode("utf-8")),
    ".csv": read_table,
    ".jsonl": read_lines,
    ".yaml": yaml.safe_load,
}
# Read back by the programs that they are for, in tests of their own.
BINARY = {".sav", ".dta", ".parquet"}


@pytest.mark.parametrize("name", sorted(all_exports()))
def test_every_file_is_whole_whatever_was_written(name: str) -> None:
    """XML is well-formed, JSON is JSON, tables have one width, texts are UTF-8; what a program alone reads is made."""
    raw = write(name, make_hostile())
    for file, content in unpack(raw):
        suffix = f".{file.rpartition('.')[2]}" if file else all_exports()[name].suffix
        if name == "csv-excel":
            read_table(content, ";")
        elif suffix not in BINARY:
            READ[suffix](content)
    assert raw
