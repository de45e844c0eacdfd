"""Codebooks of other programs: what their codes become here, beside those that the study has.

An import takes nothing away: codes that the file does not name stay as they are. A code of the file that is called as
one of the study's is that one. *None of these* and *Unclear* are always there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skygge.core.codebook import ALWAYS_OFFERED, read_starter
from skygge.core.importing import Target

Code = dict[str, Any]
Row = tuple[int, dict[str, Any]]
# What other programs' folders and categories call our dimensions, in lower case.
DIMENSIONS: Mapping[str, str] = {
    **dict.fromkeys(("structure", "structures", "struktur", "strukturer"), "structure"),
    **dict.fromkeys(("action", "actions", "handling", "handlinger"), "action"),
    **dict.fromkeys(("flag", "flags", "markering", "markeringer"), "flag"),
}


@dataclass
class CodesFound:
    """Codes as a file tells them, each with its row; `add` gives back the key under which a code is known here."""

    target: Target
    codes: list[tuple[int, Code]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._standing = _standing(self.target)
        self._keys = {
            (code["dimension"], _fold(label)): code["key"] for code in self._standing for label in _labels(code)
        }
        self._taken = {(code["dimension"], code["key"]) for code in self._standing}

    def add(self, row: int, dimension: str, label: str, **fields: Any) -> str:
        """Take a code by its label in the study's first language."""
        known = self._keys.get((dimension, _fold(label)))
        key = known or self._make_key(dimension, label)
        self._keys[dimension, _fold(label)] = key
        self._taken.add((dimension, key))
        if not any(code["key"] == key and code["dimension"] == dimension for _, code in self.codes):
            said = {name: value for name, value in fields.items() if value not in (None, "")}
            self.codes.append((row, {"dimension": dimension, "key": key, "label": self._label(label), **said}))
        return key

    def find(self, dimension: str, label: str) -> str | None:
        """The key of a code that was taken or that the study has."""
        return self._keys.get((dimension, _fold(label)))

    def take(self, row: int, code: Code) -> None:
        """Take a code that has its key already."""
        self.codes.append((row, code))

    def rows(self, note: str) -> list[Row]:
        """The lines of a codebook: the study's own codes, mended and added to by those of the file."""
        own = {(code["dimension"], code["key"]): (0, code) for code in self._standing}
        for row, code in self.codes:
            place = code.get("dimension"), code.get("key")
            earlier = own.get(place, (0, {}))[1]
            label = {**earlier.get("label", {}), **code["label"]} if isinstance(code.get("label"), dict) else None
            order = earlier.get("order") or len(own) + 1
            own[place] = row, {**earlier, "order": order, **code, **({"label": label} if label else {})}
        version = max(self.target.codebooks, default=1)
        first = self.codes[0][0] if self.codes else 1
        lines: list[Row] = [(first, {"type": "codebook", "version": version, "status": "published", "note": note})]
        for row, code in [*own.values(), *((first, code) for code in _always_offered(own))]:
            lines.append((row or first, {"type": "code", **code, "version": version}))
        return lines

    def _label(self, label: str) -> dict[str, str]:
        return {self.target.languages[0]: label}

    def _make_key(self, dimension: str, label: str) -> str:
        plain = make_key(label)
        key, number = plain, 2
        while (dimension, key) in self._taken:
            key, number = f"{plain[:58]}_{number}", number + 1
        return key


def make_key(label: str) -> str:
    """A key for a label: lower case, ASCII, underscores: `Gøre for` becomes `goere_for`."""
    spelled = label.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa").replace("ß", "ss")
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii")
    key = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")[:60]
    return key if key[:1].isalpha() else f"code_{key}".rstrip("_")


def read_color(text: str | None) -> str | None:
    """`#RRGGBB` where the text is one."""
    return text if text is not None and re.fullmatch(r"#[0-9A-Fa-f]{6}", text) else None


def _standing(target: Target) -> list[Code]:
    """The newest version of a study at work; one without encounters takes the file's codebook instead of its own."""
    if not target.has_encounters or not target.codebooks:
        return []
    return [dict(code) for code in target.codebooks[max(target.codebooks)].codes]


def _always_offered(own: Iterable[Any]) -> list[Code]:
    keys = set(own)
    wanted: Sequence[Code] = [code for code in read_starter("blank")["codes"] if code["key"] in ALWAYS_OFFERED]
    return [
        {**code, "order": 10_000 + place}
        for place, code in enumerate(wanted)
        if (code["dimension"], code["key"]) not in keys
    ]


def _labels(code: Mapping[str, Any]) -> list[str]:
    return list(code["label"].values())


def _fold(label: str) -> str:
    return " ".join(unicodedata.normalize("NFC", label).casefold().split())
