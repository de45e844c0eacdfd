/** What became of an entry: for each change, from what to what. Pure. */
import { fieldsSetBy, type StoredChange } from '../store/changes';

export interface Step {
  readonly change: StoredChange;
  readonly fields: readonly { field: string; from: unknown; to: unknown }[];
}

/**
 * What stood before is what the named parents had set. A change that names none of a field's is written without
 * knowledge of it: then nothing stood there for whoever wrote.
 */
export function stepsOf(changes: readonly StoredChange[]): Step[] {
  const set = new Map<string, Record<string, unknown>>();
  return changes.map((change) => {
    const now = change.redacted?.mode === 'erased' ? {} : fieldsSetBy(change.kind, change.payload);
    set.set(change.change_id, now);
    const before = change.parents.map((id) => set.get(id) ?? {}).reverse();
    const fields = Object.entries(now).map(([field, to]) => ({ field, from: before.find((one) => Object.hasOwn(one, field))?.[field], to }));
    return { change, fields };
  });
}
