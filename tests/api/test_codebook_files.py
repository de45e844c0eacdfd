"""Starters and codebook files to begin a draft with: read for whoever writes in the study, and nothing is kept."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.fixtures.world import Person, World

FILE = b"note: pilot\ncodes:\n- dimension: flag\n  key: resists\n  label: {en: Resists}\n"


def test_the_starters_are_there_after_a_study_was_made(world: World, lead: Person) -> None:
    """All three, whole; not for strangers."""
    items = lead.client.get("/api/v1/starters").json()["items"]
    assert [one["name"] for one in items] == ["blank", "actions", "heuristic-four"]
    assert {code["key"] for code in items[2]["codes"]} >= {"directing", "doing_with", "unclear"}
    assert world.client().get("/api/v1/starters").status_code == 401


def test_a_file_becomes_codes_and_nothing_is_kept(lead: Person, study_id: UUID) -> None:
    """The codes in full; the study has the version that it had."""
    place = f"/api/v1/studies/{study_id}/codebooks"
    before = lead.client.get(place).json()
    answer = lead.client.post(f"{place}/read", content=FILE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["note"] == "pilot"
    assert [(code["key"], code["timing"], code["order"]) for code in answer.json()["codes"]] == [
        ("resists", "point", 1)
    ]
    assert lead.client.get(place).json() == before


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", (422, "import.refused")),
        (b"codes:\n- {dimension: flag, key: SECRET WORDS, label: {en: A}}\n", (422, "import.refused")),
        (b"\x00\xff", (422, "import.refused")),
        (b"note: " + b"n" * 100_001 + b"\ncodes: []\n", (422, "import.refused")),
        (b"a: &a [x]\ncodes: [*a]\n", (400, "import.unsafe")),
    ],
)
def test_what_is_no_codebook_is_refused_without_its_words(
    lead: Person, study_id: UUID, content: bytes, refusal: tuple[int, str]
) -> None:
    """Refused with the place; never what stood there."""
    answer = lead.client.post(f"/api/v1/studies/{study_id}/codebooks/read", content=content)
    assert (answer.status_code, answer.json()["code"]) == refusal, answer.text
    assert "SECRET" not in answer.text


def test_only_who_writes_in_the_study_reads_a_file_into_it(world: World, lead: Person, study_id: UUID) -> None:
    """A stranger finds no study."""
    stranger = world.make_person("Stranger")
    assert stranger.client.post(f"/api/v1/studies/{study_id}/codebooks/read", content=FILE).status_code == 404
