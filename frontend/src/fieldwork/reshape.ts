/** Splitting one entry in two and merging two into one: always a group, so that it can be told and taken back. Pure. */
import type { Draft } from '../store/changes';
import type { EntryFields } from '../store/subjects';

interface Entry {
  id: string;
  fields: EntryFields;
}

export interface Making {
  newId(): string;
  /** Unix milliseconds as an ISO 8601 time with the local offset. */
  stamp(ms: number): string;
}

/** Whether a moment lies inside a stretch of time, so that it can be cut there. */
export function mayCut({ kind, started_at, ended_at }: EntryFields, at_ms: number): boolean {
  if (kind !== 'state') return true;
  return at_ms > Date.parse(started_at) && (!ended_at || at_ms < Date.parse(ended_at));
}

/**
 * A stretch of time is cut at a moment; a moment gets a twin beside it, for two things that were one. The words stay
 * with the first: they were written once.
 */
export function splitEntry(entry: Entry, at_ms: number, { newId, stamp }: Making): Draft[] {
  const { jotting: _words, verbatim: _quoted, flags: _flags, merged_into: _merged, ...same } = entry.fields;
  const group_id = newId();
  const isState = entry.fields.kind === 'state';
  const at = isState ? stamp(at_ms) : entry.fields.started_at;
  const twin: EntryFields = { ...same, started_at: at, taken: isState ? 'recalled' : (same.taken ?? 'tap') };
  if (twin.structure) twin.structure_origin = 'later';
  const logged: Draft = { kind: 'entry.logged', subject_id: newId(), payload: twin, group_id };
  const payload = { ended_at: at, end_origin: 'recalled' };
  return isState ? [{ kind: 'entry.amended', subject_id: entry.id, payload, group_id }, logged] : [logged];
}

/** One entry goes up in another: its words and flags go along, what it was stays readable under it. */
export function mergeEntries(entry: Entry, into: Entry, { newId }: Making): Draft[] {
  const group_id = newId();
  const jotting = [into.fields.jotting, entry.fields.jotting].filter(Boolean).join('\n');
  const flags = [...new Set([...(into.fields.flags ?? []), ...(entry.fields.flags ?? [])])];
  const gained = {
    ...(jotting !== (into.fields.jotting ?? '') && { jotting }),
    ...(flags.length > (into.fields.flags ?? []).length && { flags }),
  };
  const merged: Draft = { kind: 'entry.amended', subject_id: entry.id, payload: { merged_into: into.id }, group_id };
  if (Object.keys(gained).length === 0) return [merged];
  return [{ kind: 'entry.amended', subject_id: into.id, payload: gained, group_id }, merged];
}

/** What was merged stands alone again; what it gave stays where it went. */
export function takeApart(entry: Entry): Draft {
  return { kind: 'entry.amended', subject_id: entry.id, payload: { merged_into: null } };
}
