"""An event log (XES, IEEE 1849) for pm4py, ProM and Disco: a trace an encounter, an event an entry.

The activity is the action; where there is none, the structure; where there is neither, `Mark`. By default an entry is
one event, `complete`, at its start; with `lifecycle` one that ended is a `start` and a `complete`. The format wants a
time with every event: where clock times were not asked for, every encounter begins at midnight of 1 January 1980, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from skygge.core.entry_rows import zone_cells
from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.filters import Thing
from skygge.core.left_out import note_details, note_settings, note_things
from skygge.core.letters import clean, quote
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.spells import Told, tell_times
from skygge.core.telling import Scene, Teller, open_teller

NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value="-"/></global>
<global scope="event"><string key="concept:name" value="-"/><date key="time:timestamp" value="1980-01-01T00:00:00Z"/>
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
"""


class XesOptions(ExportOptions):
    """How an entry with an end is told."""

    lifecycle: Annotated[bool, Field(description="Tell an entry that ended as a start and a complete.")] = False


def stream_xes(reader: StudyReader, options: XesOptions, losses: Losses) -> Iterator[bytes]:
    """The log, trace by trace."""
    teller = open_teller(open_lookup(reader, options, losses), clean)
    note_things(teller.lookup, "actors", "checks", "codes", "consents", "ends", "memos", "merged", "presence")
    note_things(teller.lookup, "set_back", "visit_codes")
    note_settings(teller.lookup, "title")
    title = teller.text(teller.lookup.study.get("title")) or "Study"
    yield f"{HEAD}{_string('concept:name', title)}\n".encode()
    for scene in teller.scenes():
        losses.note("gaps", len(scene.gaps))
        losses.note("fieldnotes", len(scene.paragraphs))
        yield "".join(_trace(teller, scene, options)).encode()
    yield b"</log>\n"


def _trace(teller: Teller, scene: Scene, options: XesOptions) -> Iterator[str]:
    number, visit = teller.lookup.numbers[scene.encounter["id"]]
    yield "<trace>" + _string("concept:name", scene.name)
    yield _whole("encounter_number", number) + _whole("visit_number", visit)
    for name in ("kind", "observer", "agency"):
        yield _string(name, teller.label(scene.encounter.get(name)))
    yield _string("setting", teller.text(scene.encounter.get("setting")))
    # Every time is told in UTC; with the zone the hour of the place is known again.
    yield from (_string("time_zone", str(cell)) for cell in zone_cells(teller.lookup, scene.encounter))
    yield "\n"
    events = [event for told in tell_times(teller, scene) for event in _events(teller, scene, told, options)]
    # A complete may come after the start of what followed; a trace is in the order of time.
    for _, event in sorted(events, key=lambda one: one[0]):
        yield event
    yield "</trace>\n"


def _events(teller: Teller, scene: Scene, told: Told, options: XesOptions) -> Iterator[tuple[int, str]]:
    lookup, entry = teller.lookup, told.entry
    note_details(lookup.losses, entry, ("origins", "positions", "precision"))
    lookup.losses.note("dates", 0 if options.clock_times else 1 + (told.end_ms is not None))
    edges = [("complete", told.start_ms)]
    if options.lifecycle and told.end_ms is not None:
        edges = [("start", told.start_ms), ("complete", told.end_ms)]
    else:
        lookup.losses.note("moments", told.end_ms is not None)
    attributes = "".join(_string(name, value) for name, value in _describe(teller, entry).items())
    words = _string("words", teller.tell_jotting(entry))
    zero = lookup.start_ms(scene.encounter)
    for transition, at_ms in edges:
        since = EPOCH + timedelta(milliseconds=zero) if options.clock_times else NO_DATE
        stamp = (since + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds")
        yield (
            at_ms,
            (
                f'<event><date key="time:timestamp" value="{stamp}"/>{_string("lifecycle:transition", transition)}'
                f'{attributes}{words}<float key="start_s" value="{at_ms / 1000}"/></event>\n'
            ),
        )


def _describe(teller: Teller, entry: Thing) -> dict[str, str]:
    action, structure = (
        teller.label_of(entry, dimension, entry.get(dimension)) for dimension in ("action", "structure")
    )
    people = (teller.lookup.person(entry.get(name))[1] for name in ("actor_id", "recipient_id"))
    actor, recipient = (teller.label(person.get("label")) for person in people)
    return {
        "concept:name": action or structure or "Mark",
        "org:resource": actor,
        "recipient": recipient,
        "action": action,
        "structure": structure,
        "flags": teller.tell_flags(entry),
        "kind": entry["kind"],
        "entry_id": teller.lookup.name("entry", entry["id"]) or "",
    }


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quote(value)}/>' if value else ""


def _whole(key: str, value: int | None) -> str:
    return "" if value is None else f'<int key="{key}" value="{value}"/>'


EXPORT = Export(
    name="xes",
    media_type="application/xml",
    suffix=".xes",
    purpose={
        "en": "An event log for process mining: pm4py, ProM, Disco.",
        "da": "En hændelseslog til process mining: pm4py, ProM, Disco.",
    },
    options=XesOptions,
    stream=stream_xes,
    may_lose=(
        *("actors checks codes conflicts consents dates encounter_unknown ends fieldnotes").split(),
        *("filtered gaps letters line_ends memos merged moments names origins positions").split(),
        *("precision presence reflections retracted set_back study visit_codes").split(),
    ),  # fmt: skip
)
