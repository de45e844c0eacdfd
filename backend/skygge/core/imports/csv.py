"""Skygge's own `csv` with clock times: the tables read back into the things they tell of, without loss.

What the format has no room for (consents, checks, values side by side) does not come back. Without clock times the
file does not say when anything happened, and is refused.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from skygge.core.fold import survivor
from skygge.core.importing import Import, ImportRefused, Plan, RowError, Target
from skygge.core.model import to_unix_ms
from skygge.core.parcel import unpack
from skygge.core.planning import Gathered, Line, plan_lines

Cells = Mapping[str, str]
TABLES = ("codes", "actors", "encounters", "presence", "gaps", "entries", "fieldnotes", "memos", "memo_links")
# A column that only a file with clock times has, and one without which a table says nothing.
NEEDED = {
    "codes": "key", "actors": "actor_id", "encounters": "started_at_local", "presence": "from_local",
    "gaps": "from_local", "entries": "started_at_local", "fieldnotes": "written_at_local", "memos": "written_at_local",
    "memo_links": "memo_id",
}  # fmt: skip


def read_csv(pieces: Iterable[bytes], target: Target) -> Plan:
    """The changes that the tables mean in a study. Raises ImportRefused with every row that is wrong."""
    members = unpack(b"".join(pieces))
    tables = _Tables(Gathered(target, "csv"))
    found = {name: list(tables.read(name, members.get(f"{name}.csv"))) for name in TABLES}
    tables.stop_if_wrong()
    try:
        plan = plan_lines(list(_make_lines(tables, found)), tables.gathered)
    except ImportRefused as refused:
        raise ImportRefused([tables.place(error) for error in refused.errors]) from None
    plan.changes = [replace(one, row=tables.at(one.row)[1], where=tables.at(one.row)[0]) for one in plan.changes]
    plan.differing = [tables.place(error) for error in plan.differing]
    return plan


@dataclass
class _Tables:
    """Rows of all tables under running numbers, and where each of them stands."""

    gathered: Gathered
    places: list[tuple[str, int]] = field(default_factory=list)
    wrong: list[RowError] = field(default_factory=list)
    starts: dict[str, tuple[int, int]] = field(default_factory=dict)
    merged: dict[str, str | None] = field(default_factory=dict)

    def as_said(self, line: Line, *names: str) -> Line:
        """The line with people as the study named them, where these were merged into those of the file since."""
        said = self.gathered.target.said(line["type"], line["id"]) or {}
        for name in names:
            wanted = _without_empty(line[name])
            same = [earlier for earlier in said.get(name, ()) if _without_empty(self._merge(earlier)) == wanted]
            line[name] = same[-1] if same else wanted
        return line

    def _merge(self, value: Any) -> Any:
        """Who remains of somebody (an id), or of the people of a list."""
        if isinstance(value, list):
            return [{**one, "actor_id": self._merge(one["actor_id"])} for one in value]
        return value if value is None or self.merged.get(value) is None else survivor(value, self.merged)

    def at(self, number: int) -> tuple[str, int]:
        """Table and row of a running number."""
        return self.places[number]

    def place(self, error: RowError) -> RowError:
        """An error as somebody finds it in the file."""
        table, row = self.at(error.row)
        return RowError(row, error.code, ".".join(filter(None, [table, error.where])))

    def stop_if_wrong(self) -> None:
        """Raise ImportRefused with what cannot even be read."""
        if self.wrong:
            raise ImportRefused(self.wrong)

    def read(self, name: str, raw: bytes | None) -> Iterator[tuple[int, Cells]]:
        """The rows of one table; row 1 is the header."""
        if raw is None:
            self.wrong.append(RowError(1, "table.missing", f"{name}.csv"))
            return
        try:
            rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
            header = next(rows, [])
            if NEEDED[name] not in header:
                code = "file.no_clock_times" if NEEDED[name].endswith("_local") else "column.missing"
                self.wrong.append(RowError(1, code, name))
                return
            for row, cells in enumerate(rows, 2):
                if len(cells) != len(header):
                    self.wrong.append(RowError(row, "row.cells", name))
                    continue
                self.places.append((name, row))
                yield len(self.places) - 1, dict(zip(header, cells, strict=True))
        except (csv.Error, UnicodeDecodeError):
            self.wrong.append(RowError(1, "file.not_csv", name))

    def take(self, number: int, make: Callable[[Cells], Line], cells: Cells) -> Iterator[tuple[int, Line]]:
        """A line made of cells; what is no number or time where one belongs is refused."""
        try:
            yield number, make(cells)
        except _CellWrong as wrong:
            self.gathered.refuse(number, "cell.unreadable", str(wrong))
        except KeyError as missing:
            self.gathered.refuse(number, "column.missing", str(missing.args[0]))


def _without_empty(value: Any) -> Any:
    # A cell that is empty says as much as a field that is not there.
    if isinstance(value, list):
        return [{name: said for name, said in one.items() if said is not None} for one in value]
    return value


class _CellWrong(ValueError):
    """A cell does not hold what its column holds; the message names the column."""


def _make_lines(tables: _Tables, found: Mapping[str, list[tuple[int, Cells]]]) -> Iterator[tuple[int, Line]]:
    codes = found["codes"]
    if codes:
        languages = [name.removeprefix("label_") for name in codes[0][1] if name.startswith("label_")]
        yield codes[0][0], {"type": "study", "languages": languages}
        yield from _make_codebooks(tables, codes)
    tables.merged = {cells.get("actor_id", ""): cells.get("merged_into") or None for _, cells in found["actors"]}
    presence, about = _group(found["presence"], "encounter_id"), _group(found["memo_links"], "memo_id")
    for number, cells in found["actors"]:
        yield from tables.take(number, _actor, cells)
    for number, cells in found["encounters"]:
        yield from tables.take(number, lambda own: _encounter(tables, own, presence), cells)
    for number, cells in found["gaps"]:
        yield from tables.take(number, lambda own: _gap(tables, own), cells)
    for number, cells in found["entries"]:
        yield from tables.take(number, lambda own: _entry(tables, own), cells)
    for number, cells in found["fieldnotes"]:
        yield from tables.take(number, _fieldnote, cells)
    for number, cells in found["memos"]:
        yield from tables.take(number, lambda own: _memo(own, about), cells)


def _group(rows: list[tuple[int, Cells]], by: str) -> Mapping[str, list[Cells]]:
    groups: dict[str, list[Cells]] = defaultdict(list)
    for _, cells in rows:
        groups[cells.get(by, "")].append(cells)
    return groups


def _make_codebooks(tables: _Tables, rows: list[tuple[int, Cells]]) -> Iterator[tuple[int, Line]]:
    versions: dict[str, tuple[int, Cells]] = {}
    for number, cells in rows:
        versions.setdefault(cells.get("codebook_version", ""), (number, cells))
    for number, cells in versions.values():
        yield from tables.take(number, _codebook, cells)
    for number, cells in rows:
        yield from tables.take(number, _code, cells)


def _codebook(cells: Cells) -> Line:
    return {
        "type": "codebook",
        "version": _whole(cells, "codebook_version"),
        "status": _text(cells, "codebook_status"),
        "note": cells.get("codebook_note", ""),
    }


def _code(cells: Cells) -> Line:
    texts = ("definition", "starts", "ends", "example", "counter_example")
    plain = ("dimension", "key", "timing", "scope", "exclusive_set", "color", "shortcut", "status", "replaced_by")
    labels = {name.removeprefix("label_"): text for name, text in cells.items() if name.startswith("label_") and text}
    return {
        "type": "code",
        "label": labels,
        **{name: cells.get(name, "") for name in texts},
        **{name: _text(cells, name) for name in plain},
        **{name: _whole(cells, name) for name in ("control", "care")},
        "order": _whole(cells, "order") or 0,
        "version": _whole(cells, "codebook_version"),
    }


def _actor(cells: Cells) -> Line:
    plain = {name: _text(cells, name) for name in ("label", "kind", "agency", "merged_into")}
    return {"type": "actor", "id": cells["actor_id"], **plain}


def _encounter(tables: _Tables, cells: Cells, presence: Mapping[str, list[Cells]]) -> Line:
    thing_id = cells["encounter_id"]
    offset = _note_clock(tables, cells, thing_id)
    line = {
        "type": "encounter",
        "id": thing_id,
        **{name: _text(cells, name) for name in ("visit_id", "visit_code", "kind", "observer", "setting", "agency")},
        **{name: _text(cells, name) for name in ("focal_actor_id", "end_origin", "time_zone")},
        "started_at": cells["started_at_local"],
        "ended_at": _text(cells, "ended_at_local"),
        "presence": [
            {"actor_id": own["actor_id"], "from": _text(own, "from_local"), "to": _text(own, "to_local")}
            for own in presence.get(thing_id, [])
        ],
    }
    try:
        tables.starts[thing_id] = to_unix_ms(cells["started_at_local"]) - offset, offset
    except ValueError:
        raise _CellWrong("started_at_local") from None
    return tables.as_said(line, "focal_actor_id", "presence")


def _gap(tables: _Tables, cells: Cells) -> Line:
    start, _ = tables.starts.get(cells.get("encounter_id", ""), (None, 0))
    since = _thousandths(cells, "from_s")
    try:
        # The table has no column for it, but says when the gap began by a right clock and by its own.
        ahead = 0 if start is None or since is None else to_unix_ms(cells["from_local"]) - start - since
    except ValueError:
        raise _CellWrong("from_local") from None
    if ahead:
        tables.gathered.clock_offsets[cells["gap_id"]] = ahead
    return {
        "type": "gap",
        "id": cells["gap_id"],
        **{name: _text(cells, name) for name in ("encounter_id", "kind", "reason")},
        "from": cells["from_local"],
        "to": _text(cells, "to_local"),
    }


def _entry(tables: _Tables, cells: Cells) -> Line:
    _note_clock(tables, cells, cells["entry_id"])
    plain = ("encounter_id", "kind", "actor_id", "recipient_id", "action", "structure", "structure_origin")
    line = {
        "type": "entry",
        "id": cells["entry_id"],
        **{name: _text(cells, name) for name in (*plain, "end_origin", "taken", "jotting")},
        **{name: _whole(cells, name) for name in ("sequence", "codebook_version", "control", "care")},
        "precision_s": _whole(cells, "precision_s") or 0,
        "flags": _list(cells, "flags"),
        "verbatim": cells.get("verbatim") == "true",
        "started_at": cells["started_at_local"],
        "ended_at": _text(cells, "ended_at_local"),
    }
    return tables.as_said(line, "actor_id", "recipient_id")


def _fieldnote(cells: Cells) -> Line:
    try:
        position = float(cells.get("position") or 0)
    except ValueError:
        raise _CellWrong("position") from None
    return {
        "type": "fieldnote",
        "id": cells["fieldnote_id"],
        "encounter_id": _text(cells, "encounter_id"),
        "position": position,
        "anchors": _list(cells, "anchors"),
        "text": cells.get("text", ""),
        "author": _text(cells, "author"),
        "written_at": _text(cells, "written_at_local"),
    }


def _memo(cells: Cells, about: Mapping[str, list[Cells]]) -> Line:
    links = [{"type": own["about_type"], "id": own["about_id"]} for own in about.get(cells["memo_id"], [])]
    written = {"author": _text(cells, "author"), "written_at": _text(cells, "written_at_local")}
    return {"type": "memo", "id": cells["memo_id"], "about": links, "text": cells.get("text", ""), **written}


def _note_clock(tables: _Tables, cells: Cells, thing_id: str) -> int:
    """By how many milliseconds the clock was ahead: the column says what is added to its times to put them right."""
    ahead = -(_thousandths(cells, "clock_offset_s") or 0)
    if ahead:
        tables.gathered.clock_offsets[thing_id] = ahead
    return ahead


def _text(cells: Cells, name: str) -> str | None:
    return cells.get(name) or None


def _list(cells: Cells, name: str) -> list[str]:
    return [part for part in cells.get(name, "").split(";") if part]


def _whole(cells: Cells, name: str) -> int | None:
    text = cells.get(name)
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        raise _CellWrong(name)
    return int(text)


def _thousandths(cells: Cells, name: str) -> int | None:
    text = cells.get(name)
    if not text:
        return None
    seconds, point, thousandths = text.removeprefix("-").partition(".")
    if not (
        seconds.isascii() and seconds.isdigit() and len(seconds) < 16 and (_is_thousandths(thousandths) or not point)
    ):
        raise _CellWrong(name)
    size = int(seconds + (thousandths or "000"))
    return -size if text.startswith("-") else size


def _is_thousandths(digits: str) -> bool:
    return len(digits) == 3 and digits.isascii() and digits.isdigit()


IMPORT = Import(
    name="csv",
    suffix=".zip",
    purpose={
        "en": "Skygge's own tables, exported with clock times: moving a study, or bringing back what was put away.",
        "da": "Skygges egne tabeller, eksporteret med klokkeslæt: flyt et studie, eller hent det frem igen.",
    },
    read=read_csv,
)
