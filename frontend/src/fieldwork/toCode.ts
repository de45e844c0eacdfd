/** What waits for a code: a mark, as long as it lacks what the study codes. */
import type { EntryFields, FieldMode } from '../store/subjects';

/** Structures where the study codes them, or else at least an action. Words and reflections wait for nothing. */
export function isToCode({ kind, structure, action }: EntryFields, mode: FieldMode): boolean {
  if (kind !== 'point' && kind !== 'state') return false;
  return mode === 'structures' ? !structure : !structure && !action;
}
