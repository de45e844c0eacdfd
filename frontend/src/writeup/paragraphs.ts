/** A field note as its author sees it while writing: paragraphs in order. Pure; every step gives a new list. */
import type { Draft } from '../store/changes';
import type { FieldNoteFields, Subject } from '../store/subjects';

export interface Paragraph {
  readonly id: string;
  readonly text: string;
  /** The entries that it tells of. */
  readonly anchors: readonly string[];
  readonly position: number;
  /** Taken out; it stays in the list so that undo can bring it back. */
  readonly gone: boolean;
}

export type Note = readonly Paragraph[];

/** What the screen last took from the notebook of a paragraph, and the changes whose values that were. */
export interface Shown {
  readonly text: string;
  readonly anchors: readonly string[];
  readonly position: number;
  readonly gone: boolean;
  readonly heads: Readonly<Record<string, readonly string[]>>;
  /** The strikes that had taken words out of it by then. */
  readonly struck_by?: readonly string[];
}

/** Who writes, about which encounter, and when. */
export interface Writing {
  readonly encounter_id: string;
  readonly author: string;
  readonly now: string;
}

/** Closer than this two neighbours have no room between them: half of it still makes a difference to a float. */
const CLOSEST = 1e-6;

export function inOrder(note: Note): Paragraph[] {
  return [...note].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
}

/** The paragraphs that stand, in the author's order. */
export function standing(note: Note): Paragraph[] {
  return inOrder(note.filter((one) => !one.gone));
}

/** A new paragraph behind another (null: before all). */
export function insertAfter(note: Note, after: string | null, made: Pick<Paragraph, 'id' | 'text' | 'anchors'>): Note {
  const roomy = makeRoom(note, after);
  return [...roomy, { ...made, position: positionAfter(roomy, after), gone: false }];
}

export function change(note: Note, id: string, what: Partial<Omit<Paragraph, 'id'>>): Note {
  return note.map((one) => (one.id === id ? { ...one, ...what } : one));
}

/** Cut a paragraph where the caret stands; what follows becomes a paragraph anchored to nothing. */
export function split(note: Note, id: string, at: number, new_id: string): Note {
  const one = note.find((each) => each.id === id);
  if (!one) return note;
  const shortened = change(note, id, { text: one.text.slice(0, at).replace(/\n$/, '') });
  return insertAfter(shortened, id, { id: new_id, text: one.text.slice(at).replace(/^\n/, ''), anchors: [] });
}

/** A paragraph goes up in the one before it, with its anchors. Gives back where the seam is. */
export function join(note: Note, id: string): { note: Note; into: string; at: number } | undefined {
  const order = standing(note);
  const index = order.findIndex((one) => one.id === id);
  const [before, one] = [order[index - 1], order[index]];
  if (!before || !one) return undefined;
  const anchors = [...new Set([...before.anchors, ...one.anchors])];
  const joined = change(note, before.id, { text: before.text + one.text, anchors });
  return { note: takeOut(joined, id), into: before.id, at: before.text.length };
}

export function takeOut(note: Note, id: string): Note {
  return change(note, id, { gone: true });
}

/** One place up (-1) or down (1). */
export function move(note: Note, id: string, step: -1 | 1): Note {
  const order = standing(note);
  const from = order.findIndex((one) => one.id === id);
  const to = from + step;
  if (from < 0 || to < 0 || to >= order.length) return note;
  const after = step === 1 ? order[to] : order[to - 1];
  const rest = makeRoom(note.filter((one) => one.id !== id), after?.id ?? null);
  return [...rest, { ...(order[from] as Paragraph), position: positionAfter(rest, after?.id ?? null) }];
}

/** The entries that some paragraph tells of. */
export function usedEntries(note: Note): Set<string> {
  return new Set(standing(note).flatMap((one) => one.anchors));
}

/** As a reader counts: letters and figures, with what joins them. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}’'-]*/gu)?.length ?? 0;
}

/** A paragraph without words and without an entry says nothing: it is not kept. */
export function isBlank({ text, anchors }: Pick<Paragraph, 'text' | 'anchors'>): boolean {
  return text.trim() === '' && anchors.length === 0;
}

export function isSame(one: Omit<Paragraph, 'id'>, shown: Shown): boolean {
  return Object.keys(changedFields(one, shown)).length === 0 && one.gone === shown.gone;
}

/** What has to be reported of a paragraph. What arrived since it was shown is not replaced. */
export function toDrafts(one: Paragraph, shown: Shown | undefined, { encounter_id, author, now }: Writing): Draft[] {
  const { id: subject_id, text, position, gone } = one;
  const anchors = [...one.anchors];
  if (!shown) {
    if (gone || isBlank(one)) return [];
    const payload: FieldNoteFields = { encounter_id, position, anchors, text, author, written_at: now };
    return [{ kind: 'fieldnote.written', subject_id, payload }];
  }
  if (gone) return shown.gone ? [] : [{ kind: 'fieldnote.retracted', subject_id, payload: {} }];
  const restored: Draft[] = shown.gone ? [{ kind: 'fieldnote.restored', subject_id, payload: {} }] : [];
  const payload = changedFields(one, shown);
  const names = Object.keys(payload);
  if (names.length === 0) return restored;
  const parents = [...new Set([...names.flatMap((name) => shown.heads[name] ?? []), ...(shown.struck_by ?? [])])];
  return [...restored, { kind: 'fieldnote.amended', subject_id, payload, parents }];
}

/** What the screen takes over of a paragraph. Of texts written apart only the shown one counts as seen. */
export function toShown({ fields, heads, retracted, conflicts, struck_by }: Subject<'fieldnote'>): Shown {
  const isApart = conflicts.some(({ field }) => field === 'text');
  const seen = isApart ? { ...heads, text: (heads.text ?? []).slice(0, 1) } : heads;
  const { text, anchors = [], position = 0 } = fields;
  return { text, anchors, position, gone: retracted, heads: seen, ...(struck_by && { struck_by }) };
}

/** The words that an entry gives to its paragraph: what was said word for word stays marked as such. */
export function openingWords(jotting: string | null | undefined, verbatim: boolean | undefined, quote: (words: string) => string): string {
  const words = jotting?.trim() ?? '';
  if (!verbatim || !words) return words;
  return words.split('\n').map((line) => `> ${/^["“”„»«]/.test(line) ? line : quote(line)}`).join('\n') + '\n';
}

function changedFields(one: Omit<Paragraph, 'id'>, shown: Shown): Partial<FieldNoteFields> {
  return {
    ...(one.text !== shown.text && { text: one.text }),
    ...(one.position !== shown.position && { position: one.position }),
    ...(one.anchors.join() !== shown.anchors.join() && { anchors: [...one.anchors] }),
  };
}

function positionAfter(note: Note, after: string | null): number {
  const [before, behind] = neighbours(note, after);
  if (before === undefined) return behind === undefined ? 1 : behind - 1;
  return behind === undefined ? before + 1 : (before + behind) / 2;
}

/** Whole numbers again where halves have become too small. */
function makeRoom(note: Note, after: string | null): Note {
  const [before, behind] = neighbours(note, after);
  if (before === undefined || behind === undefined || behind - before > CLOSEST) return note;
  const places = new Map(standing(note).map((one, index) => [one.id, index + 1]));
  return note.map((one) => ({ ...one, position: places.get(one.id) ?? one.position }));
}

function neighbours(note: Note, after: string | null): [number | undefined, number | undefined] {
  const order = standing(note);
  const index = after === null ? -1 : order.findIndex((one) => one.id === after);
  const known = after !== null && index < 0 ? order.length - 1 : index;
  return [order[known]?.position, order[known + 1]?.position];
}
