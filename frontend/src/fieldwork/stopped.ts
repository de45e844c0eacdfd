/** *Stop for this person*: nobody can pick them, and what the encounter holds about them is hidden. */
import type { Notebook } from '../store/notebook';
import type { EntrySubject } from '../store/subjects';
import { personOf, personsIn } from './survivor';

export function isStopped(notebook: Notebook, actor_id: string): boolean {
  return personsIn(notebook).stopped.has(personOf(notebook, actor_id));
}

/** About somebody for whom it was stopped in this very encounter: kept, but shown to nobody until that is decided. */
export function isHeld(notebook: Notebook, { fields }: Pick<EntrySubject, 'fields'>): boolean {
  return isAnyHeld(notebook, [fields.actor_id, fields.recipient_id], fields.encounter_id);
}

/** Whether one of these was stopped for in this very encounter. */
export function isAnyHeld(notebook: Notebook, people: readonly (string | null | undefined)[], encounter_id: string): boolean {
  const { survivors, stopped } = personsIn(notebook);
  if (stopped.size === 0) return false;
  return people.some((id) => id && stopped.get(survivors.get(id) ?? id)?.has(encounter_id));
}
