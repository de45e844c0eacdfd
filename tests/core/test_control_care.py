"""The map by hand; nothing before positions are set."""

from __future__ import annotations

from typing import Any

from skygge.core.analyses.control_care import ANALYSIS, ControlCareParams
from skygge.core.analysis import Answer, answer, entries_behind
from tests.fixtures.paper_study import PaperStudy, codebook_lines, encounter, entry, study_line

PLACES = {"directing": (2, -1), "doing_for": (1, 2)}
PARAMS = ControlCareParams()


def paper(*lines: dict[str, Any], **positions: tuple[int, int]) -> PaperStudy:
    book = [
        line | dict(zip(("control", "care"), positions.get(str(line.get("key")), (None, None)), strict=True))
        if line["type"] == "code"
        else line
        for line in codebook_lines()
    ]
    study = PaperStudy([study_line(), *book, encounter("a", "09:00", "09:30"), *lines])
    codes = [line for line in book if line["type"] == "code"]
    early = [code | {"control": None, "care": None} for code in codes]
    for version, own, author in ((1, early, "lene"), (2, codes, "mette"), (3, codes, "lene")):
        payload = {"version": version, "codes": own}
        change = {"kind": "codebook.published", "author": author, "made_at": f"2026-03-0{version}", "payload": payload}
        study.log.append(change)
    return study


def ask(study: PaperStudy) -> Answer[Any]:
    return answer(ANALYSIS, study, PARAMS)


def test_places_seconds_and_the_path() -> None:
    """Directing 5 min and once as a moment at (2, -1), doing for placed by itself at (0, 0), doing with nowhere."""
    lines = [
        entry("a", "09:01", structure="directing", end="09:06"),
        entry("a", "09:07", structure="doing_for", control=0, care=0),
        entry("a", "09:08", structure="directing"),
        entry("a", "09:09", structure="doing_with"),
    ]
    study = paper(*lines, **PLACES)
    found = ask(study).result
    assert [(one.control, one.care, one.n, one.seconds) for one in found.places] == [(0, 0, 1, None), (2, -1, 2, 300.0)]
    assert [(step.control, step.is_own_place) for step in found.paths[0].steps] == [(2, False), (0, True), (2, False)]
    assert found.n_not_placed == 1
    opened = entries_behind(ANALYSIS, study, PARAMS, found.places[1].cell)
    assert [one.id for one in opened] == [lines[0]["id"], lines[2]["id"]]


def test_an_encounter_whose_clock_was_set_back_has_places_and_no_path() -> None:
    """What stands where is known, what came after what and how long it took is not."""
    study = paper(entry("a", "09:01", structure="directing", end="09:06"), **PLACES)
    study.fell = {encounter("a", "09:00", "09:30")["id"]: 720_000}
    found = ask(study).result
    assert [(one.n, one.seconds) for one in found.places] == [(1, None)]
    assert found.paths == []


def test_who_set_the_positions_and_when_is_said() -> None:
    """Mette did, with version 2; that Lene published the same again changes nothing."""
    found = ask(paper(**PLACES)).result
    assert (found.is_set, found.set_by, found.set_at) == (True, "mette", "2026-03-02")
    assert {one.key: (one.control, one.care) for one in found.structures} == PLACES


def test_without_positions_the_answer_says_so() -> None:
    """No places, and a warning."""
    found = ask(paper(entry("a", "09:01", structure="directing", control=1, care=1)))
    assert (found.result.is_set, found.result.places, found.result.paths) == (False, [], [])
    assert [warning.code for warning in found.warnings] == ["positions.not_set"]
