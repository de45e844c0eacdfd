"""What is left of a change when words are struck or a thing is erased: a stub that describes itself.

A stub is the change with `redacted` beside its payload. It tells what kind of redaction it was and which change
ordered it, and carries no hash of what was there. It beats any copy that holds more.
Twin: frontend/src/store/redact.ts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skygge.core.model import MAX_LABEL, MAX_TERM, MAX_TEXT

# Where people write: words are struck in these fields and in everything inside them.
LABELS = "title label agency way witness".split()
TERMS = (
    "controller joint_controller processor hosting_place purpose purpose_limits legal_basis concern_procedure"
    " lock_reason".split()
)
TEXTS = "setting reason jotting text note definition starts ends example counter_example words".split()
# How long a text may be, by the field it stands in.
LONGEST = dict.fromkeys(LABELS, MAX_LABEL) | dict.fromkeys(TERMS, MAX_TERM) | dict.fromkeys(TEXTS, MAX_TEXT)
# Stands for struck words where nothing else fits.
BLOCK = "▮"

# An edit names a place in the payload and what stands there now: (path, None, None, value), or inside a text
# (path, from, length, replacement). It tells where something was, never what.
Edit = Sequence[Any]
Said = Mapping[str, Any]


def find_words(payload: object, words: str, replacement: str) -> list[Edit]:
    """The edits that replace words wherever they stand in the texts of a payload, literally and in any version."""
    return find_matches(payload, re.compile(re.escape(words)), replacement)


def find_matches(payload: object, pattern: re.Pattern[str], replacement: str) -> list[Edit]:
    """The edits that replace what a pattern finds in the texts of a payload; by a block where a text would outgrow."""
    edits: list[Edit] = []
    for path, text in _texts(payload, [], False):
        places = [(found.start(), found.end() - found.start()) for found in pattern.finditer(text)]
        length = len(text) + sum(len(replacement) - cut for _, cut in places)
        put = replacement if length <= _longest(path) else BLOCK
        edits += [(path, at, cut, put) for at, cut in places]
    return edits


def apply_edits(payload: Any, edits: Sequence[Edit]) -> Any:
    """The payload with the edits made. Edits of one text go from its end to its start, so that places stay true."""
    for path, at, length, value in sorted(edits, key=lambda edit: -1 if edit[1] is None else edit[1], reverse=True):
        payload = _replace(payload, list(path), at, length, value)
    return payload


def to_stub(change: Said, mode: str, by: str, payload: Any = None) -> dict[str, Any]:
    """The stub of a change: without payload when it was erased, otherwise with what is left of it."""
    return {**change, "payload": payload if mode == "words" else {}, "redacted": {"mode": mode, "by": by}}


def beats(change: Said, other: Said) -> bool:
    """Whether a copy of a change holds less than another copy of it: erased before struck before whole."""
    return _rank(change) > _rank(other)


def _rank(change: Said) -> tuple[int, str]:
    redacted = change.get("redacted")
    if not redacted:
        return 0, ""
    # Ids of redactions rise with time: of two strikes the later one has taken out more.
    return (2, "") if redacted["mode"] == "erased" else (1, redacted["by"])


def _texts(node: object, path: list[Any], is_text: bool) -> Iterator[tuple[list[Any], str]]:
    if isinstance(node, str):
        if is_text:
            yield path, node
    elif isinstance(node, Mapping):
        for name, inner in node.items():
            yield from _texts(inner, [*path, name], is_text or _is_text(name, node))
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _texts(inner, [*path, index], is_text)


def _is_text(name: str, beside: Mapping[str, Any]) -> bool:
    """A study says its legal basis in words; a person's consent names one by its key."""
    return name in LONGEST and not (name == "legal_basis" and "actor_id" in beside)


def _longest(path: Sequence[Any]) -> int:
    return next((LONGEST[name] for name in path if name in LONGEST), MAX_TEXT)


def _replace(node: Any, path: list[Any], at: int | None, length: int | None, value: Any) -> Any:
    if path:
        first, *rest = path
        if not _has(node, first):
            return node
        copy = dict(node) if isinstance(node, Mapping) else list(node)
        copy[first] = _replace(node[first], rest, at, length, value)
        return copy
    if at is None or length is None:
        return value
    return node[:at] + value + node[at + length :] if isinstance(node, str) else node


def _has(node: Any, name: Any) -> bool:
    if isinstance(node, Mapping):
        return name in node
    return isinstance(node, list) and isinstance(name, int) and name < len(node)
