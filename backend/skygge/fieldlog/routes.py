"""Reading what a study holds: lists of JSON Lines objects, the history of an entry, and what stands side by side."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from skygge.accounts.access import SignedIn
from skygge.db import ReadSession
from skygge.errors import EntryUnknown, RoleInsufficient, SessionMissing, StudyUnknown
from skygge.fieldlog.feed import read_history
from skygge.fieldlog.pages import (
    list_actors,
    list_codebooks,
    list_conflicts,
    list_encounters,
    list_entries,
    list_fieldnotes,
    list_memos,
)
from skygge.fieldlog.search import search
from skygge.fieldlog.shapes import SearchQuery, ThingQuery, Things
from skygge.fieldlog.sight import Sight, sight_of
from skygge.paging import PageQuery, to_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require

router = APIRouter(route_class=StrictRoute, tags=["fieldlog"])
MAY_FAIL = document_problems(SessionMissing, StudyUnknown, RoleInsufficient)


def see(study_id: UUID, who: SignedIn, session: ReadSession) -> Sight:
    """What the caller may see of the study. Raises StudyUnknown, RoleInsufficient, DeviceRevoked."""
    return sight_of(session, require(session, who, study_id, Permission.READ))


Seeing = Annotated[Sight, Depends(see, scope="function")]


@router.get("/studies/{study_id}/codebooks", response_model=Things, responses=MAY_FAIL)
def read_codebooks(asked: Annotated[ThingQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """Versions of the codebook, each with its codes; `codebook_version` is the one filter that narrows them down."""
    return _answer(list_codebooks(session, sight, asked))


@router.get("/studies/{study_id}/actors", response_model=Things, responses=MAY_FAIL)
def read_actors(asked: Annotated[ThingQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """People by pseudonym, things and places: by `actor` and by their own `agency`.

    The other filters keep those who take part in what they leave: present or asked at an encounter or its focus, acting
    or addressed in an entry.
    """
    return _answer(list_actors(session, sight, asked))


@router.get("/studies/{study_id}/encounters", response_model=Things, responses=MAY_FAIL)
def read_encounters(asked: Annotated[ThingQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """Encounters by their start. Filters on entries keep those that hold such an entry."""
    return _answer(list_encounters(session, sight, asked))


@router.get("/studies/{study_id}/entries", response_model=Things, responses=MAY_FAIL)
def read_entries(asked: Annotated[ThingQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """Entries in stream order, encounter by encounter; reflections only to their author."""
    return _answer(list_entries(session, sight, asked))


@router.get("/studies/{study_id}/fieldnotes", response_model=Things, responses=MAY_FAIL)
def read_fieldnotes(asked: Annotated[ThingQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """Paragraphs in their author's order, encounter by encounter."""
    return _answer(list_fieldnotes(session, sight, asked))


@router.get("/studies/{study_id}/memos", response_model=Things, responses=MAY_FAIL)
def read_memos(asked: Annotated[ThingQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """Memos, by what they are about, and replies to them; `from` and `to` are about when they were written."""
    return _answer(list_memos(session, sight, asked))


@router.get("/studies/{study_id}/search", response_model=Things, responses=MAY_FAIL)
def read_found(asked: Annotated[SearchQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """Entries, paragraphs and memos that hold every word of `q`, each as the beginning of a word; the newest first.

    Letter case, accents and the ways of writing æ, ø and å do not count. Entries come without their `sequence`.
    """
    return _answer(to_page(search(session, sight, asked.q), asked))


@router.get("/studies/{study_id}/conflicts", response_model=Things, responses=MAY_FAIL)
def read_conflicts(asked: Annotated[ThingQuery, Query()], sight: Seeing, session: ReadSession) -> Any:
    """Things with fields that have several standing values, side by side until a person chooses.

    Filters keep what they leave, and what lies in it or is about it.
    """
    return _answer(list_conflicts(session, sight, asked))


@router.get(
    "/studies/{study_id}/entries/{entry_id}/history",
    response_model=Things,
    responses=MAY_FAIL | document_problems(StudyUnknown, EntryUnknown),
)
def read_entry_history(
    entry_id: UUID, asked: Annotated[PageQuery, Query()], sight: Seeing, session: ReadSession
) -> Any:
    """Every change about one entry, in the order it reached the server."""
    changes = read_history(session, sight, "entry", entry_id)
    if not changes:
        raise EntryUnknown
    return _answer(to_page(changes, asked))


def _answer(page: dict[str, Any]) -> JSONResponse:
    # The things were checked on their way in; the framework's checking would cost more than reading them.
    return JSONResponse(page)
