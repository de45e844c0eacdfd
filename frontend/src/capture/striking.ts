/** Striking the last minutes: decided at once, done ten seconds later, and not forgotten if the phone dies in between. */
import type { Notebook } from '../store/notebook';
import { strikeMinutes } from '../store/strikeMinutes';
import type { EntryFields, Stamp } from '../store/subjects';

/** Stands in which there is still a way back. */
export const WAY_BACK_MS = 10_000;

export interface Striking {
  from: Stamp;
  to: Stamp;
}

const key = (encounter_id: string): string => `strike:${encounter_id}`;

/** A strike that an earlier start of the app has decided and not done. */
export function unfinishedStrike(notebook: Notebook, encounter_id: string): Striking | null {
  const [from, to] = (notebook.draft(key(encounter_id)) ?? '').split(' ');
  return from && to ? { from, to } : null;
}

export async function rememberStrike(notebook: Notebook, encounter_id: string, { from, to }: Striking): Promise<void> {
  await notebook.saveDraft(key(encounter_id), `${from} ${to}`);
}

export async function forgetStrike(notebook: Notebook, encounter_id: string): Promise<void> {
  await notebook.dropDraft(key(encounter_id));
}

/** The entries and their words are gone from this phone when this resolves; a gap says that something was struck. */
export async function strike(notebook: Notebook, encounter_id: string, { from, to }: Striking): Promise<void> {
  await notebook.write(strikeMinutes(encounter_id, from, to));
  await forgetStrike(notebook, encounter_id);
}

/** Whether an entry began in these minutes, both ends included, as the strike itself counts. */
export function isStruckBy({ from, to }: Striking, fields: Pick<EntryFields, 'started_at'>): boolean {
  const at = Date.parse(fields.started_at);
  return at >= Date.parse(from) && at <= Date.parse(to);
}
