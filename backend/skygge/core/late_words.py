"""Struck words that come back in an edit by somebody who has not seen the strike.

Nobody keeps the words, nor a hash of them. Kept are the places: where in a text something was, how long it was, and
what stands there now. In the late text a piece of that length between the same neighbours is taken for the words, and
goes wherever it stands. Rather a piece too much than the words: whoever knew of a strike says so in `parents`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skygge.core.redact import Edit, find_words

# So many equal letters beside a hole make a place known again; fewer where the text ends sooner.
NEIGHBOURS = 3
# What each redaction took out of a payload, in turn, and whether the late change was made without knowing of it.
Strikes = Sequence[tuple[Sequence[Edit], bool]]


@dataclass(frozen=True)
class Hole:
    """Where words stood in a text as it is now, how long they were, and what was put there."""

    path: tuple[Any, ...]
    at: int
    length: int
    replacement: str


def find_late_words(payload: Mapping[str, Any], left: Mapping[str, Any], strikes: Strikes) -> list[Edit]:
    """Edits of a late payload. `left` is what is left of a payload it may build on. Positions count code points."""
    found: dict[str, str] = {}
    for hole in _holes(strikes):
        before, late = _text_at(left, hole.path), _text_at(payload, hole.path)
        if before is None or late is None or late == before:
            continue
        for words in _candidates(before, late, hole):
            found.setdefault(words, hole.replacement)
    edits: list[Edit] = []
    for words in sorted(found, key=len, reverse=True):
        edits += [edit for edit in find_words(payload, words, found[words]) if not _overlaps(edit, edits)]
    return edits


def _holes(strikes: Strikes) -> Iterator[Hole]:
    """Each place, moved by everything that was taken out of the same text before it and later."""
    texts = [[edit for edit in edits if edit[1] is not None] for edits, _ in strikes]
    for turn, edits in enumerate(texts):
        for path, at, length, replacement in edits if strikes[turn][1] else ():
            moved = at + sum(len(put) - cut for other, where, cut, put in edits if other == path and where < at)
            for later in texts[turn + 1 :]:
                moved += sum(len(put) - cut for other, where, cut, put in later if other == path and where < moved)
            yield Hole(tuple(path), moved, length, replacement)


def _text_at(payload: Any, path: tuple[Any, ...]) -> str | None:
    for name in path:
        try:
            payload = payload[name]
        except (KeyError, IndexError, TypeError):
            return None
    return payload if isinstance(payload, str) else None


def _candidates(before: str, late: str, hole: Hole) -> Iterator[str]:
    left, right = before[: hole.at], before[hole.at + len(hole.replacement) :]
    for begin in range(len(late) - hole.length + 1):
        end = begin + hole.length
        words = late[begin:end]
        if words != words.strip() or words in before:
            continue
        n_known = _is_known(left[::-1], late[:begin][::-1]) + _is_known(right, late[end:])
        if n_known == 2 or (n_known == 1 and _is_whole(late, begin, end)):
            yield words


def _is_known(neighbours: str, there: str) -> bool:
    """Whether a side of a piece looks like that side of the hole, read away from it."""
    wanted = neighbours[:NEIGHBOURS]
    return there == wanted if len(wanted) < NEIGHBOURS else there.startswith(wanted)


def _is_whole(text: str, begin: int, end: int) -> bool:
    """Whether a piece begins and ends where words do."""
    cuts_left = begin > 0 and text[begin - 1].isalnum() and text[begin].isalnum()
    cuts_right = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return not (cuts_left or cuts_right)


def _overlaps(edit: Edit, others: Sequence[Edit]) -> bool:
    path, at, length, _ = edit
    return any(path == other and at < where + cut and where < at + length for other, where, cut, _ in others)
