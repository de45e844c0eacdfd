"""Struck words in an edit that was made before anybody there knew of the strike."""

import pytest

from skygge.core.late_words import find_late_words
from skygge.core.redact import apply_edits, find_words

NAME = "Annemette"


def strike_late(before: str, late: str, *names: str, is_known: bool = False) -> str:
    """What is left of a late text after names were struck in the one it builds on, one after the other."""
    payload, strikes = {"jotting": before}, []
    for name in names or (NAME,):
        edits = find_words(payload, name, "C1")
        strikes.append((edits, not is_known))
        payload = apply_edits(payload, edits)
    found = find_late_words({"jotting": late}, payload, strikes)
    return str(apply_edits({"jotting": late}, found)["jotting"])


@pytest.mark.parametrize(
    ("before", "late", "left"),
    [
        (f"{NAME} siger nej", f"{NAME} siger nej, og går", "C1 siger nej, og går"),
        (f"{NAME} siger nej", f"Først: {NAME} siger nej", "Først: C1 siger nej"),
        (f"hos {NAME} i dag", f"hos {NAME} i går, {NAME} sov", "hos C1 i går, C1 sov"),
        (f"så 🙂 {NAME} går", f"så 🙂 {NAME} går ud", "så 🙂 C1 går ud"),
        (f"{NAME}", f"{NAME} til slut", "C1 til slut"),
        (f"{NAME}s datter kom", f"{NAME}s datter kom ikke", "C1s datter kom ikke"),
        (f"{NAME} og {NAME} igen", f"{NAME} og {NAME} igen og igen", "C1 og C1 igen og igen"),
    ],
)
def test_the_words_go_wherever_the_late_text_has_them(before: str, late: str, left: str) -> None:
    """An edit in front, behind, elsewhere; several times in one text; beside signs of more than two bytes."""
    assert strike_late(before, late) == left


def test_two_strikes_of_one_text_are_both_known_again() -> None:
    """The second strike's places count in what the first one left."""
    late = strike_late("Bo hentede Annemette hjem", "Bo hentede Annemette hjem igen", "Bo", "Annemette")
    assert late == "C1 hentede C1 hjem igen"


@pytest.mark.parametrize(
    "informed", ["C1 siger ja", "C1 siger nej, og går sin vej hjem", "Hun siger nej", "Noget helt andet skete her", ""]
)
def test_who_knew_of_the_strike_keeps_every_word(informed: str) -> None:
    """Edits of what is left are nobody's secret."""
    assert strike_late(f"{NAME} siger nej", informed, is_known=True) == informed


def test_rather_a_piece_too_much_than_the_words() -> None:
    """Without the neighbours on one side, a piece of the right length at the right end is taken for the words."""
    assert strike_late(f"{NAME} siger nej", f"{NAME} tav") == "C1 tav"
    assert strike_late(f"{NAME} siger nej", "Hun siger nej") == "C1 nej"
