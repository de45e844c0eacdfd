"""The ledger of erasures, revocations, concerns taken back: a file outside every backup, replayed after a restore.

It lies beside the database. One JSON object a line, only ever added to. It names what was taken out (ids, places in
texts), never what it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

NAME = "ledger.jsonl"


class Ledger:
    """The ledger in a data folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / NAME

    def append(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Add lines and have the disk keep them before this returns."""
        if not lines:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = "".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines)
        with self.file.open("ab") as ledger:
            if ledger.tell() and not _ends_whole(self.file):
                ledger.write(b"\n")
            ledger.write(text.encode("utf-8"))
            ledger.flush()
            os.fsync(ledger.fileno())

    def read(self) -> Iterator[dict[str, Any]]:
        """Every line that was written whole, in order."""
        if not self.file.exists():
            return
        with self.file.open(encoding="utf-8") as ledger:
            for text in ledger:
                try:
                    line = json.loads(text)
                except ValueError:
                    # The machine stopped in the middle of writing it, and so before the commit that it was for.
                    continue
                if isinstance(line, dict):
                    yield line


def _ends_whole(file: Path) -> bool:
    with file.open("rb") as ledger:
        ledger.seek(-1, os.SEEK_END)
        return ledger.read(1) == b"\n"
