"""Reading codebooks: the starters that come with Skygge, and any YAML file of the same shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from importlib import resources
from typing import Any

import yaml
from pydantic import ValidationError

from skygge.core.model import Codebook

STARTERS = ("blank", "actions", "heuristic-four")
ALWAYS_OFFERED = ("none_of_these", "unclear")
HEURISTIC = frozenset({"directing", "doing_for", "doing_with", "leaving_be"})


# The one in C is ten times as fast; a system's own PyYAML may come without it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CodebookInvalid(ValueError):
    """A codebook file does not have the shape of one."""


def read_starter(name: str) -> dict[str, Any]:
    """The payload of a `codebook.published` change for a starter. Raises CodebookInvalid for an unknown name."""
    if name not in STARTERS:
        raise CodebookInvalid("a starter is one of: " + ", ".join(STARTERS))
    return deepcopy(_read_packed(name))


@cache
def _read_packed(name: str) -> dict[str, Any]:
    # Reading YAML is slow, and what lies in the package stays as it is.
    return read_codebook(resources.files("skygge").joinpath("codebooks", f"{name}.yaml").read_text("utf-8"))


def read_codebook(text: str) -> dict[str, Any]:
    """Turn a YAML codebook into the payload of a `codebook.published` change, checked.

    The YAML holds `note` and `codes`; `version` is 1 where it is missing. Codes without an order keep that of the file.
    Raises CodebookInvalid.
    """
    try:
        document = yaml.load(text, Loader=LOADER)
        codes = [{"order": index, **code} for index, code in enumerate(document["codes"], 1)]
        payload = {"version": document.get("version", 1), "note": document.get("note", ""), "follows": None}
        payload["codes"] = codes
        Codebook.model_validate(payload)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValidationError):
        raise CodebookInvalid("the file is not a codebook") from None
    return payload


def codes_of(codebook: Mapping[str, Any], dimension: str) -> list[Mapping[str, Any]]:
    """The codes of one dimension in their order; retired ones too, because old entries carry them."""
    return sorted(_in_dimension(codebook["codes"], dimension), key=lambda code: (code.get("order", 0), code["key"]))


def _in_dimension(codes: Iterable[Mapping[str, Any]], dimension: str) -> list[Mapping[str, Any]]:
    return [code for code in codes if code["dimension"] == dimension]


def is_heuristic(codes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the structures are those of the heuristic start, which every figure and file then has to say."""
    return HEURISTIC <= {code["key"] for code in codes if code["dimension"] == "structure"}
