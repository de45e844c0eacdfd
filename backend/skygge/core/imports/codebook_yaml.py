"""A codebook as YAML, in the shape of the starters: `note` and `codes`, each with dimension, key and label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml
from pydantic import ValidationError

from skygge.core.foreign import CodesFound
from skygge.core.importing import FileUnsafe, Import, ImportRefused, Plan, RowError, Target
from skygge.core.model import Code
from skygge.core.planning import Gathered, plan_lines


def read_codebook_yaml(pieces: Iterable[bytes], target: Target) -> Plan:
    """The codebook version that a file means in a study. Raises ImportRefused with the lines that are wrong."""
    note, codes = read_yaml_codes(b"".join(pieces))
    found = CodesFound(target)
    for row, code in codes:
        found.take(row, code)
    return plan_lines(found.rows(note), Gathered(target, "codebook-yaml"))


def read_yaml_codes(raw: bytes) -> tuple[str, list[tuple[int, dict[str, Any]]]]:
    """Note and codes of a file, each code with its line. Raises ImportRefused with the lines that are wrong."""
    root = _compose(raw)
    listed = _find(root, "codes")
    if not isinstance(listed, yaml.SequenceNode):
        raise ImportRefused([RowError(1, "codebook.no_codes", "codes")])
    found: list[tuple[int, dict[str, Any]]] = []
    wrong = []
    for place, node in enumerate(listed.value, 1):
        row = node.start_mark.line + 1
        code = _build(node, row)
        try:
            Code.model_validate({"order": place, **code} if isinstance(code, dict) else code)
        except ValidationError as problem:
            names = {str(error["loc"][0]) for error in problem.errors() if error["loc"]} & set(Code.model_fields)
            wrong.append(RowError(row, "change.content_invalid", min(names, default="code")))
            continue
        found.append((row, {"order": place, **code}))
    if wrong:
        raise ImportRefused(wrong)
    note = _build(_find(root, "note"), 1)
    return note if isinstance(note, str) else "", found


def _compose(raw: bytes) -> Any:
    """The document as nodes that know their lines. Aliases are refused: a few bytes of them stand for gigabytes."""
    try:
        text = raw.decode("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise FileUnsafe("the file repeats parts of itself by alias")
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        raise ImportRefused([RowError(mark.line + 1 if mark else 1, "file.not_yaml")]) from None


def _find(root: Any, name: str) -> Any:
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next((value for key, value in pairs if getattr(key, "value", None) == name), None)


def _build(node: Any, row: int) -> Any:
    """A node as plain values; only those that JSON has too."""
    try:
        return None if node is None else yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise ImportRefused([RowError(row, "file.not_yaml")]) from None


IMPORT = Import(
    name="codebook-yaml",
    suffix=".yaml",
    purpose={
        "en": "A codebook written by hand, in the shape of Skygge's starters.",
        "da": "En kodebog skrevet i hånden, i samme form som Skygges begyndelser.",
    },
    read=read_codebook_yaml,
)
