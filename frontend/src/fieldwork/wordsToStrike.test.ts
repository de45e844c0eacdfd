import { describe, expect, it } from 'vitest';
import { chosenWords, wordsOf } from './wordsToStrike';

const TEXT = '“Kom nu, Karen Holm”, siger hun til Karen. CPR 010203-1234.';

describe('choosing words to strike', () => {
  it('leaves quotation marks and full stops out', () => {
    expect(wordsOf(TEXT).map((word) => word.text)).toEqual(
      ['Kom', 'nu', 'Karen', 'Holm', 'siger', 'hun', 'til', 'Karen', 'CPR', '010203-1234'],
    );
  });

  it('takes neighbours together and the same word once', () => {
    const words = wordsOf(TEXT);
    const chosen = words.map(({ text }) => ['Karen', 'Holm', '010203-1234'].includes(text));
    expect(chosenWords(TEXT, words, chosen)).toEqual(['Karen Holm', 'Karen', '010203-1234']);
    expect(chosenWords('og og', wordsOf('og og'), [true, false])).toEqual(['og']);
    expect(chosenWords(TEXT, words, words.map(() => false))).toEqual([]);
  });
});
