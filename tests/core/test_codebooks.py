"""The three starters: what a study begins with is data, and this is what the data must hold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from skygge.core.codebook import ALWAYS_OFFERED, STARTERS, codes_of, read_codebook, read_starter
from skygge.core.export import Losses
from skygge.core.exports.codebook_yaml import EXPORT
from skygge.core.importing import FileUnsafe, ImportRefused
from skygge.core.imports.codebook_yaml import read_yaml_codes
from skygge.core.model import Code

ACTIONS = {
    "Talks": "Taler", "Asks": "Spørger", "Tells": "Siger til", "Offers": "Tilbyder",
    "Refuses or withdraws": "Afslår eller trækker sig", "Does by hand": "Gør med hænderne",
    "Handles a thing": "Bruger ting", "Touches": "Rører ved", "Moves or makes room": "Flytter sig eller gør plads",
    "Silent or waits": "Tier eller venter",
    "Looks at screen, paper or phone": "Ser på skærm, papir eller telefon",
    "Laughs or shows feeling": "Ler eller viser følelse",
}  # fmt: skip
STRUCTURES = {"Directing": "Styre", "Doing for": "Gøre for", "Doing with": "Gøre sammen", "Leaving be": "Lade være"}
FLAGS = [
    "decided_without_citizen", "citizen_decides", "resource_passed_over", "citizen_contributes", "bends_a_rule",
    "as_if_choice", "resists",
]  # fmt: skip


def labels(codes: list[Any]) -> dict[str, str]:
    return {code["label"]["en"]: code["label"]["da"] for code in codes}


@pytest.mark.parametrize("name", STARTERS)
def test_none_of_these_and_unclear_are_in_every_structure_row(name: str) -> None:
    """First-class, and last in the row."""
    structures = codes_of(read_starter(name), "structure")
    assert tuple(code["key"] for code in structures[-2:]) == ALWAYS_OFFERED


@pytest.mark.parametrize("name", STARTERS)
def test_every_code_is_told_in_full_and_found_by_its_own_key(name: str) -> None:
    """Definition, starts, ends, example, counter-example; shortcuts do not collide; control and care are empty."""
    codes = read_starter(name)["codes"]
    for code in codes:
        assert all(code[field].strip() for field in ("definition", "starts", "ends", "example", "counter_example"))
        assert code.get("control") is None
        assert code.get("care") is None
    shortcuts = [code["shortcut"] for code in codes]
    assert len(set(shortcuts)) == len(shortcuts)


def test_twelve_actions_in_both_languages() -> None:
    """Word for word, in their order, with and without structures."""
    for name in ("actions", "heuristic-four"):
        assert list(labels(codes_of(read_starter(name), "action")).items()) == list(ACTIONS.items())


def test_four_structures_as_moments_of_the_interaction() -> None:
    """Points, one lane an encounter, one exclusive set, the four colours; flags are codes too."""
    codes = codes_of(read_starter("heuristic-four"), "structure")
    assert labels(codes[:4]) == STRUCTURES
    assert {(code["timing"], code["scope"], code["exclusive_set"]) for code in codes} == {
        ("point", "interaction", "structure")
    }
    assert [code["color"] for code in codes[:4]] == ["#0072B2", "#D55E00", "#009E73", "#CC79A7"]
    assert [code["key"] for code in codes_of(read_starter("heuristic-four"), "flag")] == FLAGS


def test_the_heuristic_says_that_it_is_one() -> None:
    """The sentence stands in the note that every export of codes carries."""
    sentence = "A heuristic start, not the source study's four structures, which are not known to us."
    assert sentence in read_starter("heuristic-four")["note"]


def test_a_codebook_file_is_read_line_by_line_and_nothing_else_is_taken() -> None:
    """What a draft begins with; every wrong line is named, without what stood there."""
    note, codes = read_yaml_codes(b"note: pilot\ncodes:\n  - {dimension: flag, key: a, label: {en: A}}\n")
    assert (note, codes) == ("pilot", [(3, {"order": 1, "dimension": "flag", "key": "a", "label": {"en": "A"}})])
    with pytest.raises(ImportRefused) as refused:
        read_yaml_codes(b"codes:\n  - {dimension: mood, key: a, label: {en: A}}\n  - {dimension: flag, key: B}\n")
    assert [(error.row, error.where) for error in refused.value.errors] == [(2, "dimension"), (3, "key")]
    for raw in (b"", b"codes: 3", b"\xff\xfe", b"a: &a [x]\ncodes: [*a]", b"codes: [[[["):
        with pytest.raises((ImportRefused, FileUnsafe)):
            read_yaml_codes(raw)


@pytest.mark.parametrize("name", STARTERS)
def test_a_codebook_leaves_as_the_file_that_it_came_from(name: str) -> None:
    """Exported as YAML and read again: the same codes, and the version that stood before is told as left out."""
    starter = read_starter(name)
    versions = [starter["codes"][:1], starter["codes"]]
    lines: dict[str, list[Any]] = {
        "study": [{"type": "study", "languages": ["en"]}],
        "codebook": [
            *({"version": at, "status": "published", "note": "n"} for at in (1, 2)),
            {"version": 3, "status": "draft"},
        ],
        "code": [{**code, "version": at} for at, codes in enumerate(versions, 1) for code in codes],
        "encounter": [{"id": "e"}],
    }  # fmt: skip
    reader: Any = SimpleNamespace(things=lambda kind: iter(lines.get(kind, [])))
    losses = Losses()
    raw = b"".join(EXPORT.stream(reader, EXPORT.options(), losses))
    again = read_codebook(raw.decode("utf-8"))
    told = [Code.model_validate(code) for code in again["codes"]]
    assert sorted(told, key=lambda code: code.order) == [Code.model_validate(code) for code in starter["codes"]]
    assert (again["version"], again["note"]) == (2, "n")
    # Of the version before: its one code and its note.
    assert losses.counts == {"observations": 1, "versions": 2}
