/** What was given apart from each other, texts and other values: a person chooses. Pure but for the notebook that is read. */
import type { ChangeKind, Draft } from '../store/changes';
import { specOf } from '../store/changes';
import type { Notebook } from '../store/notebook';
import { SUBJECT_TYPES, type Subject, type SubjectType } from '../store/subjects';
import { choicesIn, isHeldBack, namesHeld } from '../fieldwork/heldBack';
import { siblingsOf, TEXTS, type Siblings, type WithText } from '../fieldwork/siblings';

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
    choicesIn(thing)
      .filter(({ field }) => field !== text && (field === 'retracted') === thing.retracted)
      .map(({ field, values }) => ({ type, id: thing.id, thing, field, values })),
  );
}

/** The change that lets one value stand. */
export function choose({ type, id, field }: ValuesApart, value: unknown): Draft {
  if (field !== 'retracted') return { kind: `${type}.amended` as ChangeKind, subject_id: id, payload: { [field]: value } };
  return { kind: `${type}.${value === true ? 'retracted' : 'restored'}` as ChangeKind, subject_id: id, payload: {} };
}

export interface Apart {
  readonly texts: readonly Siblings[];
  readonly values: readonly ValuesApart[];
  /** Choices that wait until it is decided what becomes of what is held: neither wording is shown before. */
  readonly n_held: number;
}

export function findApart(notebook: Notebook): Apart {
  const all = SUBJECT_TYPES.flatMap((type): Subject[] => notebook.list(type)).filter(({ conflicts }) => conflicts.length > 0);
  const shown = all.filter((thing) => !isHeldBack(notebook, thing));
  const values = shown.flatMap(valuesOf).filter((one) => !namesHeld(notebook, one.thing, one));
  const texts = shown.flatMap(textsOf);
  return { texts, values, n_held: all.flatMap(textsOf).length + all.flatMap(valuesOf).length - texts.length - values.length };
}

/** How many choices wait. */
export function countApart(notebook: Notebook): number {
  const { texts, values } = findApart(notebook);
  return texts.length + values.length;
}

function textsOf(thing: Subject): Siblings[] {
  return thing.type in TEXTS ? siblingsOf(thing.type as WithText, [thing]) : [];
}

function valuesOf(thing: Subject): ValuesApart[] {
  return valuesApart(thing.type, [thing]);
}
