"""A report as somebody may see the study, in one of its formats."""

from sqlmodel import Session

from skygge.analyse.run import find_analysis
from skygge.core.report import ReportParams, compile_report
from skygge.core.report_formats import WRITERS, ReportFormat
from skygge.fieldlog.load import open_study
from skygge.studies.access import Membership


def write_report(session: Session, membership: Membership, params: ReportParams, wanted: ReportFormat) -> bytes:
    """The whole file. Raises AnalysisUnknown."""
    for name in params.analysis:
        find_analysis(name)
    report = compile_report(open_study(session, membership.study_id, membership), params)
    return WRITERS[wanted](report)
