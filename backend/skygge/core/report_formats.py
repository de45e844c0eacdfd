"""The formats that a report, or a paper about the study, is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from skygge.core.report import Report
from skygge.core.report_docx import write_docx
from skygge.core.report_html import write_html

ReportFormat = Literal["html", "docx"]
MEDIA_TYPES: Mapping[ReportFormat, str] = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WRITERS: Mapping[ReportFormat, Callable[[Report], bytes]] = {"html": write_html, "docx": write_docx}
