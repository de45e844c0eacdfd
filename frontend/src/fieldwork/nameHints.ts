/** Words that may say who somebody is: numbers, addresses, capitalised words in the middle of a sentence. Pure. */

export type HintKind = 'number' | 'phone' | 'address' | 'name';

/** A part of a text, as places of UTF-16 units. */
export interface NameHint {
  from: number;
  to: number;
  kind: HintKind;
  /** The pseudonyms of those who are meant, where an opened key sheet tells; `Karens` is of somebody. */
  who?: readonly string[];
  isGenitive?: boolean;
}

const ROADS = 'vej gade allé alle stræde vænge vænget vangen parken torvet torv plads street road avenue lane close'
  .split(' ')
  .map((road) => `[${road.charAt(0).toUpperCase()}${road.charAt(0)}]${road.slice(1)}`)
  .join('|');
const PATTERNS: readonly [HintKind, RegExp][] = [
  ['number', /(?<!\d)\d{6}[- ]?\d{4}(?!\d)/gu],
  ['phone', /(?<!\d)(?:\+45 ?)?\d{2} ?\d{2} ?\d{2} ?\d{2}(?!\d)/gu],
  ['address', new RegExp(`(?<!\\p{L})(?=\\p{Lu})(?:\\p{Lu}[\\p{L}.]* ){0,3}\\p{L}*(?:${ROADS}) \\d+\\p{L}?`, 'gu')],
];
const CAPITALISED = /\p{Lu}[\p{L}’'-]*/gu;
/** What stands before a word that begins a sentence or a quotation. */
const BEGINS = /(^|[.!?:;…\n•–—]|["“”„»«‘(])\s*$/u;
/** Capitalised without being anybody: English days and months, and *I*. */
const NOBODY = new Set(
  'I Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December'.split(' '),
);

/** KOL, SOSU, SSRI. */
const LONGEST_SHORT_FORM = 4;

/**
 * `known`: the pseudonyms of the study, which are what should stand there; `sure`: what is a name for sure. In the order
 * of the text, never overlapping.
 */
export function findNameHints(text: string, known: ReadonlySet<string>, sure: readonly NameHint[] = []): NameHint[] {
  const found: NameHint[] = [...sure];
  for (const [kind, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) add(found, { from: match.index, to: match.index + match[0].length, kind });
  }
  const mixed = text !== text.toUpperCase();
  for (const match of text.matchAll(CAPITALISED)) {
    const [word] = match;
    if (isSomebody(word, known, mixed) && !BEGINS.test(text.slice(0, match.index))) {
      add(found, { from: match.index, to: match.index + word.length, kind: 'name' });
    }
  }
  return found.sort((one, other) => one.from - other.from);
}

/** Short words all in capitals are abbreviations; long ones tell nothing in a text that is all in capitals. */
function isSomebody(word: string, known: ReadonlySet<string>, mixed: boolean): boolean {
  if (word.length < 2 || NOBODY.has(word) || known.has(word)) return false;
  if (word !== word.toUpperCase()) return true;
  const isKnown = () => [...known].some((label) => label.toUpperCase() === word);
  return mixed && word.length > LONGEST_SHORT_FORM && !isKnown();
}

function add(found: NameHint[], hint: NameHint): void {
  if (!found.some((other) => hint.from < other.to && other.from < hint.to)) found.push(hint);
}

/** The text in pieces, those with a hint apart. */
export function inPieces(text: string, hints: readonly NameHint[]): { text: string; hint: NameHint | null }[] {
  const pieces: { text: string; hint: NameHint | null }[] = [];
  let at = 0;
  for (const hint of hints) {
    if (hint.from > at) pieces.push({ text: text.slice(at, hint.from), hint: null });
    pieces.push({ text: text.slice(hint.from, hint.to), hint });
    at = hint.to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), hint: null });
  return pieces;
}
