"""JSON from strangers: what is read, what is refused, what survives."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.model import to_unix_ms
from skygge.core.wire import WireError, content_hash, parse_json, to_canonical, to_verbatim

TEXT = st.text(st.characters(blacklist_categories=[]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'[{"b":{"a":1,"a":1}}]',
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 33 + b"]" * 33,
        b"1" * 5_000,
        b"\xff\xfe{\x00}\x00",
        b'"\xc3\x28"',
        b"",
        b"{",
        "﻿{}".encode(),
    ],
    ids=["key twice", "key twice below", "bottomless", "too deep", "long number", "UTF-16", "bad UTF-8", "empty",
         "cut off", "byte order mark"],
)  # fmt: skip
def test_a_body_that_is_not_our_json_is_refused(raw: bytes) -> None:
    """One error, in fixed words, that repeats nothing of the input."""
    with pytest.raises(WireError) as caught:
        parse_json(raw)
    assert raw[:4].decode("latin-1") not in str(caught.value) or not raw


def test_numbers_without_an_end_come_through_for_the_model_to_refuse() -> None:
    """So that one bad number parks one change instead of the whole batch."""
    numbers = parse_json(b"[NaN, Infinity, 1e999]")
    assert isinstance(numbers, list)
    assert math.isnan(numbers[0]) and numbers[1:] == [math.inf, math.inf]


@given(JSON)
def test_what_was_written_verbatim_is_read_back(document: object) -> None:
    """Lone surrogates and NUL included."""
    assert parse_json(to_verbatim(document)) == document


def test_equal_content_has_equal_hashes_whatever_the_order_of_keys() -> None:
    """And other content another hash."""
    assert content_hash({"a": 1, "b": "\ud800"}) == content_hash({"b": "\ud800", "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": 2})
    assert to_canonical({"b": 1, "a": "æ"}) == b'{"a":"\\u00e6","b":1}'


@pytest.mark.parametrize(
    ("stamp", "ms"),
    [("1969-12-31T23:59:59.500Z", -500), ("1970-01-01T01:00:00.0019+01:00", 1), ("1970-01-01T00:00:00Z", 0)],
)
def test_a_time_is_whole_milliseconds_rounded_down(stamp: str, ms: int) -> None:
    """As the phone's twin does, before 1970 too."""
    assert to_unix_ms(stamp) == ms
