/** The people of a study over time: who is who after merging, what they agreed to, and where they are from. Pure. */
import { survivorOf } from '../fieldwork/survivor';
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { Check, ConsentFields, EncounterSubject, Subject } from '../store/subjects';

export type Actor = Subject<'actor'>;

export interface Person {
  readonly actor: Actor;
  /** Those that turned out to be this one. */
  readonly merged: readonly Actor[];
}

/** Everybody once, by kind and then by pseudonym, those merged into them beside them. */
export function personsOf(actors: readonly Actor[]): Person[] {
  const byId = new Map(actors.map((actor) => [actor.id, actor]));
  const merged = new Map<string, Actor[]>();
  const own: Actor[] = [];
  for (const actor of actors) {
    const survivor = survivorOf(byId, actor.id);
    if (survivor === actor.id || !byId.has(survivor)) own.push(actor);
    else merged.set(survivor, [...(merged.get(survivor) ?? []), actor]);
  }
  const byLabel = (one: Actor, other: Actor) => one.fields.label.localeCompare(other.fields.label, undefined, { numeric: true });
  return own.sort(byLabel).map((actor) => ({ actor, merged: merged.get(actor.id) ?? [] }));
}

export interface Seen {
  readonly n_entries: number;
  readonly encounters: readonly EncounterSubject[];
}

/** Where somebody, or one merged into them, acts, is addressed, is the focus or was noted as there; newest first. */
export function seenOf(notebook: Notebook, ids: readonly string[]): Seen {
  const isOne = (id: string | null | undefined): boolean => Boolean(id) && ids.includes(id as string);
  const entries = notebook
    .list('entry')
    .filter(({ fields, retracted }) => !retracted && (isOne(fields.actor_id) || isOne(fields.recipient_id)));
  const met = new Set(entries.map(({ fields }) => fields.encounter_id));
  const encounters = notebook
    .list('encounter')
    .filter(({ id, fields, retracted }) => {
      const isThere = (fields.presence ?? []).some((stay) => isOne(stay.actor_id));
      return !retracted && (met.has(id) || isOne(fields.focal_actor_id) || isThere);
    })
    .sort((one, other) => Date.parse(other.fields.started_at) - Date.parse(one.fields.started_at));
  return { n_entries: entries.length, encounters };
}

export type ConsentEvent = { at: string } & ({ check: Check; encounter_id: string } | { record: ConsentFields } | { stopped: true });

/** What somebody agreed to, was asked, or stopped, newest first. */
export function consentOf(notebook: Notebook, ids: readonly string[]): ConsentEvent[] {
  const records = notebook
    .list('consent')
    .filter(({ fields, retracted }) => !retracted && ids.includes(fields.actor_id))
    .map(({ fields }): ConsentEvent => ({ at: fields.at, record: fields }));
  const checks = notebook.list('encounter').flatMap(({ id, fields, retracted }) =>
    (retracted ? [] : (fields.checks ?? []))
      .filter((check) => ids.includes(check.actor_id))
      .map((check): ConsentEvent => ({ at: fields.started_at, check, encounter_id: id })),
  );
  const stops = ids.flatMap((id): ConsentEvent[] => {
    const at = notebook.get('actor', id)?.fields.stopped_at;
    return at ? [{ at, stopped: true }] : [];
  });
  return [...records, ...checks, ...stops].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

export interface Agency {
  readonly name: string;
  readonly n_people: number;
  readonly n_encounters: number;
}

export function agenciesOf(notebook: Notebook): Agency[] {
  const actors = notebook.list('actor').filter(({ fields }) => fields.agency);
  const encounters = notebook.list('encounter').filter(({ fields, retracted }) => fields.agency && !retracted);
  const names = new Set([...actors, ...encounters].map(({ fields }) => fields.agency as string));
  return [...names].sort((one, other) => one.localeCompare(other)).map((name) => ({
    name,
    n_people: actors.filter(({ fields }) => fields.agency === name).length,
    n_encounters: encounters.filter(({ fields }) => fields.agency === name).length,
  }));
}

/** Another name for an agency, everywhere it stands; also how two spellings become one. */
export function renameAgency(notebook: Notebook, from: string, to: string, group_id: string): Draft[] {
  const payload = { agency: to.trim() || null };
  const actors = notebook.list('actor').filter(({ fields }) => fields.agency === from);
  const encounters = notebook.list('encounter').filter(({ fields }) => fields.agency === from);
  return [
    ...actors.map(({ id }): Draft => ({ kind: 'actor.amended', subject_id: id, payload, group_id })),
    ...encounters.map(({ id }): Draft => ({ kind: 'encounter.amended', subject_id: id, payload, group_id })),
  ];
}
