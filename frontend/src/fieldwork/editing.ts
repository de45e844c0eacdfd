/** Editing an entry: the form of its main fields, and only what was really changed as a payload. Pure. */
import type { EntryFields, EntryKind } from '../store/subjects';
import { joinStamp, splitStamp } from './when';

export interface EntryForm {
  kind: EntryKind;
  actor_id: string | null;
  recipient_id: string | null;
  action: string | null;
  structure: string | null;
  flags: string[];
  /** `datetime-local` values in the hour of the place; an empty end = still running or a moment. */
  started: string;
  ended: string;
  precision_s: number;
  jotting: string;
  verbatim: boolean;
  /** −2 to +2; null = as its structure is placed. */
  control: number | null;
  care: number | null;
}

export function formOf(fields: EntryFields): EntryForm {
  return {
    kind: fields.kind,
    actor_id: fields.actor_id ?? null,
    recipient_id: fields.recipient_id ?? null,
    action: fields.action ?? null,
    structure: fields.structure ?? null,
    flags: [...(fields.flags ?? [])],
    started: splitStamp(fields.started_at).local,
    ended: fields.ended_at ? splitStamp(fields.ended_at).local : '',
    precision_s: fields.precision_s ?? 0,
    jotting: fields.jotting ?? '',
    verbatim: fields.verbatim ?? false,
    control: fields.control ?? null,
    care: fields.care ?? null,
  };
}

/** What the form changes. Nothing changed = an empty payload; times keep the offset of the place. */
export function changedFields(fields: EntryFields, form: EntryForm): Partial<EntryFields> {
  const before = formOf(fields);
  const changed: Partial<EntryFields> = {};
  for (const name of ['kind', 'actor_id', 'recipient_id', 'action', 'precision_s', 'verbatim', 'control', 'care'] as const) {
    if (form[name] !== before[name]) Object.assign(changed, { [name]: form[name] });
  }
  if (form.jotting !== before.jotting) changed.jotting = form.jotting || null;
  if (form.flags.join() !== before.flags.join()) changed.flags = [...form.flags];
  return { ...changed, ...changedStructure(before, form), ...changedTimes(fields, before, form) };
}

/** A structure given or changed here was given later than the moment. */
function changedStructure(before: EntryForm, form: EntryForm): Partial<EntryFields> {
  if (form.structure === before.structure) return {};
  return { structure: form.structure, structure_origin: form.structure === null ? 'none' : 'later' };
}

function changedTimes(fields: EntryFields, before: EntryForm, form: EntryForm): Partial<EntryFields> {
  const { offset } = splitStamp(fields.started_at);
  const changed: Partial<EntryFields> = {};
  if (form.started && !sameSecond(form.started, before.started)) {
    changed.started_at = joinStamp(form.started, offset);
    changed.taken = 'recalled';
  }
  const ended = form.kind === 'state' ? form.ended : '';
  if (!sameSecond(ended, before.ended)) {
    changed.ended_at = ended ? joinStamp(ended, offset) : null;
    changed.end_origin = ended ? 'recalled' : null;
  }
  return changed;
}

/** Whether the form puts an entry before its encounter began, to the second: more than that the form does not show. */
export function isBeforeEncounter(fields: EntryFields, form: EntryForm, encounter_started_at: string): boolean {
  if (!form.started) return false;
  const started = joinStamp(form.started, splitStamp(fields.started_at).offset);
  return toSecond(started) < toSecond(encounter_started_at);
}

function toSecond(stamp: string): number {
  return Math.floor(Date.parse(stamp) / 1000);
}

/** Browsers leave out `:00` seconds of a `datetime-local` value. */
function sameSecond(one: string, other: string): boolean {
  const full = (text: string): string => (text.length === 16 ? `${text}:00` : text);
  return full(one) === full(other);
}
