"""Who turned to whom as a network (GEXF 1.2): people are nodes, every entry from somebody to somebody is an edge.

Programs add parallel edges up to a weight. When something happened stands in attributes of its edge, as most programs
do not read the time that GEXF itself has for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.filters import Thing
from skygge.core.left_out import note_details, note_settings, note_things
from skygge.core.letters import clean, quote
from skygge.core.lookup import open_lookup
from skygge.core.reader import StudyReader
from skygge.core.spells import Told, tell_times
from skygge.core.telling import Scene, Teller, open_teller

NODE = {"kind": "string", "agency": "string"}
EDGE = {
    "entry_id": "string", "stream": "string", "encounter_number": "integer", "visit_number": "integer",
    "kind": "string", "start_s": "double", "end_s": "double", "started_at": "string", "ended_at": "string",
    "action": "string", "structure": "string", "flags": "string", "words": "string",
}  # fmt: skip
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    "<meta><creator>Skygge</creator></meta>\n"
    '<graph mode="static" defaultedgetype="directed">\n'
)


def stream_gexf(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The file, encounter by encounter."""
    teller = open_teller(open_lookup(reader, options, losses), clean)
    note_things(teller.lookup, "checks", "codes", "consents", "described", "ends", "memos", "merged", "presence")
    note_things(teller.lookup, "set_back", "visit_codes", "zones")
    note_settings(teller.lookup)
    yield "".join([HEAD, _attributes("node", NODE), _attributes("edge", EDGE), "<nodes>\n", *_nodes(teller)]).encode()
    yield b"</nodes>\n<edges>\n"
    for scene in teller.scenes():
        losses.note("gaps", len(scene.gaps))
        losses.note("fieldnotes", len(scene.paragraphs))
        edges = "".join(_edges(teller, scene))
        losses.note("encounters", not edges)
        yield edges.encode()
    yield b"</edges>\n</graph>\n</gexf>\n"


def _attributes(kind: str, attributes: dict[str, str]) -> str:
    told = (f'<attribute id="{name}" title="{name}" type="{of}"/>' for name, of in attributes.items())
    return f'<attributes class="{kind}">{"".join(told)}</attributes>\n'


def _nodes(teller: Teller) -> Iterator[str]:
    for actor in teller.lookup.actors.values():
        if actor.get("merged_into") is None:
            label = quote(teller.label(actor.get("label")))
            values = _values({"kind": actor.get("kind"), "agency": teller.label(actor.get("agency")) or None})
            yield f'<node id="{teller.lookup.name("actor", actor["id"])}" label={label}>{values}</node>\n'


def _edges(teller: Teller, scene: Scene) -> Iterator[str]:
    known = teller.lookup.actors
    for told in tell_times(teller, scene):
        note_details(teller.lookup.losses, told.entry, ("origins", "positions", "precision"))
        ends = [teller.lookup.person(told.entry.get(name))[0] for name in ("actor_id", "recipient_id")]
        if any(end not in known for end in ends):
            teller.lookup.losses.note("one_sided")
            continue
        source, target = (teller.lookup.name("actor", end) for end in ends)
        values = _values(_describe(teller, scene, told))
        name = teller.lookup.name("entry", told.entry["id"])
        yield f'<edge id="{name}" source="{source}" target="{target}" weight="1">{values}</edge>\n'


def _describe(teller: Teller, scene: Scene, told: Told) -> Thing:
    entry, lookup = told.entry, teller.lookup
    number, visit = lookup.numbers[scene.encounter["id"]]
    clock = lookup.options.clock_times
    lookup.losses.note("dates", 0 if clock else 1 + (entry.get("ended_at") is not None))
    return {
        "entry_id": lookup.name("entry", entry["id"]),
        "stream": scene.name,
        "encounter_number": number,
        "visit_number": visit,
        "kind": entry["kind"],
        "start_s": told.start_ms / 1000,
        "end_s": None if told.end_ms is None else told.end_ms / 1000,
        "started_at": entry["started_at"] if clock else None,
        "ended_at": entry.get("ended_at") if clock else None,
        "action": teller.label_of(entry, "action", entry.get("action")) or None,
        "structure": teller.label_of(entry, "structure", entry.get("structure")) or None,
        "flags": teller.tell_flags(entry) or None,
        "words": teller.tell_jotting(entry) or None,
    }


def _values(values: Thing) -> str:
    """Attributes by their names, of what was cleaned before."""
    told = (f'<attvalue for="{name}" value={quote(value)}/>' for name, value in values.items() if value is not None)
    return f"<attvalues>{''.join(told)}</attvalues>"


EXPORT = Export(
    name="gexf",
    media_type="application/xml",
    suffix=".gexf",
    purpose={
        "en": "Who turned to whom, as a network for Gephi, Gephi Lite and igraph.",
        "da": "Hvem der henvendte sig til hvem, som netværk til Gephi, Gephi Lite og igraph.",
    },
    options=ExportOptions,
    stream=stream_gexf,
    may_lose=(
        *("checks codes conflicts consents dates described encounter_unknown encounters ends").split(),
        *("fieldnotes filtered gaps letters line_ends memos merged names one_sided origins").split(),
        *("positions precision presence reflections retracted set_back study visit_codes zones").split(),
    ),  # fmt: skip
)
