"""How much leaves with a download: the numbers that its preview shows, for the row in the audit log."""

from __future__ import annotations

from sqlmodel import Session

from skygge.core.held import leave_out_held
from skygge.core.lookup import kept_entries, open_lookup
from skygge.core.losses import Losses
from skygge.export.order import Order
from skygge.fieldlog.load import LoggedStudy, open_study


def count_order(session: Session, order: Order) -> dict[str, int]:
    """Entries and encounters of a download, or the codes of a codebook; never anything that was written."""
    reader = leave_out_held(open_study(session, order.membership.study_id, order.membership), Losses())
    if order.export.is_codebook:
        return {"codes": len({(code["dimension"], code["key"]) for code in reader.things("code")})}
    if isinstance(reader, LoggedStudy) and not order.options.narrows:
        # Nearly every download is of all there is; its first byte need not wait until every entry was read.
        return reader.count_standing()
    # The de-identified tier leaves out what identifies and no entry, so its filters are judged here by the full study.
    lookup = open_lookup(reader, order.options, Losses())
    n_entries = sum(1 for _ in kept_entries(lookup, {}, count=False))
    return {"entries": n_entries, "encounters": len(lookup.encounters)}
