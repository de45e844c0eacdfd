"""What the two REFI-QDA formats share: codes with their ids, names and descriptions (REFI-QDA 1.5, QDA-XML 1.0).

Ids are UUIDv5 from study, kind and id, so that the same code is the same code in every file. Names are unique over
all dimensions, because NVivo and QualCoder tell codes by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from skygge.core.filters import Thing
from skygge.core.identity import name_id
from skygge.core.left_out import count_versions
from skygge.core.letters import Spell, escape, quote, spell, spell_once
from skygge.core.losses import Losses
from skygge.core.names import Names
from skygge.core.reader import StudyReader

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
FOLDERS: Mapping[str, Mapping[str, str]] = {
    "structure": {"en": "Structures", "da": "Strukturer"},
    "action": {"en": "Actions", "da": "Handlinger"},
    "flag": {"en": "Flags", "da": "Flag"},
    "actor": {"en": "People, things and places", "da": "Personer, ting og steder"},
}
SAID = (
    ("starts", "Starts"), ("ends", "Ends"), ("example", "Example"), ("counter_example", "Counter-example"),
)  # fmt: skip
SETTINGS = ("timing", "scope", "exclusive_set", "control", "care", "shortcut", "status", "replaced_by")


@dataclass(frozen=True)
class QdaCode:
    """One code as QDA programs take it."""

    guid: str
    dimension: str
    name: str
    color: str | None
    description: str


def make_guid(study_id: UUID, kind: str, thing_id: str) -> str:
    """The id under which QDA programs know a thing of this study, today and in a later file."""
    return name_id(study_id.bytes, f"refi:{kind}:{thing_id}")


def read_codes(
    reader: StudyReader, losses: Losses, *, with_people: bool, once: Spell | None = None
) -> dict[tuple[str, str], QdaCode]:
    """Every code there has been, by (dimension, key), as its newest version says; then people, as (`actor`, id)."""
    study = next(reader.things("study"), {})
    language = (study.get("languages") or ["en"])[0]
    newest = {(code["dimension"], code["key"]): code for code in reader.things("code")}
    losses.note("versions", count_versions(reader))
    once = once or spell_once(spell)
    names = Names(losses, once)
    folders = {dimension: names.give(_word(dimension, language)) for dimension in FOLDERS}
    found = {
        (kind, kind): QdaCode(make_guid(reader.study_id, "folder", kind), kind, name, None, "")
        for kind, name in folders.items()
    }
    for (dimension, key), code in newest.items():
        label = code["label"].get(language) or next(iter(code["label"].values()))
        found[dimension, key] = QdaCode(
            make_guid(reader.study_id, "code", f"{dimension}:{key}"),
            dimension,
            names.give(label, folders[dimension]),
            code.get("color"),
            spell(describe_code(code, lambda label: once(label, losses)), losses),
        )
    for actor in reader.things("actor") if with_people else ():
        if actor.get("merged_into") is None and actor.get("label"):
            name = names.give(actor["label"], folders["actor"])
            guid = make_guid(reader.study_id, "actor", actor["id"])
            found["actor", actor["id"]] = QdaCode(guid, "actor", name, None, spell(describe_actor(actor), losses))
    return found


def write_codes(codes: Mapping[tuple[str, str], QdaCode]) -> Iterator[str]:
    """The element Codes: a folder for each dimension that has any."""
    yield "<Codes>\n"
    for dimension in FOLDERS:
        inside = [code for (kind, key), code in codes.items() if kind == dimension != key]
        if inside:
            folder = codes[dimension, dimension]
            yield f'<Code guid="{folder.guid}" name={quote(folder.name)} isCodable="false">\n'
            yield from map(_write_code, inside)
            yield "</Code>\n"
    yield "</Codes>\n"


def has_codes(codes: Iterable[tuple[str, str]]) -> bool:
    """Whether there is anything but folders; the schema knows no empty list of codes."""
    return any(kind != key for kind, key in codes)


def _write_code(code: QdaCode) -> str:
    color = f' color="{code.color}"' if code.color else ""
    body = f"<Description>{escape(code.description)}</Description>" if code.description else ""
    return f'<Code guid="{code.guid}" name={quote(code.name)} isCodable="true"{color}>{body}</Code>\n'


def _word(dimension: str, language: str) -> str:
    return FOLDERS[dimension].get(language, FOLDERS[dimension]["en"])


def describe_code(code: Thing, tell: Callable[[str], str] = str) -> str:
    """Definition first, then all else that the codebook says of a code, a line each; labels as `tell` tells them."""
    lines = [str(code.get("definition") or "")]
    lines += [f"{title}: {code[name]}" for name, title in SAID if code.get(name)]
    lines += [f"Label ({language}): {tell(label)}" for language, label in code["label"].items()]
    lines += [f"Key: {code['dimension']} {code['key']} (codebook version {code.get('version')})"]
    lines += [f"{name.replace('_', ' ')}: {code[name]}" for name in SETTINGS if code.get(name) is not None]
    return "\n".join(line for line in lines if line)


def describe_actor(actor: Thing) -> str:
    """Kind and agency of a person."""
    return " · ".join(str(actor[name]).replace("_", " ") for name in ("kind", "agency") if actor.get(name))
