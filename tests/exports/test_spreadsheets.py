"""LibreOffice opens the workbook and the table for Excel: every cell as it was written, and nothing calculates."""

from __future__ import annotations

from pathlib import Path

import pytest

from skygge.core.exports.xlsx import MAX_UNITS, count_units, split_units
from skygge.core.letters import clean
from skygge.core.losses import Losses
from tests.exports.consumers import convert, read_csv
from tests.exports.nasty_study import NASTY_TEXTS
from tests.exports.written import NASTY, kept, unpack, write_nasty

TO_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false"
FROM_SEMICOLONS = "Text - txt - csv (StarCalc):59,34,76,1"


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """The workbook's sheets as LibreOffice sees them."""
    folder: Path = tmp_path_factory.mktemp("xlsx")
    (folder / "study.xlsx").write_bytes(write_nasty("xlsx")[0])
    out = convert(folder, f"{TO_CSV},-1", [folder / "study.xlsx"])
    return {path.stem.removeprefix("study-"): read_csv(path.read_bytes()) for path in out.iterdir()}


def tables() -> dict[str, list[dict[str, str]]]:
    return {name[:-4]: read_csv(raw) for name, raw in unpack(write_nasty("csv")[0]) if name.endswith(".csv")}


def test_the_workbook_has_a_sheet_for_each_table_with_as_many_rows(
    sheets: dict[str, list[dict[str, str]]],
) -> None:
    """And two more: where long texts go on, and what was left out."""
    rows = {name: len(rows) for name, rows in tables().items()}
    assert {name: len(sheets[name]) for name in rows} == rows
    assert set(sheets) - set(rows) == {"continued", "left out"}


def test_every_cell_of_the_workbook_is_what_the_table_says(sheets: dict[str, list[dict[str, str]]]) -> None:
    """Numbers as numbers, texts as texts: `=SUM(` and `-1` too."""
    for name, rows in tables().items():
        for own, told in zip(sheets[name], rows, strict=True):
            for column, cell in told.items():
                if len(cell) > MAX_UNITS:
                    continue
                assert _same(own[column], clean(cell, Losses())), (name, column, cell[:40])


def _same(own: str, told: str) -> bool:
    if own == told or own.lower() == told:
        return True
    try:
        return float(own) == float(told)
    except ValueError:
        return False


def test_a_text_that_no_cell_holds_goes_on_in_another_sheet(sheets: dict[str, list[dict[str, str]]]) -> None:
    """Put together again it is the text; the sheet says where it began."""
    (first,) = [row for row in sheets["entries"] if len(row["jotting"]) > 30_000]
    pieces = [row for row in sheets["continued"] if row["sheet"] == "entries"]
    assert [row["sheet"] for row in sheets["continued"]] == ["entries", "fieldnotes"]
    assert first["jotting"].removesuffix(" … → continued") + "".join(row["text"] for row in pieces) == NASTY_TEXTS[-1]
    assert {(row["sheet"], row["column"], row["row"]) for row in pieces} == {
        ("entries", "jotting", str(sheets["entries"].index(first) + 2))
    }


def test_texts_are_cut_between_characters_by_the_way_excel_counts() -> None:
    """An emoji is two units; none is cut in two."""
    text = "👵" * 20_000 + "a"
    pieces = split_units(text, 1_001)
    assert "".join(pieces) == text
    assert max(map(count_units, pieces)) <= 1_001


def test_the_table_for_excel_opens_with_every_text_and_no_formula(tmp_path: Path) -> None:
    """An apostrophe stands before what would calculate; numbers are as they were."""
    (tmp_path / "entries.csv").write_bytes(write_nasty("csv-excel")[0])
    rows = read_csv(
        (convert(tmp_path, TO_CSV, [tmp_path / "entries.csv"], FROM_SEMICOLONS) / "entries.csv").read_bytes()
    )
    entries = kept(NASTY)
    assert len(rows) == len(entries)
    raw = read_csv(write_nasty("csv-excel")[0], ";")
    texts = [line["jotting"] or "" for line in entries]
    guarded = ["'" + text if text[:1] in set("=+-@\t\r") and text else text for text in texts]
    assert [row["jotting"] for row in raw] == guarded
    plain = [place for place, text in enumerate(guarded) if text.isprintable() and len(text) < MAX_UNITS]
    assert [rows[place]["jotting"].removeprefix("'") for place in plain] == [
        guarded[place].removeprefix("'") for place in plain
    ]
    assert [float(row["start_s"]) for row in rows] == [float(row["start_s"]) for row in raw]
