/** Finding words in a note. Pure. */
import type { Paragraph } from './paragraphs';

export interface Found {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** Every place where the words stand, letter case aside, in the order of the text. */
export function seek(paragraphs: readonly Paragraph[], words: string): Found[] {
  if (!words.trim()) return [];
  const pattern = new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  return paragraphs.flatMap(({ id, text }) =>
    Array.from(text.matchAll(pattern), (found) => ({ id, from: found.index, to: found.index + found[0].length })),
  );
}

export interface Look {
  readonly text: string;
  readonly found: boolean;
  /** May be a name. */
  readonly hint: boolean;
}

export interface Line {
  /** Said word for word: the line begins with `>`. */
  readonly quoted: boolean;
  readonly looks: readonly Look[];
}

interface Span {
  from: number;
  to: number;
}

/** A text in lines and pieces, to be drawn behind what is typed. */
export function drawn(text: string, found: readonly Span[], hints: readonly Span[]): Line[] {
  const edges = new Set([...found, ...hints].flatMap(({ from, to }) => [from, to]));
  const within = (at: number, spans: readonly Span[]): boolean => spans.some(({ from, to }) => at >= from && at < to);
  let start = 0;
  return text.split('\n').map((line) => {
    const end = start + line.length;
    const cuts = [start, ...[...edges].filter((edge) => edge > start && edge < end).sort((a, b) => a - b), end];
    const looks = cuts.slice(0, -1).map((from, index) => ({
      text: text.slice(from, cuts[index + 1]),
      found: within(from, found),
      hint: within(from, hints),
    }));
    start = end + 1;
    return { quoted: line.startsWith('>'), looks };
  });
}
