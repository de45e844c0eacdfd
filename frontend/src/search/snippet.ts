/** A piece of a text around what was asked for. Pure. */
import { foldWord } from '../fieldwork/foldWord';

export interface Piece {
  readonly text: string;
  readonly found: boolean;
}

const AROUND = 80;

/** Words that begin with one that was asked for are marked; a long text is cut around the first of them. */
export function snippet(text: string, asked: string): Piece[] {
  const sought = asked.split(/[^\p{L}\p{N}\p{M}]+/u).map(foldWord).filter(Boolean);
  const words = [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)];
  const hits = words.filter(([word]) => sought.some((one) => foldWord(word).startsWith(one)));
  const first = hits[0]?.index ?? 0;
  const from = first <= AROUND ? 0 : text.indexOf(' ', first - AROUND) + 1 || first - AROUND;
  const to = Math.min(text.length, first + 2 * AROUND);
  const pieces: Piece[] = from > 0 ? [{ text: '… ', found: false }] : [];
  let at = from;
  for (const { 0: word, index } of hits.filter((hit) => hit.index >= from && hit.index < to)) {
    if (index > at) pieces.push({ text: text.slice(at, index), found: false });
    pieces.push({ text: word, found: true });
    at = index + word.length;
  }
  if (at < to) pieces.push({ text: text.slice(at, to), found: false });
  if (to < text.length) pieces.push({ text: ' …', found: false });
  return pieces;
}
