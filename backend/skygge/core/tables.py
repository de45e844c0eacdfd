"""The tables of a study that several formats share: one row a thing, codes and labels in columns of their own.

Times are seconds from the encounter's start; dates and clock times stand beside them only where they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from skygge.core.entry_lines import iter_entry_lines
from skygge.core.entry_rows import ENTRY_CLOCK, ENTRY_HEADER, encounter_cells, iter_entry_rows, zone_cells
from skygge.core.filters import Thing
from skygge.core.lookup import Lookup, count_conflicts, inside, standing, write_seconds
from skygge.core.streams import Gap, Stretch, observed_edges, read_gap
from skygge.core.tabular import Cell, Table


def entries_table(lookup: Lookup) -> Table:
    """One row an entry, with its encounter and people in columns."""
    header = [*ENTRY_HEADER, *lookup.only_with_clock(*ENTRY_CLOCK)]
    offsets = lookup.reader.clock_offsets("entry")
    return Table("entries", header, iter_entry_rows(lookup, offsets), lambda: iter_entry_lines(lookup, offsets))


def encounters_table(lookup: Lookup) -> Table:
    """One row an encounter, those without entries too. Needs the entries to have been written before."""
    header = [
        *("encounter_id encounter_number visit_number visit_id kind observer setting agency").split(),
        *("focal_actor_id focal_actor_label duration_s observed_s is_end_known end_origin").split(),
        *("n_entries clock_offset_s clock_set_back_s").split(),
        *lookup.only_with_clock(
            "started_at_local", "started_at_utc", "ended_at_local", "ended_at_utc", "time_zone", "visit_code"
        ),
    ]  # fmt: skip
    gap_offsets = lookup.reader.clock_offsets("gap")
    return Table(
        "encounters", header, (_encounter_row(lookup, thing, gap_offsets) for thing in lookup.encounters.values())
    )


def gaps_table(lookup: Lookup) -> Table:
    """Time that was not observed."""
    header = ["gap_id", "encounter_id", "kind", "reason", "from_s", "to_s"]
    header += lookup.only_with_clock("from_local", "from_utc", "to_local", "to_utc")
    offsets = lookup.reader.clock_offsets("gap")
    return Table("gaps", header, (_gap_row(lookup, gap, offsets) for gap in inside(lookup, "gap")))


def presence_table(lookup: Lookup) -> Table:
    """Who was there, and when, where that is known."""
    header = ["encounter_id", "actor_id", "actor_label", "from_s", "to_s"]
    header += lookup.only_with_clock("from_local", "from_utc", "to_local", "to_utc")
    return Table("presence", header, _presence_rows(lookup))


def actors_table(lookup: Lookup) -> Table:
    """People by pseudonym, things and places."""
    header = ["actor_id", "label", "kind", "agency", "merged_into"]
    rows = (
        [
            lookup.name("actor", actor["id"]),
            *(actor.get(name) for name in ("label", "kind", "agency")),
            lookup.name("actor", actor.get("merged_into")),
        ]
        for actor in lookup.actors.values()
    )
    return Table("actors", header, rows)


def codes_table(lookup: Lookup) -> Table:
    """Every code of every version, with the note of its codebook."""
    languages = list(lookup.study.get("languages") or ["en"])
    books = {book["version"]: book for book in lookup.reader.things("codebook")}
    fields = (
        *("definition starts ends example counter_example timing scope exclusive_set control care").split(),
        *("color shortcut order status replaced_by").split(),
    )
    header = ["codebook_version", "codebook_status", "codebook_note", "dimension", "key"]
    header += [*(f"label_{language}" for language in languages), *fields]
    rows = (
        [
            code.get("version"),
            *(books.get(code.get("version"), {}).get(name) for name in ("status", "note")),
            *(code.get(name) for name in ("dimension", "key")),
            *(code["label"].get(language) for language in languages),
            *(code.get(name) for name in fields),
        ]
        for code in lookup.reader.things("code")
    )
    return Table("codes", header, rows)


def entry_flags_table(lookup: Lookup) -> Table:
    """One row a flag on an entry. Needs the entries to have been written before."""
    rows: Iterator[list[Cell]] = (
        [entry_id, flag, lookup.label_of(version, "flag", flag)]
        for entry_id, version, flags in lookup.flagged
        for flag in flags
    )
    return Table("entry_flags", ["entry_id", "flag", "flag_label"], rows)


def fieldnotes_table(lookup: Lookup) -> Table:
    """Paragraphs in their author's order, with the entries they are anchored to."""
    header = ["fieldnote_id", "encounter_id", "position", "anchors", "text", "author"]
    header += lookup.only_with_clock("written_at_local", "written_at_utc")
    rows = (
        [
            lookup.name("fieldnote", note["id"]),
            lookup.name("encounter", note["encounter_id"]),
            note.get("position"),
            _join(lookup.name("entry", anchor) for anchor in note.get("anchors") or ()),
            note.get("text"),
            note.get("author"),
            *lookup.clock(note.get("written_at")),
        ]
        for note in inside(lookup, "fieldnote")
    )
    return Table("fieldnotes", header, rows)


def memos_table(lookup: Lookup) -> Table:
    """Memos."""
    header = ["memo_id", "text", "author", *lookup.only_with_clock("written_at_local", "written_at_utc")]
    rows = (
        [lookup.name("memo", memo["id"]), memo.get("text"), memo.get("author"), *lookup.clock(memo.get("written_at"))]
        for memo in standing(lookup, "memo")
    )
    return Table("memos", header, rows)


def memo_links_table(lookup: Lookup) -> Table:
    """What each memo is about."""
    rows = (
        [
            lookup.name("memo", memo["id"]),
            about["type"],
            about["id"] if about["type"] == "code" else lookup.name(about["type"], about["id"]),
        ]
        for memo in lookup.reader.things("memo")
        if not memo.get("retracted")
        for about in memo.get("about") or ()
    )
    return Table("memo_links", ["memo_id", "about_type", "about_id"], rows)


TABLES: Sequence[Callable[[Lookup], Table]] = (
    entries_table, encounters_table, gaps_table, presence_table, actors_table, codes_table, entry_flags_table,
    fieldnotes_table, memos_table, memo_links_table,
)  # fmt: skip


def _encounter_row(lookup: Lookup, encounter: Thing, gap_offsets: Mapping[str, int]) -> list[Cell]:
    stretch = stretch_of(lookup, encounter, gap_offsets)
    lookup.losses.note("conflicts", count_conflicts(encounter))
    lookup.losses.note("checks", len(encounter.get("checks") or ()))
    return [
        *encounter_cells(lookup, encounter),
        write_seconds(stretch.end_ms - stretch.start_ms),
        write_seconds(stretch.observed_ms),
        stretch.is_end_known,
        encounter.get("end_origin"),
        lookup.n_entries[encounter["id"]],
        _offset(lookup.offsets, encounter["id"]),
        write_seconds(stretch.fell_ms) if stretch.fell_ms else None,
        *lookup.clock(encounter["started_at"], encounter.get("ended_at")),
        *zone_cells(lookup, encounter),
        *([encounter.get("visit_code")] if lookup.options.clock_times else []),
    ]


def stretch_of(lookup: Lookup, encounter: Thing, gap_offsets: Mapping[str, int]) -> Stretch:
    """Start, end and gaps of an encounter as the analyses see it. Needs its entries to have been read before."""
    last = lookup.last_ms.get(encounter["id"])
    start, end, is_known = observed_edges(encounter, lookup.offsets.get(encounter["id"], 0), last)
    gaps: tuple[Gap, ...] = tuple(
        read_gap(gap, end, gap_offsets.get(gap["id"], 0))
        for gap in lookup.gaps.get(encounter["id"], [])
        if not gap.get("retracted")
    )
    fell_ms = lookup.fell.get(encounter["id"], 0)
    return Stretch(encounter["id"], encounter["id"], start, start, end, is_known, gaps, encounter, end, fell_ms)


def _gap_row(lookup: Lookup, gap: Thing, offsets: Mapping[str, int]) -> list[Cell]:
    encounter, offset = lookup.encounters[gap["encounter_id"]], offsets.get(gap["id"], 0)
    return [
        lookup.name("gap", gap["id"]),
        lookup.name("encounter", gap["encounter_id"]),
        *(gap.get(name) for name in ("kind", "reason")),
        lookup.seconds(encounter, gap["from"], offset),
        lookup.seconds(encounter, gap.get("to"), offset),
        *lookup.clock(gap["from"], gap.get("to")),
    ]


def _presence_rows(lookup: Lookup) -> Iterator[list[Cell]]:
    for encounter in lookup.encounters.values():
        offset = lookup.offsets.get(encounter["id"], 0)
        for presence in encounter.get("presence") or ():
            actor_id, actor = lookup.person(presence["actor_id"])
            since, until = presence.get("from"), presence.get("to")
            yield [
                lookup.name("encounter", encounter["id"]),
                lookup.name("actor", actor_id),
                actor.get("label"),
                lookup.seconds(encounter, since, offset),
                lookup.seconds(encounter, until, offset),
                *lookup.clock(since, until),
            ]


def _offset(offsets: Mapping[str, int], thing_id: str) -> str | None:
    return write_seconds(offsets[thing_id]) if thing_id in offsets else None


def _join(values: Any) -> str | None:
    return ";".join(str(value) for value in values) or None
