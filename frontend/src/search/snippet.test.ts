import { describe, expect, it } from 'vitest';
import { foldWord } from '../fieldwork/foldWord';
import { snippet } from './snippet';

const told = (text: string, asked: string): string => snippet(text, asked).map(({ text: piece, found }) => (found ? `[${piece}]` : piece)).join('');

describe('what is shown of a text that was found', () => {
  it('marks the words, in whatever way they are written', () => {
    expect(told('Søren spiser blåbærgrød', 'SOEREN blaabaer')).toBe('[Søren] spiser [blåbærgrød]');
    expect(told('C1 siger nej', 'c1 OR*')).toBe('[C1] siger nej');
    expect(told('intet her', 'andet')).toBe('intet her');
  });

  it('cuts a long text around the first of them', () => {
    const long = `${'før '.repeat(100)}midten ${'efter '.repeat(100)}`;
    const cut = told(long, 'midten');
    expect(cut).toMatch(/^… før .*\[midten\].* …$/);
    expect(cut.length).toBeLessThan(280);
  });

  it('folds as the server does', () => {
    expect(['Århus', 'Aarhus', 'arhus'].map(foldWord)).toEqual(['arhus', 'arhus', 'arhus']);
    expect(['Søren', 'Soeren', 'soren', 'Sören', 'æble', 'café'].map(foldWord)).toEqual(['soren', 'soren', 'soren', 'soren', 'aeble', 'cafe']);
  });
});
