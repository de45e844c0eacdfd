import { describe, expect, it } from 'vitest';
import { isVisitCode, readVisitCode } from './start';

describe('a visit code', () => {
  it('is read as capital letters, six at most', () => {
    expect(readVisitCode('kx w-q7pt zz')).toBe('KXWQPT');
    expect(isVisitCode('KXWQPT')).toBe(true);
    expect(isVisitCode('KXWQP')).toBe(false);
  });
});
