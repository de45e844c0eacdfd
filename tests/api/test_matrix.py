"""Every operation of the API, asked by everybody, in one's own study, in somebody else's and in one that is not there.

The operations come from OpenAPI, the expected answers from the table in expected_answers.py.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from skygge.accounts import access
from skygge.accounts.secrets import hash_token
from skygge.accounts.tables import SessionRow, TokenRow
from skygge.app import describe_api
from skygge.core.export import all_exports
from tests.api.expected_answers import (
    ACTORS,
    ELSEWHERE,
    ELSEWHERE_NO_TOKENS,
    EXPECTED,
    FULL_TIER,
    REFUSED,
    STUDY,
)
from tests.api.house import MARKER, Cell, House, body_of
from tests.api.test_headers import CARRIED
from tests.fixtures.everything_out import holds

# A hundred addresses are made in a loop from one piece of code each. In a deep run everybody asks there; in the reduced
# size these do, in their own study, in one that is not theirs, before a download, and for more than is de-identified.
MANY = (f"GET {STUDY}/analyses/", f"GET {STUDY}/exports/")
ASKING_MANY = frozenset({"nobody", "lost_phone", "former", "observer", "reader", "analyst", "auditor", "lead_token"})
ASKING_ELSEWHERE = frozenset({"stranger"})
BEFOREHAND = ("/preview", "/losses", "/methods")
ASKING_BEFOREHAND = frozenset({"lost_phone", "observer", "reader", "auditor"})
# All analyses stand behind one door, and all exports; in the reduced size the rest are only asked by who may not.
ASKING_THE_REST = frozenset({"former", "reader", "auditor"})
BY_TURNS = ("nobody", "garbage", "expired", "expired_token", "lost_phone", "stranger", "admin", "foreign_token")
ASKED_WHOLE = ("frequencies", "transitions", "csv", "jsonl", "qdpx")
ASKING_FOR_MORE = frozenset({"observer", "analyst"})
IS_DEEP = os.environ.get("SKYGGE_TEST_SIZE") == "deep"
AT_LEAST = 9_000 if IS_DEEP else 2_000
# Formats that carry words and are packed, so that no byte of the words stands in the file itself.
PACKED = frozenset({"xlsx", "docx", "parquet"})
# These may ask a good deal, and never hear a word that the lead noted: an observer sees her own encounters only.
NEVER_TOLD = frozenset({"admin", "auditor", "observer", "observer_script"})
METHODS = ("get", "post", "put", "patch", "delete")
# Where no token may go, in no study.
NO_TOKENS = ("/tokens", "/concerns", "/members/{member_id}/reset")


# A new code makes an older one worthless, signing in clears away what has run out (it has to be there while the others
# are asked), and signing out ends the sessions that the others need. Who has founded a study meanwhile is no longer the
# lead's alone to let choose a password.
LAST = {
    f"POST {STUDY}/members/{{member_id}}/reset": -1,
    "POST /api/v1/pairings": 1,
    "POST /api/v1/session": 2,
    "DELETE /api/v1/session": 3,
}


@dataclass(frozen=True)
class Asking:
    """Who asks at an address: in their own study, in another one and in none, and for more than de-identified files."""

    here: frozenset[str]
    elsewhere: frozenset[str]
    more: frozenset[str]


EVERYBODY = Asking(*3 * (frozenset(ACTORS),))


@cache
def all_operations() -> list[str]:
    """`GET /api/v1/me` and so on, those last that would spoil it for the others."""
    found = [
        f"{method.upper()} {path}"
        for path, operations in describe_api()["paths"].items()
        for method in operations
        if method in METHODS
    ]
    return sorted(found, key=lambda one: LAST.get(one, 0))


def find_row(operation: str, table: dict[str, tuple[int, str]]) -> tuple[int, list[str]] | None:
    """The hand-written row of an operation: its own, or that of the pattern it fits."""
    if operation in table:
        status, row = table[operation]
        return status, row.split()
    parts = operation.split("/")
    for pattern, (status, row) in table.items():
        wanted = pattern.split("/")
        if len(wanted) == len(parts) and all(want in ("*", part) for want, part in zip(wanted, parts, strict=True)):
            return status, row.split()
    return None


def list_cells(operations: list[str], *, is_deep: bool = IS_DEEP) -> Iterator[Cell]:
    """Every question, with the answer that the table has for it. Raises AssertionError for an operation without row."""
    for number, operation in enumerate(operations):
        found = find_row(operation, EXPECTED)
        assert found is not None, f"{operation} has no row in the table: decide by hand who may"
        asking = EVERYBODY if is_deep else choose_few(operation, number)
        yield from _only(asking.here, _cells(operation, "own", *found))
        elsewhere = ELSEWHERE_NO_TOKENS if operation.partition(STUDY)[2].startswith(NO_TOKENS) else ELSEWHERE
        for target in ("foreign", "absent") if STUDY in operation else ():
            yield from _only(asking.elsewhere, _cells(operation, target, 404, elsewhere.split()))
        full = None if operation.endswith(BEFOREHAND) else find_row(operation, FULL_TIER)
        if full is not None:
            for query in ("?tier=full", "?clock_times=true"):
                yield from _only(asking.more, _cells(operation, "own", full[0], full[1], query))


def choose_few(operation: str, number: int) -> Asking:
    """Who asks outside a deep run: fewer at a hundred addresses of one kind."""
    if not operation.startswith(MANY):
        return Asking(EVERYBODY.here, EVERYBODY.elsewhere, ASKING_FOR_MORE)
    if not set(ASKED_WHOLE).intersection(operation.split("/")):
        return Asking(ASKING_THE_REST | {BY_TURNS[number % len(BY_TURNS)]}, frozenset(), frozenset())
    here = ASKING_BEFOREHAND if operation.endswith(BEFOREHAND) else ASKING_MANY
    return Asking(here, ASKING_ELSEWHERE, ASKING_FOR_MORE)


def _only(actors: frozenset[str], cells: Iterator[Cell]) -> Iterator[Cell]:
    return (cell for cell in cells if cell.actor in actors)


def _cells(operation: str, target: str, status: int, row: list[str], query: str = "") -> Iterator[Cell]:
    assert len(row) == len(ACTORS), operation
    for actor, word in zip(ACTORS, row, strict=True):
        if word == "ok":
            yield Cell(operation, target, actor, status, None, query)
        elif word == "other":
            yield Cell(operation, target, actor, 410 if "pairing" in operation else 404, "", query)
        else:
            yield Cell(operation, target, actor, *REFUSED[word], query)


def test_everybody_gets_what_the_table_says_and_nothing_else(house: House) -> None:
    """≥ 2,000 questions; a refusal never carries a word of the study, nor does an analyst's file."""
    operations = all_operations()
    wrong: list[tuple[Cell, int, str | None]] = []
    told: set[str] = set()
    n_cells = 0
    for cell in list_cells(operations):
        if cell.actor.startswith("expired") and LAST.get(cell.operation, 0) < LAST["POST /api/v1/session"]:
            assert house.holds(cell.actor), f"only gone and not run out, at {cell.operation}"
        answer = house.ask(cell)
        n_cells += 1
        said = answer.json().get("code") if "problem+json" in answer.headers.get("content-type", "") else None
        if {name: answer.headers.get_list(name) for name in CARRIED} != {name: [CARRIED[name]] for name in CARRIED}:
            wrong.append((cell, answer.status_code, "lacks a header"))
        is_code_right = cell.code in (None, "") or said == cell.code
        if answer.status_code != cell.status or not is_code_right:
            wrong.append((cell, answer.status_code, said))
        is_told = holds(answer.content, MARKER)
        if is_told and (cell.code is not None or is_wordless(cell)):
            wrong.append((cell, answer.status_code, "tells what was written"))
        if is_told and cell.actor == "lead_token":
            told.add(cell.operation.rpartition("/")[2])
    assert wrong == [], f"{len(wrong)} of {n_cells}"
    assert n_cells >= AT_LEAST
    # Who may is told it by the same files, packed or not: the words are there to be missed.
    assert told >= {"changes", "entries", "search", "csv", "jsonl", "qdpx", *(PACKED if IS_DEEP else ())}


def test_in_a_deep_run_everybody_asks_everything_everywhere() -> None:
    """No analysis and no format is left out for anybody; in the reduced size each is asked by four at least."""
    operations = all_operations()
    asked = {(cell.operation, cell.actor, cell.target, cell.query) for cell in list_cells(operations, is_deep=True)}
    targets = [("own", ""), ("foreign", ""), ("absent", "")]
    for operation in operations:
        for actor, (target, query) in product(ACTORS, targets if STUDY in operation else targets[:1]):
            assert (operation, actor, target, query) in asked
    files = [f"GET {STUDY}/exports/{name}" for name in all_exports()] + [f"GET {STUDY}/report"]
    for operation, actor, query in product(files, ACTORS, ("?tier=full", "?clock_times=true")):
        assert (operation, actor, "own", query) in asked
    few = Counter(cell.operation for cell in list_cells(operations, is_deep=False))
    assert set(few) == set(operations) and min(few.values()) >= 4


def test_the_column_of_what_has_run_out_is_about_that_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the end of a sign-in or of a script forgotten, every question of theirs would be answered otherwise."""
    operations = [one for one in all_operations() if one.startswith("GET") and STUDY in one]
    cells = [
        cell for cell in list_cells(operations)
        if cell.actor.startswith("expired") and cell.target == "own" and not cell.operation.startswith(MANY)
        and cell.code == REFUSED["sign"][1]
    ]  # fmt: skip
    assert len(cells) > 30
    assert {house.ask(cell).status_code for cell in cells} == {401}
    monkeypatch.setattr(access, "find_session", lambda session, token, now: session.get(SessionRow, hash_token(token)))
    monkeypatch.setattr(access, "find_token", lambda session, token, now: session.get(TokenRow, hash_token(token)))
    assert [cell for cell in cells if house.ask(cell).status_code == 401] == []


def test_a_thing_of_another_study_is_as_absent_as_one_that_never_was(house: House) -> None:
    """Under the address of one's own study: same status, same bytes, whatever the id belongs to elsewhere."""
    things = [name for name in house.ids if name not in ("study_id", "name", "kind")]
    operations = [
        operation for operation in all_operations()
        if STUDY in operation
        and (operation.endswith("/withdrawals") or any(f"{{{name}}}" in operation for name in things))
    ]  # fmt: skip
    assert len(operations) >= 9
    for operation in operations:
        answers = []
        for ids in (house.foreign_ids, {name: str(uuid4()) for name in things}):
            wanted = {**house.ids, **{name: ids[name] for name in things}}
            method, address = operation.split(" ")
            house.client.cookies.clear()
            asked: dict[str, Any] = {"headers": house.headers["lead"], **body_of(method, address, wanted)}
            answers.append(house.client.request(method, address.format(**wanted), **asked))
        assert (answers[0].status_code, answers[0].content) == (answers[1].status_code, answers[1].content), operation
        assert MARKER.encode() not in answers[0].content and answers[0].status_code < 500, operation


def is_wordless(cell: Cell) -> bool:
    """Whether what the cell gets back has to be without what the lead noted."""
    if cell.operation.endswith("/concerns"):
        return cell.actor == "admin"  # everybody else hears words of their own there, which happen to be the same
    is_file = "/exports/" in cell.operation or cell.operation.endswith("/report")
    return cell.actor in NEVER_TOLD or (cell.actor == "analyst" and is_file)


def test_an_operation_that_is_missing_in_the_table_fails() -> None:
    """Nothing is let through because nobody thought of it."""
    with pytest.raises(AssertionError, match="has no row"):
        list(list_cells(["GET /api/v1/studies/{study_id}/secrets"]))


def test_an_absent_study_and_a_foreign_one_are_the_same_to_the_byte(house: House) -> None:
    """Whether a study exists is nobody's business: same bytes, same headers but for the id of each request."""
    for operation in (one for one in all_operations() if STUDY in one):
        answers = [house.ask(Cell(operation, target, "lead", 404, None)) for target in ("foreign", "absent")]
        assert answers[0].content == answers[1].content, operation
        told = [{name: text for name, text in one.headers.items() if name != "x-request-id"} for one in answers]
        assert told[0] == told[1], operation
