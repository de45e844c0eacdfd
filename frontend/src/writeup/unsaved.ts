/**
 * What is typed and not yet a change, kept on the device at every pause: a plan (which paragraphs, where, replacing
 * what) and each text under its own key, as plain words, so that words struck meanwhile are struck there too.
 */
import type { Notebook } from '../store/notebook';
import { isSame, toShown, type Note, type Paragraph, type Shown } from './paragraphs';

interface Planned extends Omit<Paragraph, 'text'> {
  /** The changes whose values these replace; missing for a paragraph that is not a change yet. */
  readonly heads?: Shown['heads'];
}

export type ShownNote = ReadonlyMap<string, Shown>;

export function planKey(encounter_id: string): string {
  return `note-plan:${encounter_id}`;
}

export function textKey(encounter_id: string, paragraph_id: string): string {
  return `note-text:${encounter_id}:${paragraph_id}`;
}

/** Whether words of an encounter's note are on this device alone and no change yet. */
export function hasUnsaved(notebook: Notebook, encounter_id: string): boolean {
  return readPlan(notebook, encounter_id).length > 0;
}

/** Keep what differs from what was shown. The plan first: a text without it would be a text without a place. */
export async function keepUnsaved(notebook: Notebook, encounter_id: string, note: Note, shown: ShownNote): Promise<void> {
  const unsaved = note.filter((one) => isUnsaved(one, shown.get(one.id)));
  const plan: Planned[] = unsaved.map(({ text: _words, ...place }) => {
    const heads = shown.get(place.id)?.heads;
    return { ...place, ...(heads && { heads }) };
  });
  const before = readPlan(notebook, encounter_id);
  if (plan.length === 0) return dropUnsaved(notebook, encounter_id);
  await notebook.saveDraft(planKey(encounter_id), JSON.stringify(plan));
  for (const { id, text } of unsaved) {
    const key = textKey(encounter_id, id);
    if (notebook.draft(key) !== text) await notebook.saveDraft(key, text);
  }
  const kept = new Set(plan.map(({ id }) => id));
  for (const { id } of before) if (!kept.has(id)) await notebook.dropDraft(textKey(encounter_id, id));
}

export async function dropUnsaved(notebook: Notebook, encounter_id: string): Promise<void> {
  const plan = readPlan(notebook, encounter_id);
  if (plan.length === 0) return;
  // The texts first, for only the plan knows them all.
  for (const { id } of plan) await notebook.dropDraft(textKey(encounter_id, id));
  await notebook.dropDraft(planKey(encounter_id));
}

/** The note as it was left: what is a change already, and over it what was only typed. */
export function takeUp(notebook: Notebook, encounter_id: string): { note: Note; shown: Map<string, Shown> } {
  const own = notebook.list('fieldnote').filter((one) => one.fields.encounter_id === encounter_id);
  const shown = new Map(own.map((one) => [one.id, toShown(one)]));
  const note = new Map(Array.from(shown, ([id, { heads: _heads, struck_by: _by, ...one }]): [string, Paragraph] => [id, { id, ...one }]));
  for (const { heads, ...place } of readPlan(notebook, encounter_id)) {
    const stands = shown.get(place.id);
    const text = notebook.draft(textKey(encounter_id, place.id)) ?? stands?.text ?? '';
    const typed = { ...place, text };
    // Begun, and its beginning is gone: it was erased meanwhile.
    if (heads && !stands) continue;
    note.set(place.id, typed);
    // What it was typed over, not what has arrived since: the two will stand side by side.
    if (stands && heads && !isSame(typed, stands)) shown.set(place.id, { ...stands, heads });
  }
  return { note: [...note.values()], shown };
}

export function isUnsaved(one: Paragraph, shown: Shown | undefined): boolean {
  return shown ? !isSame(one, shown) : !one.gone;
}

function readPlan(notebook: Notebook, encounter_id: string): Planned[] {
  return JSON.parse(notebook.draft(planKey(encounter_id)) ?? '[]') as Planned[];
}
