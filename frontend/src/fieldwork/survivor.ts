/** Who is who after merging: a person may stand under several ids, and what one of them asked for counts for all. */
import type { Notebook } from '../store/notebook';
import type { Subject } from '../store/subjects';

type Actors = ReadonlyMap<string, Subject<'actor'>>;

export interface Persons {
  /** Who stands for a person, by every id that was merged away. */
  readonly survivors: ReadonlyMap<string, string>;
  /** By who stands for them: the encounters in which they asked to stop, empty where it was in none. */
  readonly stopped: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Asked for each of a hundred thousand entries: made again only after something about a person has changed. */
const known = new WeakMap<Notebook, Persons & { readonly revision: number }>();

export function personsIn(notebook: Notebook): Persons {
  const before = known.get(notebook);
  const revision = notebook.people_revision;
  if (before && before.revision === revision) return before;
  const persons = { ...findPersons(notebook.list('actor')), revision };
  known.set(notebook, persons);
  return persons;
}

/** The id of who stands for this one; of nobody nobody. */
export function personOf<T extends string | null | undefined>(notebook: Notebook, id: T): string | T {
  return personsIn(notebook).survivors.get(id as string) ?? id;
}

/** Whether these are one person. */
export function isSame(notebook: Notebook, one: string | null | undefined, other: string): boolean {
  return !!one && personOf(notebook, one) === personOf(notebook, other);
}

/** Who an actor is once every merge is followed. In a circle the smallest id survives, as on the server. */
export function survivorOf(actors: Actors, id: string): string {
  const path = [id];
  for (let next = actors.get(id)?.fields.merged_into; next; next = actors.get(next)?.fields.merged_into) {
    const circle = path.indexOf(next);
    if (circle >= 0) return path.slice(circle).sort()[0] as string;
    path.push(next);
  }
  return path.at(-1) as string;
}

/**
 * The encounters in which it was stopped for somebody under this very id, undefined where it was not stopped: every
 * value that stands, because two phones may have said so apart from each other, and each holds what its encounter has.
 */
export function stoppedIn(actor: Subject<'actor'>): string[] | undefined {
  return standing(actor, 'stopped_at').some(Boolean) ? standing(actor, 'stopped_in').filter((id) => !!id) : undefined;
}

function standing({ fields, conflicts }: Subject<'actor'>, name: 'stopped_at' | 'stopped_in'): string[] {
  const values = conflicts.find(({ field }) => field === name)?.values ?? [{ value: fields[name] }];
  return values.map(({ value }) => value as string);
}

function findPersons(list: readonly Subject<'actor'>[]): Persons {
  const actors = new Map(list.map((actor) => [actor.id, actor]));
  const survivors = new Map<string, string>();
  const stopped = new Map<string, Set<string>>();
  for (const actor of list) {
    const person = survivorOf(actors, actor.id);
    if (person !== actor.id) survivors.set(actor.id, person);
    const encounters = stoppedIn(actor);
    if (encounters) stopped.set(person, new Set([...(stopped.get(person) ?? []), ...encounters]));
  }
  return { survivors, stopped };
}
