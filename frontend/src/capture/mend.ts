/** Small mends of one entry after the touch: who, when, whether it lasted, which code, which words. Pure, like `log.ts`. */
import type { Draft } from '../store/changes';
import type { EntryFields, EntrySubject } from '../store/subjects';
import { entryDraft, type LogContext } from './log';
import type { EntryLike } from './running';

/** Who did what to whom, turned around. */
export function swapActors(entry: EntryLike & { fields: Partial<EntryFields> }): Draft {
  const { actor_id = null, recipient_id = null } = entry.fields;
  return entryDraft('entry.amended', entry.id, { actor_id: recipient_id, recipient_id: actor_id });
}

export function changeActor(entry_id: string, actor_id: string): Draft {
  return entryDraft('entry.amended', entry_id, { actor_id });
}

/**
 * Put an entry some minutes back, but not before its encounter began. How sure the time is: half of what it moved.
 * `precision_s` adds up, so that three chips of a minute are as vague as one of three.
 */
export function backDate(entry: { id: string; fields: EntryFields }, minutes: number, floor_ms: number, stamp: LogContext['stamp']): Draft {
  const from = Date.parse(entry.fields.started_at);
  const to = Math.max(from - minutes * 60_000, Math.min(floor_ms, from));
  const precision_s = (entry.fields.precision_s ?? 0) + Math.round((from - to) / 2000);
  return entryDraft('entry.amended', entry.id, { started_at: stamp(to), taken: 'back_dated', precision_s });
}

/** Whether an entry can be put back so far without leaving its encounter. */
export function mayGoBack(fields: Pick<EntryFields, 'started_at'>, minutes: number, encounter_started_at: string): boolean {
  return Date.parse(fields.started_at) - minutes * 60_000 >= Date.parse(encounter_started_at);
}

/** Some time between two moments: the middle of them, as vague as half of what lies between. */
export function placeBetween(entry_id: string, one_ms: number, other_ms: number, stamp: LogContext['stamp']): Draft {
  const precision_s = Math.round(Math.abs(other_ms - one_ms) / 2000);
  const started_at = stamp(Math.round((one_ms + other_ms) / 2));
  return entryDraft('entry.amended', entry_id, { started_at, taken: 'back_dated', precision_s });
}

/** Said word for word, or in the observer's words. */
export function quote(entry: { id: string; fields: Partial<EntryFields> }): Draft {
  return entryDraft('entry.amended', entry.id, { verbatim: !entry.fields.verbatim });
}

/** A moment that turned out to last. */
export function keepGoing(entry_id: string): Draft {
  return entryDraft('entry.amended', entry_id, { kind: 'state', ended_at: null });
}

/** A code given to a mark after the moment. */
export function codeLater(entry_id: string, dimension: 'action' | 'structure', key: string): Draft {
  const given = dimension === 'action' ? { action: key } : { structure: key, structure_origin: 'later' as const };
  return entryDraft('entry.amended', entry_id, given);
}

/** `shown`: the entry as it stood when the words were begun, unless it was only just coming. */
export function jot(entry_id: string, jotting: string, verbatim: boolean, shown?: EntrySubject): Draft {
  const draft = entryDraft('entry.amended', entry_id, { jotting: jotting || null, verbatim });
  return shown ? { ...draft, parents: [shown.heads.jotting, shown.heads.verbatim, shown.struck_by].flatMap((ids) => ids ?? []) } : draft;
}
