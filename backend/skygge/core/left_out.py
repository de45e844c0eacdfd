"""What a format has no room for, counted in the study as it is: one thing less there is one less here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from skygge.core.filters import Thing
from skygge.core.lookup import Lookup, inside, standing
from skygge.core.losses import Losses


def note_things(lookup: Lookup, *codes: str) -> None:
    """Count the things of whole kinds that have no place, by codes of THINGS."""
    for code in codes:
        lookup.losses.note(code, sum(1 for _ in THINGS[code](lookup)))


def note_details(losses: Losses, entry: Thing, codes: Iterable[str]) -> None:
    """Count what one entry carries and the format does not, by codes of DETAILS."""
    for code in codes:
        losses.note(code, DETAILS[code](entry))


def _versions(lookup: Lookup) -> Iterator[Any]:
    codes = list(lookup.reader.things("code"))
    newest = {(code["dimension"], code["key"]): code.get("version") for code in codes}
    return (code for code in codes if newest[code["dimension"], code["key"]] != code.get("version"))


THINGS: Mapping[str, Callable[[Lookup], Iterable[Any]]] = {
    "checks": lambda lookup: (check for one in lookup.encounters.values() for check in one.get("checks") or ()),
    "codes": lambda lookup: lookup.reader.things("code"),
    "consents": lambda lookup: lookup.reader.things("consent"),
    "fieldnotes": lambda lookup: inside(lookup, "fieldnote"),
    "gaps": lambda lookup: inside(lookup, "gap"),
    "memos": lambda lookup: standing(lookup, "memo"),
    "presence": lambda lookup: (one for found in lookup.encounters.values() for one in found.get("presence") or ()),
    "study": lambda lookup: [lookup.study],
    "versions": _versions,
}

DETAILS: Mapping[str, Callable[[Thing], int]] = {
    "actions": lambda entry: entry.get("action") is not None,
    "flags": lambda entry: len(entry.get("flags") or ()),
    "jottings": lambda entry: bool(entry.get("jotting")),
    "moments": lambda entry: entry.get("ended_at") is not None,
    "positions": lambda entry: entry.get("control") is not None or entry.get("care") is not None,
    "precision": lambda entry: bool(entry.get("precision_s")) or entry.get("taken") not in (None, "tap"),
    "recipients": lambda entry: entry.get("recipient_id") is not None,
    "structures": lambda entry: entry.get("structure") is not None,
}
