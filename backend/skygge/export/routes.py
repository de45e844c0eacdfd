"""Every export that the folder holds, each with its own address and options.

No postponed annotations here: the options of each endpoint are made in a loop.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from skygge.accounts.access import SignedIn
from skygge.clock import ClockDep
from skygge.core.export import Export, all_exports
from skygge.db import DatabaseDep, ReadSession
from skygge.errors import ExportUnknown
from skygge.export.count import count_order
from skygge.export.order import ORDER_REFUSALS, Order, order_as, record_order, record_stop
from skygge.export.send import Sending
from skygge.export.write import name_file, stream_order
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require

router = APIRouter(route_class=StrictRoute, tags=["exports"])


def _downloading(export: Export[Any]) -> Callable[..., Any]:
    async def download(
        study_id: UUID, who: SignedIn, database: DatabaseDep, clock: ClockDep, asked: Any
    ) -> StreamingResponse:
        def begin(session: Session) -> tuple[Order, str, dict[str, int]]:
            order = order_as(session, who, study_id, export.name, asked)
            return order, name_file(session, order, clock), count_order(session, order)

        order, name, counts = await database.run_read(begin)
        pieces = stream_order(database, order)
        # A failure is an error and not half a file; what goes on record does so before the first byte leaves.
        first = await run_in_threadpool(next, pieces, b"")
        number = await database.run_write(lambda session: record_order(session, order, counts, clock).number)

        def stopped(n_bytes: int) -> None:
            with database.write() as session:
                record_stop(session, order, clock, number, n_bytes)

        head = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Sending(first, pieces, stopped, media_type=export.media_type, headers=head)

    download.__annotations__["asked"] = Annotated[export.options, Query()]
    return download


def _add(export: Export[Any]) -> None:
    media_type = export.media_type.partition(";")[0]
    router.add_api_route(
        f"/studies/{{study_id}}/exports/{export.name}",
        _downloading(export),
        methods=["GET"],
        name=f"export_{export.name.replace('-', '_')}",
        summary=export.purpose["en"],
        response_class=StreamingResponse,
        responses={200: {"description": "The file.", "content": {media_type: {}}}, **ORDER_REFUSALS},
    )


for _export in all_exports().values():
    _add(_export)


@router.get("/studies/{study_id}/exports/{name}", include_in_schema=False)
def refuse_unknown(study_id: UUID, name: str, who: SignedIn, session: ReadSession) -> Any:
    """Say of every other name that there is no such format."""
    require(session, who, study_id, Permission.EXPORT)
    raise ExportUnknown
