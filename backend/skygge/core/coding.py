"""What entries are coded with in one dimension, and how codes and people are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from skygge.core.arrays import BoolArray, IntArray, distinct, np
from skygge.core.entry_table import NOTHING, Words
from skygge.core.streams import Observed

CodeDimension = Literal["structure", "action", "actor", "flag"]
Split = Literal["actor", "observer", "agency"]
UNCODED = "-"


@dataclass(frozen=True)
class Coded:
    """Rows and the place of their code in `keys`, -1 = uncoded. With several flags a row stands here several times."""

    dimension: str
    keys: list[str]
    rows: IntArray
    codes: IntArray

    def take(self, mask: BoolArray) -> Coded:
        """Only some of them."""
        return Coded(self.dimension, self.keys, self.rows[mask], self.codes[mask])

    @property
    def coded(self) -> Coded:
        """Without what is uncoded."""
        return self.take(self.codes >= 0)

    @property
    def keys_or_none(self) -> list[str | None]:
        """The keys, and None for uncoded in the last place: `codes` of -1 index it."""
        return [*self.keys, None]


def read_codes(observed: Observed, dimension: str, rows: IntArray) -> Coded:
    """What rows are coded with. Keys stand in the order of the codebook (people by label), unused active codes too."""
    if dimension == "flag":
        used, places, codes = _read_flags(observed, rows)
    else:
        column: Words = getattr(observed.table, dimension)
        used, places, codes = column.words, rows, column.codes[rows]
    keys = _order_keys(observed, dimension, {used[code] for code in distinct(codes[codes >= 0]).tolist()})
    rank = {key: place for place, key in enumerate(keys)}
    table = np.asarray([*(rank.get(word, NOTHING) for word in used), NOTHING], dtype=np.int64)
    return Coded(dimension, keys, places, table[codes])


def split_of(observed: Observed, by: str | None, rows: IntArray) -> Coded:
    """The column that each row falls into: its actor, or the observer or agency of its encounter."""
    if by is None:
        return Coded("", [], rows, np.full(len(rows), NOTHING, dtype=np.int64))
    if by == "actor":
        found = read_codes(observed, "actor", rows)
        return found
    values = [thing_value(observed, encounter_id, by) for encounter_id in observed.encounter_ids]
    keys = sorted({value for value in values if value is not None})
    rank = {key: place for place, key in enumerate(keys)}
    by_encounter = np.asarray([NOTHING if value is None else rank[value] for value in values], dtype=np.int64)
    codes = by_encounter[observed.table.encounter[rows]] if len(rows) else np.zeros(0, dtype=np.int64)
    return Coded(by, keys, rows, codes)


def thing_value(observed: Observed, encounter_id: str, field: str) -> str | None:
    """What an encounter that is looked at says in a field."""
    stretch = observed.stretches.get(encounter_id)
    value = None if stretch is None else stretch.thing.get(field)
    return None if value is None else str(value)


def labels_of(observed: Observed, dimension: str, key: str | None) -> dict[str, str]:
    """How a code or a person is called, by language; nothing for uncoded."""
    if key is None:
        return {}
    if dimension in ("actor", "observer", "agency"):
        label = actor_label(observed, key) if dimension == "actor" else key
        return {language: label for language in observed.study.get("languages") or ["en"]}
    return dict(observed.codes.get((dimension, key), {}).get("label") or {})


def actor_label(observed: Observed, actor: str) -> str:
    """The pseudonym of somebody."""
    return str(observed.actors.get(actor, {}).get("label") or actor)


def token_of(key: str | None) -> str:
    """A key as it stands in a cell token."""
    return UNCODED if key is None else key


def are_moments(observed: Observed, dimension: str) -> bool:
    """Whether codes are in use and none of them on a state: then durations do not exist."""
    coded = read_codes(observed, dimension, observed.kept).coded.rows
    return bool(len(coded)) and not observed.table.is_state[coded].any()


def _read_flags(observed: Observed, rows: IntArray) -> tuple[list[str], IntArray, IntArray]:
    column = observed.table.flags
    used: dict[str, int] = {}
    numbered = [[used.setdefault(flag, len(used)) for flag in flags] for flags in column.words]
    codes = column.codes[rows]
    places, found = [rows[codes < 0]], [np.full(int((codes < 0).sum()), NOTHING, dtype=np.int64)]
    for place, own in enumerate(numbered):
        for flag in own:
            places.append(rows[codes == place])
            found.append(np.full(len(places[-1]), flag, dtype=np.int64))
    joined = np.concatenate(places)
    order = np.argsort(joined, kind="stable")
    return list(used), joined[order], np.concatenate(found)[order]


def _order_keys(observed: Observed, dimension: str, used: set[str]) -> list[str]:
    if dimension in ("actor", "recipient"):
        return sorted(used, key=lambda actor: (actor_label(observed, actor), actor))
    codes = [code for code in observed.codes.values() if code["dimension"] == dimension]
    codes.sort(key=lambda code: (code.get("order", 0), code["key"]))
    listed = [code["key"] for code in codes if code.get("status") != "retired" or code["key"] in used]
    return listed + sorted(used - set(listed))


def pair_tokens(prefix: str, first: Sequence[str | None], second: Sequence[str | None], joint: str) -> list[str]:
    """Tokens of a table, row by row."""
    return [f"{prefix}{token_of(one)}{joint}{token_of(two)}" for one in first for two in second]
