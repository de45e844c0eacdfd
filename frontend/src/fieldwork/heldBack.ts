/** What is held is shown nowhere: neither an entry about somebody for whom it was stopped, nor what was written of it. */
import type { Notebook } from '../store/notebook';
import type { Conflict, EntrySubject, Subject } from '../store/subjects';
import { isAnyHeld, isHeld } from './stopped';
import { stoppedIn } from './survivor';

interface Choice {
  readonly field: string;
  readonly values: readonly { readonly value: unknown }[];
}

/** Where an entry or an encounter says who was there. */
const WHO = new Set(['actor_id', 'recipient_id', 'focal_actor_id', 'presence', 'checks']);

export function isHeldBack(notebook: Notebook, thing: Subject, above: ReadonlySet<string> = new Set([thing.id])): boolean {
  if (thing.type === 'entry') return isHeld(notebook, thing as EntrySubject);
  return writtenOf(thing).some((id) => {
    const entry = notebook.get('entry', id);
    if (entry) return isHeld(notebook, entry);
    // A reply goes with the memo that it answers. Replies that go round in a circle end where they began.
    const memo = above.has(id) ? undefined : notebook.get('memo', id);
    return memo !== undefined && isHeldBack(notebook, memo, new Set([...above, id]));
  });
}

/** Whether a choice would name somebody for whom it was stopped in that encounter: as present, asked, or acting there. */
export function namesHeld(notebook: Notebook, thing: Subject, { field, values }: Choice): boolean {
  const encounter_id = 'encounter_id' in thing.fields ? thing.fields.encounter_id : thing.id;
  return WHO.has(field) && !!encounter_id && values.some(({ value }) => isAnyHeld(notebook, peopleIn(value), encounter_id));
}

/** The conflicts in which a person chooses. Somebody held in several encounters is asked about in each, under Tonight. */
export function choicesIn(thing: Subject): readonly Conflict[] {
  if (thing.type !== 'actor' || !stoppedIn(thing as Subject<'actor'>)?.length) return thing.conflicts;
  return thing.conflicts.filter(({ field }) => field !== 'stopped_at' && field !== 'stopped_in');
}

function peopleIn(value: unknown): (string | undefined)[] {
  if (Array.isArray(value)) return value.map((one: { actor_id?: string }) => one.actor_id);
  return typeof value === 'string' ? [value] : [];
}

function writtenOf({ fields }: Subject): readonly string[] {
  if ('anchors' in fields) return fields.anchors ?? [];
  return 'about' in fields ? (fields.about ?? []).map(({ id }) => id) : [];
}
