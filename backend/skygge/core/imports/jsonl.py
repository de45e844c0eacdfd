"""JSON Lines in: the lossless format of the outside contract, and the copy that a phone saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skygge.core.importing import Import, Plan, Target
from skygge.core.model import SUBJECT_TYPES
from skygge.core.planning import Gathered, Line, plan_lines
from skygge.core.wire import WireError, parse_json


def read_jsonl(lines: Iterable[bytes], target: Target) -> Plan:
    """The changes that a file means in a study. Raises ImportRefused with every row that is wrong."""
    gathered = Gathered(target, "jsonl")
    return plan_lines(_read_lines(lines, gathered), gathered)


def _read_lines(lines: Iterable[bytes], gathered: Gathered) -> Iterator[tuple[int, Line]]:
    for row, raw in enumerate(lines, 1):
        raw = raw.removeprefix(b"\xef\xbb\xbf") if row == 1 else raw
        if not raw.strip():
            continue
        try:
            line = parse_json(raw)
        except WireError:
            gathered.refuse(row, "line.not_json")
            continue
        if not isinstance(line, dict) or line.get("type") not in (*SUBJECT_TYPES, "change"):
            gathered.refuse(row, "line.type_unknown", "type")
        else:
            yield row, line


IMPORT = Import(
    name="jsonl",
    suffix=".jsonl",
    purpose={
        "en": "Skygge's own lossless format, with its history or without; also the copy that a phone saved.",
        "da": "Skygges eget format uden tab, med historik eller uden; også den kopi, en telefon har gemt.",
    },
    read=read_jsonl,
)
