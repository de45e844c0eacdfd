import { describe, expect, it } from 'vitest';
import { drawn, seek } from './seek';

const PARAGRAPHS = [
  { id: 'a', text: 'Hun ser ud (ad vinduet). hun ler', anchors: [], position: 1, gone: false },
  { id: 'b', text: '> “hun siger nej”\nså går han', anchors: [], position: 2, gone: false },
];

describe('finding in a note', () => {
  it('finds letter case aside, in the order of the text', () => {
    expect(seek(PARAGRAPHS, 'hun')).toEqual([
      { id: 'a', from: 0, to: 3 }, { id: 'a', from: 25, to: 28 }, { id: 'b', from: 3, to: 6 },
    ]);
  });

  it('takes signs as they are', () => {
    expect(seek(PARAGRAPHS, '(ad')).toHaveLength(1);
    expect(seek(PARAGRAPHS, '.*')).toEqual([]);
    expect(seek(PARAGRAPHS, ' ')).toEqual([]);
  });

  it('draws every letter once, with what was found and what was said word for word', () => {
    const text = PARAGRAPHS[1]?.text ?? '';
    const lines = drawn(text, [{ from: 3, to: 6 }], [{ from: 21, to: 24 }]);
    expect(lines.map(({ looks }) => looks.map((look) => look.text).join('')).join('\n')).toBe(text);
    expect(lines.map(({ quoted }) => quoted)).toEqual([true, false]);
    expect(lines[0]?.looks.filter(({ found }) => found).map((look) => look.text)).toEqual(['hun']);
    expect(lines[1]?.looks.filter(({ hint }) => hint)).toHaveLength(1);
  });
});
