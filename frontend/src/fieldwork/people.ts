/** Who is who in an encounter: names for the screen and the order of the actor row. */
import type { Notebook } from '../store/notebook';
import { observerActorId } from '../store/identity';
import { hasDeclined } from './consent';
import { isStopped } from './stopped';
import { personOf } from './survivor';
import type { EncounterFields, EncounterSubject, Subject } from '../store/subjects';

export type Actor = Subject<'actor'>;

/** As many as stand in the actor row without pushing the codes away. */
const OFFERED = 6;

export function meId(notebook: Notebook): string {
  return observerActorId(notebook.study_id, notebook.account.observer);
}

/** The pseudonym of who an actor turned out to be; `me` for the observer herself, null when nobody is named. */
export function actorName(notebook: Notebook, id: string | null | undefined, me: string): string | null {
  if (!id) return null;
  const person = personOf(notebook, id);
  // Who they were merged into may not have come yet.
  return ownName(notebook, notebook.get('actor', person) ? person : id, me);
}

/** The pseudonym under this very id, whoever it was merged into. */
export function ownName(notebook: Notebook, id: string, me: string): string {
  if (id === meId(notebook)) return me;
  return notebook.get('actor', id)?.fields.label ?? '?';
}

/** The pseudonyms of the study: what may stand in a text. */
export function knownLabels(notebook: Notebook): Set<string> {
  return new Set(notebook.list('actor').flatMap((actor) => [actor.fields.label, ...actor.fields.label.split(/\s+/)]));
}

/** Actors that can be picked: neither merged away nor withdrawn; this phone's observer is named apart. */
export function pickableActors(notebook: Notebook): Actor[] {
  const me = meId(notebook);
  const actors = notebook.list('actor').filter(({ id }) => personOf(notebook, id) === id && id !== me);
  return actors.sort((a, b) => a.fields.label.localeCompare(b.fields.label, undefined, { numeric: true }));
}

/**
 * The ids of the actor row: the focal actor, everybody who was noted as there or has acted, and always *me*. As long as
 * nobody was noted, the people of the study stand there to be picked, those of the last encounters first. Who declined,
 * or for whom it was stopped, is not offered.
 */
export function actorRow(notebook: Notebook, { id, fields }: Pick<EncounterSubject, 'id' | 'fields'>): string[] {
  const me = meId(notebook);
  const who = (one: string) => personOf(notebook, one);
  const noted = peopleOf(fields).map(who);
  const gone = new Set((fields.presence ?? []).filter((stay) => stay.to).map((stay) => who(stay.actor_id)));
  const entries = notebook.entriesOf(id).filter((entry) => !entry.retracted);
  const acted = entries.flatMap((entry) => [entry.fields.actor_id, entry.fields.recipient_id]);
  const seen = acted.flatMap((one) => (one ? [who(one)] : [])).filter((one) => !gone.has(one));
  const offered = noted.length > 0 ? [] : recentPeople(notebook).slice(0, OFFERED);
  const row = new Set([...noted, ...seen, ...offered]);
  // Always in the same place: last.
  row.delete(me);
  return [...[...row].filter((one) => !isStopped(notebook, one) && !hasDeclined(notebook, { id, fields }, one)), me];
}

/** Who is noted as there now: the focal actor first. */
function peopleOf({ focal_actor_id, presence = [] }: EncounterFields): string[] {
  const present = presence.filter((stay) => !stay.to).map((stay) => stay.actor_id);
  return [...(focal_actor_id ? [focal_actor_id] : []), ...present];
}

/** The people of the study: those of the newest encounters first, then all others by name. */
function recentPeople(notebook: Notebook): string[] {
  const known = pickableActors(notebook).filter((actor) => actor.fields.kind !== 'observer').map((actor) => actor.id);
  const encounters = notebook.list('encounter').filter((one) => !one.retracted).reverse();
  const met = encounters.flatMap(({ fields }) => [fields.focal_actor_id, ...(fields.presence ?? []).map((stay) => stay.actor_id)]);
  const seen = met.flatMap((one) => (one ? [personOf(notebook, one)] : []));
  return [...new Set([...seen.filter((one) => known.includes(one)), ...known])];
}
