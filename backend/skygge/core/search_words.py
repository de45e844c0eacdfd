"""Words as they are searched for: letter case, accents and the ways of writing Danish letters do not count.

æ is also written ae, ø oe or o, å aa or a: each way finds the others. What is indexed and what is asked for go through
the same folding, so nothing else has to agree.
"""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
LETTERS = str.maketrans({"æ": "ae", "ä": "ae", "ø": "o", "ö": "o", "å": "a", "ß": "ss"})
TWO_FOR_ONE = re.compile("oe|aa")
# What one thing gives to the index: a database has limits that no field note should meet.
MOST_LETTERS = 100_000
LONGEST_WORD = 60


def fold_words(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    plain = unicodedata.normalize("NFC", text.lower()).translate(LETTERS)
    bare = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    return [TWO_FOR_ONE.sub(_first, word)[:LONGEST_WORD] for word in WORD.findall(bare)]


def index_text(*texts: str | None) -> str:
    """What the index keeps of a thing's texts; empty where there are no words."""
    return " ".join(word for text in texts if text for word in fold_words(text))[:MOST_LETTERS]


def _first(pair: re.Match[str]) -> str:
    return pair[0][0]
