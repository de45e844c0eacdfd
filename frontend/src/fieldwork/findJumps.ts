/** The encounters whose clock was wrong: looks at the changes that give the standing times. */
import type { Notebook } from '../store/notebook';
import type { EncounterSubject, EntrySubject } from '../store/subjects';
import { findJump, findTeller, isToldSince, type ClockJump } from './clockJumps';
import { gapsOf, type Gap } from './gaps';
import { TIMES, timeKey } from './shift';

export interface Jumped {
  readonly encounter: EncounterSubject;
  readonly jump: ClockJump;
  /** The times that were told after the clock went back, as `timeKey` names them. */
  readonly since?: ReadonlySet<string>;
}

type Timed = EncounterSubject | EntrySubject | Gap;

export async function findJumps(notebook: Notebook, encounters: readonly EncounterSubject[]): Promise<Jumped[]> {
  const found = await Promise.all(
    encounters.map(async (encounter): Promise<Jumped[]> => {
      const things = [encounter, ...notebook.entriesOf(encounter.id).filter((entry) => !entry.retracted)];
      const timed = await Promise.all(
        things.map(async ({ id, fields }) => findTeller(await notebook.history(id), 'started_at', fields.started_at) ?? []),
      );
      const jump = findJump(timed.flat());
      if (!jump?.first) return jump ? [{ encounter, jump }] : [];
      const told = await Promise.all([...things, ...gapsOf(notebook, encounter.id)].map((thing) => toldSince(notebook, thing, jump)));
      return [{ encounter, jump, since: new Set(told.flat()) }];
    }),
  );
  return found.flat();
}

async function toldSince(notebook: Notebook, thing: Timed, { first }: ClockJump): Promise<string[]> {
  const history = await notebook.history(thing.id);
  const own: Record<string, unknown> = { ...thing.fields };
  return TIMES.filter((field) => first && own[field] && isToldSince(findTeller(history, field, own[field]), first)).map((field) => timeKey(thing.id, field));
}
