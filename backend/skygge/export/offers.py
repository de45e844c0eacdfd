"""Before a download: which formats there are, and what each would be. Nothing of this goes on record.

No postponed annotations here: the options of each endpoint are made in a loop.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import Session

from skygge.accounts.access import SignedIn
from skygge.core.export import ALWAYS_LOST, LOSSES, TIER_LOSSES, Export, all_exports, count_small_groups
from skygge.core.tier import Tier
from skygge.db import ReadSession
from skygge.export.order import ORDER_REFUSALS, REFUSALS, Order, list_earlier, order_as
from skygge.export.preview import count_losses, preview_order, warn_of_groups
from skygge.export.shapes import ExportOut, LossesOut, PreviewOut
from skygge.fieldlog.load import open_study
from skygge.paging import Page, PageQuery, to_page
from skygge.strict import StrictRoute
from skygge.studies.access import Membership, Permission, require

router = APIRouter(route_class=StrictRoute, tags=["exports"])
Ask = Callable[[Session, Order], dict[str, Any]]


@router.get("/studies/{study_id}/exports", response_model=Page[ExportOut], responses=REFUSALS)
def list_exports(study_id: UUID, who: SignedIn, session: ReadSession, paging: Annotated[PageQuery, Query()]) -> Any:
    """Every export format."""
    membership = require(session, who, study_id, Permission.EXPORT)
    warnings = warn_of_groups(count_small_groups(open_study(session, study_id, membership)))
    earlier = list_earlier(session, membership)
    told = {"warnings": warnings, "tiers": _tiers(membership)}
    items = [{**_describe(export), **told, "earlier": earlier.get(name, [])} for name, export in all_exports().items()]
    return to_page(items, paging)


def _tiers(membership: Membership) -> list[Tier]:
    return ["full", "deidentified"] if membership.may_export_full else ["deidentified"]


def _describe(export: Export[Any]) -> dict[str, Any]:
    codes = sorted({*export.may_lose, *TIER_LOSSES, *ALWAYS_LOST})
    return {
        "name": export.name,
        "media_type": export.media_type,
        "suffix": export.suffix,
        "purpose": export.purpose,
        "may_lose": [{"code": code, "text": LOSSES[code]} for code in codes],
        "always_has_dates": export.always_has_dates,
        "is_codebook": export.is_codebook,
        "group": export.group,
        "options": export.describe_options(),
    }


def _asking(export: Export[Any], answer: Ask) -> Callable[..., Any]:
    def ask(study_id: UUID, who: SignedIn, session: ReadSession, asked: Any) -> Any:
        return answer(session, order_as(session, who, study_id, export.name, asked))

    ask.__annotations__["asked"] = Annotated[export.options, Query()]
    return ask


def _add(export: Export[Any]) -> None:
    address, name = f"/studies/{{study_id}}/exports/{export.name}", export.name.replace("-", "_")
    router.add_api_route(
        f"{address}/preview",
        _asking(export, preview_order),
        methods=["GET"],
        name=f"preview_{name}",
        description="What the download will be: how much is in it, and its first rows.",
        response_model=PreviewOut,
        responses=ORDER_REFUSALS,
    )
    router.add_api_route(
        f"{address}/losses",
        _asking(export, count_losses),
        methods=["GET"],
        name=f"losses_{name}",
        description="How long the download will be, and what it leaves out. Takes as long as the download.",
        response_model=LossesOut,
        responses=ORDER_REFUSALS,
    )


for _export in all_exports().values():
    _add(_export)
