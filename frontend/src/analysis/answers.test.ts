import { describe, expect, it } from 'vitest';
import { sayWarning, withoutCode } from './answers';

describe('the row without a code', () => {
  it('is called after what is counted: nobody acted, no flag, no code', () => {
    const names = ['actor', 'flag', 'action', 'structure'].map(withoutCode);
    expect(names).toEqual(['nobody named', 'without a flag', 'uncoded', 'uncoded']);
  });
});

describe('a warning', () => {
  const CODES = [
    'encounters.clock_set_back',
    'encounters.end_unknown',
    'entries.held',
    'entries.encounter_unknown',
    'entries.none',
    'flags.several_on_one_entry',
    'structures.are_moments',
    'tags.other_origin_left_out',
    'times.corrected',
  ];

  it('is a sentence for every code that the server has today', () => {
    for (const code of CODES) expect(sayWarning({ code, n: 3 })).toMatch(/^[A-Z].*\.$/);
  });

  it('of a newer server is at least named', () => {
    expect(sayWarning({ code: 'clock.jumped', n: 1 })).toMatch(/^[A-Z].*clock\.jumped.*\.$/);
  });
});
