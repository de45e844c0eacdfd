import { describe, expect, it } from 'vitest';
import type { Code } from '../store/subjects';
import { giveDigits } from './codeKeys';
import { readKey } from './keys';

const choice = (key: string) => ({ key, label: key, color: '' });
const code = (key: string, shortcut: string | null): Code => ({ dimension: 'structure', key, label: {}, shortcut });

describe('the digit of a code', () => {
  it('is the one of the codebook; the others take what is free, in their order', () => {
    const given = giveDigits(['a', 'b', 'c'].map(choice), [code('a', 't'), code('b', '1'), code('c', null)], 'structure');
    expect(given.map(({ key, digit }) => `${key}${digit}`)).toEqual(['a2', 'b1', 'c3']);
  });

  it('is given once, and only to as many as there are digits', () => {
    const eleven = [...'abcdefghijk'];
    const given = giveDigits(eleven.map(choice), eleven.map((key) => code(key, '1')), 'structure');
    expect(given.map(({ digit }) => digit)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '0']);
  });
});

describe('a key in the table', () => {
  const press = (key: string, more = {}) => readKey({ key, ctrlKey: false, metaKey: false, altKey: false, target: null, ...more });

  it('moves, opens, chooses, codes', () => {
    expect(['j', 'k', 'o', 'Enter', 'x', 'u', '?'].map((key) => press(key))).toEqual(['next', 'previous', 'open', 'open', 'choose', 'undo', 'keys']);
    expect(press('4')).toEqual({ digit: '4' });
  });

  it('is the browser’s with Ctrl, and nobody’s when it means nothing', () => {
    expect([press('u', { ctrlKey: true }), press('1', { altKey: true }), press('w'), press('F5')]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
