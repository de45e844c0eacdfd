/**
 * The names of an opened key sheet, found in texts. Pure.
 *
 * A word of a text is a name as a whole, letter case and the ways of writing Danish letters aside, with or without the
 * genitive. The first word of a name counts alone; what follows it counts alone with a capital letter, and beside the
 * first in any case. Names of one or two letters, and names that are words of every day, are asked for more.
 */
import type { NameHint } from '../nameHints';
import type { NamedPerson } from './readSheet';

/** Alone, or only beside another word of the same name; links such as `van` and initials begin and end no name. */
type How = 'any' | 'capital' | 'written' | 'link';
type Standing = 'alone' | 'beside' | 'link';

interface Said {
  readonly person: number;
  readonly how: How;
  readonly written: string;
}

interface Token {
  readonly from: number;
  readonly to: number;
  readonly key: string;
  readonly isGenitive: boolean;
  readonly said: ReadonlyMap<number, Standing>;
}

// Invisible letters may stand inside a word: a soft hyphen hides no name.
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}\u00ad\u200b-\u200d\u2060\ufeff]*/gu;
const UNSEEN = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
const MARKS = /\p{M}/gu;
/** What may stand between two words of one name. */
const JOINS = /^(?:[.,]?[^\S\n\r]{1,3}|[-\u2010\u2011\u2013.'’_])$/u;
const APOSTROPHE_S = /^['’´`]s(?![\p{L}\p{N}])/iu;
const TITLES = new Set('fru hr frk dr prof mr mrs ms miss sir'.split(' '));
const LINKS = new Set('af av de del den der di du el la le of ter til van von zu zum bin ben'.split(' '));
/** Names that are words of every day too, Danish and English, as `fold` writes them. */
const EVERYDAY = new Set(
  ('andre ask bill bjorn bob dag eg elske fin folke gry han hans hope joy kaj kim liv love lark laerke mai maj man mark may nat ' +
    'nor olie per pil rene rose ruth sand sol sten storm sune svan tro vera vi vide vilde villy will').split(' '),
);

/** As the search does: æ as ae, ø and oe as o, å and aa as a, accents aside. */
export function fold(word: string): string {
  if (/^[\x20-\x7e]*$/.test(word)) return word.toLowerCase().replace(/oe/g, 'o').replace(/aa/g, 'a');
  const plain = word.normalize('NFC').toLowerCase().replace(UNSEEN, '').replace(/[æä]/g, 'ae').replace(/[øö]/g, 'o').replace(/ß/g, 'ss');
  return plain.normalize('NFKD').replace(MARKS, '').replace(/oe/g, 'o').replace(/aa/g, 'a');
}

/** How to find these people; in the order of the text, never overlapping. */
export function nameFinder(persons: readonly NamedPerson[]): (text: string) => NameHint[] {
  const index = indexNames(persons);
  const pseudonyms = persons.map(({ pseudonym }) => pseudonym);
  return (text) => {
    const tokens = readTokens(text, index);
    const found: NameHint[] = [];
    for (let at = 0; at < tokens.length; at++) {
      const run = runFrom(tokens, at, text);
      if (!run) continue;
      found.push(toHint(run, pseudonyms));
      at = run.last;
    }
    return found;
  };
}

function indexNames(persons: readonly NamedPerson[]): ReadonlyMap<string, Said[]> {
  const index = new Map<string, Said[]>();
  persons.forEach(({ names }, person) => {
    for (const name of names) {
      for (const [word, how] of wordsOfName(name)) {
        const key = fold(word);
        if (!index.has(key)) index.set(key, []);
        index.get(key)?.push({ person, how, written: word.normalize('NFC') });
      }
    }
  });
  return index;
}

/** `Holm, Karen` is Karen Holm; a title before a name is no part of it, and one name after it is a last name. */
function wordsOfName(name: string): [string, How][] {
  const [last, first, ...more] = name.split(',');
  const inOrder = first?.trim() && more.length === 0 ? `${first} ${last}` : name;
  const words = [...inOrder.matchAll(WORD)].map(([word]) => word);
  const own = words.length > 1 && TITLES.has(fold(words[0] ?? '')) ? words.slice(1) : words;
  const firstWord = own.findIndex((word) => !isLink(word));
  if (firstWord < 0) return own.map((word, at) => [word, at === 0 ? 'written' : 'link']);
  const isLast = own.length === 1 && words.length > 1;
  return own.map((word, at) => [word, isLink(word) ? 'link' : howOf(word, at === firstWord && !isLast)]);
}

function isLink(word: string): boolean {
  return [...word].length === 1 || LINKS.has(word) || !/\p{L}/u.test(word);
}

function howOf(word: string, isFirst: boolean): How {
  if ([...word.normalize('NFC')].length < 3) return 'written';
  return isFirst && !EVERYDAY.has(fold(word)) ? 'any' : 'capital';
}

function readTokens(text: string, index: ReadonlyMap<string, Said[]>): Token[] {
  return Array.from(text.matchAll(WORD), (match): Token => {
    const [word] = match;
    const from = match.index;
    const key = fold(word);
    const end = from + word.length;
    const exact = index.get(key);
    const said = exact ?? genitiveOf(key).flatMap((one) => index.get(one) ?? []);
    const apostrophe = said.length > 0 ? APOSTROPHE_S.exec(text.slice(end, end + 3))?.[0].length : undefined;
    const isGenitive = said.length > 0 && (exact === undefined || apostrophe !== undefined);
    return { from, to: end + (apostrophe ?? 0), key, isGenitive, said: standingsOf(word, said, exact === undefined) };
  });
}

/** `karens` may be of Karen, `maxes` of Max. */
function genitiveOf(key: string): string[] {
  const bare = /^(.{2,})s$/u.exec(key)?.[1];
  const long = /^(.+[sxz])es$/u.exec(key)?.[1];
  return [bare, long].filter((one) => one !== undefined);
}

function standingsOf(word: string, said: readonly Said[], isGenitive: boolean): ReadonlyMap<number, Standing> {
  const written = word.normalize('NFC').replace(UNSEEN, '');
  const standings = new Map<number, Standing>();
  for (const one of said) {
    const standing = standingOf(written, one, isGenitive);
    if (standing === 'alone' || !standings.has(one.person)) standings.set(one.person, standing);
  }
  return standings;
}

function standingOf(written: string, { how, written: wanted }: Said, isGenitive: boolean): Standing {
  if (how === 'link') return 'link';
  const isAsked =
    how === 'any' || (how === 'capital' ? /^\p{Lu}/u.test(written) : isGenitive ? written.startsWith(wanted) : written === wanted);
  return isAsked ? 'alone' : 'beside';
}

interface Run {
  readonly tokens: readonly Token[];
  readonly last: number;
  readonly who: readonly number[];
}

/** The words of one name that stand together from here on, if one of them is enough alone. */
function runFrom(tokens: readonly Token[], start: number, text: string): Run | undefined {
  const first = tokens[start];
  if (!first) return undefined;
  let who = [...first.said.keys()];
  let last = start;
  const keys = new Set([first.key]);
  for (let next = tokens[last + 1]; next; next = tokens[last + 1]) {
    const [before, { key, said }] = [tokens[last] as Token, next];
    const both = who.filter((one) => said.has(one));
    if (both.length === 0 || before.isGenitive || keys.has(key) || !JOINS.test(text.slice(before.to, next.from))) break;
    who = both;
    keys.add(key);
    last++;
  }
  const run = tokens.slice(start, last + 1);
  const able = who.filter((one) => run.some(({ said }) => said.get(one) === 'alone'));
  if (able.length === 0) return undefined;
  const isLinkHere = ({ said }: Token): boolean => able.every((one) => said.get(one) === 'link');
  const [begin, end] = [run.findIndex((one) => !isLinkHere(one)), run.findLastIndex((one) => !isLinkHere(one))];
  return { tokens: run.slice(begin, end + 1), last, who: able };
}

function toHint({ tokens, who }: Run, pseudonyms: readonly string[]): NameHint {
  const [first, last] = [tokens[0] as Token, tokens.at(-1) as Token];
  const names = [...new Set(who.map((one) => pseudonyms[one] ?? ''))];
  return { from: first.from, to: last.to, kind: 'name', who: names, isGenitive: last.isGenitive };
}
