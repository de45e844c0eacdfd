/**
 * Taking back what was reported together: the changes of one group. Twin of backend/skygge/core/undo.py.
 *
 * An inverse is written only where the group's value still stands. Where somebody has changed it since, theirs is the
 * later word: it stays, and is told. Everything is read from the changes themselves, so that a group may be taken back
 * after a reload, and on another device.
 */
import { fieldsSetBy, specOf, subjectOf, type ChangeKind, type Draft, type StoredChange } from './changes';
import { fold, type Folded } from './fold';

export interface GroupUndo {
  /** What to report to take the group back; without a group of its own yet. */
  drafts: Draft[];
  /** What is left alone because it was changed since. */
  left: { subject_id: string; field: string }[];
}

/** The inverses of a group, from every change about the things that it touched. */
export function undoGroup(changes: Iterable<StoredChange>, group_id: string): GroupUndo {
  const byThing = new Map<string, StoredChange[]>();
  for (const change of changes) {
    const type = subjectOf(change.kind);
    if (!type) continue;
    const key = `${type} ${change.subject_id}`;
    byThing.set(key, [...(byThing.get(key) ?? []), change]);
  }
  const undo: GroupUndo = { drafts: [], left: [] };
  for (const [, about] of [...byThing].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (about.some((change) => change.group_id === group_id)) undoThing(undo, about, group_id);
  }
  return undo;
}

function undoThing(undo: GroupUndo, about: readonly StoredChange[], group_id: string): void {
  const inGroup = about.filter((change) => change.group_id === group_id);
  const ids = new Set(inGroup.map((change) => change.change_id));
  const [now] = fold(about);
  if (!now) return;
  const isTheGroups = (field: string) => (now.heads[field] ?? []).every((head) => ids.has(head));
  if (inGroup.some((change) => specOf(change.kind)?.creates)) {
    // Begun by the group: it goes as a whole, unless somebody has made it theirs.
    const later = Object.keys(now.heads).filter((field) => !isTheGroups(field));
    report(undo, now, 'retracted', {}, later);
    return;
  }
  const [before] = fold(about.filter((change) => !ids.has(change.change_id)));
  const fields = [...new Set(inGroup.flatMap((change) => Object.keys(fieldsSetBy(change.kind, change.payload))))].sort();
  undo.left.push(...fields.filter((field) => !isTheGroups(field)).map((field) => ({ subject_id: now.id, field })));
  const still = fields.filter(isTheGroups);
  const isRetracted = Boolean(now.fields.retracted);
  if (still.includes('retracted') && isRetracted !== Boolean(before?.fields.retracted)) {
    report(undo, now, isRetracted ? 'restored' : 'retracted', {}, []);
  }
  const named = still.filter((field) => field !== 'retracted');
  const payload = Object.fromEntries(named.map((field) => [field, before?.fields[field] ?? null]));
  if (named.length > 0) report(undo, now, 'amended', payload, []);
}

function report(undo: GroupUndo, { type, id }: Folded, verb: string, payload: object, later: readonly string[]): void {
  const kind = `${type}.${verb}`;
  if (later.length > 0) undo.left.push(...later.map((field) => ({ subject_id: id, field })));
  else if (!specOf(kind)) undo.left.push({ subject_id: id, field: verb });
  else undo.drafts.push({ kind: kind as ChangeKind, subject_id: id, payload });
}
