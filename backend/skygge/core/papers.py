"""The papers about a study: the data protection impact assessment and the data-management sheet.

Both say what the study itself answered and what is really there, counted at the moment of writing. What nobody has
answered is said to be open; nothing is made to sound better than it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from skygge.core.papers_words import RISKS, WORDS
from skygge.core.report import Language, Report, ReportTable, Section

PaperKind = Literal["dpia", "data-management"]
TERMS = ("controller", "joint_controller", "processor", "hosting_place", "purpose", "purpose_limits", "legal_basis")
# A study may well have neither: these two are not missed.
MAY_BE_EMPTY = frozenset({"joint_controller", "processor"})
Row = tuple[str, str]


@dataclass(frozen=True)
class Facts:
    """What is true of a study at one moment. `study` holds its settings; the rest are counts by name."""

    study: Mapping[str, Any]
    made_at: str
    version: str
    database: str
    members: Mapping[str, int]
    devices: Mapping[str, int]
    people: Mapping[str, int]
    consents: Mapping[str, int]
    held: Mapping[str, int]
    exports: Mapping[str, int]
    rights: Mapping[str, int]


def compile_paper(kind: PaperKind, facts: Facts, language: Language) -> Report:
    """One paper in one language, ready to be written as a page or a Word document."""
    paper = _Paper(facts, WORDS[language], language)
    title = f"{paper.word(f'{kind}_title')}: {facts.study['title']}"
    return Report(title=title, language=language, sections=list(SECTIONS[kind](paper)), structures=[], colors={})


@dataclass(frozen=True)
class _Paper:
    facts: Facts
    words: Mapping[str, str]
    language: Language

    def word(self, key: str, **values: object) -> str:
        return self.words[key].format(**values)

    def section(self, key: str, rows: Sequence[Row] = (), notes: Iterable[str] = ()) -> Section:
        columns = (self.word("what"), self.word("answer"))
        tables = [ReportTable("", columns, rows)] if rows else []
        return Section(name="", question=self.word(key), tables=tables, notes=list(notes), methods="", result={})

    def counted(self, prefix: str, counts: Mapping[str, int]) -> list[Row]:
        """A row for each count, under its word; one that has no word under its own name."""
        return [(self.words.get(f"{prefix}_{name}", name), str(n)) for name, n in counts.items()]

    def term(self, name: str) -> Row:
        answered = self.facts.study.get(name)
        without = "none_named" if name in MAY_BE_EMPTY else "open"
        return self.word(name), str(answered) if answered else self.word(without)

    def chosen(self, name: str) -> Row:
        return self.word(name), self.word(f"{name}_{self.facts.study[name]}")

    def lock(self) -> str:
        if self.facts.study["lock_required"]:
            return self.word("lock_on")
        return self.word("lock_off", reason=self.facts.study["lock_reason"] or self.word("open"))

    def dictation(self) -> str:
        return self.word("dictation_on" if self.facts.study["allows_dictation"] else "dictation_off")

    def retention(self) -> str:
        until = self.facts.study.get("retention_until")
        return self.word("retention_day", day=until) if until else self.word("open")

    def still_open(self) -> list[str]:
        """What somebody has to answer or decide before the paper is whole."""
        asked = [*TERMS, "retention_until", "concern_procedure"]
        missing = [self.word(name) for name in asked if name not in MAY_BE_EMPTY and not self.facts.study.get(name)]
        never = self.facts.consents.get("never", 0)
        return [
            *(self.word("open_term", term=term) for term in missing),
            *([self.word("open_never", n=never)] if never else []),
            *([] if self.facts.study["lock_required"] else [self.word("open_lock")]),
        ]

    def about(self) -> Section:
        made = self.word("made", at=self.facts.made_at, version=self.facts.version)
        return self.section("about", [self.term(name) for name in TERMS], [made])

    def access(self) -> Section:
        notes = [self.word("roles_about"), self.word("no_employer")]
        rows = [*self.counted("role", self.facts.members), self.chosen("observers_see")]
        return self.section("access", rows, notes)

    def phones(self) -> Section:
        rows = [*self.counted("devices", self.facts.devices), (self.word("lock"), self.lock())]
        return self.section("phones", [*rows, (self.word("dictation"), self.dictation())], [self.word("never_asked")])

    def leaving(self) -> Section:
        rows = self.counted("exports", self.facts.exports)
        return self.section("leaving", rows, [self.word("leaving_about"), self.word("no_employer")])

    def keeping(self) -> Section:
        rows = [(self.word("retention_until"), self.retention())]
        return self.section("keeping", rows, [self.word("keeping_about"), self.word("keeping_backups")])

    def open_points(self) -> Section:
        points = self.still_open() or [self.word("nothing_open")]
        return self.section("open_points", notes=points)


def _dpia(paper: _Paper) -> Iterable[Section]:
    facts = paper.facts
    yield paper.about()
    held = [*paper.counted("people", facts.people), *paper.counted("held", facts.held), paper.chosen("field_mode")]
    yield paper.section("processed", held, [paper.word("processed_about"), paper.word("no_names")])
    yield paper.access()
    yield paper.phones()
    rights = [*paper.counted("consents", facts.consents), *paper.counted("rights", facts.rights)]
    concern = (paper.word("concern_procedure"), facts.study.get("concern_procedure") or paper.word("open"))
    yield paper.section("rights", [*rights, concern], [paper.word("rights_about")])
    yield paper.leaving()
    yield paper.keeping()
    columns = (paper.word("risk"), paper.word("holds"), paper.word("remains"))
    risks = [*RISKS[paper.language], paper.words["lock_risk"].split("|")]
    lines = [[text.format(lock=paper.lock()) for text in risk] for risk in risks]
    table = ReportTable("", columns, lines)
    yield Section("", paper.word("risks"), [table], [paper.word("risks_about")], "", {})
    yield paper.open_points()


def _data_management(paper: _Paper) -> Iterable[Section]:
    yield paper.about()
    study = paper.facts.study
    how = [(paper.word("languages"), ", ".join(study["languages"])), (paper.word("time_zone"), study["time_zone"])]
    held = [*paper.counted("held", paper.facts.held), paper.chosen("field_mode"), *how]
    yield paper.section("what_data", held, [paper.word("formats_about")])
    where = [paper.term("hosting_place"), paper.term("processor"), (paper.word("database"), paper.facts.database)]
    yield paper.section("where", where, [paper.word("where_about")])
    yield paper.access()
    yield paper.phones()
    yield paper.leaving()
    yield paper.keeping()
    yield paper.open_points()


SECTIONS: Mapping[PaperKind, Callable[[_Paper], Iterable[Section]]] = {
    "dpia": _dpia,
    "data-management": _data_management,
}
