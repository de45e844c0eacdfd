"""Letters that a file cannot hold: filtered in this one place, and counted as losses.

XML 1.0 has no way to write most control characters (section 2.2, production 2); some tools count characters above
U+FFFF differently from others, so that offsets after one of them would point elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from skygge.core.losses import Losses

Spell = Callable[[str, Losses], str]
ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
OTHER_LINE_ENDS = re.compile("\r\n?")
ABOVE_BMP = re.compile("[\U00010000-\U0010ffff]")
REPLACED = "\ufffd"
# XML 1.1 has two more line ends, and some readers (xmldom) take them for such in XML 1.0 too; as numbers they stay.
ESCAPES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;",
    "\x85": "&#133;", "\u2028": "&#8232;",
}  # fmt: skip
SPECIAL = re.compile('[&<>"\t\n\x85\u2028]')
IN_TEXT = re.compile("[&<>\x85\u2028]")


def clean(text: str, losses: Losses) -> str:
    """A text that XML can hold, with line feeds for every kind of line end. What had to change is counted."""
    if text.isprintable():
        return text  # by far the most, and the quickest to tell
    text, n_illegal = ILLEGAL_IN_XML.subn(REPLACED, text)
    text, n_ends = OTHER_LINE_ENDS.subn("\n", text)
    losses.note("letters", n_illegal)
    losses.note("line_ends", n_ends)
    return text


def spell(text: str, losses: Losses) -> str:
    """A clean text in which characters above U+FFFF are spelled by their names: `[teapot]`."""
    text, n_spelled = ABOVE_BMP.subn(_spell, clean(text, losses))
    losses.note("spelled", n_spelled)
    return text


def spell_once(spell: Spell) -> Spell:
    """A filter for names that come back in many places: what had to change in one is counted once, not each time."""
    known: dict[str, str] = {}

    def once(text: str, losses: Losses) -> str:
        if text not in known:
            known[text] = spell(text, losses)
        return known[text]

    return once


def escape(text: Any) -> str:
    """Clean text as the content of an element."""
    return IN_TEXT.sub(lambda found: ESCAPES[found[0]], str(text))


def quote(text: Any) -> str:
    """Clean text as the value of an attribute, with its quotation marks; line feeds and tabs survive reading."""
    return '"' + SPECIAL.sub(lambda found: ESCAPES[found[0]], str(text)) + '"'


def _spell(found: re.Match[str]) -> str:
    return "[" + unicodedata.name(found[0], f"U+{ord(found[0]):X}").lower() + "]"
