"""The methods paragraph says what was counted, over what, and by which rules; in English and in Danish."""

from __future__ import annotations

from typing import Any

import pytest

from skygge.core.analyses.frequencies import ANALYSIS as FREQUENCIES
from skygge.core.analyses.frequencies import FrequenciesParams
from skygge.core.analysis import all_analyses
from skygge.core.methods import LANGUAGES, Methods, describe_methods
from skygge.core.methods_words import COUNTED, PARAMETERS, RULES, SENTENCES, VALUES
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, name_id, study_line

HAND = [
    study_line(),
    *codebook_lines(),
    actor("P1"),
    encounter("a", "09:00", "10:30"),
    encounter("b", "11:00", None),
    entry("a", "09:01", who="P1", structure="directing"),
    entry("b", "11:05", who="P1", structure="doing_with"),
]


def describe(**params: Any) -> Methods:
    return describe_methods(FREQUENCIES, PaperStudy(HAND), FrequenciesParams.model_validate(params))


def test_it_says_over_what_the_numbers_are() -> None:
    """Two entries, two visits on one day, 90 observed minutes of the one whose end is known; the other is named."""
    found = describe()
    text = found.text["en"]
    assert "2 entries from 2 encounters (2 visits, 2026-03-02 to 2026-03-02; kinds of encounter: visit)" in text
    assert "1 h 30 min of observed time" in text
    assert "whose end nobody gave, left out of rates, shares and intervals: 1." in text
    assert "codebook version 1" in text
    assert (found.first_day, found.last_day) == ("2026-03-02", "2026-03-02")


def test_it_says_which_rules_and_filters_were_in_force() -> None:
    """By the names of people and codes, never by their ids; and the default that the analysis itself fills in."""
    text = describe(actor=[name_id("P1")], structure=["directing"], by="observer").text["en"]
    assert "Only these were looked at: acted by P1; structure Directing." in text
    assert "Structures count where they were given on the spot." in text
    assert "split by: observer" in text
    assert name_id("P1") not in text


def test_the_heuristic_start_is_named_as_one() -> None:
    found = describe()
    assert found.is_heuristic
    assert "heuristic start" in found.text["en"] and "heuristisk begyndelse" in found.text["da"]
    blank = describe_methods(FREQUENCIES, PaperStudy([study_line()]), FrequenciesParams())
    assert not blank.is_heuristic and "heuristic" not in blank.text["en"]
    assert blank.first_day is None


@pytest.mark.parametrize("name", list(all_analyses()))
def test_every_analysis_can_be_described(name: str) -> None:
    """Also one that nobody wrote a sentence for, and with nothing to count."""
    analysis = all_analyses()[name]
    for lines in (HAND, []):
        text = describe_methods(analysis, PaperStudy(lines), analysis.params()).text
        assert set(text) == set(LANGUAGES)
        assert text["en"] != text["da"] and "None" not in text["en"]
        assert not {"{", "}"} & set(text["en"] + text["da"])


def test_both_languages_have_the_same_sentences() -> None:
    for words in (SENTENCES, RULES):
        assert set(words["en"]) == set(words["da"])
    assert all(set(words) == set(LANGUAGES) for words in COUNTED.values())
    assert set(PARAMETERS) == set(VALUES) == set(LANGUAGES)
