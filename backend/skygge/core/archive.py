"""What stands beside the data in an archive: a README for strangers, the data package, and words for catalogues.

Tabular Data Package v1 (Frictionless) describes the tables; the metadata follow DataCite 4, whose codes `:unav` and
`:tba` stand where only the people who deposit the archive can say what is right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from skygge.core.codebook import is_heuristic
from skygge.core.export import SMALL_GROUPS, count_small_groups
from skygge.core.lookup import Lookup
from skygge.core.tabular import TRUTHS, Table

HEURISTIC_START = "a heuristic start, not the source study's four structures, which are not known to us."
WHOLE = frozenset({
    "encounter_number", "visit_number", "sequence", "codebook_version", "n_entries", "precision_s", "control", "care",
    "order",
})  # fmt: skip
KEYS: Mapping[str, str] = {
    "entries": "entry_id", "encounters": "encounter_id", "gaps": "gap_id", "actors": "actor_id",
    "fieldnotes": "fieldnote_id", "memos": "memo_id",
}  # fmt: skip
LEADS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "entries": [
        ("encounter_id", "encounters", "encounter_id"), ("actor_id", "actors", "actor_id"),
        ("recipient_id", "actors", "actor_id"), ("focal_actor_id", "actors", "actor_id"),
    ],
    "encounters": [("focal_actor_id", "actors", "actor_id")],
    "gaps": [("encounter_id", "encounters", "encounter_id")],
    "presence": [("encounter_id", "encounters", "encounter_id"), ("actor_id", "actors", "actor_id")],
    "entry_flags": [("entry_id", "entries", "entry_id")],
    "fieldnotes": [("encounter_id", "encounters", "encounter_id")],
    "memo_links": [("memo_id", "memos", "memo_id")],
}  # fmt: skip
ABOUT_TABLES: Mapping[str, str] = {
    "entries": "What was seen, one row each, with its encounter and people",
    "encounters": "Stretches of field work by one observer, those without entries too",
    "gaps": "Time inside encounters that was not observed; absence of entries there is not absence of events",
    "presence": "Who was there, and when",
    "actors": "People by pseudonym, things and places",
    "codes": "Every code of every version of the codebook",
    "entry_flags": "Flags, one row each",
    "fieldnotes": "The account written later, paragraph by paragraph, in its author's order",
    "memos": "Thinking about the study, its codes, people and encounters",
    "memo_links": "What each memo is about",
}


def describe_table(table: Table) -> dict[str, Any]:
    """One table as a resource of the data package."""
    schema: dict[str, Any] = {
        "fields": [{"name": name, "type": column_type(name)} for name in table.header],
        "missingValues": [""],
    }
    if table.name in KEYS:
        schema["primaryKey"] = KEYS[table.name]
    if table.name in LEADS:
        schema["foreignKeys"] = [
            {"fields": own, "reference": {"resource": other, "fields": theirs}}
            for own, other, theirs in LEADS[table.name]
        ]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"tables/{table.name}.csv",
        "title": ABOUT_TABLES[table.name],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True, "header": True},
        "schema": schema,
    }


def write_package(lookup: Lookup, resources: Sequence[Mapping[str, Any]]) -> bytes:
    """datapackage.json."""
    title = lookup.study.get("title") or "Study"
    package = {"profile": "tabular-data-package", "name": "skygge-study", "title": title, "resources": resources}
    return _write_json(package)


def write_metadata(lookup: Lookup) -> bytes:
    """datacite.json: what a catalogue asks for, as far as the study itself can say it."""
    return _write_json(
        {
            "schemaVersion": "http://datacite.org/schema/kernel-4",
            "titles": [{"title": lookup.study.get("title") or "Study"}],
            "creators": [{"name": ":unav"}],
            "publisher": {"name": ":unav"},
            "publicationYear": ":tba",
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Observations from shadowing people at work"},
            "language": (lookup.study.get("languages") or ["en"])[0],
            "subjects": [{"subject": word} for word in ("shadowing", "field notes", "qualitative observation")],
            "sizes": [f"{len(lookup.encounters)} encounters", f"{sum(lookup.n_entries.values())} entries"],
            "formats": ["text/csv", "application/x-ndjson", "text/markdown", "application/xml"],
            "rightsList": [{"rights": ":tba"}],
        }
    )


def write_readme(lookup: Lookup, files: Mapping[str, str]) -> bytes:
    """README.md: what this is, how it was made, and how to read it without Skygge."""
    study = lookup.study
    lines = [
        f"# {study.get('title') or 'Study'}",
        "",
        "Observations from shadowing people at work, as one archive. Nothing but common programs is needed to read it:",
        "every file is text in UTF-8, or a zip archive of such files.",
        "",
        "## How it was made",
        "",
        "An observer followed people through their work and logged what she saw as it happened, on a phone: who acted,",
        "what they did, towards whom, and which structure of interaction it showed. Each such record is an *entry*. A",
        "stretch of field work by one observer is an *encounter*; two observers of one visit have two encounters that",
        "share a visit. A *jotting* is the few words written on the spot; *field notes* were written from them later.",
        "Time that was not observed is a *gap*. Where nobody recorded the end of an encounter (is_end_known = false),",
        "observed time stops at its last entry, and the encounter should be left out of rates. So should one in which",
        "the clock was set back (clock_set_back_s): what followed what in it, and how long it took, is not known.",
        "",
        f"Here are {len(lookup.encounters)} encounters and {sum(lookup.n_entries.values())} entries.",
        *_tell_part(lookup),
        f"How much was coded in the field: {study.get('field_mode', 'structures')}.",
        "",
        "## Times",
        "",
        *_tell_times(lookup),
        "",
        "## Codebook",
        "",
        *_tell_codebook(lookup),
        "",
        "## Consent",
        "",
        *_tell_consent(lookup),
        "",
        "## Anonymisation",
        "",
        *_tell_people(lookup),
        *_warn(lookup),
        "",
        "## Files",
        "",
        *(f"- `{name}`: {about}" for name, about in files.items()),
        "",
    ]
    return "\n".join(lines).encode("utf-8")


def _is_deidentified(lookup: Lookup) -> bool:
    return lookup.options.tier == "deidentified"


def _tell_part(lookup: Lookup) -> list[str]:
    """That this is not the whole study, where it is not."""
    if not lookup.options.narrows:
        return []
    return ["This is a part of the study: filters were in force, and `LOSSES.txt` says how much is outside them."]


def _tell_times(lookup: Lookup) -> list[str]:
    zone = lookup.study.get("time_zone") or "unknown"
    seconds = [
        "Columns that end in `_s` are seconds from the start of the encounter. Where a phone's clock was found to be",
        "wrong, times are corrected, and clock_offset_s says by how much.",
    ]
    if _is_deidentified(lookup):
        return [
            "Columns that end in `_s` are seconds from the start of the encounter. All times were rounded down to",
            "whole minutes from the start of the visit, on purpose, and those of a wrong clock were corrected before.",
            "There are no dates or clock times here, and the study's time zone is not told.",
        ]
    if lookup.options.clock_times:
        return [
            *seconds,
            f"Clock times stand beside them, local with their offset and in UTC; the study's zone is {zone}.",
        ]
    return [*seconds, f"There are no dates or clock times here, on purpose. The study's time zone is {zone}."]


def _tell_codebook(lookup: Lookup) -> list[str]:
    books = sorted(lookup.reader.things("codebook"), key=lambda book: book.get("version") or 0)
    told = [
        f"- version {book.get('version')} ({book.get('status')}): {book.get('note') or ''}".rstrip(" :")
        for book in books
    ]
    codes = lookup.reader.things("code")
    return [
        *(told or ["No codebook."]),
        "",
        # Whatever the notes on its versions say, or no longer say.
        *([f"The structures: {HEURISTIC_START}", ""] if is_heuristic(codes) else []),
        "Each entry names the version it was coded with; definitions are in `tables/codes.csv`.",
    ]


def _tell_consent(lookup: Lookup) -> list[str]:
    """How many consents there are, by kind; who gave them is not told."""
    if _is_deidentified(lookup):
        return ["How many consents are on record is not told in this de-identified archive.", *_tell_checks(lookup)]
    consents = list(lookup.reader.things("consent"))
    told = []
    for name in ("ethics", "legal_basis", "withdrawal_promise"):
        counted = Counter(str(one[name]) for one in consents if one.get(name))
        if counted:
            told.append(
                f"- {name.replace('_', ' ')}: " + ", ".join(f"{key} ({n})" for key, n in sorted(counted.items()))
            )
    return [f"Consents on record: {len(consents)}.", *told, *_tell_checks(lookup)]


def _tell_checks(lookup: Lookup) -> list[str]:
    answers = Counter(check["answer"] for one in lookup.encounters.values() for check in one.get("checks") or ())
    if not answers:
        return []
    return ["- asked at encounters: " + ", ".join(f"{key} ({n})" for key, n in sorted(answers.items()))]


def _tell_people(lookup: Lookup) -> list[str]:
    if _is_deidentified(lookup):
        return [
            "This archive is de-identified: people, observers, agencies and visits are numbers, and what anybody wrote",
            "is left out: jottings, field notes, memos, settings, reasons, examples of codes. Codes, kinds and whole",
            "minutes are left. That may not be enough: who knows who worked when can recognise people in small groups.",
        ]
    return [
        "People appear by pseudonym only; the key to the pseudonyms is not here. Reflections of observers are left",
        "out. Pseudonyms are not enough: who knows who worked when can recognise people from times, places and small",
        "groups.",
    ]


def _warn(lookup: Lookup) -> list[str]:
    n_small = count_small_groups(lookup.reader)
    return ["", SMALL_GROUPS["en"].format(n=n_small)] if n_small else []


def column_type(name: str) -> str:
    """What a column of the tables holds, in the words of the data package."""
    if name in TRUTHS:
        return "boolean"
    if name in WHOLE:
        return "integer"
    return "number" if name.endswith("_s") or name == "position" else "string"


def _write_json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
