import { describe, expect, it } from 'vitest';
import { contrastOf, distanceFor, EYES, nextColor, PALETTE } from './colors';

describe('the palette of the structures', () => {
  it.each(PALETTE)('%s stands out by 3 : 1 on white and on near-black', (color) => {
    expect(contrastOf(color, '#ffffff')).toBeGreaterThanOrEqual(3);
    expect(contrastOf(color, '#111111')).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(EYES))('is told apart by eyes of the kind: %s', (kind) => {
    const eyes = EYES[kind] ?? [];
    for (const [at, one] of PALETTE.entries()) {
      for (const other of PALETTE.slice(at + 1)) {
        expect(distanceFor(eyes, one, other), `${one} ${other}`).toBeGreaterThanOrEqual(0.065);
      }
    }
  });

  it('works contrast out as the standard does', () => {
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('offers the first colour that is free', () => {
    expect(nextColor(['#0072b2', null])).toBe('#D55E00');
    expect(nextColor(PALETTE)).toBe('#0072B2');
  });
});
