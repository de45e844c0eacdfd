"""Writing an export as somebody may see the study."""

from collections.abc import Generator, Iterator
from datetime import date, datetime
from typing import BinaryIO

from sqlmodel import Session

from skygge.clock import Clock
from skygge.core.export import ExportOptions, Losses, file_name
from skygge.core.model import read_zone
from skygge.db import Database
from skygge.export.order import Order, find_export, place_order
from skygge.studies.access import Membership
from skygge.studies.tables import StudyRow

__all__ = ["find_export", "name_file", "stream_order", "write_export", "write_order"]


def write_export(session: Session, membership: Membership, name: str, options: ExportOptions, sink: BinaryIO) -> Losses:
    """Write a format to a file, and say what it could not hold. Raises ExportUnknown and what `place_order` does."""
    return write_order(session, place_order(session, membership, name, options), sink)


def write_order(session: Session, order: Order, sink: BinaryIO) -> Losses:
    """Write what was ordered to a file, and say what it could not hold."""
    losses = Losses()
    for piece in _pieces(session, order, losses):
        sink.write(piece)
    return losses


def stream_order(database: Database, order: Order) -> Generator[bytes, None, None]:
    """What was ordered piece by piece, on a session of its own that lives as long as the download.

    Raises ServerBusy with the first piece.
    """
    with database.read_long() as session:
        yield from _pieces(session, order, Losses())


def name_file(session: Session, order: Order, clock: Clock) -> str:
    """The name of the file, which tells a date only where clock times were asked for."""
    study = session.get_one(StudyRow, order.membership.study_id)
    title = "study" if order.options.tier == "deidentified" else study.title
    return file_name(title, order.export, order.options, _today(clock, study.time_zone))


def _pieces(session: Session, order: Order, losses: Losses) -> Iterator[bytes]:
    reader, options = order.read(session, losses)
    return order.export.stream(reader, options, losses)


def _today(clock: Clock, time_zone: str) -> date:
    now: datetime = clock()
    return now.astimezone(read_zone(time_zone)).date()
