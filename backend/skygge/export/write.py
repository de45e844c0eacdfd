"""Writing an export as somebody may see the study."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from skygge.clock import Clock
from skygge.core.export import Export, ExportOptions, Losses, all_exports, file_name
from skygge.db import Database
from skygge.errors import ExportUnknown
from skygge.fieldlog.load import open_study
from skygge.studies.access import Membership
from skygge.studies.tables import StudyRow


def write_export(session: Session, membership: Membership, name: str, options: ExportOptions, sink: BinaryIO) -> Losses:
    """Write a format to a file, and say what it could not hold. Raises ExportUnknown."""
    losses = Losses()
    for piece in _pieces(session, membership, find_export(name), options, losses):
        sink.write(piece)
    return losses


def stream_export(database: Database, membership: Membership, name: str, options: ExportOptions) -> Iterator[bytes]:
    """A format piece by piece, on a session of its own that lives as long as the download. Raises ExportUnknown."""
    with database.read() as session:
        yield from _pieces(session, membership, find_export(name), options, Losses())


def name_file(session: Session, study_id: UUID, name: str, options: ExportOptions, clock: Clock) -> str:
    """The name of the file, which tells a date only where clock times were asked for. Raises ExportUnknown."""
    study = session.get_one(StudyRow, study_id)
    return file_name(study.title, find_export(name), options, _today(clock, study.time_zone))


def find_export(name: str) -> Export[Any]:
    """An export by name. Raises ExportUnknown."""
    export = all_exports().get(name)
    if export is None:
        raise ExportUnknown
    return export


def _pieces(
    session: Session, membership: Membership, export: Export[Any], options: ExportOptions, losses: Losses
) -> Iterator[bytes]:
    return export.stream(open_study(session, membership.study_id, membership), options, losses)


def _today(clock: Clock, time_zone: str) -> date:
    now: datetime = clock()
    try:
        return now.astimezone(ZoneInfo(time_zone)).date()
    except (KeyError, ValueError, OSError):
        return now.astimezone(UTC).date()  # an imported study may name a zone that nobody knows
