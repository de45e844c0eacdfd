import { fieldsSetBy, specOf, subjectOf, type Change } from './changes';
import type { Unplaced } from './makeChange';
import type { Mirror } from './mirror';

/**
 * Give changes their numbers and name the values that they replace: those that the screen showed, and those that
 * earlier changes of the same touch have set.
 */
export function placeChanges(unplaced: readonly Unplaced[], after: number, mirror: Mirror): Change[] {
  const fresh = new Map<string, string>();
  return unplaced.map((change, index) => {
    const fields = fieldsRead(change, mirror);
    const parents = change.parents ?? fields.flatMap((field) => standing(change.subject_id, field, fresh, mirror));
    for (const field of Object.keys(fieldsSetBy(change.kind, change.payload))) {
      fresh.set(`${change.subject_id} ${field}`, change.change_id);
    }
    return { ...change, parents: [...new Set(parents)], device_seq: after + index + 1 };
  });
}

function fieldsRead(change: Unplaced, mirror: Mirror): string[] {
  const type = subjectOf(change.kind);
  // Who takes a thing back has seen all of it; otherwise every edit of it would count as unseen.
  if (type && specOf(change.kind)?.sets?.retracted === true) return mirror.fieldsOf(type, change.subject_id);
  return Object.keys(fieldsSetBy(change.kind, change.payload));
}

function standing(subject_id: string, field: string, fresh: Map<string, string>, mirror: Mirror): string[] {
  const own = fresh.get(`${subject_id} ${field}`);
  return own ? [own] : mirror.headsOf(subject_id, [field]);
}
