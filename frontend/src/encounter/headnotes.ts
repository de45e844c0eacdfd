/** Three questions at the end of an encounter; each answer becomes a paragraph of its field note, anchored to nothing yet. */
import { m } from '../i18n/paraglide/messages.js';
import type { Draft } from '../store/changes';
import { newId } from '../store/identity';
import type { Notebook } from '../store/notebook';

export const HEADNOTES: readonly { key: string; prompt: () => string }[] = [
  { key: 'stays', prompt: m.headnote_stays },
  { key: 'surprised', prompt: m.headnote_surprised },
  { key: 'unwritten', prompt: m.headnote_unwritten },
];

/** Under which the answer is kept while it is typed. */
export function headnoteKey(encounter_id: string, key: string): string {
  return `headnote:${encounter_id}:${key}`;
}

/** The answers that say something, behind the paragraphs that are there. */
export function headnoteDrafts(notebook: Notebook, encounter_id: string, answers: readonly string[], now: string): Draft[] {
  const there = notebook.list('fieldnote').filter((one) => one.fields.encounter_id === encounter_id);
  const last = Math.max(0, ...there.map((one) => one.fields.position ?? 0));
  const said = answers.map((text) => text.trim()).filter(Boolean);
  const { observer } = notebook.account;
  return said.map((text, index) => ({
    kind: 'fieldnote.written',
    subject_id: newId(),
    payload: { encounter_id, position: last + index + 1, anchors: [], text, author: observer, written_at: now },
  }));
}
