/** The one-tap consent check of an encounter: what was answered, what was answered last, who is still to be asked. */
import type { Notebook } from '../store/notebook';
import type { ActorKind, Check, EncounterSubject } from '../store/subjects';
import { isSame } from './survivor';

/** Whom one asks: people, but not the observer and not a kettle. */
const ASKED: readonly ActorKind[] = ['professional', 'citizen', 'relative', 'bystander', 'other'];

export function isPerson({ kind }: { kind: ActorKind }): boolean {
  return ASKED.includes(kind);
}

export type Encounter = Pick<EncounterSubject, 'id' | 'fields'>;

/** What a person answered, under whichever of their ids; the last of several. */
export function checkOf(notebook: Notebook, { fields }: Encounter, actor_id: string): Check | undefined {
  return fields.checks?.filter((check) => isSame(notebook, check.actor_id, actor_id)).at(-1);
}

/** What this person answered in an earlier encounter, and when that began. */
export function lastCheck(notebook: Notebook, actor_id: string, { id, fields }: Encounter): { check: Check; at: string } | undefined {
  let found: { check: Check; at: string } | undefined;
  for (const other of notebook.list('encounter')) {
    const check = other.retracted || other.id === id ? undefined : checkOf(notebook, other, actor_id);
    const at = other.fields.started_at;
    const isEarlier = Date.parse(at) <= Date.parse(fields.started_at);
    if (check && isEarlier && (!found || Date.parse(at) > Date.parse(found.at))) found = { check, at };
  }
  return found;
}

/** Asked for in this encounter and not yet answered. */
export function isToBeAsked(notebook: Notebook, encounter: Encounter, actor_id: string): boolean {
  const actor = notebook.get('actor', actor_id)?.fields;
  return actor !== undefined && isPerson(actor) && !checkOf(notebook, encounter, actor_id);
}

/** Said no here, or said no last, at a visit or in a recorded consent, and has not been asked again. */
export function hasDeclined(notebook: Notebook, encounter: Encounter, actor_id: string): boolean {
  const own = notebook.list('consent').filter(({ fields, retracted }) => !retracted && isSame(notebook, fields.actor_id, actor_id));
  const said = own.map(({ fields }) => ({ at: fields.at, answer: fields.ethics }));
  const last = lastCheck(notebook, actor_id, encounter);
  if (last) said.push({ at: last.at, answer: last.check.answer });
  const newest = said.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0];
  return (checkOf(notebook, encounter, actor_id) ?? newest)?.answer === 'declined';
}
