"""Requests of people observed: what they may ask for, and until when they have to be answered."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Literal

# The rights of articles 15-18, 20 and 21 of the General Data Protection Regulation, and taking consent back (7(3)).
RequestKind = Literal[
    "access", "rectification", "erasure", "restriction", "portability", "objection", "withdrawal_of_consent"
]
Outcome = Literal["done", "partly", "refused", "taken_back"]
MONTHS, MORE_MONTHS = 1, 2


def due_on(received_on: date, *, is_extended: bool = False) -> date:
    """The day by which a request has to be answered: a month after it came, three when extended.

    Article 12(3) of the General Data Protection Regulation. A month ends on the day of the same number, or on the last
    day of a month that has none (Regulation (EEC, Euratom) 1182/71, article 3(2)(c)). That Regulation moves a day that
    is no working day to the next one: not done here, so that nobody waits for a day that others count as late.
    """
    months = received_on.year * 12 + received_on.month - 1 + MONTHS + (MORE_MONTHS if is_extended else 0)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(received_on.day, monthrange(year, month + 1)[1]))
