import { describe, expect, it } from 'vitest';
import { minuteTicks, sayTick } from './ticks';

describe('a time axis', () => {
  it('is marked in whole minutes, never more than nine times', () => {
    expect(minuteTicks(26 * 60, 30 * 60)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(minuteTicks(480 * 60, 480 * 60)).toEqual([0, 60, 120, 180, 240, 300, 360, 420, 480]);
    expect(minuteTicks(100 * 3600, 100 * 3600).length).toBeLessThanOrEqual(9);
  });

  it('has the same marks for a short encounter as for the longest beside it', () => {
    expect(minuteTicks(6 * 60, 30 * 60)).toEqual([0, 5]);
    expect(minuteTicks(0, 60)).toEqual([0]);
  });
});

describe('sayTick', () => {
  it('writes a decimal as the page does', () => {
    document.documentElement.lang = 'da';
    expect(sayTick(0.5)).toBe('0,5');
    document.documentElement.lang = 'en';
    expect(sayTick(0.5)).toBe('0.5');
  });
});
