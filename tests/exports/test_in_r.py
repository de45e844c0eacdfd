"""R reads the tables: readr, readxl, haven and jsonlite find what the study holds, each in its own format."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from skygge.core.letters import clean
from skygge.core.losses import Losses
from skygge.core.model import to_unix_ms
from tests.exports.consumers import ask_r
from tests.exports.written import NASTY, kept, write_nasty
from tests.fixtures.paper_study import Line

LABELS = {"doing_for": "Doing for", "directing": "Directing", "unclear": "Unclear"}


@pytest.fixture(scope="module")
def in_r(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What R says of the nasty study."""
    folder: Path = tmp_path_factory.mktemp("r")
    for name, file in (("xlsx", "study.xlsx"), ("sav", "study.sav"), ("dta", "study.dta"), ("jsonl", "study.jsonl")):
        (folder / file).write_bytes(write_nasty(name)[0])
    with zipfile.ZipFile(io.BytesIO(write_nasty("csv")[0])) as archive:
        archive.extract("entries.csv", folder)
    return ask_r("read_tables.R", folder)


def in_order() -> list[Line]:
    return kept(NASTY)


def seconds(line: Line, field: str) -> float | None:
    starts = {one["id"]: to_unix_ms(one["started_at"]) for one in NASTY.lines if one["type"] == "encounter"}
    return None if line[field] is None else (to_unix_ms(line[field]) - starts[line["encounter_id"]]) / 1000


@pytest.mark.parametrize("name", ["csv", "xlsx", "sav", "dta"])
def test_r_finds_every_entry_with_its_times(in_r: Any, name: str) -> None:
    """As many rows, and seconds as numbers: missing where nobody ended it."""
    told = in_r[name]
    assert told["n"] == len(in_order())
    assert told["start_s"] == [seconds(line, "started_at") for line in in_order()]
    assert told["end_s"] == [seconds(line, "ended_at") for line in in_order()]
    assert told["types"] == ["numeric", "character"]


def test_readr_reads_every_text_exactly(in_r: Any) -> None:
    """Quotes, formulas, control characters, the words NA and null. R itself turns CRLF inside a cell into LF."""
    assert in_r["csv"]["jotting"] == [line["jotting"] or "" for line in in_order()]


def test_jsonlite_reads_every_text_exactly(in_r: Any) -> None:
    """The format without loss, line by line; it also holds the entry of the encounter that was taken back."""
    told = [line for line in NASTY.things("entry") if line["kind"] != "reflection" and not line.get("retracted")]
    standing = [line for line in told if line.get("merged_into") is None]
    assert in_r["jsonl"]["jotting"] == [line["jotting"] or "" for line in standing]


def test_haven_reads_texts_and_value_labels(in_r: Any) -> None:
    """Stata's whole; SPSS's cut at 32,766 bytes and without spaces at the end. Codes by the labels of the codebook."""
    texts = [clean(line["jotting"] or "", Losses()) for line in in_order()]
    assert in_r["dta"]["jotting"] == texts
    assert in_r["sav"]["jotting"] == [text[:32_766].rstrip(" ") for text in texts]
    labels = [LABELS.get(line["structure"] or "") for line in in_order()]
    assert in_r["sav"]["structure"] == in_r["dta"]["structure"] == labels
    assert in_r["sav_labels"]["start_s"] == "Start: seconds from the start of the encounter"


def test_readxl_reads_every_text_and_where_a_long_one_goes_on(in_r: Any) -> None:
    """Control characters apart, which no workbook holds; the note of 40,000 letters goes on in another sheet."""
    texts = [clean(line["jotting"] or "", Losses()) for line in in_order()]
    found = in_r["xlsx"]["jotting"]
    assert [text for text, own in zip(texts, found, strict=True) if text != own and len(text) < 32_767] == []
    (long,) = [own for own in found if len(own) > 30_000]
    assert len(long) == 32_767 and long.endswith("→ continued")
    assert in_r["sheets"][-2:] == ["continued", "left out"]
