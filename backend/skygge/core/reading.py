"""A study as something to read: field notes with their jottings, encounter by encounter, paragraph by paragraph.

An anchored paragraph is followed by the entries it was written from. Entries that no paragraph took up follow below
it, gaps among them, so that nothing written is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from skygge.core.entry_rows import zone_cells
from skygge.core.export import ExportOptions
from skygge.core.left_out import note_details, note_settings, note_things
from skygge.core.lookup import open_lookup, standing
from skygge.core.losses import Losses
from skygge.core.model import to_unix_ms
from skygge.core.reader import StudyReader
from skygge.core.tables import stretch_of
from skygge.core.telling import Scene, Teller, has_writer, open_teller, tell_ms

Style = Literal["title", "encounter", "about", "paragraph", "jotting", "section"]
KINDS = {
    "en": {"visit": "visit", "between": "between visits", "interview": "interview", "focus_group": "focus group",
           "meeting": "meeting"},
    "da": {"visit": "besøg", "between": "mellem besøg", "interview": "interview", "focus_group": "fokusgruppe",
           "meeting": "møde"},
}  # fmt: skip
MAY_LOSE = (
    *("actors checks codes conflicts consents dates encounter_unknown filtered kinds").split(),
    *("letters line_ends merged origins positions precision reflections retracted seconds").split(),
    *("study visit_codes writers").split(),
)  # fmt: skip


class Piece(NamedTuple):
    """One paragraph of what is read."""

    style: Style
    text: str


def read_aloud(
    reader: StudyReader, options: ExportOptions, losses: Losses, spell: Callable[[str, Losses], str]
) -> Iterator[Piece]:
    """The whole study in pieces; what the file leaves out stands at the end."""
    teller = open_teller(open_lookup(reader, options, losses), spell)
    yield Piece("title", teller.text(teller.lookup.study.get("title")) or "Study")
    for scene in teller.scenes():
        yield from _tell_scene(teller, scene)
    yield from _tell_memos(teller)
    note_things(teller.lookup, "actors", "checks", "codes", "consents", "merged", "visit_codes")
    note_settings(teller.lookup, "title")
    yield Piece("section", teller.words["left_out"])
    yield from (Piece("paragraph", line) for line in losses.lines(_language(teller)))


def _tell_scene(teller: Teller, scene: Scene) -> Iterator[Piece]:
    yield Piece("encounter", scene.name)
    yield from (Piece("about", line) for line in _tell_about(teller, scene) if line)
    entries, told = {entry["id"]: entry for entry in scene.entries}, set()
    for paragraph in scene.paragraphs:
        yield Piece("paragraph", teller.text(paragraph.get("text")))
        for anchor in paragraph.get("anchors") or ():
            if anchor in entries and anchor not in told:
                told.add(anchor)
                yield Piece("jotting", teller.tell_entry(scene.encounter, entries[anchor]))
    rest = [(one, is_gap) for one, is_gap in teller.in_time(scene) if is_gap or one["id"] not in told]
    if rest and scene.paragraphs:
        yield Piece("about", teller.words["untold"])
    for thing, is_gap in rest:
        tell = teller.tell_gap if is_gap else teller.tell_entry
        yield Piece("jotting", tell(scene.encounter, thing))
    _note_what_is_untold(teller, scene)


def _tell_about(teller: Teller, scene: Scene) -> Iterator[str]:
    encounter, stretch = scene.encounter, stretch_of(teller.lookup, scene.encounter, teller.gap_offsets)
    kind = KINDS.get(_language(teller), KINDS["en"]).get(encounter.get("kind") or "", "")
    length = tell_ms(stretch.end_ms - stretch.start_ms).lstrip("+")
    told = [kind, teller.text(encounter.get("setting")), teller.label(encounter.get("agency")), length]
    told += [] if stretch.is_end_known else [teller.words["unknown"]]
    if teller.lookup.options.clock_times:
        told.append(encounter["started_at"])
        told += [str(cell) for cell in zone_cells(teller.lookup, encounter) if cell]
    if stretch.fell_ms:
        told.append(f"{teller.words['set_back']} {tell_ms(stretch.fell_ms).lstrip('+')}")
    teller.lookup.losses.note("dates", not teller.lookup.options.clock_times)
    yield " · ".join(part for part in told if part)
    yield teller.label(encounter.get("observer"))
    yield teller.tell_present(encounter)


def _tell_memos(teller: Teller) -> Iterator[Piece]:
    is_first = True
    for memo in standing(teller.lookup, "memo"):
        if is_first:
            yield Piece("section", teller.words["memos"])
            is_first = False
        yield Piece("about", ", ".join(filter(None, (_name_about(teller, one) for one in memo.get("about") or ()))))
        yield Piece("paragraph", teller.text(memo.get("text")))
        teller.lookup.losses.note("writers", has_writer(memo))


def _name_about(teller: Teller, about: dict[str, str]) -> str:
    if about["type"] == "actor":
        return teller.label(teller.lookup.person(about["id"])[1].get("label"))
    return about["id"] if about["type"] == "code" else about["type"]


def _note_what_is_untold(teller: Teller, scene: Scene) -> None:
    losses, with_dates = teller.lookup.losses, teller.lookup.options.clock_times
    for entry in scene.entries:
        note_details(losses, entry, ("kinds", "origins", "positions", "precision"))
        losses.note("dates", 0 if with_dates else 1 + (entry.get("ended_at") is not None))
        stamps = [entry["started_at"], *filter(None, [entry.get("ended_at")])]
        losses.note("seconds", any(to_unix_ms(stamp) % 1_000 for stamp in stamps))
    losses.note("origins", scene.encounter.get("end_origin") is not None)
    losses.note("writers", sum(map(has_writer, scene.paragraphs)))


def _language(teller: Teller) -> str:
    first = (teller.lookup.study.get("languages") or ["en"])[0]
    return first if first in KINDS else "en"
