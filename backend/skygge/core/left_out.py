"""What a format has no room for, counted in the study as it is: one thing less there is one less here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from skygge.core.filters import Thing
from skygge.core.lookup import Lookup, inside, standing
from skygge.core.losses import Losses
from skygge.core.model import Study, SubjectType
from skygge.core.reader import StudyReader


def note_things(lookup: Lookup, *codes: str) -> None:
    """Count the things of whole kinds that have no place, by codes of THINGS."""
    for code in codes:
        lookup.losses.note(code, sum(1 for _ in THINGS[code](lookup)))


def note_details(losses: Losses, entry: Thing, codes: Iterable[str]) -> None:
    """Count what one entry carries and the format does not, by codes of DETAILS."""
    for code in codes:
        losses.note(code, DETAILS[code](entry))


def note_settings(lookup: Lookup, *told: str) -> None:
    """Count what a study says about itself and a format does not, all but the fields that it does tell."""
    named = {*told, *(["time_zone"] if "time_zone_of_rows" in told and lookup.options.clock_times else [])}
    said = (lookup.study.get(name) for name in Study.model_fields if name not in named)
    lookup.losses.note("study", sum(value not in (None, "", []) for value in said))


def note_beside_entries(lookup: Lookup) -> None:
    """Count what a table of entries alone leaves out. Needs its rows to have been made before."""
    note_things(
        lookup, "checks", "codes", "consents", "ends", "fieldnotes", "gaps", "memos", "merged", "presence", "set_back",
        "visit_codes",
    )  # fmt: skip
    note_settings(lookup, "time_zone_of_rows")
    losses, told = lookup.losses, lookup.told
    losses.note("encounters", sum(not lookup.n_entries[key] for key in lookup.encounters))
    losses.note("people", sum(one["id"] not in told for one in THINGS["actors"](lookup)))


def note_beside_encounters(lookup: Lookup) -> None:
    """Count what a table of encounters alone leaves out. Needs the entries to have come by before."""
    note_things(lookup, "actors", "codes", "consents", "fieldnotes", "gaps", "memos", "merged", "presence")
    note_settings(lookup, "time_zone_of_rows")
    note_visit_codes(lookup)
    lookup.losses.note("entries", sum(lookup.n_entries.values()))


def note_beside_tables(lookup: Lookup) -> None:
    """Count what all the tables together leave out of things; settings of the study are counted apart."""
    note_things(lookup, "consents")
    note_visit_codes(lookup)


def note_visit_codes(lookup: Lookup) -> None:
    """Count the letters of visits where they stand beside clock times only, and those are not told."""
    note_things(lookup, *([] if lookup.options.clock_times else ["visit_codes"]))


def note_observations(reader: StudyReader, losses: Losses) -> None:
    """Count what is no part of a codebook."""
    kinds: tuple[SubjectType, ...] = ("encounter", "actor", "memo")
    losses.note("observations", sum(not one.get("retracted") for kind in kinds for one in reader.things(kind)))


def count_versions(reader: StudyReader) -> int:
    """Codes as earlier versions had them, and notes on versions: what is lost where only the newest are told."""
    codes = list(reader.things("code"))
    newest = {(code["dimension"], code["key"]) for code in codes}
    return len(codes) - len(newest) + _count_notes(reader)


def _count_notes(reader: StudyReader) -> int:
    return sum(bool(book.get("note")) for book in reader.things("codebook"))


def _gaps(lookup: Lookup) -> Iterable[Thing]:
    """The gaps that take part, where others are counted by whoever tells them."""
    return (gap for key in lookup.encounters for gap in lookup.gaps.get(key, ()) if not gap.get("retracted"))


def _is_told(entry: Thing) -> bool:
    """Whether it says how its structure or its end was given, or by which version it was coded."""
    origins = (entry.get("structure_origin"), entry.get("end_origin"))
    return any(one not in (None, "none") for one in origins) or entry.get("codebook_version") is not None


THINGS: Mapping[str, Callable[[Lookup], Iterable[Any]]] = {
    "actors": lambda lookup: (one for one in lookup.actors.values() if one.get("merged_into") is None),
    "checks": lambda lookup: (check for one in lookup.encounters.values() for check in one.get("checks") or ()),
    "codes": lambda lookup: [*lookup.reader.things("code"), *range(_count_notes(lookup.reader))],
    "consents": lambda lookup: lookup.reader.things("consent"),
    "described": lambda lookup: (
        one for one in lookup.encounters.values() if any(map(one.get, ("kind", "setting", "agency")))
    ),
    "ends": lambda lookup: (one for one in lookup.encounters.values() if one.get("ended_at") is not None),
    "fieldnotes": lambda lookup: inside(lookup, "fieldnote"),
    "gap_kinds": lambda lookup: _gaps(lookup),
    "gaps": lambda lookup: inside(lookup, "gap"),
    "memos": lambda lookup: standing(lookup, "memo"),
    "merged": lambda lookup: (one for one in lookup.actors.values() if one.get("merged_into") is not None),
    "presence": lambda lookup: (one for found in lookup.encounters.values() for one in found.get("presence") or ()),
    "reasons": lambda lookup: (gap for gap in _gaps(lookup) if gap.get("reason")),
    "set_back": lambda lookup: (key for key in lookup.encounters if lookup.fell.get(key)),
    "versions": lambda lookup: range(count_versions(lookup.reader)),
    "visit_codes": lambda lookup: (one for one in lookup.encounters.values() if one.get("visit_code")),
    "zones": lambda lookup: (one for one in lookup.encounters.values() if one.get("time_zone")),
}

DETAILS: Mapping[str, Callable[[Thing], int]] = {
    "acted": lambda entry: entry.get("actor_id") is not None,
    "actions": lambda entry: entry.get("action") is not None,
    "flags": lambda entry: len(entry.get("flags") or ()),
    "jottings": lambda entry: bool(entry.get("jotting")),
    # What a start without an end, or with one, does not say by itself.
    "kinds": lambda entry: entry.get("kind") != ("point" if entry.get("ended_at") is None else "state"),
    "moments": lambda entry: entry.get("ended_at") is not None,
    "origins": lambda entry: _is_told(entry),
    "positions": lambda entry: entry.get("control") is not None or entry.get("care") is not None,
    "precision": lambda entry: bool(entry.get("precision_s")) or entry.get("taken") not in (None, "tap"),
    "recipients": lambda entry: entry.get("recipient_id") is not None,
    "structures": lambda entry: entry.get("structure") is not None,
}
