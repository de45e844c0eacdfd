"""What a download will be, before it leaves: its first rows, how much is in it, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlmodel import Session

from skygge.core.export import LOSSES, SMALL_GROUPS, Losses, count_small_groups
from skygge.core.lookup import kept_entries, open_lookup
from skygge.core.tables import entries_table
from skygge.export.count import count_order
from skygge.export.order import Order
from skygge.fieldlog.load import open_study

ROWS = 8
FIRST = (
    *("visit_number start_s started_at_local actor_label recipient_label action_label structure_label").split(),
    *("flags jotting kind duration_s").split(),
)
HEAD_LETTERS = 1_500
TEXT = ("text/", "application/x-ndjson", "application/json", "application/xml", "application/yaml")
CLOCK = {
    "en": "Dates and clock times are in this file. Anyone with the rota can name these people.",
    "da": "Datoer og klokkeslæt står i denne fil. Enhver med vagtplanen kan sætte navn på disse mennesker.",
}


def preview_order(session: Session, order: Order) -> dict[str, Any]:
    """Counts, warnings, the first rows of the entries, and of a format that is text its own first lines."""
    told = {"warnings": list_warnings(session, order), "head": _read_head(session, order)}
    if order.export.is_codebook:
        # Nothing that was observed is in it: rows of entries, and how many there are, would tell of another file.
        n_codes = count_order(session, order)["codes"]
        return {**told, "n_codes": n_codes, "n_entries": 0, "n_encounters": 0, "columns": [], "rows": []}
    reader, options = order.read(session, Losses())
    lookup = open_lookup(reader, options, Losses())
    table = entries_table(lookup)
    rows = [list(row) for row in islice(table.rows, ROWS)]
    shown = _order(table.header)
    return {
        **told,
        "n_codes": None,
        "n_entries": sum(1 for _ in kept_entries(lookup, {}, count=False)),
        "n_encounters": len(lookup.encounters),
        "columns": [table.header[place] for place in shown],
        "rows": [[row[place] for place in shown] for row in rows],
    }


def count_losses(session: Session, order: Order) -> dict[str, Any]:
    """Write the whole file to nowhere: how long it is, and what this very file leaves out."""
    losses = Losses()
    reader, options = order.read(session, losses)
    n_bytes = sum(len(piece) for piece in order.export.stream(reader, options, losses))
    told = [{"code": code, "n": n, "text": LOSSES[code]} for code, n in sorted(losses.counts.items())]
    return {"n_bytes": n_bytes, "losses": told}


def list_warnings(session: Session, order: Order) -> list[dict[str, Any]]:
    """What to know before this file leaves."""
    found = warn_of_groups(count_small_groups(open_study(session, order.membership.study_id, order.membership)))
    is_dated = order.export.always_has_dates and order.options.tier != "deidentified"
    if (order.options.clock_times and not order.export.is_codebook) or is_dated:
        found.append({"code": "clock_times", "n": 0, "text": CLOCK})
    return found


def warn_of_groups(n_small: int) -> list[dict[str, Any]]:
    """Agencies of so few workers that they are recognised, where there are any."""
    text = {language: words.format(n=n_small) for language, words in SMALL_GROUPS.items()}
    return [{"code": "groups.small", "n": n_small, "text": text}] if n_small else []


def _order(header: Sequence[str]) -> list[int]:
    """The places of the columns to show: what an entry says first, then what it repeats of its encounter; no ids."""
    places = [place for place, name in enumerate(header) if not name.endswith("_id")]
    return sorted(places, key=lambda place: FIRST.index(header[place]) if header[place] in FIRST else len(FIRST))


def _read_head(session: Session, order: Order) -> str | None:
    """The first lines of the file itself, where it is text."""
    if not order.export.media_type.startswith(TEXT):
        return None
    reader, options = order.read(session, Losses())
    pieces = order.export.stream(reader, options, Losses())
    return next(iter(pieces), b"").decode("utf-8", "replace")[:HEAD_LETTERS]
