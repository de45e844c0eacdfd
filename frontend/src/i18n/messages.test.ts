import { describe, expect, it } from 'vitest';
import da from '../../messages/da.json' with { type: 'json' };
import en from '../../messages/en.json' with { type: 'json' };
import { browserLocale } from './locale';

/** Texts that are the same word in both languages, and why. */
const SAME: Record<string, string> = {
  app_name: 'a name',
  capture_stop: 'the same word',
};

type Texts = Record<string, unknown>;

describe('messages', () => {
  it('exist in both languages, sorted by key', () => {
    expect(Object.keys(da)).toEqual(Object.keys(en));
    expect(Object.keys(en)).toEqual(Object.keys(en).sort());
  });

  it('are translated', () => {
    const same = Object.keys(en).filter((key) => isSame((en as Texts)[key], (da as Texts)[key]) && !(key in SAME));
    expect(same).toEqual([]);
  });
});

describe('the language', () => {
  it('is the first of the browser’s that the app speaks', () => {
    expect(browserLocale(['de-DE', 'da-DK', 'en'])).toBe('da');
    expect(browserLocale(['en-GB', 'da'])).toBe('en');
    expect(browserLocale(['nb-NO'])).toBe('da');
    expect(browserLocale(['fi'])).toBe('en');
  });
});

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
