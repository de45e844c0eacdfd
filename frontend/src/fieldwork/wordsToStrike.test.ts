import { describe, expect, it } from 'vitest';
import type { NameHint } from './nameHints';
import { chosenWords, hintsToStrike, inPlaceOf, onlyOne, wordsOf } from './wordsToStrike';

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

describe('with names of a key sheet', () => {
  const text = 'Karens stol, Bo og Karen-Margrethe i Birkevej 3';
  const at = (word: string, more: Partial<NameHint> = {}): NameHint => ({ from: text.indexOf(word), to: text.indexOf(word) + word.length, kind: 'name', ...more });
  const hints = [at('Karens', { who: ['C1'], isGenitive: true }), at('Bo', { who: ['C2'] }), at('Birkevej 3')];

  it('chooses those of the person who is meant, or of the first, and all where nobody is known', () => {
    expect(hintsToStrike(hints, ['C2'])).toEqual([hints[1]]);
    expect(hintsToStrike(hints, undefined)).toEqual([hints[0]]);
    expect(hintsToStrike([at('Birkevej 3')], undefined)).toEqual([at('Birkevej 3')]);
  });

  it('suggests a pseudonym where it can only be one', () => {
    expect(onlyOne([at('Karens', { who: ['C1'] }), at('Karen-', { who: ['C1'] })])).toBe('C1');
    expect(onlyOne([at('Karens', { who: ['C1', 'C8'] })])).toBeUndefined();
    expect(onlyOne([at('Birkevej 3')])).toBeUndefined();
  });

  it('keeps the genitive, but not of a block', () => {
    expect(inPlaceOf('Karens', text, hints, 'C1')).toBe("C1's");
    expect(inPlaceOf('Tante Karens', text, hints, 'C1')).toBe("C1's");
    expect(inPlaceOf('Bo', text, hints, 'C2')).toBe('C2');
    expect(inPlaceOf('Karens', text, hints, '▮')).toBe('▮');
  });
});
