/** The encounters whose clock was wrong: looks at the changes that give the standing times. */
import type { StoredChange } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject, Subject } from '../store/subjects';
import { findJump, type ClockJump } from './clockJumps';

export interface Jumped {
  readonly encounter: EncounterSubject;
  readonly jump: ClockJump;
}

export async function findJumps(notebook: Notebook, encounters: readonly EncounterSubject[]): Promise<Jumped[]> {
  const found = await Promise.all(
    encounters.map(async (encounter): Promise<Jumped[]> => {
      const things = [encounter, ...notebook.entriesOf(encounter.id).filter((entry) => !entry.retracted)];
      const timed = await Promise.all(things.map((thing) => timeGiver(notebook, thing)));
      const jump = findJump(timed.flat());
      return jump ? [{ encounter, jump }] : [];
    }),
  );
  return found.flat();
}

/** Once a time was set anew, the clock of the one before does not matter any more. */
async function timeGiver(notebook: Notebook, { id, heads }: Subject): Promise<StoredChange[]> {
  const given = heads.started_at?.[0];
  return (await notebook.history(id)).filter(({ change_id }) => change_id === given);
}
