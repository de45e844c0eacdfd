import { fieldsSetBy, specOf, subjectOf, type Change } from './changes';
import type { Unplaced } from './makeChange';
import type { Mirror } from './mirror';

/**
 * Give changes their numbers and name the values that they replace: those that the screen showed, and those that
 * earlier changes of the same touch have set. What has left this phone already stays as it was then (`told`): the same
 * change with another number or other parents would be another change to the server.
 */
export function placeChanges(
  unplaced: readonly Unplaced[],
  after: number,
  mirror: Mirror,
  told: ReadonlyMap<string, Change> = new Map(),
): Change[] {
  const fresh = new Map<string, string>();
  let last = Math.max(after, ...Array.from(told.values(), (change) => change.device_seq));
  return unplaced.map((change) => {
    const before = told.get(change.change_id);
    const fields = fieldsRead(change, mirror);
    // Naming the strikes that were seen: the server takes the words out again where somebody had not seen them. Whoever
    // says what a form showed says which strikes it showed.
    const parents = change.parents ?? [
      ...fields.flatMap((field) => standing(change.subject_id, field, fresh, mirror)),
      ...(subjectOf(change.kind) ? mirror.strikesOf(change.subject_id) : []),
    ];
    for (const field of Object.keys(fieldsSetBy(change.kind, change.payload))) {
      fresh.set(`${change.subject_id} ${field}`, change.change_id);
    }
    return before ?? { ...change, parents: [...new Set(parents)], device_seq: ++last };
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
