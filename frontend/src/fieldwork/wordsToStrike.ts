/** Choosing words of a text by touch. Pure. */

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
