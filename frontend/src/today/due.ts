/** What the evening asks for: counted from what is on this device. Pure but for the notebook that is read. */
import { hintsOf } from '../fieldwork/keysheet/hintsOf';
import { knownLabels } from '../fieldwork/people';
import { ownEncounters } from '../fieldwork/start';
import { isPerson } from '../fieldwork/consent';
import { choicesIn, isHeldBack, namesHeld } from '../fieldwork/heldBack';
import { isHeld, isStopped } from '../fieldwork/stopped';
import { personOf, stoppedIn } from '../fieldwork/survivor';
import { isToCode } from '../fieldwork/toCode';
import type { Gap } from '../fieldwork/gaps';
import type { Notebook } from '../store/notebook';
import { SUBJECT_TYPES, type EncounterSubject, type EntrySubject, type FieldMode, type Subject } from '../store/subjects';

const HOUR_MS = 3_600_000;
export const LATE_MS = 24 * HOUR_MS;
/** The three questions right after a visit are answered in minutes; they are not the field note. */
const STILL_THERE_MS = HOUR_MS / 6;
/** So long before the newest encounter the memory still has something to add. */
const RECENT_MS = 7 * 24 * HOUR_MS;

export interface Due {
  readonly unwritten: EncounterSubject[];
  /** The oldest unwritten one ended more than a day ago. */
  readonly isLate: boolean;
  readonly toCode: EntrySubject[];
  readonly openStates: EntrySubject[];
  readonly conflicts: Subject[];
}

export function findDue(notebook: Notebook, mode: FieldMode, now_ms: number): Due {
  const ended = ownEncounters(notebook).filter(({ fields }) => fields.ended_at);
  const unwritten = ended.filter((one) => isUnwritten(notebook, one)).reverse();
  const own = ownEncounters(notebook).flatMap((one) => standingEntries(notebook, one.id));
  const over = new Set(ended.map(({ id }) => id));
  return {
    unwritten,
    isLate: unwritten.some(({ fields }) => now_ms - Date.parse(fields.ended_at ?? '') > LATE_MS),
    toCode: own.filter(({ fields }) => isToCode(fields, mode)),
    openStates: own.filter(({ fields }) => fields.kind === 'state' && !fields.ended_at && over.has(fields.encounter_id)),
    conflicts: SUBJECT_TYPES.flatMap((type): Subject[] => notebook.list(type)).filter((one) => isApart(notebook, one) && !isHeldBack(notebook, one)),
  };
}

/** Nobody has to choose about what was taken back, unless somebody wrote on without seeing that. */
function isApart(notebook: Notebook, thing: Subject): boolean {
  const conflicts = choicesIn(thing).filter((one) => !namesHeld(notebook, thing, one));
  return conflicts.length > 0 && (!thing.retracted || conflicts.some(({ field }) => field === 'retracted'));
}

/** Something was written down, and no paragraph tells of it yet nor was any written after the visit. */
export function isUnwritten(notebook: Notebook, encounter: EncounterSubject): boolean {
  const { id, fields } = encounter;
  if (standingEntries(notebook, id).length === 0) return false;
  const ended = Date.parse(fields.ended_at ?? fields.started_at);
  const note = notebook.list('fieldnote').filter((one) => one.fields.encounter_id === id && !one.retracted);
  return !note.some((one) => {
    const isLater = Date.parse(one.fields.written_at ?? '') - ended > STILL_THERE_MS;
    return (one.fields.anchors ?? []).length > 0 || isLater;
  });
}

/** Somebody, and an encounter that holds what it has about them. */
export interface Held {
  readonly actor: Subject<'actor'>;
  readonly encounter_id: string;
}

export interface LooseEnds {
  readonly endsUnknown: EncounterSubject[];
  readonly gaps: Gap[];
  readonly held: Held[];
  /** Met in the last week of fieldwork and never asked: they are to be told what was written, or to be left out. */
  readonly owed: Subject<'actor'>[];
  /** Texts in which somebody may be named, newest first. */
  readonly named: { type: 'entry' | 'fieldnote'; id: string; encounter_id: string; text: string }[];
}

export function findLooseEnds(notebook: Notebook): LooseEnds {
  const own = ownEncounters(notebook);
  const ids = new Set(own.map(({ id }) => id));
  return {
    endsUnknown: own.filter(({ fields }) => fields.ended_at && !fields.end_origin),
    gaps: notebook.list('gap').filter((gap) => !gap.retracted && ids.has(gap.fields.encounter_id) && needsReason(gap)),
    held: findHeld(notebook),
    owed: findOwed(notebook),
    named: findNamed(notebook),
  };
}

/** Encounters of the last week of fieldwork, newest first. */
export function recentEncounters(notebook: Notebook): EncounterSubject[] {
  const own = ownEncounters(notebook);
  const newest = Date.parse(own[0]?.fields.started_at ?? '');
  return own.filter(({ fields }) => newest - Date.parse(fields.started_at) < RECENT_MS);
}

/** Whoever was merged since is one with who they turned out to be: each is asked about once in an encounter. */
function findHeld(notebook: Notebook): Held[] {
  const all = notebook.list('actor').flatMap((actor) => (stoppedIn(actor) ?? []).map((encounter_id) => ({ actor, encounter_id })));
  return [...new Map(all.map((one) => [`${personOf(notebook, one.actor.id)} ${one.encounter_id}`, one])).values()];
}

function findOwed(notebook: Notebook): LooseEnds['owed'] {
  const who = (id: string) => personOf(notebook, id);
  const met = new Set(recentEncounters(notebook).flatMap((one) => peopleIn(notebook, one)).map(who));
  const told = new Set(notebook.list('consent').map(({ fields }) => who(fields.actor_id)));
  for (const { fields } of notebook.list('encounter').filter((one) => !one.retracted)) {
    for (const { actor_id, answer } of fields.checks ?? []) if (answer !== 'could_not_ask') told.add(who(actor_id));
  }
  const actors = notebook.list('actor').filter(({ id, fields }) => met.has(id) && isPerson(fields) && !isStopped(notebook, id));
  return actors.filter(({ id }) => !told.has(id));
}

/** Who was there, or acts or is addressed in what was written down. */
function peopleIn(notebook: Notebook, { id, fields }: EncounterSubject): string[] {
  const entries = standingEntries(notebook, id).flatMap((entry) => [entry.fields.actor_id, entry.fields.recipient_id]);
  const there = [fields.focal_actor_id, ...(fields.presence ?? []).map(({ actor_id }) => actor_id)];
  return [...entries, ...there].filter((one) => one !== null && one !== undefined);
}

function findNamed(notebook: Notebook): LooseEnds['named'] {
  const known = knownLabels(notebook);
  const recent = recentEncounters(notebook).map(({ id }) => id);
  const notes = notebook.list('fieldnote').filter((one) => !one.retracted);
  const texts = recent.flatMap((encounter_id) => [
    ...standingEntries(notebook, encounter_id).map(({ id, fields }) => ({ type: 'entry' as const, id, encounter_id, text: fields.jotting ?? '' })),
    ...notes
      .filter((one) => one.fields.encounter_id === encounter_id)
      .map(({ id, fields }) => ({ type: 'fieldnote' as const, id, encounter_id, text: fields.text })),
  ]);
  return texts.filter(({ text }) => hintsOf(text, known).length > 0);
}

function standingEntries(notebook: Notebook, encounter_id: string): EntrySubject[] {
  return notebook.entriesOf(encounter_id).filter((entry) => !entry.retracted && !entry.fields.merged_into && !isHeld(notebook, entry));
}

function needsReason({ fields }: Gap): boolean {
  return fields.kind !== 'struck' && !fields.reason;
}
