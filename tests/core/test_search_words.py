"""Words as they are searched for."""

from __future__ import annotations

import pytest

from skygge.core.search_words import MOST_LETTERS, fold_words, index_text


@pytest.mark.parametrize(
    ("one", "others"),
    [("blåbærgrød", ["blaabaergroed", "blabaergrod", "BLÅBÆRGRØD"]), ("Århus", ["Aarhus", "arhus"]),
     ("Søren", ["Soeren", "soren", "Sören"]), ("æble", ["aeble", "Äble"]), ("café", ["cafe"])],
)  # fmt: skip
def test_each_way_of_writing_finds_the_others(one: str, others: list[str]) -> None:
    """Whoever types without Danish keys, or reads somebody who did, finds the same."""
    assert {tuple(fold_words(other)) for other in others} == {tuple(fold_words(one))}


def test_words_are_letters_and_figures_and_nothing_else() -> None:
    """Quotation marks, underscores and operators of a search language are no words."""
    assert fold_words("“Vent_lidt”, C1* OR (nej) 14:07\n") == ["vent", "lidt", "c1", "or", "nej", "14", "07"]
    assert fold_words("– … !") == []


def test_what_is_kept_of_a_text_has_an_end() -> None:
    """A hundred thousand letters are a book already."""
    assert index_text(None, "", "Hun ler", "høj") == "hun ler hoj"
    assert len(index_text("ord " * 100_000)) == MOST_LETTERS
    assert max(len(word) for word in fold_words("a" * 500)) == 60
