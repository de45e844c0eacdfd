import { describe, expect, it } from 'vitest';
import da from '../../messages/da.json' with { type: 'json' };
import en from '../../messages/en.json' with { type: 'json' };
import { browserLocale } from './locale';

describe('messages', () => {
  it('exist in both languages, sorted by key', () => {
    expect(Object.keys(da)).toEqual(Object.keys(en));
    expect(Object.keys(en)).toEqual(Object.keys(en).sort());
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
