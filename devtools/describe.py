"""Runs in the project's environment and prints, as JSON, what the generated files are made from."""

import inspect
import json
import sys
from collections.abc import Collection
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from devtools.reference import api_page, errors_page, settings_page
from devtools.vectors import describe_vectors
from skygge.app import describe_api
from skygge.core.analysis import AnalysisParams, all_analyses
from skygge.core.export import LOSSES, all_exports
from skygge.core.filters import Filters

CLOCKS = """An encounter in which a device's clock was [set back](decisions/clock-set-back.md) is treated below like one
whose end is not known, and no step is counted in it, until somebody has set its times right. The warning
`encounters.clock_set_back` names these encounters; counts keep their entries."""


def describe() -> dict[str, str]:
    """The generated pages of the documentation, the description of the API and the vectors of the fold, as text."""
    document = describe_api()
    return {
        "openapi": json.dumps(document),
        "api": api_page(document),
        "errors": errors_page(),
        "settings": settings_page(),
        "analyses": analyses_page(all_analyses().values()),
        "exports": exports_page(all_exports().values()),
        "vectors": describe_vectors(),
    }


def analyses_page(analyses: Any) -> str:
    """docs/analyses.md: each analysis with its question, its definition and its parameters."""
    head = _head("Analyses", "`GET …/analyses/{name}`, `skygge analyse NAME`, and the screen *Analysis*")
    sections = [
        head,
        _parameters(AnalysisParams, _filters()).replace("Parameters", "Parameters of every analysis"),
        CLOCKS,
    ]
    common = [field.alias or name for name, field in AnalysisParams.model_fields.items()]
    for analysis in analyses:
        body = [
            f"## `{analysis.name}`",
            f"*{analysis.question['en']}*",
            _definition(inspect.getmodule(analysis.compute)),
        ]
        sections.append("\n\n".join([*body, _parameters(analysis.params, common)]))
    return "\n\n".join(sections) + "\n"


def exports_page(exports: Any) -> str:
    """docs/exports.md: each format with what it is for and what it may lose."""
    sections = [_head("Exports", "`GET …/exports/{name}`, `skygge export FORMAT`, and the screen *Export*")]
    for export in exports:
        body = [f"## `{export.name}` ({export.suffix})", f"*{export.purpose['en']}*"]
        body += [_definition(inspect.getmodule(export.stream)), _parameters(export.options, _not_offered(export))]
        sections.append("\n\n".join([*body, _losses(export.may_lose)]))
    return "\n\n".join(sections) + "\n"


def _losses(codes: tuple[str, ...]) -> str:
    if not codes:
        return "Loses nothing."
    return "May leave out, and then says so and how much:\n\n" + "\n".join(f"- {LOSSES[code]['en']}" for code in codes)


def _head(title: str, where: str) -> str:
    note = "<!-- Written by ./dev generate from the code; edit the docstrings there. -->"
    filters = _parameters(Filters).replace("Parameters", "Filters, of which repeated ones mean *any of*")
    return f"{note}\n\n# {title}\n\nReached by {where}.\n\n{filters}"


def _definition(module: ModuleType | None) -> str:
    return inspect.cleandoc((module and module.__doc__) or "")


def _parameters(params: type[BaseModel], common: Collection[str] = ()) -> str:
    rows = []
    for name, field in params.model_fields.items():
        word = field.alias or name
        if word not in common:
            rows.append(f"- `{word}`: {field.description}" if field.description else f"- `{word}`")
    return "Parameters:\n\n" + "\n".join(rows) if rows else "No parameters of its own."


def _not_offered(export: Any) -> list[str]:
    """What a page on one format need not tell: the filters, and what is no choice in it."""
    offered = export.describe_options()["properties"]
    hidden = [name for name in export.options.model_fields if name not in offered]
    return [*_filters(), *hidden]


def _filters() -> list[str]:
    return [field.alias or name for name, field in Filters.model_fields.items()]


if __name__ == "__main__":
    json.dump(describe(), sys.stdout)
