import { fieldsSetBy, specOf, subjectOf, type StoredChange } from './changes';
import { toUnixMs } from './clock';
import { beats, isErased } from './redact';
import type { Conflict, SubjectType } from './subjects';

/**
 * The only conflict rule: what a set of changes says that things are.
 *
 * A pure function of the *set* of changes, so that order, retries and duplicates cannot matter. The value that change
 * c gave field f is replaced if and only if some other change names c in `parents` and sets f. Values left over are
 * concurrent: all are kept; the clock only chooses which is shown first. Twin: backend/skygge/core/fold.py.
 */

export type FoldedChange = Pick<
  StoredChange,
  'change_id' | 'kind' | 'subject_id' | 'parents' | 'payload' | 'made_at' | 'corrected_at' | 'redacted'
>;

export interface Folded {
  type: SubjectType;
  id: string;
  fields: Record<string, unknown>;
  /** Per field the changes whose values stand, the shown one first. */
  heads: Record<string, string[]>;
  conflicts: Conflict[];
  /** False while the change that began it has not arrived; such a thing is not shown anywhere. */
  isCreated: boolean;
}

interface Told extends FoldedChange {
  sets: Record<string, unknown>;
}

/**
 * Fold changes into things. Changes of unknown kinds are passed over; of two changes with one id the first is taken, but
 * a stub beats any copy that holds more.
 */
export function fold(changes: Iterable<FoldedChange>): Folded[] {
  const groups = new Map<string, { type: SubjectType; own: Map<string, FoldedChange> }>();
  for (const change of changes) {
    const type = subjectOf(change.kind);
    if (!type) continue;
    const key = `${type} ${change.subject_id}`;
    const group = groups.get(key) ?? { type, own: new Map() };
    groups.set(key, group);
    const known = group.own.get(change.change_id);
    if (!known || beats(change, known)) group.own.set(change.change_id, change);
  }
  return Array.from(groups.values(), ({ type, own }) => foldSubject(type, own));
}

function foldSubject(type: SubjectType, own: Map<string, FoldedChange>): Folded {
  const told = new Map<string, Told>();
  for (const [id, change] of own) told.set(id, { ...change, sets: fieldsSet(change) });
  const all = [...told.values()];
  const folded: Folded = { type, id: all[0]?.subject_id ?? '', fields: {}, heads: {}, conflicts: [], isCreated: false };
  folded.isCreated = all.some((change) => specOf(change.kind)?.creates && !isErased(change));
  const names = new Set(all.flatMap((change) => Object.keys(change.sets)));
  for (const name of [...names].sort()) foldField(folded, name, all);
  noteUnseenEdits(folded, told);
  return folded;
}

function fieldsSet(change: FoldedChange): Record<string, unknown> {
  return isErased(change) ? {} : fieldsSetBy(change.kind, change.payload);
}

function foldField(folded: Folded, name: string, all: readonly Told[]): void {
  const standing = findStanding(name, all);
  folded.heads[name] = standing.map((change) => change.change_id);
  folded.fields[name] = standing[0]?.sets[name];
  const distinct: Conflict['values'] = [];
  for (const change of standing) {
    const value = change.sets[name];
    if (!distinct.some((other) => isEqual(other.value, value))) distinct.push({ change_id: change.change_id, value });
  }
  if (distinct.length > 1) folded.conflicts.push({ field: name, values: distinct });
}

function findStanding(name: string, all: readonly Told[]): Told[] {
  const setters = all.filter((change) => Object.hasOwn(change.sets, name));
  if (setters.length === 1) return setters;
  const replaced = new Set<string>();
  for (const setter of setters) {
    for (const parent of setter.parents) if (parent !== setter.change_id) replaced.add(parent);
  }
  const left = setters.filter((setter) => !replaced.has(setter.change_id));
  // Changes that name each other would leave no value at all; keeping them all loses nothing.
  return (left.length > 0 ? left : setters).sort(byShownTimeLatestFirst);
}

function byShownTimeLatestFirst(one: FoldedChange, other: FoldedChange): number {
  const apart = shownTime(other) - shownTime(one);
  if (apart !== 0) return apart;
  return one.change_id < other.change_id ? 1 : -1;
}

function shownTime(change: FoldedChange): number {
  return toUnixMs(change.corrected_at || change.made_at);
}

/** A retraction that had not seen an edit stays visible as a conflict, so that nobody's words vanish unread. */
function noteUnseenEdits(folded: Folded, told: Map<string, Told>): void {
  const retraction = folded.heads.retracted?.[0];
  if (!retraction || !folded.fields.retracted) return;
  const seen = findAncestors(retraction, told);
  const standing = new Set(Object.values(folded.heads).flat());
  const unseen = [...standing].filter((head) => !seen.has(head) && isEdit(told.get(head))).sort();
  if (unseen.length === 0) return;
  const values = [{ change_id: retraction, value: true }, ...unseen.map((change_id) => ({ change_id, value: false }))];
  folded.conflicts.push({ field: 'retracted', values });
}

function isEdit(change: Told | undefined): boolean {
  const spec = change && specOf(change.kind);
  return Boolean(spec && !spec.creates && !(spec.sets && 'retracted' in spec.sets));
}

function findAncestors(change_id: string, told: Map<string, Told>): Set<string> {
  const seen = new Set<string>();
  const waiting = [change_id];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    if (seen.has(current)) continue;
    seen.add(current);
    waiting.push(...(told.get(current)?.parents ?? []));
  }
  return seen;
}

/** Whether two JSON values say the same; the order of an object's names says nothing. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    (name) => Object.hasOwn(other, name) && isEqual((one as Named)[name], (other as Named)[name]),
  );
}

type Named = Record<string, unknown>;
