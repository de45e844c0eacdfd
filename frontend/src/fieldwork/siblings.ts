/** Texts that were written apart from each other and wait for a person. Pure. */
import type { ChangeKind } from '../store/changes';
import type { Subject, SubjectType } from '../store/subjects';

/** The one text of each type of thing that people write at length, and the kind of change that amends it. */
export const TEXTS = {
  encounter: { field: 'setting', kind: 'encounter.amended' },
  entry: { field: 'jotting', kind: 'entry.amended' },
  fieldnote: { field: 'text', kind: 'fieldnote.amended' },
  memo: { field: 'text', kind: 'memo.amended' },
} as const satisfies Partial<Record<SubjectType, { field: string; kind: ChangeKind }>>;

export type WithText = keyof typeof TEXTS;

export interface Siblings {
  readonly type: WithText;
  readonly id: string;
  /** The shown one first; never fewer than two. */
  readonly texts: readonly { change_id: string; text: string }[];
}

export function siblingsOf(type: WithText, things: readonly Subject[]): Siblings[] {
  return things.flatMap(({ id, conflicts, retracted }) => {
    const conflict = conflicts.find(({ field }) => field === TEXTS[type].field);
    if (!conflict || retracted) return [];
    const texts = conflict.values.map(({ change_id, value }) => ({ change_id, text: String(value ?? '') }));
    return [{ type, id, texts }];
  });
}

/** All texts, one below the other, the earlier first. */
export function both(siblings: Siblings): string {
  return [...siblings.texts].reverse().map(({ text }) => text).filter(Boolean).join('\n');
}
