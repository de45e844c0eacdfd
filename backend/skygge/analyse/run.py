"""Running an analysis as somebody may see the study."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from skygge.core.analysis import Analysis, AnalysisParams, Answer, CellUnknown, all_analyses, answer, entries_behind
from skygge.core.methods import Methods, describe_methods
from skygge.errors import AnalysisUnknown, CellMissing
from skygge.fieldlog.columns import open_columns
from skygge.studies.access import Membership


def run_analysis(session: Session, membership: Membership, name: str, params: AnalysisParams) -> Answer[Any]:
    """The answer of one analysis. Raises AnalysisUnknown."""
    return answer(
        find_analysis(name),
        open_columns(session, membership),
        params,
    )


def open_cell(
    session: Session, membership: Membership, name: str, params: AnalysisParams, cell: str
) -> list[Mapping[str, Any]]:
    """Exactly the entries behind one cell, as JSON Lines objects. Raises AnalysisUnknown, CellMissing."""
    reader = open_columns(session, membership)
    try:
        return [seen.thing for seen in entries_behind(find_analysis(name), reader, params, cell)]
    except CellUnknown:
        raise CellMissing from None


def write_methods(session: Session, membership: Membership, name: str, params: AnalysisParams) -> Methods:
    """What to write about an analysis as it is asked for. Raises AnalysisUnknown."""
    return describe_methods(find_analysis(name), open_columns(session, membership), params)


def find_analysis(name: str) -> Analysis[Any, Any]:
    """An analysis by name. Raises AnalysisUnknown."""
    analysis = all_analyses().get(name)
    if analysis is None:
        raise AnalysisUnknown
    return analysis
