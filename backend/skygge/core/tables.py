"""The tables of a study that several formats share: one row a thing, codes and labels in columns of their own.

Times are seconds from the encounter's start; dates and clock times stand beside them only where they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from skygge.core.desk import Desk, count_conflicts, inside, kept_entries, standing, write_seconds
from skygge.core.filters import Thing, edges_of
from skygge.core.streams import Gap, Stretch, observed_edges, read_gap
from skygge.core.tabular import Cell, Table


def entries_table(desk: Desk) -> Table:
    """One row an entry, with its encounter and people in columns."""
    header = [
        *("entry_id encounter_id encounter_number visit_number visit_id encounter_kind observer setting").split(),
        *("agency focal_actor_id focal_actor_label sequence kind actor_id actor_label actor_kind").split(),
        *("actor_agency recipient_id recipient_label recipient_kind action action_label structure").split(),
        *("structure_label structure_origin flags start_s end_s duration_s end_origin taken precision_s").split(),
        *("verbatim jotting codebook_version control care clock_offset_s").split(),
        *desk.only_with_clock(
            "started_at_local", "started_at_utc", "ended_at_local", "ended_at_utc", "time_zone"
        ),
    ]  # fmt: skip
    offsets = desk.reader.clock_offsets("entry")
    return Table("entries", header, (_entry_row(desk, entry, offsets) for entry in kept_entries(desk, offsets)))


def encounters_table(desk: Desk) -> Table:
    """One row an encounter, those without entries too. Needs the entries to have been written before."""
    header = [
        *("encounter_id encounter_number visit_number visit_id kind observer setting agency").split(),
        *("focal_actor_id focal_actor_label duration_s observed_s is_end_known end_origin").split(),
        *("n_entries clock_offset_s").split(),
        *desk.only_with_clock(
            "started_at_local", "started_at_utc", "ended_at_local", "ended_at_utc", "time_zone", "visit_code"
        ),
    ]  # fmt: skip
    gap_offsets = desk.reader.clock_offsets("gap")
    return Table("encounters", header, (_encounter_row(desk, thing, gap_offsets) for thing in desk.encounters.values()))


def gaps_table(desk: Desk) -> Table:
    """Time that was not observed."""
    header = ["gap_id", "encounter_id", "kind", "reason", "from_s", "to_s"]
    header += desk.only_with_clock("from_local", "from_utc", "to_local", "to_utc")
    offsets = desk.reader.clock_offsets("gap")
    return Table("gaps", header, (_gap_row(desk, gap, offsets) for gap in inside(desk, "gap")))


def presence_table(desk: Desk) -> Table:
    """Who was there, and when, where that is known."""
    header = ["encounter_id", "actor_id", "actor_label", "from_s", "to_s"]
    header += desk.only_with_clock("from_local", "from_utc", "to_local", "to_utc")
    return Table("presence", header, _presence_rows(desk))


def actors_table(desk: Desk) -> Table:
    """People by pseudonym, things and places."""
    header = ["actor_id", "label", "kind", "agency", "merged_into"]
    rows = (
        [
            desk.name("actor", actor["id"]),
            *(actor.get(name) for name in ("label", "kind", "agency")),
            desk.name("actor", actor.get("merged_into")),
        ]
        for actor in desk.actors.values()
    )
    return Table("actors", header, rows)


def codes_table(desk: Desk) -> Table:
    """Every code of every version, with the note of its codebook."""
    languages = list(desk.study.get("languages") or ["en"])
    books = {book["version"]: book for book in desk.reader.things("codebook")}
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
        for code in desk.reader.things("code")
    )
    return Table("codes", header, rows)


def entry_flags_table(desk: Desk) -> Table:
    """One row a flag on an entry."""
    entries = kept_entries(desk, {}, count=False)
    rows = (
        [desk.name("entry", entry["id"]), flag, desk.label(entry, "flag", flag)]
        for entry in entries
        for flag in entry.get("flags") or ()
    )
    return Table("entry_flags", ["entry_id", "flag", "flag_label"], rows)


def fieldnotes_table(desk: Desk) -> Table:
    """Paragraphs in their author's order, with the entries they are anchored to."""
    header = ["fieldnote_id", "encounter_id", "position", "anchors", "text", "author"]
    header += desk.only_with_clock("written_at_local", "written_at_utc")
    rows = (
        [
            desk.name("fieldnote", note["id"]),
            desk.name("encounter", note["encounter_id"]),
            note.get("position"),
            _join(desk.name("entry", anchor) for anchor in note.get("anchors") or ()),
            note.get("text"),
            note.get("author"),
            *desk.clock(note.get("written_at")),
        ]
        for note in inside(desk, "fieldnote")
    )
    return Table("fieldnotes", header, rows)


def memos_table(desk: Desk) -> Table:
    """Memos."""
    header = ["memo_id", "text", "author", *desk.only_with_clock("written_at_local", "written_at_utc")]
    rows = (
        [desk.name("memo", memo["id"]), memo.get("text"), memo.get("author"), *desk.clock(memo.get("written_at"))]
        for memo in standing(desk, "memo")
    )
    return Table("memos", header, rows)


def memo_links_table(desk: Desk) -> Table:
    """What each memo is about."""
    rows = (
        [
            desk.name("memo", memo["id"]),
            about["type"],
            about["id"] if about["type"] == "code" else desk.name(about["type"], about["id"]),
        ]
        for memo in desk.reader.things("memo")
        if not memo.get("retracted")
        for about in memo.get("about") or ()
    )
    return Table("memo_links", ["memo_id", "about_type", "about_id"], rows)


TABLES: Sequence[Callable[[Desk], Table]] = (
    entries_table, encounters_table, gaps_table, presence_table, actors_table, codes_table, entry_flags_table,
    fieldnotes_table, memos_table, memo_links_table,
)  # fmt: skip


def _entry_row(desk: Desk, entry: Thing, offsets: Mapping[str, int]) -> list[Cell]:
    encounter = desk.encounters[entry["encounter_id"]]
    actor_id, actor = desk.person(entry.get("actor_id"))
    recipient_id, recipient = desk.person(entry.get("recipient_id"))
    offset = offsets.get(entry["id"], 0)
    desk.n_entries[entry["encounter_id"]] += 1
    return [
        desk.name("entry", entry["id"]),
        *_repeat(desk, encounter),
        entry.get("sequence"),
        entry["kind"],
        desk.name("actor", actor_id),
        *(actor.get(name) for name in ("label", "kind", "agency")),
        desk.name("actor", recipient_id),
        *(recipient.get(name) for name in ("label", "kind")),
        entry.get("action"),
        desk.label(entry, "action", entry.get("action")),
        entry.get("structure"),
        desk.label(entry, "structure", entry.get("structure")),
        entry.get("structure_origin"),
        _join(entry.get("flags") or ()),
        desk.seconds(encounter, entry["started_at"], offset),
        desk.seconds(encounter, entry.get("ended_at"), offset),
        _duration(entry),
        *(entry.get(name) for name in ("end_origin", "taken", "precision_s", "verbatim", "jotting")),
        *(entry.get(name) for name in ("codebook_version", "control", "care")),
        _offset(offsets, entry["id"]),
        *desk.clock(entry["started_at"], entry.get("ended_at")),
        *_zone(desk, encounter),
    ]


def _repeat(desk: Desk, encounter: Thing) -> list[Cell]:
    if encounter["id"] not in desk.repeated:
        desk.repeated[encounter["id"]] = _encounter_cells(desk, encounter)
    return desk.repeated[encounter["id"]]


def _encounter_cells(desk: Desk, encounter: Thing) -> list[Cell]:
    """The columns of the encounter that entries repeat, from encounter_id to focal_actor_label."""
    focal_id, focal = desk.person(encounter.get("focal_actor_id"))
    return [
        desk.name("encounter", encounter["id"]),
        *desk.numbers[encounter["id"]],
        desk.name("visit", encounter.get("visit_id")),
        *(encounter.get(name) for name in ("kind", "observer", "setting", "agency")),
        desk.name("actor", focal_id),
        focal.get("label"),
    ]


def _encounter_row(desk: Desk, encounter: Thing, gap_offsets: Mapping[str, int]) -> list[Cell]:
    stretch = _stretch(desk, encounter, gap_offsets)
    desk.losses.note("conflicts", count_conflicts(encounter))
    desk.losses.note("checks", len(encounter.get("checks") or ()))
    return [
        *_encounter_cells(desk, encounter),
        write_seconds(stretch.end_ms - stretch.start_ms),
        write_seconds(stretch.observed_ms),
        stretch.is_end_known,
        encounter.get("end_origin"),
        desk.n_entries[encounter["id"]],
        _offset(desk.offsets, encounter["id"]),
        *desk.clock(encounter["started_at"], encounter.get("ended_at")),
        *_zone(desk, encounter),
        *([encounter.get("visit_code")] if desk.options.clock_times else []),
    ]


def _stretch(desk: Desk, encounter: Thing, gap_offsets: Mapping[str, int]) -> Stretch:
    last = desk.last_ms.get(encounter["id"])
    start, end, is_known = observed_edges(encounter, desk.offsets.get(encounter["id"], 0), last)
    gaps: tuple[Gap, ...] = tuple(
        read_gap(gap, end, gap_offsets.get(gap["id"], 0))
        for gap in desk.gaps.get(encounter["id"], [])
        if not gap.get("retracted")
    )
    return Stretch(encounter["id"], encounter["id"], start, start, end, is_known, gaps, encounter, end)


def _gap_row(desk: Desk, gap: Thing, offsets: Mapping[str, int]) -> list[Cell]:
    encounter, offset = desk.encounters[gap["encounter_id"]], offsets.get(gap["id"], 0)
    return [
        desk.name("gap", gap["id"]),
        desk.name("encounter", gap["encounter_id"]),
        *(gap.get(name) for name in ("kind", "reason")),
        desk.seconds(encounter, gap["from"], offset),
        desk.seconds(encounter, gap.get("to"), offset),
        *desk.clock(gap["from"], gap.get("to")),
    ]


def _presence_rows(desk: Desk) -> Iterator[list[Cell]]:
    for encounter in desk.encounters.values():
        offset = desk.offsets.get(encounter["id"], 0)
        for presence in encounter.get("presence") or ():
            actor_id, actor = desk.person(presence["actor_id"])
            since, until = presence.get("from"), presence.get("to")
            yield [
                desk.name("encounter", encounter["id"]),
                desk.name("actor", actor_id),
                actor.get("label"),
                desk.seconds(encounter, since, offset),
                desk.seconds(encounter, until, offset),
                *desk.clock(since, until),
            ]


def _zone(desk: Desk, encounter: Thing) -> list[Cell]:
    if not desk.options.clock_times:
        return []
    return [encounter.get("time_zone") or desk.study.get("time_zone")]


def _duration(entry: Thing) -> str | None:
    start, end = edges_of(entry)
    return None if end is None else write_seconds(end - start)


def _offset(offsets: Mapping[str, int], thing_id: str) -> str | None:
    return write_seconds(offsets[thing_id]) if thing_id in offsets else None


def _join(values: Any) -> str | None:
    return ";".join(str(value) for value in values) or None
