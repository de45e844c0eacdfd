"""JSON Lines: the lossless format, one object a line, in the order of the outside contract.

With `history` the change log follows, verbatim; importing such a file writes the very same changes. Reflections are
their author's alone and stay out, with their changes. This format always carries dates and clock times, as they were
written, offsets kept: anyone with the rota can name these people. Things of an encounter that the study does not have
(yet) are written too, unless something is filtered. Which clocks were wrong is told only with `history`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from skygge.core import model
from skygge.core.changes import KINDS
from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.filters import Thing
from skygge.core.model import SUBJECT_TYPES, SubjectType
from skygge.core.reader import StudyReader
from skygge.core.selection import Selection, select
from skygge.core.wire import to_verbatim

BLOCK_BYTES = 32_768
INSIDE = frozenset({"gap", "entry", "fieldnote"})
MODELS: Mapping[str, type[BaseModel]] = {
    "study": model.Study, "code": model.Code, "actor": model.Actor, "consent": model.Consent,
    "encounter": model.Encounter, "gap": model.Gap, "entry": model.Entry, "fieldnote": model.FieldNote,
    "memo": model.Memo,
}  # fmt: skip


def _list_fields(kind: str) -> dict[str, Any]:
    """Names of a kind's fields in the order of the contract, with what stands there when nothing does."""
    found: dict[str, Any] = {}
    for name, own in MODELS[kind].model_fields.items():
        found[own.alias or name] = None if own.is_required() else own.get_default(call_default_factory=True)
        if kind == "entry" and name == "encounter_id":
            found["sequence"] = None
    return found | ({"version": None} if kind == "code" else {})


EMPTY = {kind: _list_fields(kind) for kind in MODELS}


class JsonlOptions(ExportOptions):
    """Everything, or what the filters keep; with its history or without."""

    clock_times: Annotated[bool, Field(description="No effect: dates and clock times always stand in this format.")] = (
        False
    )
    history: Annotated[bool, Field(description="Change lines too. Not together with filters.")] = False

    @field_validator("history")
    @classmethod
    def _is_whole(cls, history: bool, info: ValidationInfo) -> bool:
        narrows = any(value for name, value in info.data.items() if name not in ("clock_times", "tier"))
        if history and (narrows or info.data.get("tier") == "deidentified"):
            raise PydanticCustomError("filters_contradict", "history is whole; it does not go with filters")
        return history


def stream_jsonl(reader: StudyReader, options: JsonlOptions, losses: Losses) -> Iterator[bytes]:
    """The file in blocks of lines."""
    block = bytearray()
    for line in _lines(reader, options, losses):
        block += line
        if len(block) >= BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def _lines(reader: StudyReader, options: JsonlOptions, losses: Losses) -> Iterator[bytes]:
    kept = _Kept(select(reader, options))
    secret: set[str] = set()
    for kind in SUBJECT_TYPES:
        for thing in reader.things(kind):
            if kind == "entry" and thing["kind"] == "reflection":
                secret.add(thing["id"])
                losses.note("reflections")
            elif kept.takes(thing):
                yield _encode(_in_order(thing, kind))
            elif kind in INSIDE and thing["encounter_id"] not in kept.known:
                losses.note("encounter_unknown")
            else:
                losses.note("filtered")
    if options.history:
        yield from _history(reader, secret)


@dataclass
class _Kept:
    """What goes into one file; encounters come by before what lies inside them."""

    selection: Selection
    encounters: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    narrows: bool = False

    def __post_init__(self) -> None:
        self.narrows = self.selection.filters.narrows

    def takes(self, thing: Thing) -> bool:
        """Whether a thing is written. One whose encounter the study lacks is, unless something is filtered."""
        if thing["type"] == "encounter":
            self.known.add(thing["id"])
            is_kept = self.selection.keeps_encounter(thing)
            self.encounters.update([thing["id"]] if is_kept else [])
            return is_kept
        if thing["type"] not in INSIDE or not self.narrows:
            return True
        if thing["encounter_id"] not in self.encounters:
            return False
        return thing["type"] != "entry" or self.selection.keeps_entry(thing)


def _history(reader: StudyReader, secret: set[str]) -> Iterator[bytes]:
    for change in reader.changes():
        spec = KINDS.get(change["kind"])
        if change["subject_id"] in secret or (spec is None and change["kind"].startswith("entry.")):
            continue
        # Of what the server added, who reported it and the mended time go along; numbers and receipt are its own.
        said = {name: value for name, value in change.items() if name not in {"seq", "received_at"}}
        if said.get("corrected_at") is None:
            said.pop("corrected_at", None)
        yield _encode({"type": "change", **said})


def _in_order(thing: Thing, kind: SubjectType) -> dict[str, Any]:
    """The object with the fields of the contract, in its order; what is missing stands as null or empty."""
    line: dict[str, Any] = {"type": kind}
    if "id" in thing and kind not in {"study", "codebook", "code"}:
        line["id"] = thing["id"]
    if kind == "codebook":
        line |= {name: thing.get(name) for name in ("version", "status", "note", "follows")}
    else:
        line |= _fields(thing, kind)
    if thing.get("retracted"):
        line["retracted"] = True
    if thing.get("conflicts"):
        line["conflicts"] = thing["conflicts"]
    return line


def _fields(thing: Thing, kind: SubjectType) -> dict[str, Any]:
    found = {key: thing.get(key, default) for key, default in EMPTY[kind].items()}
    if kind == "fieldnote" and isinstance(found["position"], float) and found["position"].is_integer():
        found["position"] = int(found["position"])
    return found


def _encode(line: Mapping[str, Any]) -> bytes:
    return to_verbatim(line) + b"\n"


EXPORT = Export(
    name="jsonl",
    media_type="application/x-ndjson",
    suffix=".jsonl",
    purpose={
        "en": "Everything, without loss: to keep, to move to another Skygge, or for scripts.",
        "da": "Alt, uden tab: til at gemme, til at flytte til en anden Skygge eller til scripts.",
    },
    options=JsonlOptions,
    stream=stream_jsonl,
    may_lose=("encounter_unknown", "filtered", "reflections"),
    always_has_dates=True,
    group="archive",
)
