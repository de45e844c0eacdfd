"""Whether an installation is well: each finding is a sentence about what is so, and one about what to do."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from skygge.audit.verify import verify_audit
from skygge.backup import last_backup
from skygge.db import Database
from skygge.fieldlog.tables import ChangeRow, QuarantineRow
from skygge.settings import Settings, is_loopback
from skygge.studies.tables import StudyRow

LEAST_FREE_BYTES = 1_000_000_000
BACKUP_EVERY = timedelta(days=7)
CERTIFICATE_LEFT = timedelta(days=14)
CLOCK_OFF = timedelta(seconds=30)
ANSWERS_WITHIN_S = 10
OTHERS = 0o077  # the bits of a file's mode that let others than its owner in


@dataclass(frozen=True)
class Finding:
    """Something to look after."""

    what: str
    advice: str


@dataclass(frozen=True)
class Patient:
    """What is looked at."""

    settings: Settings
    database: Database
    session: Session
    now: datetime


Check = Callable[[Patient], Iterator[Finding]]


def examine(patient: Patient) -> dict[str, list[Finding]]:
    """Every check with what it found; nothing found is well."""
    return {name: list(check(patient)) for name, check in CHECKS.items()}


def _check_address(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    if not is_loopback(settings.host) and not settings.is_secure:
        yield Finding(
            "Others can reach this server, but the address people type is not https.",
            "Set SKYGGE_ORIGIN to the https address. Without it no phone installs the app and no sign-in is safe.",
        )


def _check_certificate(patient: Patient) -> Iterator[Finding]:
    if not patient.settings.is_secure:
        return
    parts = urlsplit(patient.settings.url_of_origin)
    try:
        ends = _end_of_certificate(parts.hostname or "", parts.port or 443)
    except ssl.SSLError:
        yield Finding(
            "The certificate of the address people type is not one that this machine trusts.",
            "Phones will refuse it too, unless they were told to trust it. Caddy gets one that is trusted by itself.",
        )
        return
    except OSError:
        yield Finding(
            "Nothing answers at the address people type.",
            "Start the server and what stands in front of it, or mend SKYGGE_ORIGIN.",
        )
        return
    if ends - patient.now < CERTIFICATE_LEFT:
        yield Finding(f"The certificate ends on {ends:%Y-%m-%d}.", "Renew it, or see why it does not renew itself.")


def _end_of_certificate(host: str, port: int) -> datetime:
    with (
        socket.create_connection((host, port), timeout=ANSWERS_WITHIN_S) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as safe,
    ):
        certificate = safe.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _check_folder(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.data
    if not os.access(folder, os.W_OK):
        yield Finding(f"The folder {folder} cannot be written.", "Erasures are noted there: give it to this user.")
        return
    if os.name != "nt" and folder.stat().st_mode & OTHERS:
        yield Finding(
            f"Other users of this machine may look into {folder}.", f"Keep it to this user: chmod 700 {folder}"
        )


def _check_disk(patient: Patient) -> Iterator[Finding]:
    free = shutil.disk_usage(patient.settings.data).free
    if free < LEAST_FREE_BYTES:
        yield Finding(
            f"{free // 1_000_000} MB are free on the disk.", "Make room: a full disk stops phones from sending."
        )


def _check_database(patient: Patient) -> Iterator[Finding]:
    if patient.database.is_sqlite:
        told = str(patient.session.execute(text("PRAGMA quick_check(1)")).scalar())
        if told != "ok":
            yield Finding("The database file is damaged.", "Stop the server, copy the file, and restore a backup.")
        return
    for setting in ("fsync", "full_page_writes"):
        if patient.session.execute(text(f"SHOW {setting}")).scalar() != "on":
            yield Finding(f"PostgreSQL runs with {setting} off.", "Switch it on: a power cut could lose entries.")
    if patient.session.execute(text("SHOW synchronous_commit")).scalar() == "off":
        yield Finding(
            "PostgreSQL says done before the disk has it (synchronous_commit is off).",
            "Switch it on: phones forget what the server has said is stored.",
        )


def _check_clock(patient: Patient) -> Iterator[Finding]:
    newest = patient.session.scalar(select(func.max(col(ChangeRow.received_at))))
    if newest is not None and newest - patient.now > CLOCK_OFF:
        yield Finding(
            "The newest entry arrived later than this machine's clock says it is now.",
            "Set the clock (a time service does it by itself): phones are corrected by it.",
        )
    if not patient.database.is_sqlite:
        there = patient.session.execute(text("SELECT clock_timestamp()")).scalar_one()
        if abs(there - datetime.now(UTC)) > CLOCK_OFF:
            yield Finding(
                "The clocks of this machine and of PostgreSQL's differ by more than half a minute.", "Set both."
            )


def _check_log(patient: Patient) -> Iterator[Finding]:
    query = select(col(ChangeRow.study_id), func.count(), func.max(col(ChangeRow.seq))).group_by(
        col(ChangeRow.study_id)
    )
    last = {study.study_id: study.last_seq for study in patient.session.scalars(select(StudyRow))}
    for study_id, n_changes, newest in patient.session.execute(query):
        if not n_changes == newest == last.get(study_id):
            yield Finding(
                f"The change log of study {study_id} has gaps.", "Run `skygge verify`, then restore a backup."
            )
    for sentence in verify_audit(patient.session):
        yield Finding(sentence, "Somebody changed the audit log by hand: ask who works on this database.")


def _check_aside(patient: Patient) -> Iterator[Finding]:
    n_aside = patient.session.scalar(select(func.count()).select_from(QuarantineRow)) or 0
    if n_aside:
        yield Finding(
            f"{n_aside} changes of phones were set aside, whole, because they were not understood.",
            "Their writers see them under Sending. An upgrade of Skygge takes in those of newer phones by itself.",
        )


def _check_backups(patient: Patient) -> Iterator[Finding]:
    if patient.session.scalar(select(func.count()).select_from(ChangeRow)) == 0:
        return
    made = last_backup(patient.settings.data)
    if made is None:
        yield Finding("No backup was ever made here.", "Run `skygge backup FILE` every day, to another disk.")
    elif patient.now - made > BACKUP_EVERY:
        yield Finding(
            f"The latest backup is of {made:%Y-%m-%d}.", "Run `skygge backup FILE` every day, to another disk."
        )


def _check_ledger(patient: Patient) -> Iterator[Finding]:
    ledger = patient.database.ledger
    if not ledger.file.exists() or sum(1 for line in ledger.file.read_bytes().splitlines() if line) == sum(
        1 for _ in ledger.read()
    ):
        return
    yield Finding(
        "A line of the ledger of erasures cannot be read.",
        "If the machine stopped while writing, that is all; else look at it before any restore.",
    )


CHECKS: dict[str, Check] = {
    "address": _check_address,
    "certificate": _check_certificate,
    "folder": _check_folder,
    "disk": _check_disk,
    "database": _check_database,
    "clock": _check_clock,
    "change log and audit log": _check_log,
    "set aside": _check_aside,
    "backups": _check_backups,
    "ledger": _check_ledger,
}
