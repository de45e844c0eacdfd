"""Every kind of loss of every format is counted from what was really dropped: one thing less is one less."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from skygge.core.deidentify import deidentify
from skygge.core.export import ALWAYS_LOST, LOSSES, TIER_LOSSES, Losses, all_exports
from skygge.core.held import leave_out_held
from tests.exports.less import FOCAL, LESS, Less
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, entry, name_id, study_line

EVERY = [
    (code, name)
    for name, export in sorted(all_exports().items())
    for code in sorted({*export.may_lose, *TIER_LOSSES, *ALWAYS_LOST})
]


def count(name: str, paper: PaperStudy, asked: object) -> dict[str, int]:
    """What a file leaves out, settled as an order settles it."""
    export, losses = all_exports()[name], Losses()
    options = export.options.model_validate(asked)
    reader = leave_out_held(paper, losses)
    if options.tier == "deidentified":
        reader, options = deidentify(reader, options, losses)
    for _ in export.stream(reader, options, losses):
        pass
    return dict(losses.counts)


@cache
def count_whole(name: str, make: Callable[[], PaperStudy], asked: tuple[tuple[str, object], ...]) -> dict[str, int]:
    """What is left out before anything was taken out; most cases share one study."""
    return count(name, make(), {key: list(value) if isinstance(value, tuple) else value for key, value in asked})


def case_of(code: str, name: str) -> Less:
    """The study with which a kind of loss is looked at in a format."""
    return next(less for less in LESS[code] if less.is_for(name))


def test_every_kind_of_loss_has_a_case_and_a_format_that_may_have_it() -> None:
    """A new kind of loss, or one that no format has any more, does not go unnoticed."""
    assert {code for code, _ in EVERY} == set(LOSSES) == set(LESS)


@pytest.mark.parametrize(("code", "name"), EVERY)
def test_one_thing_less_to_lose_lowers_the_count_by_one(code: str, name: str) -> None:
    """The kind is counted at all in the study of its case, and by exactly one less after one thing was taken out."""
    case = case_of(code, name)
    less = case.make()
    case.take_out(less)
    asked = case.options if case.options_after is None else case.options_after
    known = tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in case.options.items())
    counted, left = count_whole(name, case.make, known), count(name, less, asked)
    assert counted.get(code, 0) >= 1
    assert left.get(code, 0) == counted[code] - 1


TELLING = [name for name in sorted(all_exports()) if {"letters", "dates"} <= {*all_exports()[name].may_lose}]


@pytest.mark.parametrize("name", TELLING)
def test_what_a_name_loses_is_counted_once_however_often_it_stands_in_the_file(name: str) -> None:
    """A person's label in one encounter's name and six entries, with a letter that no XML has: one, as of one text."""
    counted = []
    for label in ("ab", "a\x07b"):
        people = [actor(label, id=name_id("bell"), agency="North")]
        talk = [entry("focal", f"15:0{minute}", who="bell", to="bell", action="talks") for minute in range(6)]
        paper = PaperStudy([study_line(), *codebook_lines(), *people, FOCAL, *talk])
        counted.append(count(name, paper, {}).get("letters", 0))
    assert counted == [0, 1]
