/** What differs between two texts, word by word. Pure. */

export interface Piece {
  readonly what: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Above this many pairs of words the middle is told as one piece: nobody reads such a difference word by word. */
const MOST_PAIRS = 4_000_000;

/** Words, and what stands between them, so that nothing is lost when pieces are put together. */
export function wordDiff(before: string, after: string): Piece[] {
  const [old, now] = [cut(before), cut(after)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const middle = compare(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return glue([...same(old.slice(0, head)), ...middle, ...same(old.slice(old.length - tail))]);
}

function cut(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}’'-]+|\s+|[^\p{L}\p{N}\p{M}\s’'-]/gu) ?? [];
}

function same(words: readonly string[]): Piece[] {
  return words.map((text) => ({ what: 'same', text }));
}

/** The longest common run of words, by the table of all pairs. */
function compare(old: readonly string[], now: readonly string[]): Piece[] {
  if (old.length * now.length > MOST_PAIRS) {
    return [{ what: 'removed', text: old.join('') }, { what: 'added', text: now.join('') }];
  }
  const width = now.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [gone, come] = [old[i], now[j]];
    if (gone !== undefined && gone === come) pieces.push({ what: 'same', text: (i++, j++, gone) });
    else if (gone !== undefined && (come === undefined || at(i + 1, j) >= at(i, j + 1))) pieces.push({ what: 'removed', text: (i++, gone) });
    else pieces.push({ what: 'added', text: (j++, come ?? '') });
  }
  return pieces;
}

function glue(pieces: readonly Piece[]): Piece[] {
  const glued: Piece[] = [];
  for (const piece of pieces) {
    const last = glued.at(-1);
    if (last?.what === piece.what) glued[glued.length - 1] = { what: piece.what, text: last.text + piece.text };
    else if (piece.text) glued.push(piece);
  }
  return glued;
}
