"""From things to changes: what the lines of a file, in the form of JSON Lines, mean in a study.

Plain things become changes, `change` lines go through as they are. Where a file holds both, things that have change
lines are taken from these. A plain thing carries no history, so its change says that it was made when it happened.
Values that stood beside the shown one come back as changes made earlier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import uuid5

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from skygge.core.changes import KINDS, SCHEMA, ChangeRefused, read_change
from skygge.core.filters import local_offset_ms
from skygge.core.identity import is_canonical_id, visit_id
from skygge.core.importing import ImportRefused, Plan, PlannedChange, RowError, Said, Target
from skygge.core.model import STAMP, Code, Id, Label, read_instant
from skygge.core.wire import to_canonical

Line = dict[str, Any]
# Things that nobody dated (people, codebooks) need some time; the first of the field's own times would not be stable.
UNDATED = "2000-01-01T00:00:00.000+00:00"
CREATES = {
    "actor": "actor.added", "consent": "consent.recorded", "encounter": "encounter.started", "gap": "gap.recorded",
    "entry": "entry.logged", "fieldnote": "fieldnote.written", "memo": "memo.written",
}  # fmt: skip
DATED_BY = {"consent": "at", "encounter": "started_at", "gap": "from", "entry": "started_at"}
# What reading itself relies on. A change as a phone wrote it is asked for its author alone: what else is odd in it is
# quarantined, so that one odd change does not keep a saved copy out.
_STRICT = ConfigDict(strict=True, hide_input_in_errors=True)
SHAPES: Mapping[str, TypeAdapter[Any]] = {
    "author": TypeAdapter(Label, config=_STRICT),
    "observer": TypeAdapter(Label, config=_STRICT),
    "id": TypeAdapter(Id, config=_STRICT),
    "encounter_id": TypeAdapter(Id, config=_STRICT),
    "version": TypeAdapter(Annotated[int, Field(ge=1, le=100_000)], config=_STRICT),
}
ADDED_BY_SERVER = ("type", "seq", "author", "received_at", "corrected_at")


@dataclass
class Gathered:
    """What reading gathers on the way. `source` names the format.

    `clock_offsets`: by thing, by how many milliseconds the clock that wrote it was ahead, where the file tells.
    """

    target: Target
    source: str
    plan: Plan = field(default_factory=Plan)
    errors: list[RowError] = field(default_factory=list)
    lines: dict[str, list[tuple[int, Line]]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[int, int] = field(default_factory=dict)
    observers: dict[str, str | None] = field(default_factory=dict)
    clock_offsets: dict[str, int] = field(default_factory=dict)

    def refuse(self, row: int, code: str, where: str = "") -> None:
        self.errors.append(RowError(row, code, where))

    def plan_change(self, row: int, change: Line, author: str | None = None) -> None:
        """Take a change that this import makes itself; it must be right as it stands."""
        if change["change_id"] in change["parents"]:
            return  # It stands already: the file was imported before.
        try:
            read_change(change)
        except ChangeRefused as problem:
            self.refuse(row, problem.code, problem.where.removeprefix("payload.").removeprefix("payload"))
            return
        wrong_by_ms = self.clock_offsets.get(change["subject_id"])
        self.plan.changes.append(PlannedChange(row, change, author, clock_offset_ms=wrong_by_ms))


def plan_lines(rows: Iterable[tuple[int, Line]], gathered: Gathered) -> Plan:
    """The changes that lines mean in a study. Raises ImportRefused with every row that is wrong."""
    for row, line in rows:
        wrong = _find_misshapen(line)
        if wrong is None:
            gathered.lines[line["type"]].append((row, line))
        else:
            gathered.refuse(row, "change.content_invalid", wrong)
    told = {str(line.get("subject_id")) for _, line in gathered.lines["change"]}
    gathered.observers = {line.get("id", ""): line.get("observer") for _, line in gathered.lines["encounter"]}
    if not any(str(line.get("kind")).startswith("study.") for _, line in gathered.lines["change"]):
        _plan_study(gathered)
    if not any(str(line.get("kind")).startswith("codebook.") for _, line in gathered.lines["change"]):
        _plan_codebooks(gathered)
    for row, line in gathered.lines["change"]:
        _plan_verbatim(gathered, row, line)
    for kind in CREATES:
        for row, line in gathered.lines[kind]:
            if line.get("id") not in told:
                _plan_thing(gathered, row, line, kind)
    if gathered.errors:
        raise ImportRefused(sorted(gathered.errors, key=lambda error: error.row))
    return _sum_up(gathered)


def _find_misshapen(line: Line) -> str | None:
    """The first of the fields in SHAPES that is not what it has to be."""
    for name in ("author",) if line["type"] == "change" else SHAPES:
        if line.get(name) is not None:
            try:
                SHAPES[name].validate_python(line[name])
            except ValidationError:
                return name
    return None


def _plan_study(gathered: Gathered) -> None:
    for row, line in gathered.lines["study"]:
        if not gathered.target.has_encounters:
            payload = _payload(line)
            change = _change(gathered, "study.amended", str(gathered.target.study_id), payload)
            change["parents"] = list(gathered.target.study_change_ids)
            gathered.plan_change(row, change)


def _plan_codebooks(gathered: Gathered) -> None:
    codes: dict[object, list[Line]] = defaultdict(list)
    for row, line in gathered.lines["code"]:
        outside = ("type", "version", "retracted", "conflicts")
        code = {name: value for name, value in line.items() if name not in outside and value is not None}
        try:
            Code.model_validate(code)
        except ValidationError:
            gathered.refuse(row, "change.content_invalid", "code")
            continue
        codes[line.get("version")].append(code)
    for row, line in sorted(gathered.lines["codebook"], key=lambda found: str(found[1].get("version")).zfill(9)):
        version, own = line.get("version"), codes.pop(line.get("version"), [])
        if not isinstance(version, int) or isinstance(version, bool):
            gathered.refuse(row, "change.content_invalid", "version")
            continue
        _plan_codebook(gathered, row, line, own)
    orphans = [(row, line) for row, line in gathered.lines["code"] if line.get("version") in codes]
    for row, _ in orphans:
        gathered.refuse(row, "line.codebook_missing", "version")


def _plan_codebook(gathered: Gathered, row: int, line: Line, codes: list[Line]) -> None:
    """Publish a version, unless the study has one of the same content; entries then carry its number."""
    version = line["version"]
    placed = _place(gathered, version, codes)
    if placed is None:
        return
    number, subject_id, parents = placed
    kind = "codebook.drafted" if line.get("status") == "draft" else "codebook.published"
    payload: Line = {"version": number, "note": line.get("note") or "", "follows": line.get("follows"), "codes": codes}
    if number != version:
        payload["follows"] = max((known for known in gathered.target.codebooks), default=None)
    change = _change(gathered, kind, subject_id, payload)
    change["parents"] = parents
    gathered.plan_change(row, change)


def _place(gathered: Gathered, version: int, codes: list[Line]) -> tuple[int, str, list[str]] | None:
    """Number, subject and replaced changes for a version of the file; None where the study has the same content."""
    standing = gathered.target.codebooks
    same = [number for number, book in standing.items() if _content(book.codes) == _content(codes)]
    if same:
        gathered.versions[version] = version if version in same else max(same)
        return None
    number = version
    parents: list[str] = []
    subject_id = str(uuid5(gathered.target.study_id, f"codebook:{version}"))
    if version in standing and not gathered.target.has_encounters:
        # Nothing was coded yet: the file's codebook takes the place of the one the study began with.
        subject_id, parents = standing[version].subject_id, list(standing[version].change_ids)
    elif version in standing:
        number = max([*standing, *gathered.versions.values()]) + 1
        subject_id = str(uuid5(gathered.target.study_id, f"codebook:{number}"))
    gathered.versions[version] = number
    return number, subject_id, parents


def _content(codes: Iterable[Mapping[str, Any]]) -> bytes:
    wanted = Code.model_fields
    plain = [{name: value for name, value in code.items() if name in wanted and value is not None} for code in codes]
    whole = [Code.model_validate(code).model_dump(mode="json") for code in plain]
    return to_canonical(sorted(whole, key=lambda code: (code["dimension"], code["key"])))


def _plan_verbatim(gathered: Gathered, row: int, line: Line) -> None:
    """A change as a phone wrote it. Only what names another study's own study, codebooks and visits is put in place."""
    change = {name: value for name, value in line.items() if name not in ADDED_BY_SERVER}
    kind, payload, author = change.get("kind"), change.get("payload"), line.get("author")
    if not isinstance(kind, str) or not isinstance(payload, dict) or not isinstance(author, str | None):
        gathered.refuse(row, "change.content_invalid", "change")
        return
    if kind.startswith("study."):
        if gathered.target.has_encounters:
            return
        change["subject_id"] = str(gathered.target.study_id)
        change["parents"] = _with_parents(change, gathered.target.study_change_ids)
    elif kind.startswith("codebook.") and isinstance(payload.get("version"), int):
        try:
            placed = _place(gathered, payload["version"], payload.get("codes") or [])
        except (ValidationError, AttributeError, TypeError):
            gathered.refuse(row, "change.content_invalid", "payload.codes")
            return
        if placed is None:
            return
        change["payload"] = {**payload, "version": placed[0]}
        change["subject_id"] = placed[1]
        change["parents"] = _with_parents(change, placed[2])
    else:
        change["payload"] = _put_in_place(gathered, payload)
    try:
        wrong_by_ms = _read_correction(line)
    except (ValueError, TypeError):
        gathered.refuse(row, "change.content_invalid", "corrected_at")
        return
    gathered.plan.changes.append(PlannedChange(row, change, author, True, wrong_by_ms))


def _with_parents(change: Line, others: Iterable[str]) -> object:
    parents = change.get("parents") or []
    return [*parents, *others] if isinstance(parents, list) else parents


def _read_correction(line: Line) -> int | None:
    """By how many milliseconds the clock was ahead, as the server that took the change had found. Raises ValueError."""
    if line.get("corrected_at") is None or not isinstance(line.get("made_at"), str):
        return None
    # What the server wrote ends at a millisecond, what the phone wrote may not: the floor gives back what was added.
    return (read_instant(line["made_at"]) - read_instant(line["corrected_at"])) // timedelta(milliseconds=1)


def _plan_thing(gathered: Gathered, row: int, line: Line, kind: str) -> None:
    thing_id = line.get("id")
    if not isinstance(thing_id, str) or not is_canonical_id(thing_id):
        gathered.refuse(row, "change.content_invalid", "id")
        return
    payload = _put_in_place(gathered, _payload(line))
    author = line.get("observer") or line.get("author") or gathered.observers.get(str(line.get("encounter_id")))
    author = author if isinstance(author, str) else None
    said = gathered.target.said(line["type"], thing_id)
    made = (
        _make_new(gathered, line, kind, payload) if said is None else _make_beside(gathered, line, kind, payload, said)
    )
    if said is not None and not made:
        gathered.plan.n_known += 1
    elif said is not None:
        gathered.plan.differing.append(RowError(row, "line.differs"))
    for change in made:
        gathered.plan_change(row, change, author)


def _make_new(gathered: Gathered, line: Line, kind: str, payload: Line) -> list[Line]:
    """The changes that make a thing which the study never heard of."""
    made = [_change(gathered, CREATES[kind], line["id"], payload, made_at=_dated(line, kind))]
    if isinstance(line.get("sequence"), int):
        made[0]["device_seq"] = max(0, line["sequence"])  # entries of one moment keep the order of the file
    made += _beside(gathered, line, made[0])
    if line.get("retracted") is True and f"{kind}.retracted" in KINDS:
        gone = _change(gathered, f"{kind}.retracted", line["id"], {}, made_at=made[0]["made_at"])
        gone["parents"] = [change["change_id"] for change in made]
        made.append(gone)
    return made


def _make_beside(gathered: Gathered, line: Line, kind: str, payload: Line, said: Said) -> list[Line]:
    """The changes for what a line says of a known thing and nobody has said before; an older copy says nothing new."""
    new = {name: value for name, value in payload.items() if value not in said.get(name, ())}
    made = []
    if new:
        amends = f"{kind}.amended" if f"{kind}.amended" in KINDS else CREATES[kind]
        whole = new if amends != CREATES[kind] else payload
        made.append(_change(gathered, amends, line["id"], whole, made_at=_dated(line, kind)))
    made += [
        change
        for change in _beside(
            gathered, line, _change(gathered, CREATES[kind], line["id"], {}, made_at=_dated(line, kind))
        )
        if not all(value in said.get(name, ()) for name, value in change["payload"].items())
    ]
    if line.get("retracted") is True and True not in said.get("retracted", ()) and f"{kind}.retracted" in KINDS:
        made.append(_change(gathered, f"{kind}.retracted", line["id"], {}, made_at=_dated(line, kind)))
    return made


def _beside(gathered: Gathered, line: Line, created: Line) -> list[Line]:
    """Values that stood beside the shown ones, as changes made a little earlier, so that the shown ones stay shown."""
    kind = f"{line['type']}.amended"
    if kind not in KINDS:
        return []
    return [
        _change(
            gathered,
            kind,
            created["subject_id"],
            {conflict["field"]: other},
            made_at=_earlier(created["made_at"], place),
        )
        for conflict, others in _conflicts(line)
        for place, other in enumerate(others, 1)
    ]


def _conflicts(line: Line) -> Iterator[tuple[Line, list[Any]]]:
    """The fields in which values compete, each with those that are not shown. Taking back has its own change."""
    conflicts = line.get("conflicts")
    for conflict in conflicts if isinstance(conflicts, list) else []:
        values = conflict.get("values") if isinstance(conflict, dict) else None
        if isinstance(values, list) and isinstance(conflict.get("field"), str) and conflict["field"] != "retracted":
            yield conflict, [other["value"] for other in values[1:] if isinstance(other, dict) and "value" in other]


def _change(gathered: Gathered, kind: str, subject_id: str, payload: Line, *, made_at: str = UNDATED) -> Line:
    said = to_canonical([kind, subject_id, payload]).decode("ascii")
    return {
        "change_id": str(uuid5(gathered.target.study_id, said)),
        "kind": kind,
        "subject_id": subject_id,
        "parents": [],
        "payload": payload,
        "made_at": made_at,
        "utc_offset_minutes": local_offset_ms(made_at) // 60_000 if _has_offset(made_at) else 0,
        "time_zone": gathered.target.time_zone,
        "device_id": str(uuid5(gathered.target.study_id, f"import:{gathered.source}")),
        "device_seq": 0,
        "session_id": "import",
        "monotonic_ms": 0.0,
        "schema": SCHEMA,
        "app_version": "import",
    }


def _payload(line: Line) -> Line:
    """The fields of a thing as a change carries them: null and left out mean the same, but where values compete."""
    outside = ("type", "id", "sequence", "retracted", "conflicts")
    told = {conflict["field"] for conflict, _ in _conflicts(line)}
    return {name: value for name, value in line.items() if name not in outside and (value is not None or name in told)}


def _dated(line: Line, kind: str) -> str:
    stamp = line.get(DATED_BY.get(kind, "written_at"))
    return stamp if isinstance(stamp, str) and _has_offset(stamp) else UNDATED


def _has_offset(stamp: str) -> bool:
    try:
        return STAMP.fullmatch(stamp) is not None and read_instant(stamp) is not None
    except ValueError:
        return False


def _earlier(stamp: str, seconds: int) -> str:
    return (datetime.fromisoformat(stamp) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _put_in_place(gathered: Gathered, payload: Line) -> Line:
    """What names another study's codebook or visit names this study's own instead."""
    version, code = payload.get("codebook_version"), payload.get("visit_code")
    if isinstance(version, int):
        payload = {**payload, "codebook_version": gathered.versions.get(version, version)}
    if payload.get("visit_id") is not None and isinstance(code, str):
        payload = {**payload, "visit_id": str(visit_id(gathered.target.study_id, code))}
    return payload


def _sum_up(gathered: Gathered) -> Plan:
    named = [planned.author for planned in gathered.plan.changes]
    named += [line.get("observer") for _, line in gathered.lines["encounter"]]
    gathered.plan.observers = sorted({name for name in named if name is not None})
    gathered.plan.counts = {kind: len(lines) for kind, lines in gathered.lines.items() if lines}
    return gathered.plan
