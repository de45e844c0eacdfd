"""JSON as it comes off the wire and as it is kept: strict to read, verbatim to write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

MAX_DEPTH = 32
MAX_DIGITS = 1_000
# 40 bits: a sum over eight million changes still fits a database's integer, and a browser's.
CHECK_BITS = 40
# json.dumps builds an encoder at every call; a push needs several for each change.
_write_verbatim = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_write_ascii = json.JSONEncoder(separators=(",", ":")).encode
_write_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class WireError(ValueError):
    """The bytes are not the JSON we speak. Carries a reason in fixed words, never a piece of the input."""


def parse_json(raw: bytes) -> object:
    """Read one JSON document from UTF-8 bytes.

    NaN, Infinity and numbers too large for a float come through as floats, so that the model refuses them as
    content (422, or a quarantined change) instead of the whole body. Lone surrogates come through for the same reason.

    Raises WireError: not UTF-8, not JSON, a key twice, deeper than MAX_DEPTH, an integer over MAX_DIGITS digits.
    """
    try:
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique_keys, parse_int=_bounded_int)
    except WireError:
        raise
    except UnicodeDecodeError:
        raise WireError("not UTF-8") from None
    except RecursionError:
        raise WireError("nested too deeply") from None
    except ValueError:
        raise WireError("not JSON") from None
    _refuse_depth(document)
    return document


def to_verbatim(document: object) -> bytes:
    """UTF-8 JSON in the order given; a lone surrogate survives as its escape."""
    try:
        return _write_verbatim(document).encode("utf-8")
    except UnicodeEncodeError:
        return _write_ascii(document).encode("ascii")


def to_canonical(document: object) -> bytes:
    """JSON in one agreed form (sorted keys, ASCII, no spaces), for hashing and comparing."""
    return _write_canonical(document).encode("ascii")


def content_hash(document: object) -> bytes:
    """SHA-256 over the canonical form of what was sent (32 bytes)."""
    return hashlib.sha256(to_canonical(document)).digest()


def check_value(change_id: str, payload: object) -> int:
    """A change's share of the checksum of a feed: 40 bits of SHA-256 over `change_id:payload`.

    The payload is JSON in canonical form: keys sorted, no spaces, everything beyond ASCII escaped, numbers as
    JavaScript writes them. A checksum is the sum of all shares modulo 2^40, so no order matters; JavaScript's numbers
    hold it. Twin: frontend/src/store/checksum.ts.
    """
    said = change_id.encode("ascii") + b":" + to_canonical(_plain_numbers(payload))
    for number in set(_odd_numbers(payload)):
        said = said.replace(json.dumps(f"\x00{number!r}").encode("ascii"), _as_javascript(number).encode("ascii"))
    return int.from_bytes(hashlib.sha256(said).digest()[: CHECK_BITS // 8], "big")


def _plain_numbers(node: object) -> object:
    if isinstance(node, float):
        return int(node) if node.is_integer() and abs(node) < 1e21 else _marked(node)
    if isinstance(node, dict):
        return {key: _plain_numbers(value) for key, value in node.items()}
    return [_plain_numbers(value) for value in node] if isinstance(node, list) else node


def _marked(number: float) -> object:
    # Only numbers with an exponent are written otherwise there; no text of a payload begins with NUL.
    return f"\x00{number!r}" if "e" in repr(number) else number


def _odd_numbers(node: object) -> Iterator[float]:
    if isinstance(node, float):
        if "e" in repr(node) and not (node.is_integer() and abs(node) < 1e21):
            yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _odd_numbers(inner)


def _as_javascript(number: float) -> str:
    digits, _, exponent = repr(number).partition("e")
    power = int(exponent)
    if power < -6 or power >= 21:
        return f"{digits.removesuffix('.0')}e{power:+d}".replace("e-0", "e-")
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    return f"{sign}0.{'0' * (-power - 1)}{digits.replace('.', '').removesuffix('0') or '0'}"


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WireError("a key stands twice in one object")
    return found


def _bounded_int(digits: str) -> int:
    # int() is quadratic in the number of digits, so the length is checked before it is asked.
    if len(digits) > MAX_DIGITS:
        raise WireError("a number has too many digits")
    return int(digits)


def _refuse_depth(document: object) -> None:
    """Refuse documents that parse here but would exhaust the stack of whoever writes them out again."""
    level: list[object] = [document]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise WireError("nested too deeply")


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
