"""Every analysis that the folder holds, each with its own address and types.

No postponed annotations here: the parameters of each endpoint are made in a loop.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, create_model
from sqlmodel import Session

from skygge.accounts.access import SignedIn
from skygge.analyse.report import WrittenReport, write_report
from skygge.analyse.run import open_cell, run_analysis, write_methods
from skygge.clock import ClockDep
from skygge.core.analysis import Analysis, AnalysisParams, Answer, all_analyses
from skygge.core.methods import Methods
from skygge.core.report import ReportParams
from skygge.core.report_formats import MEDIA_TYPES, ReportFormat
from skygge.db import DatabaseDep, ReadSession
from skygge.errors import AnalysisUnknown, CellMissing, RoleInsufficient, SessionMissing, StudyUnknown, TierRefused
from skygge.paging import MAX_PAGE, Page, PageQuery, to_page
from skygge.problems import document_problems
from skygge.strict import StrictRoute
from skygge.studies.access import Membership, Permission, require
from skygge.studies.downloads import record_made

router = APIRouter(route_class=StrictRoute, tags=["analyses"])
REFUSALS = document_problems(SessionMissing, StudyUnknown, RoleInsufficient)


class AnalysisOut(BaseModel):
    """One analysis: the question it answers, and its parameters as a JSON schema."""

    name: str
    question: dict[str, str]
    params: dict[str, Any]


@router.get("/studies/{study_id}/analyses", response_model=Page[AnalysisOut], responses=REFUSALS)
def list_analyses(study_id: UUID, who: SignedIn, session: ReadSession, paging: Annotated[PageQuery, Query()]) -> Any:
    """Every analysis, with the parameters it takes."""
    require(session, who, study_id, Permission.ANALYSE)
    return to_page([_describe(analysis) for analysis in all_analyses().values()], paging)


class ReportQuery(ReportParams):
    """Which analyses, over what, and as which file."""

    format: Annotated[ReportFormat, Field(description="One page, or a Word document.")] = "html"


@router.get(
    "/studies/{study_id}/report",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}},
        **REFUSALS,
        **document_problems(AnalysisUnknown, TierRefused),
    },
)
async def download_report(
    study_id: UUID, who: SignedIn, database: DatabaseDep, clock: ClockDep, asked: Annotated[ReportQuery, Query()]
) -> Any:
    """One file with the chosen analyses: figures, tables and a methods paragraph for each; no scripts in it.

    De-identified for whoever may not have more, and on record like every other download.
    """

    def write(session: Session) -> tuple[Membership, WrittenReport]:
        membership = require(session, who, study_id, Permission.ANALYSE)
        return membership, write_report(session, membership, asked, asked.format)

    membership, made = await database.run_read(write)
    await database.run_write(lambda session: record_made(session, membership, made.details, clock).number)
    headers = {"Content-Disposition": f'attachment; filename="report.{asked.format}"'}
    return Response(made.content, media_type=MEDIA_TYPES[asked.format], headers=headers)


def _describe(analysis: Analysis[Any, Any]) -> dict[str, Any]:
    schema = analysis.params.model_json_schema(by_alias=True)
    return {"name": analysis.name, "question": analysis.question, "params": schema}


def _answering(name: str, params_model: type[AnalysisParams]) -> Callable[..., Any]:
    def run(study_id: UUID, who: SignedIn, session: ReadSession, asked: Any) -> Any:
        membership = require(session, who, study_id, Permission.ANALYSE)
        return run_analysis(session, membership, name, asked)

    run.__annotations__["asked"] = Annotated[params_model, Query()]
    return run


def _opening(name: str, params_model: type[AnalysisParams]) -> Callable[..., Any]:
    # One model for all: beside a model of parameters FastAPI takes no single ones.
    with_cell = create_model(
        f"{params_model.__name__}OfCell",
        __base__=(params_model, PageQuery),
        cell=(Annotated[str, Field(min_length=1, max_length=500)], ...),
        limit=(Annotated[int, Field(ge=1, le=MAX_PAGE)], MAX_PAGE),
    )

    def run(study_id: UUID, who: SignedIn, session: ReadSession, asked: Any) -> Any:
        membership = require(session, who, study_id, Permission.ANALYSE)
        return to_page(open_cell(session, membership, name, asked, asked.cell), asked)

    run.__annotations__["asked"] = Annotated[with_cell, Query()]
    return run


def _describing(name: str, params_model: type[AnalysisParams]) -> Callable[..., Any]:
    def run(study_id: UUID, who: SignedIn, session: ReadSession, asked: Any) -> Any:
        membership = require(session, who, study_id, Permission.ANALYSE)
        return write_methods(session, membership, name, asked)

    run.__annotations__["asked"] = Annotated[params_model, Query()]
    return run


def _add(analysis: Analysis[Any, Any]) -> None:
    """The addresses of one analysis: its answer, the entries behind a cell of it, and what to write about it."""
    word = analysis.name.replace("-", "_")
    camel = "".join(part.capitalize() for part in word.split("_"))
    router.add_api_route(
        f"/studies/{{study_id}}/analyses/{analysis.name}",
        _answering(analysis.name, analysis.params),
        methods=["GET"],
        name=f"run_{word}",
        summary=analysis.question["en"],
        response_model=create_model(f"{camel}Answer", __base__=Answer[analysis.result]),  # type: ignore[name-defined]  # a class made at start-up
        responses=REFUSALS,
    )
    router.add_api_route(
        f"/studies/{{study_id}}/analyses/{analysis.name}/entries",
        _opening(analysis.name, analysis.params),
        methods=["GET"],
        name=f"open_{word}_cell",
        summary=f"The entries behind one cell of {analysis.name}",
        response_model=Page[dict[str, Any]],
        responses={**REFUSALS, **document_problems(CellMissing)},
    )
    router.add_api_route(
        f"/studies/{{study_id}}/analyses/{analysis.name}/methods",
        _describing(analysis.name, analysis.params),
        methods=["GET"],
        name=f"describe_{word}",
        summary=f"A paragraph on {analysis.name} for a methods section",
        response_model=Methods,
        responses=REFUSALS,
    )


for _analysis in all_analyses().values():
    _add(_analysis)


@router.get("/studies/{study_id}/analyses/{name}", include_in_schema=False)
@router.get("/studies/{study_id}/analyses/{name}/entries", include_in_schema=False)
@router.get("/studies/{study_id}/analyses/{name}/methods", include_in_schema=False)
def refuse_unknown(study_id: UUID, name: str, who: SignedIn, session: ReadSession) -> Any:
    """Say of every other name that there is no such analysis."""
    require(session, who, study_id, Permission.ANALYSE)
    raise AnalysisUnknown
