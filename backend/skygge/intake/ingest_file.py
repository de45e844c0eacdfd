"""Importing a file: reading it into changes, and appending them in the names of those who made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlmodel import Session, col

from skygge.audit.keep import CONSOLE, Event, keep
from skygge.clock import Clock
from skygge.core.changes import KINDS
from skygge.core.importing import (
    NOTED,
    FileTooLarge,
    FileUnsafe,
    Import,
    ImportRefused,
    PlannedChange,
    RowError,
    StandingCodebook,
    Target,
    all_imports,
)
from skygge.core.model import Code
from skygge.errors import BodyTooLarge, FileHostile, ImportUnknown, StartRefused
from skygge.fieldlog.append import Author, Delivery, append_delivery
from skygge.fieldlog.parents import heads_of
from skygge.fieldlog.project import to_thing
from skygge.fieldlog.refold import table_of
from skygge.fieldlog.tables import CodebookRow, CodeRow, EncounterRow
from skygge.intake.past import open_past
from skygge.studies.access import Membership, Role
from skygge.studies.members import add_member, find_observer
from skygge.studies.tables import StudyRow

AT_ONCE = 500


@dataclass(frozen=True)
class Order:
    """What to import: a format by name, into which study, and in whose name where the file names nobody."""

    name: str
    study_id: UUID
    author: Author
    dry_run: bool = False


@dataclass
class ImportReport:
    """What an import made, or would make: `created` by type; `quarantined`, `differing` and `noted` by row and code."""

    name: str
    dry_run: bool
    stored: int = 0
    known: int = 0
    created: Counter[str] = field(default_factory=Counter)
    quarantined: list[RowError] = field(default_factory=list)
    differing: list[RowError] = field(default_factory=list)
    noted: list[RowError] = field(default_factory=list)
    observers: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report in sentences for a console."""
        made = "would be" if self.dry_run else "were"
        found = [f"Changes that {made} stored: {self.stored}; that were there already: {self.known}."]
        if self.created:
            counts = ", ".join(f"{kind} {count}" for kind, count in sorted(self.created.items()))
            found.append(f"Things that {made} created: {counts}.")
        if self.observers:
            found.append(f"Observers that {made} made members without sign-in: {', '.join(self.observers)}.")
        found += [f"Row {error.row}: quarantined, {error.code}." for error in self.quarantined]
        stands = "will stand" if self.dry_run else "stands"
        found += [
            f"Row {error.row}: differs from everything the study has said so far, and {stands} beside it."
            for error in self.differing
        ]
        found += [f"Row {error.row} of {error.where}: {NOTED[error.code]['en']}." for error in self.noted]
        return found


def import_lines(session: Session, order: Order, lines: Iterable[bytes], clock: Clock) -> ImportReport:
    """Import a file: all of it, or nothing. After a dry run the caller rolls back.

    Raises ImportUnknown, FileHostile, BodyTooLarge, and ImportRefused with the rows that are wrong.
    """
    report = ImportReport(order.name, order.dry_run)
    try:
        plan = find_import(order.name).read(lines, read_target(session, order.study_id))
    except FileUnsafe:
        raise FileHostile from None
    except FileTooLarge:
        raise BodyTooLarge("The file unpacks to more than is taken in.") from None
    report.known, report.differing, report.noted = plan.n_known, plan.differing, plan.noted
    authors = _find_authors(session, order, plan.observers, clock, report)
    for name, own in groupby(plan.changes, key=lambda planned: planned.author):
        for some in _in_slices(own):
            _append(session, order, authors.get(name, order.author), some, clock, report)
    return report


def import_file(session: Session, order: Order, path: Path, clock: Clock) -> ImportReport:
    """Import a file from disk, as `import_lines`. Raises StartRefused when it cannot be read."""
    try:
        with path.open("rb") as lines:
            return import_lines(session, order, lines, clock)
    except OSError:
        raise StartRefused(f"The file {path} cannot be read.") from None


def record_import(
    session: Session, report: ImportReport, study_id: UUID, now: datetime, lead: Membership | None = None
) -> None:
    """Put an import on record: how much came in, not what. Without a lead it was made at the console."""
    details = {"format": report.name, "stored": report.stored, "known": report.known, "created": dict(report.created)}
    who, account_id = (lead.observer, lead.account_id) if lead else (CONSOLE, None)
    keep(session, Event("import.made", now, who, account_id, study_id, details))


def find_import(name: str) -> Import:
    """An import by name. Raises ImportUnknown."""
    found = all_imports().get(name)
    if found is None:
        raise ImportUnknown
    return found


def read_target(session: Session, study_id: UUID) -> Target:
    """What an importer has to know about the study."""
    study = session.get_one(StudyRow, study_id)
    query = select(col(EncounterRow.id)).where(col(EncounterRow.study_id) == study_id)
    return Target(
        study_id=study_id,
        time_zone=study.time_zone,
        languages=study.languages or ["en"],
        has_encounters=session.scalars(query.limit(1)).first() is not None,
        codebooks=dict(_standing_codebooks(session, study_id)),
        study_change_ids=heads_of(session, study_id, study_id),
        said=open_past(session, study_id),
    )


def _standing_codebooks(session: Session, study_id: UUID) -> Iterator[tuple[int, StandingCodebook]]:
    """Each version as the study has it; a published one before a draft of the same number."""
    query = select(col(CodebookRow.id), col(CodebookRow.version)).where(col(CodebookRow.study_id) == study_id)
    for subject_id, version in session.execute(query.order_by(col(CodebookRow.status) == "published")):
        codes = [
            {name: value for name, value in to_thing("code", row).items() if name in Code.model_fields}
            for row in session.execute(
                select(table_of("code"))
                .where(col(CodeRow.study_id) == study_id, col(CodeRow.codebook_id) == subject_id)
                .order_by(col(CodeRow.order), col(CodeRow.key))
            ).mappings()
        ]
        yield version, StandingCodebook(str(subject_id), codes, heads_of(session, study_id, subject_id))


def _find_authors(
    session: Session, order: Order, observers: Iterable[str], clock: Clock, report: ImportReport
) -> dict[str | None, Author]:
    """Those whom a file names, as members; who is unknown becomes one without sign-in."""
    authors: dict[str | None, Author] = {}
    for name in observers:
        member = find_observer(session, order.study_id, name)
        if member is None:
            member = add_member(session, order.study_id, Role.OBSERVER, clock(), observer=name)
            report.observers.append(name)
        authors[name] = Author(member.account_id, member.member_id, member.observer, member.role)
    return authors


def _append(
    session: Session, order: Order, author: Author, planned: Sequence[PlannedChange], clock: Clock, report: ImportReport
) -> None:
    device_id = uuid5(order.study_id, f"import:{order.name}")
    changes = [one.change for one in planned]
    offsets = {
        one.change["change_id"]: one.clock_offset_ms
        for one in planned
        if one.clock_offset_ms is not None and isinstance(one.change.get("change_id"), str)
    }
    delivery = Delivery(order.study_id, author, device_id, changes, clock(), is_import=True, clock_offsets=offsets)
    refused: list[RowError] = []
    for one, verdict in zip(planned, append_delivery(session, delivery), strict=True):
        if verdict.verdict == "quarantined":
            # What a phone wrote is quarantined, as in a push; what the importer made itself has to be right.
            errors = report.quarantined if one.is_verbatim else refused
            errors.append(RowError(one.row, verdict.code or "", one.where))
        elif verdict.verdict in ("known", "erased"):
            report.known += 1
        else:
            report.stored += 1
            spec = KINDS[one.change["kind"]]
            report.created.update([spec.subject] if spec.creates and spec.subject else [])
    if refused:
        raise ImportRefused(refused)


def _in_slices(planned: Iterator[PlannedChange]) -> Iterator[list[PlannedChange]]:
    while some := list(islice(planned, AT_ONCE)):
        yield some
