import type { Change, Payload, Redacted } from './changes';

/**
 * What is left of a change when words are struck or a thing is erased: a stub that describes itself and beats any copy
 * that holds more. Twin: backend/skygge/core/redact.py.
 */

// Where people write, and how long a text may be there: words are struck in these fields and in everything inside them.
const LONGEST: readonly [RegExp, number][] = [
  [/^(title|label|agency|way|witness)$/, 200],
  [/^((joint_)?controller|processor|hosting_place|purpose(_limits)?|legal_basis|concern_procedure|lock_reason)$/, 2_000],
  [/^(setting|reason|jotting|text|note|definition|starts|ends|(counter_)?example|words)$/, 100_000],
];
/** Stands for struck words where nothing else fits. */
const BLOCK = '▮';

type Stubbable = Pick<Change, 'redacted'>;
type Path = (string | number)[];

/** The payload with words replaced wherever they stand in its texts, literally; by a block where a text would outgrow. */
export function strikeWords<T>(payload: T, words: string, replacement: string): T {
  return treated(payload, (text, path) => {
    const struck = text.replaceAll(words, () => replacement);
    const fits = [...struck].length <= (path.map(longestIn).find(Boolean) ?? Infinity);
    return fits ? struck : text.replaceAll(words, BLOCK);
  }) as T;
}

function longestIn(name: string | number): number | undefined {
  return LONGEST.find(([names]) => names.test(String(name)))?.[1];
}

/** Where words stand in the texts of a payload. Places are counted in code points, as the server counts them. */
export function findWords(payload: unknown, words: string): { path: Path; at: number; length: number }[] {
  const length = [...words].length;
  return textsOf(payload).flatMap(({ path, text }) => {
    const before = text.split(words).slice(0, -1);
    let at = -length;
    return before.map((piece) => ({ path, at: (at += length + [...piece].length), length }));
  });
}

/** Every text of a payload, as it stands, and where. */
export function textsOf(payload: unknown): { path: Path; text: string }[] {
  const found: { path: Path; text: string }[] = [];
  treated(payload, (text, path) => (found.push({ path, text }), text));
  return found;
}

function treated(node: unknown, treat: (text: string, path: Path) => string, path: Path = [], isText = false): unknown {
  if (typeof node === 'string') return isText ? treat(node, path) : node;
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((inner, index) => treated(inner, treat, [...path, index], isText));
  const entries = Object.entries(node).map(([name, inner]) => {
    // A study says its legal basis in words; a person's consent names one by its key.
    const isWritten = longestIn(name) && !(name === 'legal_basis' && 'actor_id' in node);
    return [name, treated(inner, treat, [...path, name], isText || Boolean(isWritten))];
  });
  return Object.fromEntries(entries) as unknown;
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
