"""Texts that may speak of a person without naming them.

Those of their encounters, memos about these, what consents of the others who were there say of how and before whom,
and examples in the codebook that were taken from what was noted there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from skygge.core.model import SubjectType
from skygge.fieldlog.tables import (
    ActorRow,
    CodebookRow,
    CodeRow,
    ConsentRow,
    EncounterRow,
    EntryRow,
    FieldNoteRow,
    Folded,
    GapRow,
    MemoRow,
)
from skygge.privacy.shapes import TextToRead

# Where people write about what they saw. The order is that in which an encounter's texts are read.
TEXT_TABLES: tuple[tuple[type[Folded], SubjectType, str], ...] = (
    (EncounterRow, "encounter", "setting"), (GapRow, "gap", "reason"), (EntryRow, "entry", "jotting"),
    (FieldNoteRow, "fieldnote", "text"), (MemoRow, "memo", "text"),
)  # fmt: skip
ORDER = {kind: place for place, (_, kind, _) in enumerate(TEXT_TABLES)}
# What has a text too, and is part of no encounter.
ELSEWHERE: tuple[tuple[type[Folded], SubjectType], ...] = (
    (ActorRow, "actor"), (ConsentRow, "consent"), (CodebookRow, "codebook"),
)  # fmt: skip
# A shorter note is an everyday word: an example repeats it only where it is a whole line.
LONG_ENOUGH = 12
QUOTATION = ' "“”„»«›‹'


@dataclass
class Texts:
    """What has a text or could have one. `near` are the ids of what stands near a person, and the encounter of each."""

    of_encounter: dict[UUID, UUID] = field(default_factory=dict)
    kinds: dict[UUID, SubjectType] = field(default_factory=dict)
    written: dict[UUID, str] = field(default_factory=dict)
    memos: list[MemoRow] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    # The texts of codes, by the codebook version or the proposal they stand in.
    of_codes: dict[UUID, list[str]] = field(default_factory=dict)
    quotes: dict[UUID, list[str]] = field(default_factory=dict)

    def describe(self, ids: Collection[UUID]) -> list[TextToRead]:
        """Which texts these are, those of one encounter together; what is a part of none comes last."""
        told = [
            TextToRead(
                type=self.kinds.get(one),
                id=one,
                encounter_id=self.of_encounter.get(one),
                quotes=self.quotes.get(one, []),
            )
            for one in ids
        ]
        return sorted(told, key=lambda one: (str(one.encounter_id or "~"), ORDER.get(one.type or "study", 9), one.id))


def read_texts(session: Session, study_id: UUID) -> Texts:
    """Everything of a study that has a text, and of which encounter it is a part or speaks."""
    texts = Texts(kinds={study_id: "study"})
    for table, kind, name in TEXT_TABLES:
        for row in session.exec(select(table).where(table.study_id == study_id)):
            texts.kinds[row.id] = kind
            if getattr(row, name):
                texts.written[row.id] = getattr(row, name)
            if isinstance(row, MemoRow):
                texts.memos.append(row)
            else:
                texts.of_encounter[row.id] = getattr(row, "encounter_id", row.id)
    for other, kind in ELSEWHERE:
        texts.kinds |= dict.fromkeys(session.exec(select(other.id).where(other.study_id == study_id)), kind)
    texts.consents = list(session.exec(select(ConsentRow).where(ConsentRow.study_id == study_id)))
    _read_codes(session, study_id, texts)
    _place_memos(texts)
    return texts


def find_near(texts: Texts, encounters: Collection[UUID], people: Collection[UUID]) -> set[UUID]:
    """What is a part of some encounters or about it, or about some people; an answer to such a memo too."""
    near = {one for one, encounter_id in texts.of_encounter.items() if encounter_id in encounters}
    for memo in _follow(texts, [*near, *people]):
        near.add(memo.id)
    return near & texts.written.keys()


def find_beside(texts: Texts, noted: Collection[UUID], others: Collection[UUID]) -> set[UUID]:
    """Texts of no encounter: in the consents of `others` who were there, and examples that repeat what was `noted`."""
    consents = {one.id for one in texts.consents if one.actor_id in others and (one.way or one.witness)}
    lines = {line.strip(QUOTATION) for one in noted for line in texts.written.get(one, "").splitlines()} - {""}
    for place, said in texts.of_codes.items():
        examples = list(dict.fromkeys(line.strip() for text in said for line in text.splitlines()))
        if quotes := [example for example in examples if _repeats(example, lines)]:
            texts.quotes[place] = quotes
    return consents | texts.quotes.keys()


def _repeats(example: str, lines: Collection[str]) -> bool:
    """Whether an example holds a noted line, or is one behind the name of who said it (`me: “no”`)."""
    bare = example.rpartition(": ")[2].strip(QUOTATION)
    return bool({example, bare} & set(lines)) or any(len(line) >= LONG_ENOUGH and line in example for line in lines)


def _read_codes(session: Session, study_id: UUID, texts: Texts) -> None:
    """The texts of codes, of a version by the version, of a proposal by itself."""
    for code in session.exec(select(CodeRow).where(CodeRow.study_id == study_id)):
        place = code.codebook_id or code.id
        texts.kinds.setdefault(place, "code")
        said = [code.definition, code.starts, code.ends, code.example, code.counter_example]
        texts.of_codes.setdefault(place, []).extend(text for text in said if text)


def _place_memos(texts: Texts) -> None:
    """A memo about one thing of an encounter is read with that encounter."""
    for memo in _follow(texts, list(texts.of_encounter)):
        places = (texts.of_encounter.get(one) for one in _targets(memo))
        texts.of_encounter[memo.id] = next(place for place in places if place is not None)


def _follow(texts: Texts, reached: Collection[UUID]) -> Iterator[MemoRow]:
    """Memos about what is reached, and answers to them, each after what it answers."""
    known, waiting = set(reached), texts.memos
    while True:
        found = [memo for memo in waiting if known & set(_targets(memo))]
        if not found:
            return
        yield from found
        known |= {memo.id for memo in found}
        waiting = [memo for memo in waiting if memo.id not in known]


def _targets(memo: MemoRow) -> Iterator[UUID]:
    """The things that a memo is about; a code is named by its key."""
    for target in memo.about:
        told: dict[str, Any] = target
        try:
            yield UUID(str(told["id"]))
        except ValueError:
            continue
