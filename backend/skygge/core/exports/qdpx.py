"""The whole study as a REFI-QDA project (.qdpx) for NVivo, ATLAS.ti, MAXQDA and QualCoder.

Two texts for each encounter: its log, a block for each entry and gap in order of time, and its notes, unbroken and in
their author's order. Codings are structure, action, actor and flags over the block of an entry, and the same over the
paragraphs anchored to it. People are codes and cases; encounters carry variables and are sets of their two texts;
memos are notes. Ids stay the same in every later file. The standard wants a date with every note and coding; where
clock times were not asked for it is 1 January 1980.

A later file that holds only newer encounters (filter `from`) can be added to a project; NVivo will not merge texts
that changed, and coding done there does not come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from skygge.core.export import Export, ExportOptions, Losses
from skygge.core.filters import Thing
from skygge.core.left_out import note_settings, note_things, note_visit_codes
from skygge.core.letters import escape, quote, spell
from skygge.core.lookup import open_lookup, standing
from skygge.core.names import Names
from skygge.core.reader import StudyReader
from skygge.core.refi import DECLARATION, has_codes, read_codes, write_codes
from skygge.core.refi_texts import Stretch, Text, TextMaker
from skygge.core.tables import stretch_of
from skygge.core.tabular import read_blocks, write_zip
from skygge.core.telling import FORBIDDEN, Scene, open_teller

NAMESPACE = "urn:QDA-XML:project:1.0"
VARIABLES = {
    "person_kind": "Text", "person_agency": "Text", "kind": "Text", "setting": "Text", "agency": "Text",
    "observer": "Text", "encounter_number": "Integer", "visit_number": "Integer", "duration_s": "Float",
    "observed_s": "Float", "is_end_known": "Boolean", "end_origin": "Text", "clock_set_back_s": "Float",
    "n_entries": "Integer", "visit_code": "Text", "started_at": "DateTime", "ended_at": "DateTime", "time_zone": "Text",
}  # fmt: skip
ONLY_WITH_CLOCK = frozenset({"visit_code", "started_at", "ended_at", "time_zone"})
Member = tuple[str, Iterable[bytes]]


@dataclass
class _Project:
    """The project while it is written: texts go to the archive, everything else to the sink."""

    sink: TextIO
    maker: TextMaker
    sets: list[str] = field(default_factory=list)

    def write(self, *pieces: str) -> None:
        self.sink.write("".join(pieces))


def stream_qdpx(reader: StudyReader, options: ExportOptions, losses: Losses) -> Iterator[bytes]:
    """The archive: texts first, while the project grows in a scratch folder; the project itself last."""
    with reader.scratch() as folder:
        yield from write_zip(_members(reader, options, losses, folder / "project.qde"))


def _members(reader: StudyReader, options: ExportOptions, losses: Losses, path: Path) -> Iterator[Member]:
    teller = open_teller(open_lookup(reader, options, losses), spell)
    users = {name: str(number) for number, name in enumerate(_people_who_wrote(reader), 1)}
    maker = TextMaker(teller, read_codes(reader, losses, with_people=True, once=teller.once), users)
    users |= {name: maker.guid("user", name) for name in users}
    with path.open("w", encoding="utf-8", newline="\n") as sink:
        project = _Project(sink, maker)
        _write_front(project)
        yield from _write_sources(project)
        yield from _write_notes(project)
        _write_end(project)
    yield "project.qde", read_blocks(path)


def _people_who_wrote(reader: StudyReader) -> list[str]:
    """Observers and authors, each once."""
    named = [one.get("observer") for one in reader.things("encounter") if not one.get("retracted")]
    for kind in ("fieldnote", "memo"):
        named += [one.get("author") for one in reader.things(kind) if not one.get("retracted")]
    return [name for name in dict.fromkeys(named) if name]


def _write_front(project: _Project) -> None:
    maker, title = project.maker, spell(project.maker.lookup.study.get("title") or "Study", project.maker.lookup.losses)
    project.write(DECLARATION, f'<Project xmlns="{NAMESPACE}" name={quote(title)} origin="Skygge">\n')
    if maker.users:
        label = maker.teller.label
        users = (f'<User guid="{guid}" name={quote(label(name))}/>\n' for name, guid in maker.users.items())
        project.write("<Users>\n", *users, "</Users>\n")
    if has_codes(maker.codes):
        project.write("<CodeBook>\n", *write_codes(maker.codes), "</CodeBook>\n")
    kinds = [(name, kind) for name, kind in VARIABLES.items() if _is_told(maker, name)]
    variables = (f'<Variable guid="{maker.guid("variable", name)}" name="{name}" typeOfVariable="{kind}"/>\n'
                 for name, kind in kinds)  # fmt: skip
    project.write("<Variables>\n", *variables, "</Variables>\n")
    cases = list(_cases(maker))
    if cases:
        project.write("<Cases>\n", *cases, "</Cases>\n")


def _cases(maker: TextMaker) -> Iterator[str]:
    for (kind, actor_id), code in maker.codes.items():
        if kind != "actor" or actor_id == "actor":
            continue
        actor = maker.lookup.actors[actor_id]
        values = _values(maker, {"person_kind": actor.get("kind"), "person_agency": actor.get("agency")})
        yield f'<Case guid="{maker.guid("case", actor_id)}" name={quote(code.name)}>{values}</Case>\n'


def _write_sources(project: _Project) -> Iterator[Member]:
    is_first = True
    for scene in project.maker.teller.scenes():
        if is_first:
            project.write("<Sources>\n")
            is_first = False
        texts = [project.maker.make_log(scene), project.maker.make_notes(scene)]
        told = [text for text in texts if text is not None]
        values = _encounter_values(project.maker, scene)
        for text in told:
            _write_text(project, "TextSource", text, values)
            yield f"sources/{text.guid}.txt", [text.body.encode("utf-8")]
        project.sets.append(_set_of(project.maker, scene, told))
    if not is_first:
        project.write("</Sources>\n")


def _encounter_values(maker: TextMaker, scene: Scene) -> str:
    lookup, encounter = maker.lookup, scene.encounter
    stretch = stretch_of(lookup, encounter, maker.teller.gap_offsets)
    number, visit = lookup.numbers[encounter["id"]]
    told = {name: encounter.get(name) for name in ("kind", "setting", "agency", "observer")}
    counted = {
        "encounter_number": number,
        "visit_number": visit,
        "duration_s": f"{(stretch.end_ms - stretch.start_ms) / 1000:.3f}",
        "observed_s": f"{stretch.observed_ms / 1000:.3f}",
        "is_end_known": "true" if stretch.is_end_known else "false",
        "end_origin": encounter.get("end_origin"),
        "clock_set_back_s": f"{stretch.fell_ms / 1000:.3f}" if stretch.fell_ms else None,
        "n_entries": len(scene.entries),
    }
    clock = {name: encounter.get(name) for name in VARIABLES if name in ONLY_WITH_CLOCK}
    return _values(maker, {**told, **counted, **clock})


def _values(maker: TextMaker, values: Thing) -> str:
    return "".join(
        f'<VariableValue><VariableRef targetGUID="{maker.guid("variable", name)}"/>'
        f"<{VARIABLES[name]}Value>{escape(_tell(maker, name, str(value)))}</{VARIABLES[name]}Value></VariableValue>"
        for name, value in values.items()
        if value is not None and _is_told(maker, name)
    )


def _tell(maker: TextMaker, variable: str, value: str) -> str:
    """Of all variables only a setting is written anew for each encounter."""
    return maker.teller.text(value) if variable == "setting" else maker.teller.label(value)


def _is_told(maker: TextMaker, variable: str) -> bool:
    return maker.lookup.options.clock_times or variable not in ONLY_WITH_CLOCK


def _write_text(project: _Project, element: str, text: Text, values: str) -> None:
    user = f' creatingUser="{text.user}"' if text.user else ""
    project.write(
        f'<{element} guid="{text.guid}" name={quote(text.name)} plainTextPath="internal://{text.guid}.txt"{user}',
        f' creationDateTime="{text.date}">\n',
        f"<Description>{escape(text.description)}</Description>\n" if text.description else "",
        *(_stretch(project.maker, stretch) for stretch in text.stretches),
        values,
        f"</{element}>\n",
    )


def _stretch(maker: TextMaker, stretch: Stretch) -> str:
    by = (f' creatingUser="{stretch.user}"' if stretch.user else "") + f' creationDateTime="{stretch.date}"'
    codings = "".join(
        f'<Coding guid="{maker.guid("coding", f"{stretch.guid}:{code.guid}")}"{by}>'
        f'<CodeRef targetGUID="{code.guid}"/></Coding>'
        for code in stretch.codes
    )
    return (
        f'<PlainTextSelection guid="{stretch.guid}" name={quote(stretch.name)} startPosition="{stretch.start}"'
        f' endPosition="{stretch.end}"{by}><Description>{escape(stretch.description)}</Description>{codings}'
        "</PlainTextSelection>\n"
    )


def _set_of(maker: TextMaker, scene: Scene, texts: Iterable[Text]) -> str:
    members = "".join(f'<MemberSource targetGUID="{text.guid}"/>' for text in texts)
    return f'<Set guid="{maker.guid("set", scene.encounter["id"])}" name={quote(scene.name)}>{members}</Set>\n'


def _write_notes(project: _Project) -> Iterator[Member]:
    lookup, is_first = project.maker.lookup, True
    names = Names(lookup.losses, spell, FORBIDDEN)
    for number, memo in enumerate(standing(lookup, "memo"), 1):
        project.write("<Notes>\n" if is_first else "")
        is_first = False
        text = project.maker.make_memo(memo, names.give(f"Memo {number}"))
        _write_text(project, "Note", text, "")
        yield f"sources/{text.guid}.txt", [text.body.encode("utf-8")]
    project.write("" if is_first else "</Notes>\n")


def _write_end(project: _Project) -> None:
    lookup = project.maker.lookup
    if project.sets:
        project.write("<Sets>\n", *project.sets, "</Sets>\n")
    note_things(lookup, "checks", "consents", "merged")
    note_visit_codes(lookup)
    note_settings(lookup, "title")
    left_out = lookup.losses.write_page().decode("utf-8")
    project.write(f"<Description>{escape(left_out)}</Description>\n</Project>\n")


EXPORT = Export(
    name="qdpx",
    media_type="application/zip",
    suffix=".qdpx",
    purpose={
        "en": "Texts, codes and codings for NVivo, ATLAS.ti, MAXQDA and QualCoder.",
        "da": "Tekster, koder og kodninger til NVivo, ATLAS.ti, MAXQDA og QualCoder.",
    },
    options=ExportOptions,
    stream=stream_qdpx,
    group="qda",
    may_lose=(
        *("checks conflicts consents dates encounter_unknown filtered letters line_ends merged").split(),
        *("names reflections retracted spelled study uncoded versions visit_codes writers").split(),
    ),  # fmt: skip
)
