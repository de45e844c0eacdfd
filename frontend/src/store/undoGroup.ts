import { fieldsSetBy, KINDS, specOf, subjectOf, type ChangeKind, type Draft, type StoredChange } from './changes';
import { fold, type Folded, type FoldedChange } from './fold';
import { isErased } from './redact';
import type { SubjectType } from './subjects';

/**
 * Taking back what was reported together: the changes of one group. An inverse is written only where the group's value
 * still stands; where somebody has changed it since, theirs is the later word: it stays, and is told. Twin:
 * backend/skygge/core/undo.py.
 */
export interface GroupUndo {
  readonly drafts: Pick<Draft, 'kind' | 'subject_id' | 'payload'>[];
  /** What was left alone, because it was changed since. */
  readonly left: { subject_id: string; field: string }[];
}

type Grouped = FoldedChange & Pick<StoredChange, 'group_id'>;
type About = Map<string, Grouped>;

/** The inverses of a group, from all changes that are known of the things it touched. */
export function undoGroup(changes: Iterable<Grouped>, group_id: string): GroupUndo {
  const things = new Map<string, { type: SubjectType; about: About }>();
  for (const change of changes) {
    const type = subjectOf(change.kind);
    if (!type) continue;
    const key = `${type} ${change.subject_id}`;
    const thing = things.get(key) ?? { type, about: new Map() };
    things.set(key, thing);
    thing.about.set(change.change_id, change);
  }
  const undo: GroupUndo = { drafts: [], left: [] };
  for (const [, { about }] of [...things].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const group = new Set([...about.values()].filter((change) => change.group_id === group_id).map(({ change_id }) => change_id));
    const now = fold(about.values())[0];
    if (group.size > 0 && now) undoThing(undo, now, about, group);
  }
  return undo;
}

function undoThing(undo: GroupUndo, now: Folded, about: About, group: ReadonlySet<string>): void {
  const own = [...group].map((id) => about.get(id) as Grouped);
  const names = [...new Set(own.flatMap((change) => Object.keys(setBy(change))))].sort();
  const stands = (name: string): boolean => (now.heads[name] ?? []).every((head) => group.has(head));
  if (own.some(({ kind }) => specOf(kind)?.creates)) {
    // Begun by the group: it goes as a whole, unless somebody has made it theirs.
    const later = Object.keys(now.heads).filter((name) => !stands(name));
    return draft(undo, now, `${now.type}.retracted`, {}, later);
  }
  const before = fold([...about.values()].filter(({ change_id }) => !group.has(change_id)))[0];
  undo.left.push(...names.filter((name) => !stands(name)).map((field) => ({ subject_id: now.id, field })));
  const still = names.filter(stands);
  const [isOut, wasOut] = [now.fields.retracted === true, before?.fields.retracted === true];
  if (still.includes('retracted') && isOut !== wasOut) draft(undo, now, `${now.type}.${isOut ? 'restored' : 'retracted'}`, {}, []);
  const values = still.filter((name) => name !== 'retracted').map((name) => [name, before?.fields[name] ?? null]);
  if (values.length > 0) draft(undo, now, `${now.type}.amended`, Object.fromEntries(values) as object, []);
}

function setBy(change: Grouped): Record<string, unknown> {
  return isErased(change) ? {} : fieldsSetBy(change.kind, change.payload);
}

function draft(undo: GroupUndo, { id: subject_id }: Folded, kind: string, payload: object, later: readonly string[]): void {
  const left = later.length > 0 ? later : Object.hasOwn(KINDS, kind) ? [] : [kind.split('.')[1] ?? ''];
  if (left.length > 0) undo.left.push(...left.map((field) => ({ subject_id, field })));
  else undo.drafts.push({ kind: kind as ChangeKind, subject_id, payload });
}
