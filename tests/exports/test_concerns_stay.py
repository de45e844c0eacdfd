"""A concern is in no file: not in that of its author, not in the lead's, whatever format and whatever is asked for."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pyreadstat
import pytest

from skygge.core.export import all_exports
from tests.exports.written import unpack
from tests.fixtures.world import World
from tests.sync.phone import Phone, join_with_phone

CONCERN, JOTTED = "Qvintessens held her by the arm", "Kontrolord beside the door"
CODEBOOKS = {name for name, export in all_exports().items() if export.is_codebook}
WITHOUT_JOTTINGS = CODEBOOKS | {"encounters-csv", "traminer"}
ASKED: tuple[dict[str, Any], ...] = ({}, {"clock_times": "1"}, {"history": "1"}, {"tier": "deidentified"})


@pytest.fixture
def written(sqlite_world: World) -> tuple[list[Phone], list[str]]:
    """A lead and an observer, each with an entry and a concern of their own; and the ids of the concerns."""
    lead = sqlite_world.make_person("Lene")
    study_id: UUID = sqlite_world.make_study(lead)
    phones = [Phone(lead.client, study_id), join_with_phone(sqlite_world, study_id, "Ida")]
    ids = []
    for phone in phones:
        people = [phone.change("actor.added", {"label": label, "kind": "citizen"}) for label in ("C1", "C2")]
        ends = dict(zip(("actor_id", "recipient_id"), (one["subject_id"] for one in people), strict=True))
        visit = phone.visit()
        phone.push(*people, visit, phone.entry(visit, jotting=JOTTED, **ends))
        made = phone.client.post(f"{phone.url}/concerns", json={"text": CONCERN})
        assert made.status_code == 201
        ids.append(made.json()["concern_id"])
    assert CONCERN in [one["text"] for one in phones[1].read("concerns")]
    return phones, ids


def read_words(name: str, raw: bytes, folder: Path) -> bytes:
    """The file as bytes in which a word can be found: archives unpacked, and what packs its texts read."""
    if name == "parquet":
        from pyarrow import BufferReader, parquet

        return repr(parquet.read_table(BufferReader(raw)).to_pylist()).encode()
    if name in ("sav", "dta"):
        (folder / "file").write_bytes(raw)
        read = pyreadstat.read_sav if name == "sav" else pyreadstat.read_dta
        return repr(read(str(folder / "file"))[0].to_dict()).encode()
    return b"\n".join(file.encode() + content for file, content in unpack(raw))


def test_a_concern_is_in_no_file_of_anybody(written: tuple[list[Phone], list[str]], tmp_path: Path) -> None:
    """Neither its words nor its id; a jotting that was written beside it is found in the same way where it may be."""
    phones, ids = written
    for name, export in all_exports().items():
        known = export.describe_options()["properties"]
        for phone, asked in product(phones, (one for one in ASKED if set(one) <= set(known))):
            answer = phone.client.get(f"{phone.url}/exports/{name}", params=asked)
            assert answer.status_code == 200, answer.text
            found = read_words(name, answer.content, tmp_path)
            assert [told for told in ("Qvintessens", *ids) if told.encode() in found] == [], name
            assert (b"Kontrolord" in found) == (name not in WITHOUT_JOTTINGS and "tier" not in asked), name
        told = phones[1].client.get(f"{phones[1].url}/exports/{name}/preview")
        assert told.status_code == 200 and "Qvintessens" not in told.text


@pytest.mark.parametrize("kind", ["html", "docx"])
def test_a_concern_is_in_no_report(written: tuple[list[Phone], list[str]], tmp_path: Path, kind: str) -> None:
    """With clock times and without."""
    phones, ids = written
    for phone, asked in product(phones, ({}, {"clock_times": "1"})):
        answer = phone.client.get(f"{phone.url}/report", params={"format": kind, **asked})
        assert answer.status_code == 200, answer.text
        found = read_words(kind, answer.content, tmp_path)
        assert [told for told in ("Qvintessens", *ids) if told.encode() in found] == []
