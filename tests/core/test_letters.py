"""Letters that files cannot hold: replaced or spelled in one place, and counted one by one."""

from xml.dom.minidom import parseString

from hypothesis import given
from hypothesis import strategies as st

from skygge.core.letters import clean, escape, quote, spell
from skygge.core.losses import Losses


def test_control_characters_are_replaced_and_counted() -> None:
    """Tabs and line feeds stay; every other line end is a line feed."""
    losses = Losses()
    assert clean("a\x07b\x1b\tc\r\nd\re\ufffe", losses) == "a\ufffdb\ufffd\tc\nd\ne\ufffd"
    assert losses.counts == {"letters": 3, "line_ends": 2}


def test_what_xml_can_hold_stays_as_it_is() -> None:
    """Accents, right-to-left, emoji, odd spaces: nothing is counted."""
    losses = Losses()
    text = "æøå “x” \u202e שלום 👵🏽 \x7f\u2028\ufeff x\u0301"
    assert clean(text, losses) == text
    assert not losses.counts


def test_emoji_are_spelled_where_programs_count_them_differently() -> None:
    """By their Unicode names, in brackets; one without a name by its number."""
    losses = Losses()
    assert spell("vis 🫖 \U000f0000", losses) == "vis [teapot] [u+f0000]"
    assert losses.counts == {"spelled": 2}


@given(st.text())
def test_any_text_can_stand_in_xml_and_comes_back(text: str) -> None:
    """As the content of an element and as an attribute, line feeds and tabs kept."""
    kept = clean(text, Losses())
    element = parseString(f"<a b={quote(kept)}>{escape(kept)}</a>").documentElement
    assert element is not None
    assert element.getAttribute("b") == kept
    assert "".join(child.nodeValue or "" for child in element.childNodes) == kept
