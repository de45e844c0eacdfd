"""Every export that the folder holds, each with its own address and options.

No postponed annotations here: the options of each endpoint are made in a loop.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from skygge.accounts.access import SignedIn
from skygge.clock import ClockDep
from skygge.core.export import LOSSES, SMALL_GROUPS, Export, ExportOptions, all_exports, count_small_groups
from skygge.db import DatabaseDep, ReadSession
from skygge.errors import ExportUnknown, RoleInsufficient, SessionMissing, StudyUnknown
from skygge.export.shapes import ExportOut
from skygge.export.write import name_file, stream_export
from skygge.fieldlog.load import open_study
from skygge.paging import Page, PageQuery, to_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Permission, require

router = APIRouter(route_class=StrictRoute, tags=["exports"])
REFUSALS = document_problems(SessionMissing, StudyUnknown, RoleInsufficient)


@router.get("/studies/{study_id}/exports", response_model=Page[ExportOut], responses=REFUSALS)
def list_exports(study_id: UUID, who: SignedIn, session: ReadSession, paging: Annotated[PageQuery, Query()]) -> Any:
    """Every export format."""
    n_small = count_small_groups(open_study(session, study_id, require(session, who, study_id, Permission.EXPORT)))
    return to_page([_describe(export, _warn_of(n_small)) for export in all_exports().values()], paging)


def _warn_of(n_small: int) -> list[dict[str, Any]]:
    text = {language: words.format(n=n_small) for language, words in SMALL_GROUPS.items()}
    return [{"code": "groups.small", "n": n_small, "text": text}] if n_small else []


def _describe(export: Export[Any], warnings: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": export.name,
        "media_type": export.media_type,
        "suffix": export.suffix,
        "purpose": export.purpose,
        "may_lose": [{"code": code, "text": LOSSES[code]} for code in export.may_lose],
        "always_has_dates": export.always_has_dates,
        "group": export.group,
        "warnings": warnings,
        "options": export.describe_options(),
    }


def _downloading(export: Export[Any], options_model: type[ExportOptions]) -> Callable[..., Any]:
    def download(
        study_id: UUID,
        who: SignedIn,
        session: ReadSession,
        database: DatabaseDep,
        clock: ClockDep,
        asked: Any,
    ) -> StreamingResponse:
        membership = require(session, who, study_id, Permission.EXPORT)
        name = name_file(session, study_id, export.name, asked, clock)
        pieces = stream_export(database, membership, export.name, asked)
        # The first piece is made before the answer begins, so that a failure is an error and not half a file.
        whole: Iterator[bytes] = chain([next(pieces, b"")], pieces)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(whole, media_type=export.media_type, headers=headers)

    download.__annotations__["asked"] = Annotated[options_model, Query()]
    return download


def _add(export: Export[Any]) -> None:
    router.add_api_route(
        f"/studies/{{study_id}}/exports/{export.name}",
        _downloading(export, export.options),
        methods=["GET"],
        name=f"export_{export.name.replace('-', '_')}",
        summary=export.purpose["en"],
        response_class=StreamingResponse,
        responses={200: {"description": "The file.", "content": {export.media_type.partition(";")[0]: {}}}, **REFUSALS},
    )


for _export in all_exports().values():
    _add(_export)


@router.get("/studies/{study_id}/exports/{name}", include_in_schema=False)
def refuse_unknown(study_id: UUID, name: str, who: SignedIn, session: ReadSession) -> Any:
    """Say of every other name that there is no such format."""
    require(session, who, study_id, Permission.EXPORT)
    raise ExportUnknown
