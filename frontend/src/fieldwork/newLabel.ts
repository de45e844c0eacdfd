/** Pseudonyms that a phone proposes, with its observer's mark: two phones never invent the same one unnoticed. */
import type { Notebook } from '../store/notebook';
import type { ActorKind } from '../store/subjects';

const PREFIXES: Record<ActorKind, string> = {
  professional: 'P',
  citizen: 'C',
  relative: 'R',
  observer: 'O',
  bystander: 'B',
  thing_or_place: 'T',
  other: 'X',
};
const NUMBERED = /^observer-(\d+)$/;

/** The pseudonym to propose for somebody new: `C1a` on Anne's phone, `C1-2` on that of observer-2. */
export function newLabel(notebook: Notebook, kind: ActorKind): string {
  const actors = notebook.list('actor');
  const observers = [
    ...actors.filter((actor) => actor.fields.kind === 'observer').map((actor) => actor.fields.label),
    ...notebook.list('encounter').map((encounter) => encounter.fields.observer ?? ''),
  ];
  const mark = observerMark(notebook.account.observer, observers);
  return nextLabel(actors.map((actor) => actor.fields.label), kind, mark);
}

/** The next number of a kind that nobody has, whoever proposed theirs, and the mark: P1a, P2a, C1-2 … */
export function nextLabel(labels: readonly string[], kind: ActorKind, mark: string): string {
  const numbers = new RegExp(`^${PREFIXES[kind]}(\\d+)`, 'i');
  const taken = new Set(labels.map((label) => Number(numbers.exec(label)?.[1])));
  let number = 1;
  while (taken.has(number)) number += 1;
  return `${PREFIXES[kind]}${number}${mark}`;
}

/** The fewest letters that tell an observer from all others known here; of a numbered observer the number. */
export function observerMark(observer: string, observers: readonly string[]): string {
  const number = NUMBERED.exec(observer)?.[1];
  const own = lettersOf(observer);
  if (number !== undefined || own === '') return `-${number ?? '0'}`;
  const others = observers.filter((one) => one !== observer && !NUMBERED.test(one)).map(lettersOf);
  const isShared = (mark: string) => others.some((other) => other.slice(0, mark.length) === mark);
  let length = 1;
  while (length < own.length && isShared(own.slice(0, length))) length += 1;
  const mark = own.slice(0, length);
  // A figure straight after the number would be read as one with it.
  return /^\p{N}/u.test(mark) ? `-${mark}` : mark;
}

function lettersOf(observer: string): string {
  return observer.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
