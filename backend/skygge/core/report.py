"""A report: chosen analyses with their figures, tables and methods, to be written as one page or one Word document.

What a file holds is decided here, once; `report_html` and `report_docx` only say how it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from skygge.core.analysis import AnalysisParams, Answer, all_analyses, answer
from skygge.core.filters import Filters
from skygge.core.methods import describe_methods
from skygge.core.reader import StudyReader
from skygge.core.report_words import CAVEATS, WORDS, name_encounter
from skygge.core.streams import latest_codes
from skygge.core.tier import AskedTier, ClockTimes

Language = Literal["en", "da"]
USUAL = ("timeline", "frequencies", "rates", "time-budget", "transitions")
MOST_ROWS = 200
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLOR = re.compile("#[0-9A-Fa-f]{6}")
# What names a row or opens entries rather than tells something: nothing to read in a file.
TIMELINE = ("encounter", "agency", "observer", "minutes", "lanes")
CLOCK = frozenset({"started_at", "ended_at"})
HIDDEN = frozenset(
    {"cell", "row_cell", "entry_id", "encounter_id", "first_encounter_id", "second_encounter_id", "cells"}
)


class ReportParams(AnalysisParams):
    """Which analyses, over what, in which language."""

    analysis: Annotated[
        list[str], Field(max_length=50, description="Analyses in their order; five usual ones by default.")
    ] = []
    language: Annotated[Language, Field(description="English or Danish.")] = "en"
    clock_times: ClockTimes = False
    tier: AskedTier = None


@dataclass(frozen=True)
class ReportTable:
    """A table of texts. `shades` says how dark a cell is, from 0 to 1, by (row, column)."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    shades: Mapping[tuple[int, int], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One analysis, or a part of a paper (without methods). `result` is there for drawing."""

    name: str
    question: str
    tables: Sequence[ReportTable]
    notes: Sequence[str]
    methods: str
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """Everything that a file of a report says. `structures` are keys and names; `colors` theirs by key, `#rrggbb`."""

    title: str
    language: Language
    sections: Sequence[Section]
    structures: Sequence[tuple[str, str]]
    colors: Mapping[str, str]


def compile_report(reader: StudyReader, params: ReportParams) -> Report:
    """Run the chosen analyses over the same filters. Raises KeyError for an analysis that does not exist.

    The reader's study is taken as it is: whoever asks for a de-identified report gives a masked one.
    """
    study = next(reader.things("study"), {})
    names = params.analysis or [name for name in USUAL if name in all_analyses()]
    numbers: dict[str, str] = {}
    return Report(
        title=str(study.get("title") or "Skygge"),
        language=params.language,
        sections=[_section(reader, params, name, numbers) for name in names],
        structures=[
            (code["key"], _name({"labels": code.get("label"), "key": code["key"]}, params.language))
            for code in latest_codes(reader).values()
            if code["dimension"] == "structure"
        ],
        colors=_colors(reader),
    )


def _colors(reader: StudyReader) -> dict[str, str]:
    codes = latest_codes(reader).values()
    found = {code["key"]: str(code.get("color") or "") for code in codes if code["dimension"] == "structure"}
    return {key: color for key, color in found.items() if COLOR.fullmatch(color)}


def _section(reader: StudyReader, params: ReportParams, name: str, numbers: dict[str, str]) -> Section:
    analysis = all_analyses()[name]
    asked = {word for word in params.model_fields_set if word in Filters.model_fields}
    own = analysis.params.model_validate(params.model_dump(include=asked, by_alias=True))
    found = answer(analysis, reader, own)
    result = found.result.model_dump(mode="json")
    if not params.clock_times:
        result = _without_clock(result, numbers)
    methods = describe_methods(analysis, reader, own, shows_days=params.clock_times)
    return Section(
        name=name,
        question=analysis.question[params.language],
        tables=list(tables_of(result, params.language)),
        notes=[*_notes(found, params.language)],
        methods=methods.text[params.language],
        result=result,
    )


def _without_clock(node: Any, numbers: dict[str, str]) -> Any:
    """A result without the hours that a rota would turn into names; how long things took stays.

    The ids that devices make tell their millisecond too: in their place stands a number.
    """
    if isinstance(node, list):
        return [_without_clock(each, numbers) for each in node]
    if isinstance(node, str) and ID.fullmatch(node):
        return numbers.setdefault(node, str(len(numbers) + 1))
    if not isinstance(node, dict):
        return node
    return {name: _without_clock(value, numbers) for name, value in node.items() if name not in CLOCK}


def _notes(found: Answer[Any], language: Language) -> Iterable[str]:
    words, basis = WORDS[language], found.basis
    yield words["basis"].format(
        entries=basis.n_entries,
        encounters=basis.n_encounters,
        visits=basis.n_visits,
        minutes=round(basis.observed_seconds / 60),
        versions=", ".join(map(str, basis.codebook_versions)) or "–",
    )
    for caveat in found.warnings:
        n = "–" if caveat.n is None else caveat.n
        yield CAVEATS[language].get(caveat.code, words["caveat"]).format(code=caveat.code, n=n)


def tables_of(result: Mapping[str, Any], language: Language) -> Iterable[ReportTable]:
    """Every list of a result as a table; the steps of a transition matrix as the matrix."""
    if {"codes", "cells", "ties"} <= result.keys():
        yield _matrix(result, language)
        return
    for name, value in result.items():
        things = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
        if name == "encounters" and things and "lanes" in things[0]:
            yield _timeline(things, language)
        elif things:
            yield _table(name, things, language)
            yield from _inner(things, language)


def _inner(things: Sequence[Mapping[str, Any]], language: Language) -> Iterable[ReportTable]:
    """The rows that stand inside others, as those of a time budget, under the name of what they belong to."""
    for thing in things[:MOST_ROWS]:
        rows = [one for one in thing.get("rows") or () if isinstance(one, dict)]
        if rows:
            yield replace(_table("rows", rows, language), title=_name(thing, language, WORDS[language]["all"]))


def _matrix(result: Mapping[str, Any], language: Language) -> ReportTable:
    codes = [code for code in result["codes"] if code["left"]["n"] + code["reached"]["n"]]
    counts = {(cell["before"], cell["after"]): cell["n"] for cell in result["cells"]}
    most = max(counts.values(), default=0)
    rows, shades = [], {}
    for number, before in enumerate(codes):
        found = [counts.get((before["key"], after["key"])) for after in codes]
        rows.append([_name(before, language), *("–" if n is None else str(n) for n in found)])
        shades.update({(number, place + 1): n / most for place, n in enumerate(found) if n and most})
    columns = [WORDS[language]["from_to"], *(_name(code, language) for code in codes)]
    return ReportTable("", columns, rows, shades)


def _timeline(encounters: Sequence[Mapping[str, Any]], language: Language) -> ReportTable:
    words = WORDS[language]
    rows = []
    for number, one in enumerate(encounters[:MOST_ROWS], 1):
        lanes = ", ".join(f"{_name(lane, language)} {lane['n']}" for lane in one["lanes"])
        minutes = round(one["observed_seconds"] / 60)
        name = name_encounter(one, number, language)
        rows.append([name, one["agency"] or "–", one["observer"] or "–", str(minutes), lanes or "–"])
    return ReportTable("", [words[column] for column in TIMELINE], rows)


def _table(name: str, things: Sequence[Mapping[str, Any]], language: Language) -> ReportTable:
    fields = list(dict.fromkeys(name for thing in things for name in thing))
    fields = [name for name in fields if name not in HIDDEN and not name.endswith("labels") and name != "key"]
    fields = [name for name in fields if any(_is_plain(thing.get(name)) for thing in things)]
    is_named = any("labels" in thing or "key" in thing for thing in things)
    columns = [*([WORDS[language]["name"]] if is_named else []), *(_say(name, language) for name in fields)]
    rows = []
    for thing in things[:MOST_ROWS]:
        told = [_write(thing.get(f"{name}_label") or _told(thing, name, language), language) for name in fields]
        rows.append([*([_name(thing, language)] if is_named else []), *told])
    return ReportTable(_say(name, language), columns, rows)


def _told(thing: Mapping[str, Any], name: str, language: Language) -> Any:
    """A value, by the label that stands beside it where there is one."""
    labels = thing.get(f"{name}_labels")
    return labels.get(language, thing.get(name)) if isinstance(labels, dict) and labels else thing.get(name)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(one, dict | list) for one in value)
    return not isinstance(value, dict) or set(value) == {"low", "high"}


def _name(thing: Mapping[str, Any], language: Language, otherwise: str | None = None) -> str:
    labels = thing.get("labels") or {}
    key = thing.get("key")
    return str(
        labels.get(language) or next(iter(labels.values()), None) or key or otherwise or WORDS[language]["uncoded"]
    )


def _say(name: str, language: Language) -> str:
    spaced = name.replace("_", " ")
    return WORDS[language].get(name, spaced[:1].upper() + spaced[1:])


def _write(value: Any, language: Language) -> str:
    """A value in words: numbers as far as they are known, nothing as a dash."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return WORDS[language]["yes" if value else "no"]
    if isinstance(value, float):
        text = f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
        return text.replace(".", ",") if language == "da" else text
    if isinstance(value, list):
        return ", ".join(_write(one, language) for one in value)
    if isinstance(value, dict):
        return f"{_write(value['low'], language)} – {_write(value['high'], language)}" if "low" in value else "–"
    return str(value)
