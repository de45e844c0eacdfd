"""A paragraph for the methods section of a paper: what was counted, over what time, by which rules, in which version.

It is made from the parameters in force and from what the numbers rest on, so it cannot promise what was not done. An
analysis that `methods_words` has no sentence for is described by its question and by the names of its parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from skygge import __version__
from skygge.core.analysis import Analysis, AnalysisParams, Basis, rest_on
from skygge.core.cells import Part
from skygge.core.codebook import is_heuristic
from skygge.core.filters import Filters, Thing
from skygge.core.methods_words import COUNTED, FILTERS, KINDS, PARAMETERS, RULES, SENTENCES, VALUES
from skygge.core.reader import StudyReader
from skygge.core.streams import Observed, read_observed

LANGUAGES = ("en", "da")
# Filters whose values are ids of things without a name: how many were chosen is all that can be said.
# What is to be filled in by hand where the file is to hold no dates.
DAYS = frozenset({"from_", "to"})
NAMELESS = frozenset({"visit", "encounter"})


class Methods(Part):
    """What to write about an analysis, and what has to stand on its figures."""

    text: dict[str, str] = Field(description="The methods paragraph by language, ready to paste.")
    first_day: str | None = Field(description="Local date of the first encounter looked at.")
    last_day: str | None = Field(description="Local date of the last encounter looked at.")
    is_heuristic: bool = Field(description="The codebook is the heuristic start, and figures have to say so.")


@dataclass(frozen=True)
class _Facts:
    """What the sentences are made of."""

    analysis: Analysis[Any, Any]
    params: AnalysisParams
    basis: Basis
    n_set_back: int
    names: Mapping[str, Mapping[str, str]]
    days: tuple[str, str] | None
    is_heuristic: bool
    shows_days: bool


def describe_methods(
    analysis: Analysis[Any, Any], reader: StudyReader, params: AnalysisParams, *, shows_days: bool = True
) -> Methods:
    """The paragraph in every language for one analysis as it is asked for; for a file without dates it has none."""
    params = params.in_force()
    observed = read_observed(reader, params)
    days = sorted(stretch.thing["started_at"][:10] for stretch in observed.stretches.values())
    facts = _Facts(
        analysis=analysis,
        params=params,
        basis=rest_on(observed),
        n_set_back=sum(bool(stretch.fell_ms) for stretch in observed.stretches.values()),
        names={language: _names(observed, language) for language in LANGUAGES},
        days=(days[0], days[-1]) if days and shows_days else None,
        is_heuristic=is_heuristic(observed.codes.values()),
        shows_days=shows_days,
    )
    return Methods(
        text={language: " ".join(_sentences(facts, language)) for language in LANGUAGES},
        first_day=facts.days[0] if facts.days else None,
        last_day=facts.days[1] if facts.days else None,
        is_heuristic=facts.is_heuristic,
    )


def _sentences(facts: _Facts, language: str) -> Iterable[str]:
    say, basis = SENTENCES[language], facts.basis
    counted = COUNTED.get(facts.analysis.name, {}).get(language)
    yield counted or say["question"].format(question=facts.analysis.question[language])
    yield _rest(facts, language)
    if basis.n_left_out:
        yield say["left_out"].format(n=basis.n_left_out)
    if facts.n_set_back:
        yield say["set_back"].format(n=facts.n_set_back)
    chosen = list(_chosen_filters(facts, language))
    if chosen:
        yield say["filters"].format(filters="; ".join(chosen))
    yield from _rules(facts, language)
    if basis.times_corrected:
        yield say["corrected"].format(n=basis.times_corrected)
    versions = ", ".join(str(version) for version in basis.codebook_versions)
    yield say["codebook" if versions else "uncoded"].format(versions=versions)
    if facts.is_heuristic:
        yield say["heuristic"]
    yield say["made_with"].format(version=__version__)


def _rest(facts: _Facts, language: str) -> str:
    basis, say = facts.basis, SENTENCES[language]
    between = say["between"].format(first=facts.days[0], last=facts.days[1]) if facts.days else ""
    minutes = round(basis.observed_seconds / 60)
    kinds = ", ".join(KINDS[language][kind] for kind in facts.params.kind)
    return say["rest"].format(
        entries=basis.n_entries,
        encounters=basis.n_encounters,
        visits=basis.n_visits,
        between=between,
        hours=minutes // 60,
        minutes=minutes % 60,
        kinds=kinds or say["all_kinds"],
    )


def _chosen_filters(facts: _Facts, language: str) -> Iterable[str]:
    for name in Filters.model_fields:
        value = getattr(facts.params, name)
        if name in {"kind", "origin"} or value in (None, []):
            continue
        values = value if isinstance(value, list) else [value]
        names = facts.names[language]
        if name in DAYS and not facts.shows_days:
            values = ["…"]
        shown = str(len(values)) if name in NAMELESS else ", ".join(names.get(str(one), str(one)) for one in values)
        yield f"{FILTERS[language][name]} {shown}"


def _rules(facts: _Facts, language: str) -> Iterable[str]:
    """A sentence for each rule that has one, then what else was set, by name."""
    others = []
    for name, value in facts.params.model_dump(mode="json").items():
        if name in facts.params.without_effect or (name in Filters.model_fields and name != "origin"):
            continue
        for one in value if isinstance(value, list) else [value]:
            sentence = RULES[language].get((name, str(one)))
            if sentence:
                yield sentence
            elif name != "origin" and one is not None:
                others.append(f"{_of(PARAMETERS, language, name)}: {_of(VALUES, language, str(one))}")
    if others:
        yield SENTENCES[language]["parameters"].format(parameters="; ".join(others))


def _of(words: Mapping[str, Mapping[str, str]], language: str, name: str) -> str:
    return words[language].get(name, name.replace("_", " "))


def _names(observed: Observed, language: str) -> dict[str, str]:
    """What people and codes are called, by id and key."""
    people = {actor_id: str(actor.get("label") or actor_id) for actor_id, actor in observed.actors.items()}
    return {**{key: _label(code, language) for (_, key), code in observed.codes.items()}, **people}


def _label(code: Thing, language: str) -> str:
    labels: Mapping[str, str] = code.get("label") or {}
    return labels.get(language) or next(iter(labels.values()), str(code["key"]))
