import { describe, expect, it } from 'vitest';
import type { Subject } from '../store/subjects';
import {
  countWords, insertAfter, isBlank, join, move, openingWords, split, standing, takeOut, toDrafts, toShown, usedEntries,
  type Note, type Paragraph,
} from './paragraphs';

const WRITING = { encounter_id: 'e', author: 'ida', now: '2026-03-02T20:00:00.000+01:00' };

function note(...texts: string[]): Note {
  return texts.map((text, index): Paragraph => ({ id: 'abcdef'[index] as string, text, anchors: [], position: index + 1, gone: false }));
}

const texts = (of: Note): string[] => standing(of).map((one) => one.text);

describe('paragraphs in the order of their author', () => {
  it('go in behind the one that was written in, or before all', () => {
    const one = insertAfter(note('a', 'b'), 'a', { id: 'x', text: 'x', anchors: [] });
    expect(texts(one)).toEqual(['a', 'x', 'b']);
    expect(texts(insertAfter(one, null, { id: 'y', text: 'y', anchors: [] }))).toEqual(['y', 'a', 'x', 'b']);
    expect(texts(insertAfter([], null, { id: 'y', text: 'y', anchors: [] }))).toEqual(['y']);
  });

  it('keep their order however often something goes in at one place', () => {
    let all = note('first', 'last');
    for (let n = 0; n < 200; n += 1) all = insertAfter(all, 'a', { id: `n${n}`, text: String(n), anchors: [] });
    expect(texts(all)).toEqual(['first', ...Array.from({ length: 200 }, (_, n) => String(199 - n)), 'last']);
    expect(new Set(all.map((one) => one.position)).size).toBe(202);
  });

  it('move by one place and no further than the ends', () => {
    expect(texts(move(note('a', 'b', 'c'), 'c', -1))).toEqual(['a', 'c', 'b']);
    expect(texts(move(note('a', 'b', 'c'), 'a', 1))).toEqual(['b', 'a', 'c']);
    expect(texts(move(note('a', 'b', 'c'), 'b', -1))).toEqual(['b', 'a', 'c']);
    expect(texts(move(note('a', 'b'), 'b', 1))).toEqual(['a', 'b']);
  });

  it('are cut at the caret and joined again, anchors and all', () => {
    const whole = note('Hun sidder.\nHan kommer ind.').map((one) => ({ ...one, anchors: ['1'] }));
    const cut = split(whole, 'a', 12, 'z');
    expect(texts(cut)).toEqual(['Hun sidder.', 'Han kommer ind.']);
    expect(standing(cut)[1]?.anchors).toEqual([]);
    const anchored = cut.map((one) => (one.id === 'z' ? { ...one, anchors: ['2'] } : one));
    const joined = join(anchored, 'z');
    expect(joined).toMatchObject({ into: 'a', at: 11 });
    expect(standing(joined?.note ?? [])).toMatchObject([{ text: 'Hun sidder.Han kommer ind.', anchors: ['1', '2'] }]);
    expect(join(cut, 'a')).toBeUndefined();
  });

  it('say which entries they tell of, those taken out not', () => {
    const told = note('a', 'b').map((one, index) => ({ ...one, anchors: [`e${index}`] }));
    expect([...usedEntries(takeOut(told, 'b'))]).toEqual(['e0']);
  });
});

describe('what is reported', () => {
  const shown = toShown({
    fields: { encounter_id: 'e', text: 'før', position: 1, anchors: [] },
    heads: { text: ['c1'], position: ['c1'], anchors: ['c1'] },
    conflicts: [],
    retracted: false,
  } as unknown as Subject<'fieldnote'>);
  const one: Paragraph = { id: 'a', text: 'før', anchors: [], position: 1, gone: false };

  it('is a new paragraph with its place, and nothing of a blank one', () => {
    expect(toDrafts({ ...one, anchors: ['x'], text: '' }, undefined, WRITING)).toMatchObject([
      { kind: 'fieldnote.written', payload: { encounter_id: 'e', anchors: ['x'], text: '', author: 'ida', position: 1 } },
    ]);
    expect(toDrafts({ ...one, text: ' \n' }, undefined, WRITING)).toEqual([]);
    expect(isBlank({ text: ' ', anchors: [] })).toBe(true);
  });

  it('is only what differs, replacing only what was shown', () => {
    expect(toDrafts(one, shown, WRITING)).toEqual([]);
    expect(toDrafts({ ...one, text: 'efter' }, shown, WRITING)).toEqual([
      { kind: 'fieldnote.amended', subject_id: 'a', payload: { text: 'efter' }, parents: ['c1'] },
    ]);
  });

  it('takes out and brings back', () => {
    expect(toDrafts({ ...one, gone: true }, shown, WRITING)).toMatchObject([{ kind: 'fieldnote.retracted' }]);
    const kinds = toDrafts({ ...one, text: 'igen' }, { ...shown, gone: true }, WRITING).map(({ kind }) => kind);
    expect(kinds).toEqual(['fieldnote.restored', 'fieldnote.amended']);
  });

  it('never replaces the other of two texts written apart', () => {
    const apart = toShown({
      fields: { encounter_id: 'e', text: 'mit' },
      heads: { text: ['c2', 'c1'] },
      conflicts: [{ field: 'text', values: [] }],
      retracted: false,
    } as unknown as Subject<'fieldnote'>);
    expect(apart.heads.text).toEqual(['c2']);
  });
});

describe('words', () => {
  it('are counted as a reader does', () => {
    expect(countWords('Hun siger: “vent lidt” – kl. 14.07, ikk’?')).toBe(8);
    expect(countWords('  \n')).toBe(0);
  });

  it('that were said word for word stand apart, in quotation marks once', () => {
    const quote = (words: string): string => `“${words}”`;
    expect(openingWords('vent lidt', true, quote)).toBe('> “vent lidt”\n');
    expect(openingWords('“nej”', true, quote)).toBe('> “nej”\n');
    expect(openingWords('hun ser væk', false, quote)).toBe('hun ser væk');
    expect(openingWords(null, true, quote)).toBe('');
  });
});
