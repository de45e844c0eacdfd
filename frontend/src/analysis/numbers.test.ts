import { describe, expect, it } from 'vitest';
import { sayDuration, sayRate, sayShare } from './numbers';

describe('numbers in words', () => {
  it('have at most two significant digits as rates', () => {
    expect(['12.345', '123.4', '0.1234', '4.0'].map((value) => sayRate(Number(value), 'en'))).toEqual(['12', '120', '0.12', '4']);
    expect(sayRate(1.26, 'da')).toBe('1,3');
    expect(sayRate(null, 'en')).toBe('–');
  });

  it('are no percentage of fewer than twenty', () => {
    expect(sayShare(7, 19, 'en')).toBeNull();
    expect(sayShare(7, 20, 'en')).toBe('35%');
    expect(sayShare(7, 31, 'da')?.replace(/\s/, ' ')).toBe('23 %');
  });

  it('are durations in the unit that fits', () => {
    expect([45, 60, 1560, 4320, null].map(sayDuration)).toEqual(['45 s', '1 min', '26 min', '1 h 12 min', '–']);
  });
});
