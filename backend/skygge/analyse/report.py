"""A report as somebody may see the study, in one of two formats."""

from collections.abc import Callable, Mapping
from typing import Literal

from sqlmodel import Session

from skygge.analyse.run import find_analysis
from skygge.core.report import Report, ReportParams, compile_report
from skygge.core.report_docx import write_docx
from skygge.core.report_html import write_html
from skygge.fieldlog.load import open_study
from skygge.studies.access import Membership

ReportFormat = Literal["html", "docx"]
MEDIA_TYPES: Mapping[ReportFormat, str] = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WRITERS: Mapping[ReportFormat, Callable[[Report], bytes]] = {"html": write_html, "docx": write_docx}


def write_report(session: Session, membership: Membership, params: ReportParams, wanted: ReportFormat) -> bytes:
    """The whole file. Raises AnalysisUnknown."""
    for name in params.analysis:
        find_analysis(name)
    report = compile_report(open_study(session, membership.study_id, membership), params)
    return WRITERS[wanted](report)
