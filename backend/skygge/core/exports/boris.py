"""A project for BORIS 8 and 9 (.boris, JSON in ASCII): an observation for each encounter, live, in seconds.

An entry is an event of its action, one of its structure and one of each flag; people are subjects, the recipient is
the modifier, the jotting the comment. What ended is a state event, all else a point event of a twin of the behaviour
(`[point]`). BORIS pairs starts with stops by subject, behaviour and modifier alone, and would silently pair others
where two overlap: of those, the later one is told as a point and counted. Gaps are states of no subject.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.filters import Thing
from skygge.core.left_out import note_details, note_settings, note_things
from skygge.core.letters import clean
from skygge.core.lookup import open_lookup
from skygge.core.names import Names
from skygge.core.reader import StudyReader
from skygge.core.refi import describe_actor, describe_code
from skygge.core.spells import gaps_of, tell_times
from skygge.core.telling import Scene, Teller, open_teller

# BORIS takes these for its own: a modifier begins with " (", lists are parted by "," and modifiers by "|".
FORBIDDEN = re.compile(r"[(),|]")
NO_DATE = "1980-01-01T00:00:00"
MARK = ("mark", "mark")
NO_MODIFIER = "None"
VARIABLES = ("visit number", "encounter number", "kind", "setting", "agency", "observer")
DIMENSIONS = ("action", "structure", "flag", "gap", "mark")
GAPS = ("off_record", "not_recorded", "struck")
Event = list[Any]


@dataclass
class _Ethogram:
    """Behaviours under names that BORIS takes: for each code a state and its twin for moments."""

    behaviours: list[dict[str, Any]] = field(default_factory=list)
    names: dict[tuple[str, str, bool], str] = field(default_factory=dict)


def stream_boris(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The project: its parts in the order in which BORIS writes them, one observation after another."""
    lookup = open_lookup(reader, options, losses)
    teller = open_teller(lookup, clean)
    note_things(lookup, "checks", "consents", "ends", "memos", "merged", "presence", "set_back", "versions")
    note_things(lookup, "visit_codes", "zones")
    note_settings(lookup, "title")
    people = _name_people(teller)
    ethogram = _make_ethogram(teller, list(people.values()))
    subjects = [
        {"key": "", "name": name, "description": clean(describe_actor(lookup.actors[actor_id]), losses)}
        for actor_id, name in people.items()
    ]
    front = {
        "time_format": "s",
        "project_date": NO_DATE,
        "project_name": teller.text(lookup.study.get("title")),
        "project_description": "",
        "project_format_version": "7.0",
        "subjects_conf": _number(subjects),
        "behaviors_conf": _number(ethogram.behaviours),
        "independent_variables": _number(_variable(name) for name in VARIABLES),
        "behavioral_categories": list(DIMENSIONS),
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }
    yield json.dumps(front, indent=1)[:-2].encode("ascii") + b',\n "observations": {'
    comma = ""
    for scene in teller.scenes():
        losses.note("fieldnotes", len(scene.paragraphs))
        observation = json.dumps(_observe(teller, scene, people, ethogram))
        yield f"{comma}\n  {json.dumps(scene.name)}: {observation}".encode("ascii")
        comma = ","
    yield b"\n }\n}\n"


def _name_people(teller: Teller) -> dict[str, str]:
    lookup = teller.lookup
    names = Names(lookup.losses, teller.once, FORBIDDEN)
    actors = (one for one in lookup.actors.values() if one.get("merged_into") is None and one.get("label"))
    return {actor["id"]: names.give(actor["label"]) for actor in actors}


def _make_ethogram(teller: Teller, people: list[str]) -> _Ethogram:
    """Two behaviours for each code, one for a mark without any, and one for each kind of gap."""
    made, names = _Ethogram(), Names(teller.lookup.losses, teller.once, FORBIDDEN, brackets="[]")
    newest = {(code["dimension"], code["key"]): code for code in teller.lookup.reader.things("code")}
    modifiers = {"0": {"name": "to", "type": 0, "values": people}} if people else ""
    language = (teller.lookup.study.get("languages") or ["en"])[0]

    def add(place: tuple[str, str], label: str, described: str, color: str, is_state: bool) -> None:
        name = names.give(label, place[0], is_twin=not is_state)
        made.names[(*place, is_state)] = name
        kind = "State event" if is_state else "Point event"
        made.behaviours.append(
            {
                "type": kind,
                "key": "",
                "code": name,
                "description": described,
                "color": color,
                "category": place[0],
                "modifiers": modifiers if place[0] != "gap" else "",
                "excluded": "",
                "coding map": "",
            }
        )

    for place, code in newest.items():
        label = teller.label(code["label"].get(language) or next(iter(code["label"].values())))
        described = clean(describe_code(code, teller.label), teller.lookup.losses)
        add(place, label, described, code.get("color") or "", True)
        add(place, f"{label} [point]", described, code.get("color") or "", False)
    add(MARK, "Mark", "An entry without a code", "", False)
    add(MARK, "Mark as state", "An entry without a code, with an end", "", True)
    for kind in GAPS:
        add(("gap", kind), teller.words[kind], "Not observed", "", True)
        add(("gap", kind), f"{teller.words[kind]} [point]", "Not observed", "", False)
    return made


def _observe(teller: Teller, scene: Scene, people: dict[str, str], ethogram: _Ethogram) -> dict[str, Any]:
    lookup, encounter = teller.lookup, scene.encounter
    number, visit = lookup.numbers[encounter["id"]]
    told = {
        "visit number": visit, "encounter number": number,
        **{name: encounter.get(name) for name in ("kind", "setting", "agency", "observer")},
    }  # fmt: skip
    events = sorted(_events(teller, scene, people, ethogram), key=lambda event: event[0])
    clock = encounter["started_at"][:19] if lookup.options.clock_times else NO_DATE
    return {
        "file": {str(player): [] for player in range(1, 9)},
        "type": "LIVE",
        "date": clock,
        "description": teller.tell_present(encounter),
        "time offset": 0.0,
        "events": events,
        "observation time interval": [0, 0],
        "independent_variables": {name: _tell(teller, name, str(value or "")) for name, value in told.items()},
        "visualize_spectrogram": False,
        "visualize_waveform": False,
        "close_behaviors_between_videos": False,
        "scan_sampling_time": 0,
        "start_from_current_time": False,
        "start_from_current_epoch_time": False,
    }


def _events(teller: Teller, scene: Scene, people: dict[str, str], ethogram: _Ethogram) -> Iterator[Event]:
    running: dict[tuple[str, str, str], int] = {}
    lookup = teller.lookup
    for told in tell_times(teller, scene):
        entry = told.entry
        note_details(lookup.losses, entry, ("kinds", "origins", "positions", "precision"))
        lookup.losses.note("dates", 0 if lookup.options.clock_times else 1 + (told.end_ms is not None))
        subject = people.get(lookup.person(entry.get("actor_id"))[0] or "", "")
        modifier = people.get(lookup.person(entry.get("recipient_id"))[0] or "", NO_MODIFIER)
        said = [subject, modifier if people else "", teller.tell_jotting(entry)]
        as_moments = Losses()
        for place in _places(entry, ethogram, lookup.losses):
            yield from _event(ethogram, place, (told.start_ms, told.end_ms), said, running, as_moments)
            said[2] = ""  # the words are told once, with the first of the events
        for code, n in as_moments.counts.items():
            lookup.losses.note(code, n > 0)  # entries are counted, and not the events that they are told as
    for start, end, kind in gaps_of(teller, scene):
        yield from _event(ethogram, ("gap", kind), (start, end), ["", "", ""], running, lookup.losses)
    lookup.losses.note("reasons", sum(bool(gap.get("reason")) for gap in scene.gaps))


def _places(entry: Thing, ethogram: _Ethogram, losses: Losses) -> list[tuple[str, str]]:
    coded = [(dimension, entry[dimension]) for dimension in ("action", "structure") if entry.get(dimension) is not None]
    coded += [("flag", flag) for flag in dict.fromkeys(entry.get("flags") or ())]
    known = [place for place in coded if (*place, True) in ethogram.names]
    losses.note("uncoded", len(coded) - len(known))
    return known or [MARK]


def _event(
    ethogram: _Ethogram,
    place: tuple[str, str],
    edges: tuple[int, int | None],
    said: list[str],
    running: dict[tuple[str, str, str], int],
    losses: Losses,
) -> Iterator[Event]:
    (start, end), (subject, modifier, comment) = edges, said
    lane = (subject, ethogram.names[(*place, True)], modifier)
    is_state = end is not None and end > start
    if is_state and start < running.get(lane, start):
        losses.note("overlaps")
        is_state = False
    elif not is_state:
        losses.note("moments", end is not None)
    if not is_state or end is None:
        yield [start / 1000, subject, ethogram.names[(*place, False)], modifier, comment]
        return
    running[lane] = end
    yield [start / 1000, subject, lane[1], modifier, comment]
    yield [end / 1000, subject, lane[1], modifier, ""]


def _tell(teller: Teller, variable: str, value: str) -> str:
    """Of all variables only a setting is written anew for each encounter."""
    return teller.text(value) if variable == "setting" else teller.label(value)


def _variable(name: str) -> dict[str, str]:
    kind = "numeric" if name.endswith("number") else "text"
    return {"label": name, "description": "", "type": kind, "default value": "", "possible values": ""}


def _number(things: Iterable[Any]) -> dict[str, Any]:
    return {str(number): thing for number, thing in enumerate(things)}


EXPORT = Export(
    name="boris",
    media_type="application/json",
    suffix=".boris",
    purpose={
        "en": "A project for BORIS: ethogram, subjects, and an observation for each encounter.",
        "da": "Et projekt til BORIS: etogram, personer og en observation for hvert forløb.",
    },
    options=ExportOptions,
    stream=stream_boris,
    may_lose=(
        *("checks conflicts consents dates encounter_unknown ends fieldnotes filtered kinds").split(),
        *("letters line_ends memos merged moments names origins overlaps positions precision").split(),
        *("presence reasons reflections retracted set_back study uncoded versions visit_codes").split(),
        *("zones").split(),
    ),  # fmt: skip
)
