/** Who is who in an encounter: names for the screen and the order of the actor row. */
import type { Notebook } from '../store/notebook';
import { observerActorId } from '../store/identity';
import type { EncounterFields, Subject } from '../store/subjects';

export type Actor = Subject<'actor'>;

export function meId(notebook: Notebook): string {
  return observerActorId(notebook.study_id, notebook.account.observer);
}

/** The pseudonym of an actor; `me` for the observer herself, null when nobody is named. */
export function actorName(notebook: Notebook, id: string | null | undefined, me: string): string | null {
  if (!id) return null;
  if (id === meId(notebook)) return me;
  return notebook.get('actor', id)?.fields.label ?? '?';
}

/** Actors that can be picked: neither merged away nor withdrawn; this phone's observer is named apart. */
export function pickableActors(notebook: Notebook): Actor[] {
  const me = meId(notebook);
  const actors = notebook.list('actor').filter((actor) => !actor.fields.merged_into && actor.id !== me);
  return actors.sort((a, b) => a.fields.label.localeCompare(b.fields.label, undefined, { numeric: true }));
}

/** The ids of the actor row: the focal actor, everybody who was noted as there, and always *me*. */
export function actorRow(notebook: Notebook, encounter: EncounterFields): string[] {
  const present = (encounter.presence ?? []).filter((stay) => !stay.to).map((stay) => stay.actor_id);
  const focal = encounter.focal_actor_id ? [encounter.focal_actor_id] : [];
  return [...new Set([...focal, ...present, meId(notebook)])];
}
