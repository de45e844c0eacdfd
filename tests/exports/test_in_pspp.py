"""PSPP opens the SPSS file: every entry, names, labels, levels of measurement, values."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from skygge.core.letters import clean
from skygge.core.losses import Losses
from tests.exports.consumers import run
from tests.exports.written import NASTY, kept, write, write_nasty

SYNTAX = """
GET FILE='study.sav'.
SAVE TRANSLATE /OUTFILE='values.csv' /TYPE=CSV /FIELDNAMES /CELLS=VALUES /REPLACE.
SAVE TRANSLATE /OUTFILE='labels.csv' /TYPE=CSV /FIELDNAMES /CELLS=LABELS /REPLACE.
DISPLAY DICTIONARY.
"""


def open_in_pspp(folder: Path, raw: bytes) -> tuple[list[dict[str, str]], list[dict[str, str]], str]:
    """Rows of values, rows of labels, and what PSPP says of the variables."""
    (folder / "study.sav").write_bytes(raw)
    (folder / "open.sps").write_text(SYNTAX.replace("'study", f"'{folder}/study").replace("E='", f"E='{folder}/")
                                     .replace(f"{folder}/{folder}", str(folder)))  # fmt: skip
    run(["pspp", folder / "open.sps", "-O", "box=ascii", "-O", "width=400", "-o", folder / "said.txt"])
    csv.field_size_limit(10_000_000)
    tables = []
    for name in ("values.csv", "labels.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            tables.append(list(csv.DictReader(file)))
    return tables[0], tables[1], (folder / "said.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, str]], list[dict[str, str]], str]:
    return open_in_pspp(tmp_path_factory.mktemp("pspp"), write_nasty("sav")[0])


def test_pspp_finds_every_entry_with_its_words(
    opened: tuple[list[dict[str, str]], list[dict[str, str]], str],
) -> None:
    """Cut where the format ends, and marked there."""
    rows, texts = opened[0], [clean(line["jotting"] or "", Losses()) for line in kept(NASTY)]
    # PSPP takes the spaces around a text away when it writes CSV, and writes line feeds as they are.
    assert [row["jotting"].strip() for row in rows] == [text[:32_766].strip() for text in texts]
    assert [row["jotting_is_cut"] for row in rows] == [str(int(len(text) > 32_766)) for text in texts]


def test_pspp_shows_codes_by_the_labels_of_the_codebook(
    opened: tuple[list[dict[str, str]], list[dict[str, str]], str],
) -> None:
    """Numbers underneath, as many of each as the study has."""
    labels = Counter(row["structure"] for row in opened[1])
    wanted = Counter(line["structure"] for line in kept(NASTY))
    assert (labels["Doing for"], labels["Directing"]) == (wanted["doing_for"], wanted["directing"])
    assert {row["structure"] for row in opened[0]} <= {"", " ", *map(str, range(1, 7))}
    assert [row["flag_resists"] for row in opened[0]].count("1") == 1


def test_pspp_knows_levels_of_measurement_and_names_fit(
    opened: tuple[list[dict[str, str]], list[dict[str, str]], str],
) -> None:
    """Codes nominal, seconds scale, positions ordinal; no name over 32 letters."""
    said = {line.split("|")[1].strip(): line for line in opened[2].splitlines() if line.count("|") > 5}
    assert "Nominal" in said["structure"] and "Scale" in said["start_s"] and "Ordinal" in said["control"]
    assert max(map(len, opened[0][0])) <= 32


def test_encounters_are_a_table_of_their_own(tmp_path: Path) -> None:
    """Those without entries too, with their observed time."""
    rows, _, _ = open_in_pspp(tmp_path, write("sav", NASTY, table="encounters"))
    assert [(row["encounter_number"], float(row["observed_s"])) for row in rows] == [
        ("1", 1512.0), ("2", 1200.0), ("3", 1200.0), ("4", 600.0), ("5", 1800.0),
    ]  # fmt: skip
