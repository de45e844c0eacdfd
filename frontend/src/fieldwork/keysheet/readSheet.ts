/**
 * A filled-in key sheet: a table of pseudonyms and names as a spreadsheet saves it. Pure. What is wrong with a file is
 * told by a code and line numbers: nothing of its content ever stands in a complaint.
 */
import { isNothing, splitRows, type Row } from './splitRows';

export const MOST_BYTES = 1_000_000;

export type SheetProblemCode = 'large' | 'unreadable' | 'spreadsheet' | 'binary' | 'quote' | 'columns' | 'nobody' | 'unknown' | 'empty';

export interface SheetProblem {
  readonly code: SheetProblemCode;
  readonly lines: readonly number[];
}

export interface NamedPerson {
  readonly pseudonym: string;
  readonly names: readonly string[];
}

export type SheetRead = { readonly persons: readonly NamedPerson[] } | { readonly problem: SheetProblem };

const MAGIC: readonly (readonly [SheetProblemCode, readonly number[]])[] = [
  // Workbooks are archives; the older ones begin with the sign of their container.
  ['spreadsheet', [0x50, 0x4b, 0x03, 0x04]],
  ['spreadsheet', [0xd0, 0xcf, 0x11, 0xe0]],
  ['binary', [0xff, 0xfe]],
  ['binary', [0xfe, 0xff]],
];
// What no text has, in either way of writing letters.
const NO_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0081\u008d\u008f\u0090\u009d\ufffd]/;
const PSEUDONYM = /^(pseudonyme?r?|kode|code)$/i;
const NAME = /^(names?(\(s\))?|navne?|.*navn|.*name)$/i;
/** Before what a spreadsheet would take for a formula; the empty table writes it so. */
const GUARD = /^'(?=[=+@\t-])/;

/** `labels`: every pseudonym of the study, as `foldLabel` gives it, with the one that it goes by now. */
export function readSheet(bytes: Uint8Array, labels: ReadonlyMap<string, string>): SheetRead {
  if (bytes.length > MOST_BYTES) return problem('large');
  for (const [code, magic] of MAGIC) if (magic.every((byte, at) => bytes[at] === byte)) return problem(code);
  const text = decode(bytes);
  if (NO_TEXT.test(text)) return problem('binary');
  const split = splitRows(text);
  if ('open_at' in split) return problem('quote', [split.open_at]);
  return readRows(split.rows.filter((row) => !isNothing(row)), labels);
}

/** Letter case, ways of composing letters and blanks around a pseudonym make no other pseudonym. */
export function foldLabel(label: string): string {
  return label.normalize('NFC').trim().toLowerCase();
}

function readRows(rows: readonly Row[], labels: ReadonlyMap<string, string>): SheetRead {
  const head = rows[0] ? readHead(rows[0], labels) : undefined;
  const own = head ? rows.slice(1) : rows;
  const at = head?.pseudonym ?? 0;
  if (head?.pseudonym === -1 || (rows.length > 0 && rows.every(({ cells }) => cells.length < 2))) return problem('columns');
  const nameless = own.filter(({ cells }) => !(cells[at] ?? '').trim());
  if (nameless.length > 0) return problem('nobody', nameless.map(({ line }) => line));
  const unknown = own.filter(({ cells }) => !labels.has(labelIn(cells[at] ?? '')));
  if (unknown.length > 0) return problem('unknown', unknown.map(({ line }) => line));
  const persons = new Map<string, Set<string>>();
  for (const { cells } of own) {
    const pseudonym = labels.get(labelIn(cells[at] ?? '')) ?? '';
    const names = cells.filter((_, column) => column !== at).flatMap((cell) => cell.split('|').map(tidy));
    const known = persons.get(pseudonym) ?? new Set();
    for (const name of names) if (/\p{L}|\p{N}/u.test(name) && foldLabel(name) !== foldLabel(pseudonym)) known.add(name);
    persons.set(pseudonym, known);
  }
  const named = [...persons].filter(([, names]) => names.size > 0);
  if (named.length === 0) return problem('empty');
  return { persons: named.map(([pseudonym, names]) => ({ pseudonym, names: [...names] })) };
}

/** Where the pseudonym stands, when the first line says it; -1 where it is a heading without one. */
function readHead({ cells }: Row, labels: ReadonlyMap<string, string>): { pseudonym: number } | undefined {
  if (labels.has(labelIn(cells[0] ?? ''))) return undefined;
  const words = cells.map((cell) => cell.trim());
  const pseudonym = words.findIndex((word) => PSEUDONYM.test(word));
  return pseudonym >= 0 || words.some((word) => NAME.test(word)) ? { pseudonym } : undefined;
}

function labelIn(cell: string): string {
  return foldLabel(cell.trim().replace(GUARD, ''));
}

function tidy(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ');
}

/** UTF-8, and where it cannot be that, what Windows writes. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function problem(code: SheetProblemCode, lines: readonly number[] = []): SheetRead {
  return { problem: { code, lines } };
}
