"""Where states end that nobody ended.

At the next onset in one of the exclusive sets of their codes, in the same lane of that set (a code of scope `act` runs
per actor, one of scope `interaction` once per encounter), else at the encounter's end. That does not depend on what is
looked at: an entry is an onset in the sets of all its codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from skygge.core.arrays import IntArray, np
from skygge.core.entry_table import OPEN_MS, EntryTable
from skygge.core.filters import Thing

Codes = Mapping[tuple[str, str], Thing]


def infer_ends(table: EntryTable, codes: Codes, encounter_end_ms: IntArray) -> IntArray:
    """By row: when it ended. A point ends where it starts. `encounter_end_ms` stands by number of the encounter."""
    ends = np.where(table.is_state, table.end_ms, table.start_ms)
    is_open = table.is_state & (table.end_ms == OPEN_MS)
    if not is_open.any():
        return np.maximum(ends, table.start_ms)
    whole = encounter_end_ms[table.encounter]
    following = np.minimum(whole, _next_onsets(table, codes, is_open))
    return np.maximum(np.where(is_open, following, ends), table.start_ms)


def _next_onsets(table: EntryTable, codes: Codes, is_open: IntArray) -> IntArray:
    """By row: the next onset in any of its sets and lanes, far away where there is none."""
    found = np.full(len(table), np.iinfo(np.int64).max)
    onsets = list(_onsets(table, codes))
    if not onsets:
        return found
    rows = np.concatenate([own for own, _ in onsets])
    place = np.unique(np.concatenate([own for _, own in onsets]), return_inverse=True)[1].astype(np.int64)
    low = int(table.start_ms.min())
    width = int(table.start_ms.max()) - low + 1
    keys = place * width + (table.start_ms[rows] - low)
    ordered = np.sort(keys)
    asked = is_open[rows]
    after = np.searchsorted(ordered, keys[asked], side="right")
    nearest = ordered[np.minimum(after, len(ordered) - 1)]
    is_same = (after < len(ordered)) & (nearest // width == place[asked])
    np.minimum.at(found, rows[asked][is_same], nearest[is_same] % width + low)
    return found


def _onsets(table: EntryTable, codes: Codes) -> Iterator[tuple[IntArray, IntArray]]:
    """Rows that are onsets in an exclusive set, with the place of each: encounter, set and lane as one number."""
    sets: dict[str, int] = {}
    n_lanes, n_sets = len(table.actor.words) + 1, len(codes) + 1
    for dimension, column in (("structure", table.structure), ("action", table.action), ("flag", table.flags)):
        for place, word in enumerate(column.words):
            for key in word if dimension == "flag" else (word,):
                code = codes.get((dimension, key), {})
                name = code.get("exclusive_set")
                if name is None:
                    continue
                rows = np.flatnonzero(column.codes == place)
                lane = table.actor.codes[rows] + 1 if code.get("scope") == "act" else 0
                number = sets.setdefault(name, len(sets))
                yield rows, (table.encounter[rows].astype(np.int64) * n_sets + number) * n_lanes + lane
