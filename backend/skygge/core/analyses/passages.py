"""Where one thing turned into another: every step from a code to a different one, with the entries between, to be read.

Definition: the steps of `transitions` whose two codes differ, one passage each, so that a cell of the matrix with seven
steps is seven passages: the same streams, breaks, gaps and ties. A passage holds the two entries and whatever stands
between them in the encounter, also what was passed over (uncoded entries, other ways of giving a structure, other
actors). `before` and `after` ask for the passages of one cell. Undefined: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat
from skygge.core.arrays import IntArray, np
from skygge.core.cells import CellTable, Part, Tally
from skygge.core.chains import Steps, StreamOf, read_steps
from skygge.core.coding import labels_of
from skygge.core.model import Label
from skygge.core.streams import Observed, Seen


class PassagesParams(AnalysisParams):
    """Which passages, and how many of them are written out."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"bouts"})
    stream: Annotated[StreamOf, Field(description="Steps between all entries of an encounter, or of one actor.")] = (
        "encounter"
    )
    before: Annotated[list[Label], Field(max_length=200, description="Codes (or actors) that a passage leaves.")] = []
    after: Annotated[list[Label], Field(max_length=200, description="Codes (or actors) that a passage reaches.")] = []
    passages_from: Annotated[int, Field(ge=0, le=10_000_000, description="How many passages to pass over.")] = 0
    passages_most: Annotated[int, Field(ge=1, le=1_000, description="How many passages to write out.")] = 100


class PassageEntry(Part):
    """One entry of a passage. `is_turn` marks the entries of the pair."""

    entry_id: str
    kind: str
    start_s: float = Field(description="Seconds from the start of the encounter.")
    actor: str | None
    recipient: str | None
    action: str | None
    structure: str | None
    flags: list[str]
    jotting: str | None
    verbatim: bool
    is_turn: bool


class Passage(Part):
    """One passage; n counts all its entries."""

    before: str
    before_labels: dict[str, str]
    after: str
    after_labels: dict[str, str]
    encounter_id: str
    visit: str
    started_at: str
    n: int
    cell: str
    entries: list[PassageEntry]


class PassagePair(Tally):
    """How often one code turned into another; the cell opens the entries with which the other came."""

    before: str
    before_labels: dict[str, str]
    after: str
    after_labels: dict[str, str]


class PassagesResult(Part):
    """All pairs, most frequent first; some of the passages, in stream order."""

    pairs: list[PassagePair]
    n_passages: int
    passages: list[Passage]


def collect_passages(observed: Observed, params: PassagesParams) -> PassagesResult:
    """The passages that were asked for."""
    steps = _read(observed, params)
    last = min(len(steps.after), params.passages_from + params.passages_most)
    return PassagesResult(
        pairs=_pairs(observed, params, steps),
        n_passages=len(steps.after),
        passages=[_passage(observed, params, steps, number) for number in range(params.passages_from, last)],
    )


class _PassageCells(dict[str, IntArray]):
    """Pairs, and passages by their number; the rows of a passage are found when they are asked for."""

    def __init__(self, observed: Observed, steps: Steps, pairs: CellTable) -> None:
        super().__init__({token: pairs[token] for token in pairs})
        self._observed, self._steps = observed, steps
        self.update({f"passage:{number}": np.zeros(0, dtype=np.int64) for number in range(len(steps.after))})

    def __getitem__(self, token: str) -> IntArray:
        what, _, number = token.partition(":")
        if what == "passage" and token in self:
            return _between(self._observed, self._steps, int(number))
        return super().__getitem__(token)


def find_cells(observed: Observed, params: PassagesParams) -> _PassageCells:
    """The entries of every passage, and those with which one code turned into another."""
    steps = _read(observed, params)
    return _PassageCells(observed, steps, _pair_cells(observed, steps))


def _read(observed: Observed, params: PassagesParams) -> Steps:
    steps = read_steps(observed, params.dimension, params.uncoded, params.stream)
    mask = steps.before_code != steps.after_code
    for wanted, codes in ((params.before, steps.before_code), (params.after, steps.after_code)):
        if wanted:
            mask &= np.isin(codes, [place for place, key in enumerate(steps.keys) if key in wanted])
    found = steps.take(mask)
    order = np.argsort(found.after, kind="stable")
    return Steps(
        found.keys,
        found.before[order],
        found.after[order],
        found.before_code[order],
        found.after_code[order],
        found.tied,
    )


def _between(observed: Observed, steps: Steps, number: int) -> IntArray:
    """The two entries and what stands between them, dates and ways of giving a structure aside."""
    return np.arange(steps.before[number], steps.after[number] + 1)


def _pair_cells(observed: Observed, steps: Steps) -> CellTable:
    n_keys = len(steps.keys)
    used, cell = np.unique(steps.before_code * n_keys + steps.after_code, return_inverse=True)
    tokens = [f"turn:{steps.keys[pair // n_keys]}>{steps.keys[pair % n_keys]}" for pair in used.tolist()]
    return CellTable(observed, tokens, cell, steps.after)


def _pairs(observed: Observed, params: PassagesParams, steps: Steps) -> list[PassagePair]:
    cells = _pair_cells(observed, steps)
    found = []
    for token in cells:
        before, after = token.removeprefix("turn:").split(">")
        found.append(
            PassagePair(
                **cells.tally(token).model_dump(),
                before=before,
                before_labels=labels_of(observed, params.dimension, before),
                after=after,
                after_labels=labels_of(observed, params.dimension, after),
            )
        )
    return sorted(found, key=lambda pair: -pair.n)


def _passage(observed: Observed, params: PassagesParams, steps: Steps, number: int) -> Passage:
    rows = _between(observed, steps, number)
    seen = observed.see(rows)
    before, after = (steps.keys[int(codes[number])] for codes in (steps.before_code, steps.after_code))
    stretch = observed.stretches[seen[0].encounter_id]
    turns = {int(steps.before[number]), int(steps.after[number])}
    return Passage(
        before=before,
        before_labels=labels_of(observed, params.dimension, before),
        after=after,
        after_labels=labels_of(observed, params.dimension, after),
        encounter_id=stretch.id,
        visit=stretch.visit,
        started_at=stretch.thing["started_at"],
        n=len(rows),
        cell=f"passage:{number}",
        entries=list(_write(observed, seen, turns, stretch.zero_ms)),
    )


def _write(observed: Observed, seen: Iterable[Seen], turns: set[int], zero_ms: int) -> Iterable[PassageEntry]:
    recipients = observed.table.recipient
    for entry in seen:
        recipient = int(recipients.codes[entry.row])
        yield PassageEntry(
            entry_id=entry.id,
            kind=entry.kind,
            start_s=(entry.start_ms - zero_ms) / 1000,
            actor=entry.actor,
            recipient=None if recipient < 0 else recipients.words[recipient],
            action=entry.thing.get("action"),
            structure=entry.thing.get("structure"),
            flags=entry.keys("flag"),
            jotting=entry.thing.get("jotting"),
            verbatim=bool(entry.thing.get("verbatim")),
            is_turn=entry.row in turns,
        )


def _warn(observed: Observed, params: PassagesParams) -> list[Caveat]:
    n = len(read_steps(observed, params.dimension, params.uncoded, params.stream).tied)
    return [Caveat(code="order.ties_left_out", n=n)] if n else []


ANALYSIS = Analysis(
    name="passages",
    question={"en": "Where did one thing turn into another?", "da": "Hvor gik ét over i noget andet?"},
    params=PassagesParams,
    result=PassagesResult,
    compute=collect_passages,
    cells=find_cells,
    warn=_warn,
)
