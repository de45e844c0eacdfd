import { describe, expect, it } from 'vitest';
import { GROUPS, hasChoiceOfDates, headingOf, offersUnder, ownOptions, sayDates, type Offer } from './offers';

const withChoice: Offer = { name: 'csv', group: 'tables', always_has_dates: false, options: { properties: { clock_times: {} } } };

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

  it('says what is left where people are no longer to be recognised', () => {
    expect(sayDates({ ...withChoice, always_has_dates: true }, false, true)).toMatch(/whole minutes/);
  });
});

describe('the heading of a format', () => {
  it('says what it is good for, and is the name of one that is not known here', () => {
    expect(['csv', 'entries-csv', 'jsonl', 'rdf'].map((name) => headingOf({ name }))).toEqual([
      'Tables for R (zip)',
      'Entries in one table',
      'Everything, to keep',
      'rdf',
    ]);
  });
});

describe('the five buttons', () => {
  it('hold every format once; a group that this app does not know stands under the last', () => {
    const offers = [{ group: 'read' }, { group: 'more' }, { group: 'tables' }, { group: 'hologram' }];
    expect(GROUPS.map((group) => offersUnder(offers, group).length)).toEqual([1, 0, 1, 0, 2]);
  });
});

describe('the options of a format', () => {
  it('are those that not every format has; an unknown one is called as the server describes it', () => {
    const properties = {
      from: { type: 'string' },
      tier: { enum: ['full'] },
      history: { type: 'boolean' },
      scale: { enum: ['a', 'b'], description: 'How large.' },
      odd: { type: 'integer' },
    };
    expect(ownOptions({ options: { properties } }).map(({ name, choices }) => [name, choices])).toEqual([
      ['history', []],
      ['scale', ['a', 'b']],
    ]);
    expect(ownOptions({ options: { properties } })[1]?.label).toBe('How large.');
  });
});
