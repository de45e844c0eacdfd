import { describe, expect, it } from 'vitest';
import { withoutCode } from './answers';

describe('the row without a code', () => {
  it('is called after what is counted: nobody acted, no flag, no code', () => {
    const names = ['actor', 'flag', 'action', 'structure'].map(withoutCode);
    expect(names).toEqual(['nobody named', 'without a flag', 'uncoded', 'uncoded']);
  });
});
