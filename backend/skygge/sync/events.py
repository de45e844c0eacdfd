"""Server-sent events: `{cursor}` as soon as something new is in the feed. A hint to pull, and never more than that."""

import json
from collections.abc import AsyncIterator
from time import monotonic
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session
from starlette.types import Receive, Scope, Send

from skygge.accounts.access import Identity, SignedIn, identify
from skygge.db import Database, DatabaseDep
from skygge.errors import DeviceRevoked, Problem, RoleInsufficient, ServerBusy, SessionMissing, StudyUnknown
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require
from skygge.studies.tables import StudyRow
from skygge.tidings import Follower

router = APIRouter(route_class=StrictRoute, tags=["sync"])
SAYS = 'Server-sent events; the data of each is `{"cursor": 12}`.'
MAY_FAIL = document_problems(SessionMissing, DeviceRevoked, StudyUnknown, RoleInsufficient)
# How long a browser waits before it asks again, when the stream ends or the network goes.
COME_BACK_MS = 5_000
# A proxy that gathers answers would hold the hints back.
HEAD = {"X-Accel-Buffering": "no"}


class EventStream(Response):
    """The events of one study for one reader, who holds a place among the waiters until it ends, however it ends."""

    media_type = "text/event-stream"

    def __init__(self, request: Request, database: Database, who: Identity, study_id: UUID) -> None:
        super().__init__()
        self.request, self.database, self.who, self.study_id = request, database, who, study_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.database.tidings.follow(self.study_id, self.who.account_id) as follower:
            stream = StreamingResponse(self._tell(follower), media_type=self.media_type, headers=HEAD)
            await stream(scope, receive, send)

    async def _tell(self, follower: Follower) -> AsyncIterator[str]:
        tidings = self.database.tidings
        told, ends_at = -1, monotonic() + tidings.lasts_s
        yield f"retry: {COME_BACK_MS}\n\n"
        # Looked again with every sign of life: who may no longer read is sent away.
        while (cursor := await self._look()) is not None:
            # A comment in between: only by writing is it noticed that nobody is there any more.
            yield f"data: {json.dumps({'cursor': cursor})}\n\n" if cursor != told else ":\n\n"
            told = cursor
            left_s = ends_at - monotonic()
            if left_s <= 0:
                return
            await follower.wait(min(tidings.heartbeat_s, left_s))

    async def _look(self) -> int | None:
        """The number of the newest change, as long as the reader may pull it; None after that."""
        try:
            who = await identify(self.request)
            return await self.database.run_read(lambda session: read_cursor(session, who, self.study_id))
        except Problem:
            return None


def read_cursor(session: Session, who: Identity, study_id: UUID) -> int:
    """The number of the newest change. Raises what a pull would raise."""
    require(session, who, study_id, Permission.READ)
    return session.get_one(StudyRow, study_id).last_seq


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
