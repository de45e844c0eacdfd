"""A report as somebody may have the study, in one of its formats, and what goes on record of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from skygge.analyse.run import find_analysis
from skygge.core.deidentify import mask
from skygge.core.held import leave_out_held
from skygge.core.losses import Losses
from skygge.core.reader import StudyReader, is_counted
from skygge.core.report import ReportParams, compile_report
from skygge.core.report_formats import WRITERS, ReportFormat
from skygge.core.selection import select
from skygge.fieldlog.load import open_study
from skygge.studies.access import Membership
from skygge.studies.downloads import settle_tier, tell_asked
from skygge.studies.tables import StudyRow


@dataclass(frozen=True)
class WrittenReport:
    """A whole file, and what the records of the study say of it."""

    content: bytes
    details: dict[str, Any]


def write_report(session: Session, membership: Membership, params: ReportParams, wanted: ReportFormat) -> WrittenReport:
    """A report of the tier that the member may have. Raises AnalysisUnknown, TierRefused."""
    for name in params.analysis:
        find_analysis(name)
    tier = settle_tier(membership, params.tier, clock_times=params.clock_times)
    asked, params = params, params.model_copy(update={"tier": tier})
    reader = leave_out_held(open_study(session, membership.study_id, membership), Losses())
    counts = _count(reader, params)
    if tier == "deidentified":
        reader, filters = mask(reader, params, Losses())
        params = params.model_copy(update=filters)
    details = {
        "format": f"report-{wanted}",
        "tier": tier,
        "clock_times": params.clock_times,
        **tell_asked(asked),
        "counts": counts,
        "last_seq": session.get_one(StudyRow, membership.study_id).last_seq,
    }
    return WrittenReport(WRITERS[wanted](compile_report(reader, params)), details)


def _count(reader: StudyReader, params: ReportParams) -> dict[str, int]:
    """How much it rests on: of the filters alone, since each analysis leaves out what it cannot use."""
    selection = select(reader, params)
    encounters = {one["id"] for one in reader.things("encounter") if is_counted(one) and selection.keeps_encounter(one)}
    entries = (one for one in reader.things("entry") if one["encounter_id"] in encounters and is_counted(one))
    return {"entries": sum(selection.keeps_entry(one) for one in entries), "encounters": len(encounters)}
