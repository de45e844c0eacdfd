import { describe, expect, it } from 'vitest';
import { wordDiff, type Piece } from './wordDiff';

const told = (pieces: Piece[]): string =>
  pieces.map(({ what, text }) => ({ same: text, added: `+[${text}]`, removed: `-[${text}]` })[what]).join('');

describe('a difference word by word', () => {
  it('tells what came and what went, and the rest as it stands', () => {
    expect(told(wordDiff('Hun ser væk.', 'Hun ser roligt væk.'))).toBe('Hun ser +[roligt ]væk.');
    expect(told(wordDiff('Han går ud', 'Hun går ud'))).toBe('-[Han]+[Hun] går ud');
    expect(told(wordDiff('ens', 'ens'))).toBe('ens');
    expect(told(wordDiff('', 'nyt'))).toBe('+[nyt]');
    expect(told(wordDiff('gammelt', ''))).toBe('-[gammelt]');
  });

  it('gives both texts back, whatever they are', () => {
    const alphabet = ['a', 'b', 'æ', ' ', '\n', '.', '’'];
    let seed = 7;
    const next = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
    const some = (): string => Array.from({ length: Math.floor(next() * 30) }, () => alphabet[Math.floor(next() * 7)]).join('');
    for (let n = 0; n < 200; n += 1) {
      const [before, after] = [some(), some()];
      const pieces = wordDiff(before, after);
      expect(pieces.filter(({ what }) => what !== 'added').map(({ text }) => text).join('')).toBe(before);
      expect(pieces.filter(({ what }) => what !== 'removed').map(({ text }) => text).join('')).toBe(after);
    }
  });

  it('does not hang on two long texts that share nothing', () => {
    const long = (word: string): string => Array.from({ length: 20_000 }, (_, n) => word + n).join(' ');
    expect(wordDiff(long('a'), long('b')).map(({ what }) => what)).toEqual(['removed', 'added']);
  });
});
