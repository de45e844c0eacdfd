"""A codebook as CSV: Taguette's (`tag`, `description`), Skygge's own `codes` table, or any with a column of labels.

Commas or semicolons, with a byte order mark or without. A column `dimension` says where a code belongs; without one,
codes are actions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from skygge.core.foreign import DIMENSIONS, CodesFound, make_key, read_color
from skygge.core.importing import Import, ImportRefused, Plan, RowError, Target
from skygge.core.model import KEY, MAX_LABEL
from skygge.core.planning import Gathered, plan_lines

# What columns are called elsewhere, by what they are here; in lower case.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "label": ("label", "tag", "code", "name", "kode", "navn"),
    "definition": ("definition", "description", "memo", "beskrivelse"),
    "dimension": ("dimension", "category", "folder", "kategori"),
    "color": ("color", "colour", "farve"),
    "key": ("key",),
    "starts": ("starts",),
    "ends": ("ends",),
    "example": ("example", "eksempel"),
    "counter_example": ("counter_example",),
}


def read_codebook_csv(pieces: Iterable[bytes], target: Target) -> Plan:
    """The codebook version that a file means in a study. Raises ImportRefused with the rows that are wrong."""
    try:
        text = b"".join(pieces).decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise ImportRefused([RowError(1, "file.not_csv")]) from None
    places = _find_columns(rows[0] if rows else [], target.languages[0])
    if "label" not in places:
        raise ImportRefused([RowError(1, "column.missing", "label")])
    found, wrong = CodesFound(target), []
    for row, cells in enumerate(rows[1:], 2):
        if any(cells):
            error = _take(found, row, {name: cells[place] for name, place in places.items() if place < len(cells)})
            wrong += [error] if error else []
    if wrong or not found.codes:
        raise ImportRefused(wrong or [RowError(1, "codebook.no_codes", "label")])
    return plan_lines(found.rows(""), Gathered(target, "codebook-csv"))


def _find_columns(header: list[str], language: str) -> dict[str, int]:
    named = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
    wanted = {**COLUMNS, "label": (f"label_{language}", *COLUMNS["label"])}
    found = {name: next((named[word] for word in words if word in named), None) for name, words in wanted.items()}
    return {name: place for name, place in found.items() if place is not None}


def _take(found: CodesFound, row: int, cells: Mapping[str, str]) -> RowError | None:
    """Take one row, or say what is wrong with it."""
    label, word = cells.get("label", "").strip(), cells.get("dimension", "").strip().casefold()
    dimension = DIMENSIONS.get(word, "action" if not word or "key" not in cells else "")
    if not label or len(label) > MAX_LABEL:
        return RowError(row, "change.content_invalid", "label")
    if not dimension:
        return RowError(row, "change.content_invalid", "dimension")
    key = cells.get("key", "").strip()
    if key and KEY.fullmatch(key) is None:
        return RowError(row, "change.content_invalid", "key")
    texts = {name: cells.get(name, "") for name in ("definition", "starts", "ends", "example", "counter_example")}
    color = read_color(cells.get("color", "").strip())
    if key and key != make_key(label) and found.find(dimension, label) is None:
        said = {name: text for name, text in texts.items() if text}
        code = {"dimension": dimension, "key": key, "label": {found.target.languages[0]: label}, **said}
        found.take(row, {**code, **({"color": color} if color else {})})
    else:
        found.add(row, dimension, label, **texts, color=color)
    return None


IMPORT = Import(
    name="codebook-csv",
    suffix=".csv",
    purpose={
        "en": "A codebook as a table: from Taguette, from a spreadsheet, or Skygge's own.",
        "da": "En kodebog som tabel: fra Taguette, fra et regneark eller Skygges egen.",
    },
    read=read_codebook_csv,
)
