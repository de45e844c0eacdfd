/** Choosing words of a text by touch. Pure. */
import type { NameHint } from './nameHints';

export interface Word {
  from: number;
  to: number;
  text: string;
}

/** The words of a text without what stands around them: letters, figures and what joins them. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}\p{M}’'@.+-]*[\p{L}\p{N}\p{M}]|[\p{L}\p{N}]/gu), (match) => ({
    from: match.index,
    to: match.index + match[0].length,
    text: match[0],
  }));
}

/** The chosen words as they stand in the text, neighbours together: first and last name are one strike. */
export function chosenWords(text: string, words: readonly Word[], chosen: readonly boolean[]): string[] {
  const parts: { from: number; to: number }[] = [];
  words.forEach((word, index) => {
    if (!chosen[index]) return;
    const last = parts.at(-1);
    const isNeighbour = last !== undefined && chosen[index - 1] && /^\s+$/.test(text.slice(last.to, word.from));
    if (isNeighbour) last.to = word.to;
    else parts.push({ from: word.from, to: word.to });
  });
  return [...new Set(parts.map(({ from, to }) => text.slice(from, to)))];
}

/** Which hints are chosen at first: those of one person when a key sheet names somebody here, all of them otherwise. */
export function hintsToStrike(hints: readonly NameHint[], whose: readonly string[] | undefined): readonly NameHint[] {
  const meant = (whose ?? hints.find(({ who }) => who)?.who)?.join();
  return meant === undefined ? hints : hints.filter(({ who }) => who?.join() === meant);
}

/** The one pseudonym that a key sheet gives for all of them. */
export function onlyOne(hints: readonly NameHint[]): string | undefined {
  const [first, another] = new Set(hints.flatMap(({ who }) => who ?? []));
  return another === undefined ? first : undefined;
}

/** What comes in the place of a part: of a name in the genitive, the pseudonym in the genitive. */
export function inPlaceOf(part: string, text: string, hints: readonly NameHint[], replacement: string): string {
  const isGenitive = hints.some(({ from, to, isGenitive: ofSomebody }) => ofSomebody && part.endsWith(text.slice(from, to)));
  return isGenitive && /[\p{L}\p{N}]$/u.test(replacement) ? `${replacement}'s` : replacement;
}
