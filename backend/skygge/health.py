"""Two addresses for whoever watches the server: is it alive, and can it work."""

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from skygge.db import ReadSession
from skygge.errors import NotReady
from skygge.problems import document_problems

router = APIRouter(tags=["health"])


@router.get("/healthz")
def read_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses=document_problems(NotReady))
def read_readiness(session: ReadSession) -> dict[str, str]:
    """The database answers and has its tables."""
    try:
        session.connection().execute(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:
        raise NotReady from None
    return {"status": "ok"}
