"""The address of the events."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from skygge.accounts.access import SignedIn
from skygge.db import DatabaseDep
from skygge.errors import ServerBusy
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.sync.events import EventStream, read_cursor
from skygge.sync.routes import MAY_FAIL

router = APIRouter(route_class=StrictRoute, tags=["sync"])
SAYS = 'Server-sent events; the data of each is `{"cursor": 12}`.'


@router.get(
    "/studies/{study_id}/events",
    response_class=StreamingResponse,
    responses={200: {"description": SAYS, "content": {"text/event-stream": {}}}}
    | MAY_FAIL
    | document_problems(ServerBusy),
)
async def follow_feed(study_id: UUID, request: Request, who: SignedIn, database: DatabaseDep) -> EventStream:
    """Hear when something new is in the feed: its newest number at once, and whenever it has grown.

    A hint to pull. The stream ends by itself after ten minutes and when the reader may no longer pull.
    """
    await database.run_read(lambda session: read_cursor(session, who, study_id))
    return EventStream(request, database, who, study_id)
