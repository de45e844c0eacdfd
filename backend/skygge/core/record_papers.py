"""Papers out of records: who downloaded what, and what people observed have asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skygge.core.record_papers_words import WORDS
from skygge.core.report import Language, Report, ReportTable, Section


@dataclass(frozen=True)
class Download:
    """A file that left the server. `n_bytes` is set when it did not leave whole: so much was handed over.

    `counts`: how many entries and encounters, or codes, were in it; None where that was not put on record.
    """

    number: int
    at: str
    who: str
    format: str
    tier: str
    clock_times: bool
    asked: Mapping[str, Any] = field(default_factory=dict)
    n_bytes: int | None = None
    counts: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Request:
    """What somebody asked for. `pseudonym` is None where nobody knows who it is, or the person was erased."""

    received_on: str
    kind: str
    pseudonym: str | None
    due_on: str
    is_extended: bool
    answered_on: str | None
    outcome: str | None
    written_by: str


def compile_downloads(title: str, made: str, downloads: Sequence[Download], language: Language) -> Report:
    """Every file that was made: when, by whom, which, how much of it identifies, what it was narrowed down to."""
    words = WORDS[language]
    columns = [words[name] for name in ("number", "at", "who", "file", "tier", "narrowed", "amount", "left")]
    rows = [
        (
            str(one.number), one.at, one.who, one.format, _say_tier(one, words), _say_asked(one.asked, words),
            _say_amount(one.counts, words),
            words["whole"] if one.n_bytes is None else words["stopped"].format(n=one.n_bytes),
        )
        for one in downloads
    ]  # fmt: skip
    return _report(title, made, "downloads", ReportTable("", columns, rows), language)


def compile_requests(title: str, made: str, requests: Sequence[Request], today: str, language: Language) -> Report:
    """Every request with its due day; one that is open past it is said to be late."""
    words = WORDS[language]
    columns = [words[name] for name in ("received", "request", "person", "due", "answered", "who")]
    rows = [
        (
            one.received_on, words[one.kind], one.pseudonym or words["nobody_known"],
            f"{one.due_on} ({words['extended']})" if one.is_extended else one.due_on,
            _say_answer(one, today, words), one.written_by,
        )
        for one in requests
    ]  # fmt: skip
    return _report(title, made, "requests", ReportTable("", columns, rows), language)


def _report(title: str, made: str, name: str, table: ReportTable, language: Language) -> Report:
    words = WORDS[language]
    notes = [words["made"].format(at=made), words[f"{name}_about"]]
    shown = [table] if table.rows else []
    if not shown:
        notes.append(words[f"{name}_none"])
    section = Section(name="", question=words[name], tables=shown, notes=notes, methods="", result={})
    return Report(title=f"{words[name]}: {title}", language=language, sections=[section], structures=[], colors={})


def _say_tier(one: Download, words: Mapping[str, str]) -> str:
    tier = words.get(f"tier_{one.tier}", one.tier)
    return f"{tier}, {words['clock_times']}" if one.clock_times else tier


def _say_asked(asked: Mapping[str, Any], words: Mapping[str, str]) -> str:
    # As it was asked: names of filters and their values are ids and codes, never what was written.
    said = [f"{name}: {_say_value(value)}" for name, value in asked.items()]
    return "; ".join(said) or words["everything"]


def _say_amount(counts: Mapping[str, int] | None, words: Mapping[str, str]) -> str:
    return ", ".join(words[f"amount_{name}"].format(n=n) for name, n in (counts or {}).items())


def _say_value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_say_value(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _say_answer(one: Request, today: str, words: Mapping[str, str]) -> str:
    if one.answered_on is not None:
        return f"{one.answered_on}: {words[f'outcome_{one.outcome}']}"
    return words["late"] if one.due_on < today else words["open"]
