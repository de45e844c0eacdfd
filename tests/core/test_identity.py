"""Ids that two phones make without talking to each other."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.identity import is_canonical_id, is_visit_code, name_id, uuid7, visit_id

STUDY = UUID("01900000-abcd-7000-8000-000000000001")


def test_uuid7_follows_the_example_of_rfc_9562() -> None:
    """Appendix A.6: 2022-02-22 14:22:22 UTC-5, random 0xCC3 and 0x18C4DC0C0C07398F."""
    random = (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(0x017F22E279B0, random) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


def test_uuid7_sorts_by_time() -> None:
    """Text order is time order between milliseconds."""
    assert str(uuid7(1000, b"\xff" * 10)) < str(uuid7(1001, b"\x00" * 10))
    with pytest.raises(ValueError, match="ten random bytes"):
        uuid7(1, b"")


def test_the_same_code_names_the_same_visit_only_in_the_same_study() -> None:
    """UUIDv5 of study and code."""
    assert visit_id(STUDY, "KXWQPT") == visit_id(STUDY, "KXWQPT")
    assert visit_id(STUDY, "KXWQPT") != visit_id(UUID(int=STUDY.int + 1), "KXWQPT")
    assert visit_id(STUDY, "KXWQPT").version == 5


def test_only_one_spelling_of_an_id_is_taken() -> None:
    """Equal ids must be equal texts, on every device."""
    assert is_canonical_id(str(STUDY))
    assert not is_canonical_id(str(STUDY).upper())
    assert not is_canonical_id(STUDY.hex)
    assert is_visit_code("KXWQPT") and not is_visit_code("kxwqpt") and not is_visit_code("KXWQP")


@given(st.uuids(), st.text())
def test_ids_of_names_are_those_of_the_standard_library(namespace: UUID, name: str) -> None:
    """Made without a UUID in between, but the same."""
    assert name_id(namespace.bytes, name) == str(uuid5(namespace, name))
