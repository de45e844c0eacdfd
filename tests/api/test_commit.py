"""The answer leaves after the commit, and many writers at once neither fail nor starve."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlmodel import Session

from tests.fixtures.world import Person, World


def test_nobody_is_told_yes_before_a_failing_commit(
    world: World, lead: Person, study_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the commit fails the answer is a 500; a 201 would be a promise that nothing keeps."""
    path = f"/api/v1/studies/{study_id}/members"

    def fail(_session: Session) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Session, "commit", fail)
        answer = lead.client.post(path, json={"observer": "never there"})
    assert answer.status_code == 500
    assert [member["observer"] for member in lead.client.get(path).json()["items"]] == ["observer-1"]


def test_sixty_writers_at_once_are_all_served(world: World, lead: Person, study_id: UUID) -> None:
    """More writers than worker threads: each waits its turn, none is refused, each gets a number of its own."""
    path = f"/api/v1/studies/{study_id}"

    def amend(number: int) -> int:
        client = world.client()
        client.cookies.update(dict(lead.client.cookies))
        return int(client.patch(path, json={"title": f"Title {number}"}).json()["last_seq"])

    with ThreadPoolExecutor(60) as pool:
        numbers = sorted(pool.map(amend, range(60)))
    assert numbers == list(range(3, 63))
