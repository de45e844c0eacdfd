"""Writing a study on paper in any format, and looking into what came out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any

from skygge.core.export import Losses, all_exports
from skygge.core.held import leave_out_held
from tests.exports.nasty_study import make_nasty
from tests.fixtures.paper_study import Line, PaperStudy

NASTY = make_nasty()


def write(name: str, paper: PaperStudy, **options: Any) -> bytes:
    """The whole file."""
    return write_with_losses(name, paper, **options)[0]


def write_with_losses(name: str, paper: PaperStudy, **options: Any) -> tuple[bytes, dict[str, int]]:
    """The whole file, and what it left out by number."""
    export, losses = all_exports()[name], Losses()
    reader = leave_out_held(paper, losses)
    return b"".join(export.stream(reader, export.options.model_validate(options), losses)), dict(losses.counts)


@cache
def write_nasty(name: str, **options: Any) -> tuple[bytes, dict[str, int]]:
    """The nasty study in one format, written once for all tests that only look."""
    return write_with_losses(name, NASTY, **options)


def unpack(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Every file in it, archives in archives too; a file that is no archive as it is."""
    if not raw.startswith(b"PK\x03\x04"):
        yield "", raw
        return
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            yield from ((f"{name}/{inner}".rstrip("/"), content) for inner, content in unpack(archive.read(name)))


def kept(paper: PaperStudy) -> list[Line]:
    """The entries that any file may hold, as plainly as can be said: told apart from how exports do it."""
    held = {line["id"]: line["stopped_in"] for line in paper.lines if line.get("stopped_in")}
    standing = {line["id"] for line in paper.lines if line["type"] == "encounter" and not line.get("retracted")}
    return [
        line
        for line in paper.things("entry")
        if line["kind"] != "reflection"
        and not line.get("retracted")
        and line.get("merged_into") is None
        and line["encounter_id"] in standing
        and line["encounter_id"] not in {held.get(line["actor_id"] or ""), held.get(line["recipient_id"] or "")}
    ]
