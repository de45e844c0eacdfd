import type { Change, Payload, Redacted } from './changes';

/**
 * What is left of a change when words are struck or a thing is erased: a stub that describes itself and beats any copy
 * that holds more. Twin: backend/skygge/core/redact.py.
 */

// Where people write: words are struck in these fields and in everything inside them.
const TEXT_NAMES = new Set([
  'title', 'label', 'agency', 'setting', 'reason', 'jotting', 'text', 'note', 'way', 'witness', 'definition', 'starts',
  'ends', 'example', 'counter_example', 'words', 'controller', 'joint_controller', 'processor', 'hosting_place',
  'purpose', 'purpose_limits', 'concern_procedure', 'lock_reason',
]);

/** A study says its legal basis in words; a person's consent names one by its key. */
const isTextIn = (name: string, beside: object): boolean =>
  TEXT_NAMES.has(name) || (name === 'legal_basis' && !('actor_id' in beside));

type Stubbable = Pick<Change, 'redacted'>;

/** The payload with words replaced wherever they stand in its texts, literally. */
export function strikeWords<T>(payload: T, words: string, replacement: string): T {
  return strike(payload, (text) => text.replaceAll(words, () => replacement), false) as T;
}

/** Where words stand in the texts of a payload. Places are counted in code points, as the server counts them. */
export function findWords(payload: unknown, words: string): { path: (string | number)[]; at: number; length: number }[] {
  const length = [...words].length;
  return textsOf(payload, [], false).flatMap(({ path, text }) => {
    const before = text.split(words).slice(0, -1);
    let at = -length;
    return before.map((piece) => ({ path, at: (at += length + [...piece].length), length }));
  });
}

type Text = { path: (string | number)[]; text: string };

function textsOf(node: unknown, path: (string | number)[], isText: boolean): Text[] {
  if (typeof node === 'string') return isText ? [{ path, text: node }] : [];
  if (Array.isArray(node)) return node.flatMap((inner, index) => textsOf(inner, [...path, index], isText));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, inner]) => textsOf(inner, [...path, name], isText || isTextIn(name, node)));
}

function strike(node: unknown, treat: (text: string) => string, isText: boolean): unknown {
  if (typeof node === 'string') return isText ? treat(node) : node;
  if (Array.isArray(node)) return node.map((inner) => strike(inner, treat, isText));
  if (typeof node !== 'object' || node === null) return node;
  const treated = Object.entries(node).map(([name, inner]) => [name, strike(inner, treat, isText || isTextIn(name, node))]);
  return Object.fromEntries(treated) as unknown;
}

/** The stub of a change: without payload when it was erased, otherwise with what is left of it. */
export function toStub<T extends { payload: Payload }>(change: T, redacted: Redacted, payload: Payload = {}): T {
  return { ...change, payload: redacted.mode === 'erased' ? {} : payload, redacted };
}

/** Whether nothing is left of what a change said. */
export function isErased(change: Stubbable): boolean {
  return change.redacted?.mode === 'erased';
}

/** Whether a copy of a change holds less than another copy of it: erased before struck before whole. */
export function beats(change: Stubbable, other: Stubbable): boolean {
  const [rank, otherRank] = [rankOf(change), rankOf(other)];
  if (rank !== otherRank || rank !== 1) return rank > otherRank;
  // Ids of redactions rise with time: of two strikes the later one has taken out more.
  return (change.redacted?.by ?? '') > (other.redacted?.by ?? '');
}

function rankOf({ redacted }: Stubbable): number {
  if (!redacted) return 0;
  return redacted.mode === 'erased' ? 2 : 1;
}
