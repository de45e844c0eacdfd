"""A REFI-QDA codebook (.qdc) from NVivo, ATLAS.ti, MAXQDA or QualCoder.

A folder called as one of the dimensions holds its codes; everything else becomes an action. Codes keep their label,
colour and description; what lies inside another code stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skygge.core.foreign import DIMENSIONS, CodesFound, read_color
from skygge.core.importing import Import, ImportRefused, Plan, RowError, Target
from skygge.core.model import MAX_LABEL
from skygge.core.parcel import Element, parse_xml
from skygge.core.planning import Gathered, plan_lines


def read_qdc(pieces: Iterable[bytes], target: Target) -> Plan:
    """The codebook version that a file means in a study. Raises ImportRefused with the lines that are wrong."""
    root = parse_xml(b"".join(pieces))
    # A whole project (.qdpx) keeps the same element inside itself.
    codebook = root if root.name == "CodeBook" else next(iter(root.find("CodeBook")), None)
    if codebook is None or not codebook.find("Codes"):
        raise ImportRefused([RowError(root.row, "codebook.no_codes", "Codes")])
    found, wrong = CodesFound(target), []
    for dimension, code in _walk(codebook.find("Codes")[0], "action"):
        label = code.attributes.get("name", "").strip()
        if not label or len(label) > MAX_LABEL:
            wrong.append(RowError(code.row, "change.content_invalid", "name"))
            continue
        text = "".join(child.text for child in code.find("Description"))
        color = read_color(code.attributes.get("color"))
        found.add(code.row, dimension, label, definition=text, color=color)
    if wrong or not found.codes:
        raise ImportRefused(wrong or [RowError(root.row, "codebook.no_codes", "Codes")])
    return plan_lines(found.rows(""), Gathered(target, "qdc"))


def _walk(parent: Element, dimension: str) -> Iterator[tuple[str, Element]]:
    for code in parent.find("Code"):
        is_folder = code.attributes.get("isCodable", "true").strip().lower() in ("false", "0")
        inside = (
            DIMENSIONS.get(code.attributes.get("name", "").strip().casefold(), dimension) if is_folder else dimension
        )
        if not is_folder:
            yield dimension, code
        yield from _walk(code, inside)


IMPORT = Import(
    name="qdc",
    suffix=".qdc",
    purpose={
        "en": "A codebook from NVivo, ATLAS.ti, MAXQDA or QualCoder.",
        "da": "En kodebog fra NVivo, ATLAS.ti, MAXQDA eller QualCoder.",
    },
    read=read_qdc,
)
