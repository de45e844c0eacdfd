import { describe, expect, it } from 'vitest';
import { inGroups } from './longCode';

describe('a long code', () => {
  it('stands in groups of five, the last one shorter', () => {
    expect(inGroups('ABCDE23456FGHJK78923')).toBe('ABCDE 23456 FGHJK 78923');
    expect(inGroups('ABCDEF')).toBe('ABCDE F');
    expect(inGroups('')).toBe('');
  });
});
