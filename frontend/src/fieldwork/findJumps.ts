/** The encounters whose clock was wrong: looks at the changes that give the standing times. */
import type { StoredChange } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject, EntrySubject } from '../store/subjects';
import { byId, findJump, findTeller, isToldSince, type Start } from './clockJumps';
import { gapsOf, type Gap } from './gaps';
import { TIMES, timeKey } from './shift';

export interface Jumped {
  readonly encounter: EncounterSubject;
  readonly jump: { readonly by_ms: number; readonly told_by: 'server' | 'back' };
  /** The times that were told after the clock went back, as `timeKey` names them. */
  readonly since?: ReadonlySet<string>;
}

type Timed = EncounterSubject | EntrySubject | Gap;
const BEGINS = new Set(['encounter.started', 'entry.logged']);

export async function findJumps(notebook: Notebook, encounters: readonly EncounterSubject[]): Promise<Jumped[]> {
  const found = await Promise.all(
    encounters.map(async (encounter): Promise<Jumped[]> => {
      const entries = notebook.entriesOf(encounter.id);
      const things = [encounter, ...entries.filter((entry) => !entry.retracted)];
      const starts = await Promise.all(things.map(async (thing) => startOf(thing, await notebook.history(thing.id))));
      const jump = findJump(starts.flat());
      const { first } = jump ?? {};
      if (!jump || !first) return jump ? [{ encounter, jump }] : [];
      const all = [encounter, ...entries, ...gapsOf(notebook, encounter.id)];
      const told = await Promise.all(all.map(async (thing) => toldSince(thing, await notebook.history(thing.id), first)));
      return [{ encounter, jump, since: new Set(told.flat()) }];
    }),
  );
  return found.flat();
}

function startOf({ heads }: EncounterSubject | EntrySubject, history: readonly StoredChange[]): Start[] {
  const began = history.filter(({ kind }) => BEGINS.has(kind)).sort(byId)[0];
  const standing = history.find(({ change_id }) => change_id === heads.started_at?.[0]);
  return began && standing ? [{ began, standing }] : [];
}

function toldSince({ id, fields }: Timed, history: readonly StoredChange[], first: StoredChange): string[] {
  const own: Record<string, unknown> = { ...fields };
  const told = TIMES.filter((field) => own[field] && isToldSince(findTeller(history, field, own[field]), own[field], first));
  return told.map((field) => timeKey(id, field));
}
