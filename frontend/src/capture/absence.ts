/** Time in the middle of an encounter in which the app was dead. */
import { stampNow } from '../store/clock';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject, Stamp } from '../store/subjects';
import { whileVisible } from '../ui/whileVisible';

export interface Absence {
  from: Stamp;
  to: Stamp;
}

/** Shorter than this nobody needs to account for. */
export const NOTICED_MS = 5 * 60_000;
const SIGN_OF_LIFE_MS = 60_000;
/** When this page began to live; what was noted before it is another life's. */
const BORN_MS = Date.now();

export const aliveKey = (encounter_id: string): string => `alive:${encounter_id}`;
const absenceKey = (encounter_id: string): string => `absence:${encounter_id}`;

/** Note now and then that the app lives, and at the moment when it is put away. */
export function noteLife(note: () => Promise<void> | undefined): () => void {
  const quietly = (): void => void note()?.catch(() => undefined);
  const stop = whileVisible(SIGN_OF_LIFE_MS, quietly);
  const onHide = (): void => {
    if (document.visibilityState === 'hidden') quietly();
  };
  document.addEventListener('visibilitychange', onHide);
  return () => {
    stop();
    document.removeEventListener('visibilitychange', onHide);
  };
}

/** The absence that waits for an explanation: one from an earlier start, or the one that this start has ended. */
export function findAbsence(notebook: Notebook, encounter: EncounterSubject, born_ms: number = BORN_MS): Absence | null {
  const open = read(notebook.draft(absenceKey(encounter.id)));
  if (open) return open;
  const last = lastSignOfLife(notebook, encounter, born_ms);
  const now = stampNow();
  if (last === undefined || Date.parse(now) - Date.parse(last) < NOTICED_MS) return null;
  const found = { from: last, to: now };
  void notebook.saveDraft(absenceKey(encounter.id), `${found.from} ${found.to}`).catch(() => undefined);
  return found;
}

export async function forgetAbsence(notebook: Notebook, encounter_id: string): Promise<void> {
  await notebook.dropDraft(absenceKey(encounter_id));
}

/** Undefined when this page itself has seen the encounter begin, or a gap stands open: then nobody was to look. */
function lastSignOfLife(notebook: Notebook, { id, fields }: EncounterSubject, born_ms: number): Stamp | undefined {
  const entries = notebook.entriesOf(id).map((entry) => entry.fields.ended_at ?? entry.fields.started_at);
  const gaps = notebook.list('gap').filter((gap) => gap.fields.encounter_id === id && !gap.retracted);
  if (gaps.some((gap) => !gap.fields.to)) return undefined;
  const alive = notebook.draft(aliveKey(id));
  const signs = [fields.started_at, ...entries, ...gaps.map((gap) => gap.fields.to ?? ''), ...(alive ? [alive] : [])];
  const last = signs.reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a));
  return Date.parse(last) < born_ms ? last : undefined;
}

function read(kept: string | undefined): Absence | null {
  const [from, to] = (kept ?? '').split(' ');
  return from && to ? { from, to } : null;
}
