"""How fast a study's log folds: entries logged, every tenth amended once."""

import json
import sys
from collections.abc import Mapping
from time import perf_counter
from uuid import UUID

from skygge.core.fold import fold

ENTRIES = 20_000


def change(
    number: int, kind: str, subject: int, payload: Mapping[str, object], parents: list[str]
) -> dict[str, object]:
    """A change with as much around it as the fold looks at."""
    return {
        "change_id": str(UUID(int=number)),
        "kind": kind,
        "subject_id": str(UUID(int=subject)),
        "parents": parents,
        "payload": payload,
        "made_at": "2026-03-02T09:00:00.000+01:00",
    }


def make_log() -> list[dict[str, object]]:
    """One encounter's entries and their amendments."""
    log = []
    for number in range(1, ENTRIES + 1):
        payload = {"encounter_id": str(UUID(int=0)), "kind": "point", "action": "talks", "jotting": "vent lidt"}
        log.append(change(number, "entry.logged", number, payload, []))
        if number % 10 == 0:
            amended = change(ENTRIES + number, "entry.amended", number, {"action": "asks"}, [str(UUID(int=number))])
            log.append(amended)
    return log


if __name__ == "__main__":
    log = make_log()
    started = perf_counter()
    fold(log)
    seconds = perf_counter() - started
    json.dump({"changes": len(log), "changes_per_s": len(log) / seconds}, sys.stdout)
