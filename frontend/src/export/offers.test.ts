import { describe, expect, it } from 'vitest';
import { hasChoiceOfDates, headingOf, sayDates, type Offer } from './offers';

const withChoice: Offer = { name: 'csv', always_has_dates: false, options: { properties: { clock_times: {} } } };

describe('the sentence beside a download', () => {
  it('promises no dates only where there are none', () => {
    expect(sayDates(withChoice, false)).toMatch(/no dates/);
    expect(sayDates(withChoice, true)).toMatch(/can name these people/);
  });

  it('warns beside a format that always has dates, whatever was chosen above and whatever its options say', () => {
    const everything: Offer = { ...withChoice, name: 'jsonl', always_has_dates: true };
    expect(hasChoiceOfDates(everything)).toBe(false);
    for (const isClockWanted of [true, false]) {
      expect(sayDates(everything, isClockWanted)).toMatch(/always carries clock times .* can name these people/);
    }
  });

  it('warns too when the format does not let one choose', () => {
    expect(sayDates({ ...withChoice, options: {} }, false)).toMatch(/always carries/);
  });
});

describe('the heading of a format', () => {
  it('says what it is good for, and is the name of one that is not known here', () => {
    expect(['csv', 'entries-csv', 'jsonl', 'rdf'].map((name) => headingOf({ name }))).toEqual([
      'Tables for R (zip)',
      'One table',
      'Everything, to keep',
      'rdf',
    ]);
  });
});
