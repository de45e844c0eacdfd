/** Fields other than texts with several values that were given apart from each other: a person chooses one. Pure. */
import type { ChangeKind, Draft } from '../store/changes';
import { specOf } from '../store/changes';
import type { Notebook } from '../store/notebook';
import { SUBJECT_TYPES, type Subject, type SubjectType } from '../store/subjects';
import { siblingsOf, TEXTS, type WithText } from '../fieldwork/siblings';

export interface ValuesApart {
  readonly type: SubjectType;
  readonly id: string;
  readonly thing: Subject;
  readonly field: string;
  /** The shown one first. */
  readonly values: readonly { change_id: string; value: unknown }[];
}

/** What can be chosen between here; of a thing that was taken back only whether it should be. */
export function valuesApart(type: SubjectType, things: readonly Subject[]): ValuesApart[] {
  if (!specOf(`${type}.amended`)) return [];
  const text = type in TEXTS ? TEXTS[type as WithText].field : '';
  return things.flatMap((thing) =>
    thing.conflicts
      .filter(({ field }) => field !== text && (field === 'retracted') === thing.retracted)
      .map(({ field, values }) => ({ type, id: thing.id, thing, field, values })),
  );
}

/** The change that lets one value stand. */
export function choose({ type, id, field }: ValuesApart, value: unknown): Draft {
  if (field !== 'retracted') return { kind: `${type}.amended` as ChangeKind, subject_id: id, payload: { [field]: value } };
  return { kind: `${type}.${value === true ? 'retracted' : 'restored'}` as ChangeKind, subject_id: id, payload: {} };
}

/** How many choices wait: texts and other values. */
export function countApart(notebook: Notebook): number {
  const texts = (Object.keys(TEXTS) as WithText[]).flatMap((type) => siblingsOf(type, notebook.list(type)));
  return texts.length + SUBJECT_TYPES.flatMap((type) => valuesApart(type, notebook.list(type))).length;
}
