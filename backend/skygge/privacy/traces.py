"""Everything in a study that names one person, in any version of anything, and what may speak of them unnamed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, or_, select

from skygge.audit.tables import AuditRow
from skygge.core.redact import find_matches
from skygge.errors import ActorUnknown
from skygge.fieldlog.tables import ActorRow, ChangeRow, ConsentRow, EncounterRow, EntryRow, QuarantineRow
from skygge.privacy.shapes import EarlierExport, TextToRead
from skygge.privacy.to_read import Texts, find_beside, find_near, read_texts

ROWS_AT_ONCE = 500


@dataclass
class Traces:
    """Everything in a study that names one person (under all ids that were merged), and texts near them.

    `references` are things in whose texts `@C3` stands or once stood, `mentions` those with the label alone.
    """

    ids: set[UUID]
    labels: set[str]
    entries: list[EntryRow] = field(default_factory=list)
    encounters: list[EncounterRow] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    references: set[UUID] = field(default_factory=set)
    mentions: set[UUID] = field(default_factory=set)
    texts: Texts = field(default_factory=Texts)
    to_read: list[TextToRead] = field(default_factory=list)
    exports: list[EarlierExport] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The ids as they stand in payloads."""
        return {str(one) for one in self.ids}

    @property
    def own(self) -> set[UUID]:
        """What goes as a whole when the person is erased, and needs no look at its texts."""
        return {*self.ids, *(entry.id for entry in self.entries), *(consent.id for consent in self.consents)}


def find_traces(session: Session, study_id: UUID, actor_id: UUID) -> Traces:
    """Everything that names a person. Raises ActorUnknown."""
    if session.get(ActorRow, (study_id, actor_id)) is None:
        raise ActorUnknown
    ids = _with_merged(session, study_id, actor_id)
    traces = Traces(ids, _find_labels(session, study_id, ids))
    entries = select(EntryRow).where(EntryRow.study_id == study_id)
    named = or_(col(EntryRow.actor_id).in_(ids), col(EntryRow.recipient_id).in_(ids))
    traces.entries = list(session.exec(entries.where(named)))
    consents = select(ConsentRow).where(ConsentRow.study_id == study_id, col(ConsentRow.actor_id).in_(ids))
    traces.consents = list(session.exec(consents.order_by(col(ConsentRow.at).desc())))
    near = {entry.encounter_id for entry in traces.entries}
    for encounter in session.exec(select(EncounterRow).where(EncounterRow.study_id == study_id)):
        if _is_there(encounter, traces):
            traces.encounters.append(encounter)
            near.add(encounter.id)
    _find_named(session, study_id, traces)
    traces.texts = read_texts(session, study_id)
    noted = find_near(traces.texts, near, ids)
    beside = find_beside(traces.texts, noted, _who_was_there(session, study_id, near) - ids)
    unnamed = (noted | beside) - traces.own - traces.references - traces.mentions
    traces.to_read = traces.texts.describe(unnamed)
    traces.exports = find_exports(session, study_id, ids)
    return traces


def find_exports(session: Session, study_id: UUID, ids: Collection[UUID]) -> list[EarlierExport]:
    """Downloads made since some things were first written about, newest first: files that nobody can call back."""
    about = (ChangeRow.study_id == study_id, col(ChangeRow.subject_id).in_(ids))
    first_seq = session.exec(select(ChangeRow.seq).where(*about).order_by(col(ChangeRow.seq))).first()
    if first_seq is None:
        return []
    query = select(AuditRow).where(AuditRow.study_id == study_id, AuditRow.kind == "export.made")
    return [
        EarlierExport(
            number=row.number, at=row.at, who=row.who, format=row.details.get("format"), tier=row.details.get("tier")
        )
        for row in session.exec(query.order_by(col(AuditRow.number).desc()))
        if row.details.get("last_seq", 0) >= first_seq
    ]


def mention_of(labels: Collection[str], *, at_sign: str = "@?") -> re.Pattern[str]:
    """A person's label in a text, with or without `@`: `@C3`; `@C31`, `C3-2` and `AC3` are somebody else."""
    any_of = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    return re.compile(rf"(?<![\w@]){at_sign}(?:{any_of})(?!\w|-\d)" if any_of else r"(?!)")


def _with_merged(session: Session, study_id: UUID, actor_id: UUID) -> set[UUID]:
    found, fresh = {actor_id}, {actor_id}
    while fresh:
        query = select(ActorRow.id).where(ActorRow.study_id == study_id, col(ActorRow.merged_into).in_(fresh))
        fresh = set(session.exec(query)) - found
        found |= fresh
    return found


def _find_labels(session: Session, study_id: UUID, ids: Collection[UUID]) -> set[str]:
    """Every label that the person ever had: a text keeps the one of its day."""
    query = select(ChangeRow.raw).where(ChangeRow.study_id == study_id, col(ChangeRow.subject_id).in_(ids))
    said = (json.loads(raw)["payload"].get("label") for raw in session.exec(query))
    return {label for label in said if isinstance(label, str) and label}


def _is_there(encounter: EncounterRow, traces: Traces) -> bool:
    listed = {one["actor_id"] for one in [*encounter.presence, *encounter.checks]}
    return encounter.focal_actor_id in traces.ids or bool(listed & traces.names)


def _who_was_there(session: Session, study_id: UUID, encounters: Collection[UUID]) -> set[UUID]:
    """Everybody who was at some encounters: as their focus, listed, acting or addressed."""
    there: set[UUID | None] = set()
    for one in session.exec(select(EncounterRow).where(EncounterRow.study_id == study_id)):
        if one.id in encounters:
            listed = [UUID(person["actor_id"]) for person in [*one.presence, *one.checks]]
            there.update([one.focal_actor_id, *listed])
    acted = select(EntryRow.encounter_id, EntryRow.actor_id, EntryRow.recipient_id).where(EntryRow.study_id == study_id)
    for encounter_id, actor_id, recipient_id in session.exec(acted):
        if encounter_id in encounters:
            there.update([actor_id, recipient_id])
    return {person for person in there if person is not None}


def _find_named(session: Session, study_id: UUID, traces: Traces) -> None:
    """Things with a text, in any version or in quarantine, that names the person: in the log itself, not its fold."""
    referred, alone = mention_of(traces.labels, at_sign="@"), mention_of(traces.labels, at_sign="")
    own = traces.own
    for subject_id, payload in _texts_with(session, study_id, traces.labels):
        if subject_id in own:
            continue
        if find_matches(payload, referred, ""):
            traces.references.add(subject_id)
        elif find_matches(payload, alone, ""):
            traces.mentions.add(subject_id)
    traces.mentions -= traces.references


def _texts_with(session: Session, study_id: UUID, labels: Collection[str]) -> Iterator[tuple[UUID, Any]]:
    """Subject and payload of every change, stored or parked, that may hold one of the labels."""
    needles = [json.dumps(label, ensure_ascii=False)[1:-1].encode("utf-8") for label in labels]
    for table in (ChangeRow, QuarantineRow):
        query = select(table.raw).where(table.study_id == study_id).execution_options(yield_per=ROWS_AT_ONCE)
        for raw in session.exec(query):
            # Beside half a surrogate all that is not ASCII is kept in escapes: there the text itself is read.
            if b"\\u" not in raw and not any(needle in raw for needle in needles):
                continue
            said = json.loads(raw)
            try:
                yield UUID(said["subject_id"]), said.get("payload")
            except (KeyError, TypeError, ValueError, AttributeError):
                # Parked, and about nothing that has an id: its author sees it in the list of what was not understood.
                continue
