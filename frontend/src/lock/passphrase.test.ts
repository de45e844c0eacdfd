import { describe, expect, it } from 'vitest';
import { passphraseFault } from './passphrase';

describe('a passphrase', () => {
  it('has twelve letters, counted as a person counts them', () => {
    expect(passphraseFault('elleve tegn')).toBe('short');
    expect(passphraseFault('a\u030alleve tegn')).toBe('short');
    expect(passphraseFault('tolv tegn ja')).toBeNull();
  });

  it('is never a number alone, however long', () => {
    expect(passphraseFault('1234 5678 9012 3456')).toBe('digits');
    expect(passphraseFault('1234 5678 9012 x')).toBeNull();
  });
});
