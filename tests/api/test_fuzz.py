"""Schemathesis: nothing the API describes, and nothing that it does not, gets a 5xx or an undocumented answer."""

import json
import os
import random
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.fixtures.world import Person, World

IS_DEEP = os.environ.get("SKYGGE_TEST_SIZE") == "deep"
# For each of 154 operations and both seeds: a deep run makes more than 5,000 cases on each database.
CASES_EACH = 20 if IS_DEEP else 3
AT_LEAST = 2500 if IS_DEEP else 100
# What is made for each operation from its description costs more than a few cases do: one seed is enough every time.
SEEDS = [
    pytest.param(20260302, marks=pytest.mark.deep, id="fixed"),
    pytest.param(random.SystemRandom().randrange(2**32), id="new"),
]
# A busy machine is no wrong answer.
ANSWERS_WITHIN_S = 120
SECRET = "Fru Jensen i Nørregade 7"
# What is sent in an address or in a header is never stored, so that no answer at all may have it.
BESIDE = "fru-madsen-i-nygade-9"
HEADERS = (
    *("X-Request-Id", "User-Agent", "Accept", "Accept-Language", "Referer", "If-None-Match", "Range", "Last-Event-ID"),
    *("X-Forwarded-For", "Host", "Origin", "Sec-Fetch-Site", "Authorization", "Content-Encoding", "Content-Type"),
)
ENDS_SESSIONS = {"sign_out"}


@schemathesis.serializer("application/x-ndjson")
def write_lines(_context: Any, value: Any) -> bytes:
    """Whatever was generated, as one line of a file."""
    return json.dumps(value).encode() + b"\n"


def plant(value: Any) -> Any:
    """The same with words at the end of each text, names of fields included; what is no text stays."""
    if isinstance(value, str):
        return value + SECRET
    if isinstance(value, dict):
        return {name if n % 2 == 0 else plant(name): plant(inner) for n, (name, inner) in enumerate(value.items())}
    return [plant(inner) for inner in value] if isinstance(value, list) else value


def plant_words(case: Any, number: int) -> dict[str, str]:
    """Into every other case words that might be a jotting; into every fourth address and header a word; the headers."""
    if number % 2:
        case.body, case.query = plant(case.body), plant(case.query)
    return plant_beside(case, number // 4) if number % 4 == 2 else {}


def plant_beside(case: Any, number: int) -> dict[str, str]:
    """Put a word into the last name of the address, and give the header that carries one; another header each time."""
    names = list(case.path_parameters or {})
    if names and (names[-1] != "study_id" or number % 2):
        case.path_parameters[names[-1]] = f"{case.path_parameters[names[-1]]}{BESIDE}"
    return {HEADERS[number % len(HEADERS)]: BESIDE}


@pytest.mark.parametrize("run_seed", SEEDS)
def test_no_case_gets_a_server_error(
    world: World, lead: Person, study_id: UUID, run_seed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every operation, signed in as a lead of a real study, with good and bad addresses, parameters, headers, bodies.

    Most cases carry words that might be a jotting: no refusal repeats them, and no line of the server's.
    """
    print(f"seed {run_seed}")
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", world.app, config=SchemathesisConfig())
    n_cases = 0
    refusals: list[int] = []

    def try_operation(operation: Any) -> None:
        @seed(run_seed)
        @settings(max_examples=CASES_EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            nonlocal n_cases
            n_cases += 1
            if "study_id" in (case.path_parameters or {}) and n_cases % 4:
                case.path_parameters["study_id"] = str(study_id)
            headers = plant_words(case, n_cases)
            cookies = dict(lead.client.cookies)
            answer = case.call_and_validate(
                base_url=world.settings.url_of_origin,
                cookies=cookies,
                headers=headers,
                timeout=ANSWERS_WITHIN_S,
                checks=[not_a_server_error, content_type_conformance, response_schema_conformance],
            )
            is_beside = BESIDE.encode() in answer.content or BESIDE in str(answer.headers)
            assert not is_beside, (operation.label, answer.status_code, headers)
            if answer.status_code >= 400:
                refusals.append(answer.status_code)
                assert SECRET not in answer.text, (operation.label, answer.status_code)

        check()

    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # a description that cannot be read should raise here
        if operation.definition.raw.get("operationId") not in ENDS_SESSIONS:
            try_operation(operation)
    assert n_cases >= AT_LEAST and len(refusals) > n_cases // 4
    printed = "".join(capfd.readouterr())
    assert SECRET not in printed and BESIDE not in printed, (
        f"seed {run_seed}: the server repeats in its own lines what was sent"
    )
    assert lead.client.get(f"/api/v1/studies/{study_id}").status_code == 200
