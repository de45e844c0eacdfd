"""Sequences for TraMineR in R, in its SPELL form: one row a spell, one state at a time, a sequence an encounter.

`begin` and `end` count units of time from 1, both inside the spell; the exact seconds stand beside. A moment lasts
until the next code of its dimension. Time in gaps is the state `Unobserved`, observed time without a code `Uncoded`.
In R: `seqdef(seqformat(read.csv(FILE), id = "id", begin = "begin", end = "end", status = "state", from = "SPELL",
to = "STS", process = FALSE))`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from skygge.core.entry_rows import zone_cells
from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.left_out import note_details, note_settings, note_things
from skygge.core.letters import clean
from skygge.core.lookup import open_lookup, write_seconds
from skygge.core.reader import StudyReader
from skygge.core.spells import fill_spells, tell_times
from skygge.core.tables import stretch_of
from skygge.core.tabular import Cell, Table, write_csv
from skygge.core.telling import Scene, Teller, open_teller

HEADER = (
    *("id stream begin end state state_label begin_s end_s encounter_id visit_number").split(),
    *("observer_number is_end_known").split(),
)
CLOCK = ("started_at_local", "started_at_utc", "time_zone")  # fmt: skip

UNTOLD = ("acted", "flags", "jottings", "kinds", "origins", "positions", "precision", "recipients")


class TraminerOptions(ExportOptions):
    """What the states are, and how long a unit of time is."""

    dimension: Annotated[Literal["structure", "action"], Field(description="Which codes are the states.")] = "structure"
    unit_s: Annotated[int, Field(ge=1, le=3600, description="Length of a unit of time in seconds.")] = 10


def stream_traminer(reader: StudyReader, options: TraminerOptions, losses: Losses) -> Iterator[bytes]:
    """The table, block by block."""
    teller = open_teller(open_lookup(reader, options, losses), clean)
    note_things(teller.lookup, "actors", "checks", "codes", "consents", "described", "memos", "merged", "presence")
    note_things(teller.lookup, "gap_kinds", "reasons", "set_back", "visit_codes")
    note_settings(teller.lookup)
    return write_csv(Table("traminer", [*HEADER, *teller.lookup.only_with_clock(*CLOCK)], _rows(teller, options)))


def _rows(teller: Teller, options: TraminerOptions) -> Iterator[list[Cell]]:
    for scene in teller.scenes():
        yield from _tell_scene(teller, scene, options)


def _tell_scene(teller: Teller, scene: Scene, options: TraminerOptions) -> Iterator[list[Cell]]:
    lookup, stretch = teller.lookup, stretch_of(teller.lookup, scene.encounter, teller.gap_offsets)
    number, visit = lookup.numbers[scene.encounter["id"]]
    coded = [
        (one, one.entry[options.dimension]) for one in tell_times(teller, scene) if one.entry.get(options.dimension)
    ]
    labels = {state: lookup.label(one.entry, options.dimension, state) for one, state in coded}
    other = "actions" if options.dimension == "structure" else "structures"
    for entry in scene.entries:
        note_details(lookup.losses, entry, (other, *UNTOLD))
        lookup.losses.note("uncoded", entry.get(options.dimension) is None)
        is_dated = not lookup.options.clock_times and entry.get(options.dimension) is not None
        lookup.losses.note("dates", is_dated and 1 + (entry.get("ended_at") is not None))
    lookup.losses.note("fieldnotes", len(scene.paragraphs))
    lookup.losses.note("origins", scene.encounter.get("end_origin") is not None)
    clock = [*lookup.clock(scene.encounter["started_at"]), *zone_cells(lookup, scene.encounter)]
    for before, after in zip(coded, coded[1:], strict=False):
        end = before[0].end_ms
        lookup.losses.note("shortened", end is not None and after[0].start_ms < end)
    # What was added after the end of its encounter has no time left in it.
    lookup.losses.note("short", sum(one.start_ms >= stretch.end_ms - stretch.start_ms for one, _ in coded))
    unit_ms = options.unit_s * 1000
    for spell in fill_spells(stretch, coded):
        # Edges are rounded, so that what one spell loses the next one gains and none overlap.
        begin, end = (2 * spell.start_ms + unit_ms) // (2 * unit_ms) + 1, (2 * spell.end_ms + unit_ms) // (2 * unit_ms)
        if end < begin:
            lookup.losses.note("short", spell.state not in ("Uncoded", "Unobserved"))
            continue
        yield [
            number, scene.name, begin, end, spell.state, labels.get(spell.state, spell.state),
            write_seconds(spell.start_ms), write_seconds(spell.end_ms), lookup.name("encounter", scene.encounter["id"]),
            visit, teller.observers.get(scene.encounter.get("observer") or ""), stretch.is_end_known, *clock,
        ]  # fmt: skip


EXPORT = Export(
    name="traminer",
    media_type="text/csv; charset=utf-8; header=present",
    suffix=".csv",
    purpose={
        "en": "State sequences for TraMineR in R, one for each encounter.",
        "da": "Tilstandssekvenser til TraMineR i R, én for hvert forløb.",
    },
    options=TraminerOptions,
    stream=stream_traminer,
    may_lose=(
        *("acted actions actors checks codes conflicts consents dates described").split(),
        *("encounter_unknown fieldnotes filtered flags gap_kinds jottings kinds letters").split(),
        *("line_ends memos merged names origins positions precision presence reasons recipients").split(),
        *("reflections retracted set_back short shortened structures study uncoded visit_codes").split(),
    ),  # fmt: skip
)
