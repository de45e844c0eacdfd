"""Tables as bytes: CSV rows in blocks, and a zip archive that is streamed while it is made."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Cell = str | int | float | bool | None


class Figure(str):
    """A number spelled with its decimals: text in CSV, a number in a cell of a spreadsheet."""

    __slots__ = ()


BLOCK_LETTERS = 32_768
# The columns that hold truth, and how it is spelled in text.
TRUTHS = frozenset({"verbatim", "is_end_known"})
SPELLED: Mapping[Cell, str] = {True: "true", False: "false"}
# The columns of names, and of what an encounter says of itself: their texts come back in many rows.
REPEATED = frozenset({"label", "observer", "setting", "agency", "actor_agency", "encounter_kind", "author"})
# The first date that a zip archive can name: the same data gives the same bytes on every day.
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def comes_back(column: str) -> bool:
    """Whether the texts of a column come back in many rows, so that what one loses is counted once."""
    return column in REPEATED or column.endswith("_label") or column.startswith("label_")


@dataclass(frozen=True)
class Table:
    """A header and rows of the same width. `make_lines` gives the rows as lines of plain CSV, where that is quicker."""

    name: str
    header: Sequence[str]
    rows: Iterable[list[Cell]]
    make_lines: Callable[[], Iterator[str]] | None = None


def write_csv(table: Table, delimiter: str = ",", *, quotes_all: bool = False) -> Iterator[bytes]:
    """RFC 4180 in UTF-8, no byte order mark, in blocks. Texts are exact; an empty cell is a missing value."""
    buffer = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n", quoting=quoting)
    writer.writerow(table.header)
    if table.make_lines is not None and (delimiter, quotes_all) == (",", False):
        yield from _write_lines(buffer, table.make_lines())
        return
    truths = [place for place, name in enumerate(table.header) if name in TRUTHS]
    for row in table.rows:
        # The writer itself leaves a missing value empty; only truth is spelled here.
        for place in truths:
            row[place] = SPELLED.get(row[place], row[place])
        writer.writerow(row)
        if buffer.tell() >= BLOCK_LETTERS:
            yield _drain(buffer)
    yield _drain(buffer)


def _write_lines(buffer: io.StringIO, lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        buffer.write(line)
        if buffer.tell() >= BLOCK_LETTERS:
            yield _drain(buffer)
    yield _drain(buffer)


def write_zip(members: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """A zip archive of named members, piece by piece; nothing is held but one block."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, blocks in members:
            info = zipfile.ZipInfo(name, FIXED_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # otherwise the platform of the server would show in the bytes
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as member:
                for block in blocks:
                    member.write(block)
                    yield pipe.take()
            yield pipe.take()
    yield pipe.take()


def read_blocks(path: Path) -> Iterator[bytes]:
    """A file that was made in a scratch folder, in blocks."""
    with path.open("rb") as file:
        while block := file.read(BLOCK_LETTERS):
            yield block


class _Pipe(io.RawIOBase):
    """Where zipfile writes to; it cannot seek, so zipfile never goes back."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # zipfile hands over any kind of buffer
        self._written.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        piece = b"".join(self._written)
        self._written.clear()
        return piece


def _drain(buffer: io.StringIO) -> bytes:
    block = buffer.getvalue().encode("utf-8")
    buffer.seek(0)
    buffer.truncate()
    return block
