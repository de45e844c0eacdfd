/** Deciding that somebody goes on after all: what one encounter holds about them is let go, and nothing else. */
import { isSame } from './survivor';
import type { Draft } from '../store/changes';
import { newId } from '../store/identity';
import type { Notebook } from '../store/notebook';
import type { Stamp, Subject } from '../store/subjects';

/** Somebody, and an encounter that may hold what it has about them. */
export interface Held {
  readonly actor: { readonly id: string };
  readonly encounter_id: string;
}

/** What one change said about stopping for somebody. */
interface Stop {
  readonly change_id: string | undefined;
  readonly stopped_at: Stamp | null;
  readonly stopped_in: string | null;
}

/**
 * Under every id and in every value that says *stopped in this encounter*. What another encounter holds stays held, and
 * a withdrawal that was decided stays decided. Resolves to the way back, which says how much it left alone, because
 * somebody has said something else since.
 */
export async function goOnIn(notebook: Notebook, held: Held): Promise<() => Promise<number>> {
  const group_id = newId();
  const going = stopsOf(notebook, held.actor.id).flatMap(({ actor, stops }) => {
    const ended = stops.find((stop) => isHere(stop, held));
    return ended ? [{ ended, draft: { ...leave(actor, stops.filter((stop) => !isHere(stop, held))), group_id } }] : [];
  });
  const changes = await notebook.write(going.map(({ draft }) => draft));
  return async () => {
    const back = changes.flatMap(({ change_id, subject_id }, index): Draft[] => {
      const { stopped_at = null, stopped_in = null } = going[index]?.ended ?? {};
      const stands = notebook.get('actor', subject_id)?.heads.stopped_in?.includes(change_id);
      return stands ? [{ kind: 'actor.amended', subject_id, payload: { stopped_at, stopped_in }, parents: [change_id] }] : [];
    });
    await notebook.write(back);
    return changes.length - back.length;
  };
}

/** Whether they cannot be picked even when this encounter holds nothing about them any more. */
export function staysStopped(notebook: Notebook, held: Held): boolean {
  return stopsOf(notebook, held.actor.id).some(({ stops }) => stops.some((stop) => stop.stopped_at && !isHere(stop, held)));
}

/** Whether a withdrawal has decided that nothing more is written about them: a stop that no encounter waits with. */
export function isDecided(notebook: Notebook, actor_id: string): boolean {
  return stopsOf(notebook, actor_id).some(({ stops }) => stops.some((stop) => stop.stopped_at && !stop.stopped_in));
}

/** Whether this encounter holds what it has about them. */
export function isHeldHere(notebook: Notebook, held: Held): boolean {
  return stopsOf(notebook, held.actor.id).some(({ stops }) => stops.some((stop) => stop.stopped_at && isHere(stop, held)));
}

function isHere({ stopped_in }: Stop, { encounter_id }: Held): boolean {
  return stopped_in === encounter_id;
}

/** Only what is left stands: what it replaces is named, so that nothing else is. */
function leave({ id, heads }: Subject<'actor'>, left: readonly Stop[]): Draft {
  const { stopped_at = null, stopped_in = null } = left[0] ?? {};
  const told = [...(heads.stopped_at ?? []), ...(heads.stopped_in ?? [])];
  const parents = told.filter((change_id) => !left.some((stop) => stop.change_id === change_id));
  return { kind: 'actor.amended', subject_id: id, payload: { stopped_at, stopped_in }, parents };
}

function stopsOf(notebook: Notebook, actor_id: string): { actor: Subject<'actor'>; stops: Stop[] }[] {
  const same = notebook.list('actor').filter(({ id }) => isSame(notebook, id, actor_id));
  return same.map((actor) => ({ actor, stops: stopsUnder(actor) }));
}

/** Two phones may have said it apart from each other: each of their values is one. */
function stopsUnder({ fields, heads, conflicts }: Subject<'actor'>): Stop[] {
  const apart = (name: string) => conflicts.find(({ field }) => field === name)?.values;
  const places = apart('stopped_in') ?? [{ change_id: heads.stopped_in?.[0], value: fields.stopped_in }];
  return places.map(({ change_id, value }) => {
    const time = apart('stopped_at')?.find((one) => one.change_id === change_id) ?? { value: fields.stopped_at };
    return { change_id, stopped_at: (time.value ?? null) as Stamp | null, stopped_in: (value ?? null) as string | null };
  });
}
