"""No format loses a field in silence: it is in the file, or a loss that was counted in this very file speaks of it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

from skygge.core.export import all_exports
from skygge.core.identity import visit_id
from skygge.core.model import Code, Encounter, Entry, FieldNote, Gap, Memo
from tests.exports.nasty_study import make_nasty
from tests.exports.written import unpack, write_with_losses
from tests.fixtures.paper_study import STUDY_ID, Line, PaperStudy, at, entry, gap, name_id

CROWD = name_id("crowd")
FULL = entry(
    "crowd", "13:26", who="P1", to="C1 (|,) 👵", action="asks", structure="directing", end="13:28", verbatim=True,
    flags=["resists"], jotting="hello", precision_s=30, control=1, care=-1, taken="recalled",
)  # fmt: skip
PAUSE = gap("crowd", "13:18", "13:19", reason="a pause")
WRITTEN = {"encounter_id": CROWD, "author": "observer-2", "written_at": at("21:30")}
NOTE: Line = {
    "type": "fieldnote", "id": name_id("told note"), "position": 50.0, "anchors": [FULL["id"]], "text": "Nine",
    **WRITTEN,
}  # fmt: skip
MEMO: Line = {
    "type": "memo", "id": name_id("told memo"), "about": [{"type": "encounter", "id": CROWD}], "text": "Ten",
    "author": "observer-2", "written_at": at("21:40"),
}  # fmt: skip
VISIT = {
    "visit_code": "ABCDEF", "agency": "North", "presence": [{"actor_id": name_id("P1"), "from": at("13:00")}],
    "checks": [{"actor_id": name_id("P1"), "answer": "yes"}],
}  # fmt: skip

# Another value for every field that a thing has, and by which losses a file may own up to not telling it.
OTHER: Mapping[str, Mapping[str, tuple[Any, str]]] = {
    "study": {
        "title": ("Another", "study"), "time_zone": ("Europe/London", "study"), "languages": (["en"], "study"),
        "field_mode": ("words", "study"), "observers_see": ("all", "study"),
    },
    "codebook": {"note": ("another note", "codes versions")},
    "code": {
        "label": ({"en": "Other", "da": "Andet"}, "codes"), "definition": ("d", "codes"), "starts": ("s", "codes"),
        "ends": ("e", "codes"), "example": ("x", "codes"), "counter_example": ("c", "codes"), "order": (55, "codes"),
        "color": ("#010203", "codes"), "shortcut": ("q", "codes"), "timing": ("state", "codes"),
        "control": (1, "codes"), "scope": ("act", "codes"), "exclusive_set": ("z", "codes"), "care": (1, "codes"),
        "status": ("retired", "codes"), "replaced_by": ("unclear", "codes"),
    },
    "actor": {
        "label": ("P9", "acted entries"), "kind": ("relative", "actors"), "agency": ("South", "actors"),
    },
    "consent": {"ethics": ("refused", "consents"), "at": (at("08:30"), "consents")},
    "encounter": {
        "started_at": (at("12:59"), ""),
        "kind": ("meeting", "described"), "observer": ("observer-2", ""), "agency": ("South", "described"),
        "setting": ("elsewhere", "described"), "visit_id": (str(visit_id(STUDY_ID, "KXWQPT")), ""),
        "visit_code": ("GHJKLM", "visit_codes"), "focal_actor_id": (None, ""),
        "ended_at": (at("13:29"), "ends"), "end_origin": ("recalled", "ends origins"),
        "time_zone": ("Europe/London", "zones"), "presence": ([], "presence"), "checks": ([], "checks"),
    },
    "gap": {
        "kind": ("struck", "gaps gap_kinds"), "from": (at("13:17"), "gaps"), "to": (at("13:20"), "gaps"),
        "reason": ("another", "gaps reasons"),
    },
    "entry": {
        "kind": ("note", "kinds"), "actor_id": (name_id("\u202e שלום \u202c"), "acted"),
        "recipient_id": (name_id("\u202e שלום \u202c"), "recipients"), "action": ("talks", "actions"),
        "structure": ("unclear", "structures"), "structure_origin": ("later", "origins"), "flags": ([], "flags"),
        "started_at": (at("13:25"), ""), "ended_at": (at("13:27"), "moments shortened"),
        "end_origin": ("recalled", "origins"), "taken": ("tap", "precision"), "precision_s": (10, "precision"),
        "jotting": ("other", "jottings"), "verbatim": (False, "jottings"), "codebook_version": (2, "origins"),
        "control": (0, "positions"), "care": (0, "positions"),
    },
    "fieldnote": {
        "anchors": ([], "fieldnotes"), "author": ("observer-1", "fieldnotes writers"), "text": ("Other", "fieldnotes"),
        "position": (0.1, "fieldnotes"), "written_at": (at("21:35"), "fieldnotes writers"),
    },
    "memo": {
        "about": ([], "memos"), "author": ("observer-1", "memos writers"), "text": ("Other", "memos"),
        "written_at": (at("21:45"), "memos writers"),
    },
}  # fmt: skip
# What says where a thing belongs, or stands in another field too.
PLACES = {"id", "encounter_id", "sequence", "dimension", "key", "merged_into", "conflicts", "utc_offset_minutes"}
MODELS: Mapping[str, type[BaseModel]] = {
    "code": Code, "encounter": Encounter, "gap": Gap, "entry": Entry, "fieldnote": FieldNote, "memo": Memo,
}  # fmt: skip
CODEBOOKS = {name for name, export in all_exports().items() if export.is_codebook}
FORMATS = sorted(all_exports().keys() - CODEBOOKS)
CASES = [(kind, name) for kind, fields in OTHER.items() for name in fields]


@cache
def make_told() -> PaperStudy:
    """The nasty study with one of each kind that has everything."""
    paper = make_nasty()
    # What is long takes its time in two thousand files.
    paper.lines = [line for line in paper.lines if len(line.get("jotting") or line.get("text") or "") < 10_000]
    paper.lines += [FULL, PAUSE, NOTE, MEMO]
    find(paper, "encounter").update(VISIT)
    return paper


def find(paper: PaperStudy, kind: str) -> Line:
    """The thing of a kind that is changed."""
    ids = {"encounter": CROWD, "actor": name_id("P1"), "consent": name_id("consent")}
    ids |= {line["type"]: line["id"] for line in (FULL, PAUSE, NOTE, MEMO)}
    own = [line for line in paper.lines if line["type"] == kind]
    return next(line for line in own if line.get("id") == ids.get(kind) and line.get("key") in (None, "directing"))


def read(name: str, paper: PaperStudy) -> tuple[list[tuple[str, bytes]], dict[str, int]]:
    """The file but for what it says of its losses, and these."""
    raw, counts = write_with_losses(name, paper, clock_times=True)
    return [(file, content) for file, content in unpack(raw) if not file.endswith("LOSSES.txt")], counts


@cache
def read_told(name: str) -> tuple[list[tuple[str, bytes]], dict[str, int]]:
    return read(name, make_told())


def test_every_field_that_a_thing_has_is_looked_at() -> None:
    """One that comes later is not forgotten here."""
    for kind, model in MODELS.items():
        wanted = {field.alias or name for name, field in model.model_fields.items()}
        assert wanted - PLACES - set(OTHER[kind]) == set(), kind


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_said_of_a_thing_is_in_the_file_or_among_its_losses(name: str) -> None:
    """Said otherwise, the file is another one; where it is not, it has counted a loss that means this field."""
    told, counts = read_told(name)
    silent = []
    for kind, field in CASES:
        paper = deepcopy(make_told())
        find(paper, kind)[field], losses = OTHER[kind][field]
        owned = {*losses.split(), *({"entries"} if name == "encounters-csv" and kind in ("entry", "actor") else ())}
        if not any(counts.get(code) for code in owned) and read(name, paper)[0] == told:
            silent.append(f"{kind}.{field}")
    assert silent == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_clock_that_was_set_back_is_in_the_file_or_among_its_losses(name: str) -> None:
    """The durations of that encounter are not to be trusted, and whoever has the file has no other way to know."""
    paper = deepcopy(make_told())
    paper.fell = {CROWD: 720_500}
    found, counts = read(name, paper)
    # The format without loss holds the log, from which it is known.
    assert found != read_told(name)[0] or counts.get("set_back") == 1 or name == "jsonl"
