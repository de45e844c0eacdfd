import { describe, expect, it } from 'vitest';
import type { EntrySubject } from '../store/subjects';
import { inSight, keepRows, NO_FILTERS, WITHOUT, type Row } from './rows';

function row(id: string, fields: Partial<EntrySubject['fields']>, jotting = ''): Row {
  const entry = {
    type: 'entry',
    id,
    fields: { encounter_id: 'e1', kind: 'point', started_at: '2026-03-02T09:00:00.000+01:00', ...fields },
    heads: {},
    conflicts: [],
    retracted: false,
    author: 'observer-1',
    device_seq: 1,
    is_on_server: true,
  } satisfies EntrySubject;
  const names = { when: '', day: '', encounter: '', observer: '', who: 'P1', whom: '', action: '', structure: '' };
  return { entry, encounter_id: entry.fields.encounter_id, flags: [], jotting, ...names };
}

const rows = [
  row('a', { actor_id: 'p1', structure: 'directing', flags: ['resists'] }, 'Vent LIDT'),
  row('b', { actor_id: 'c1', recipient_id: 'p1' }),
  row('c', { kind: 'note', encounter_id: 'e2' }, 'køkken'),
];

function ids(filters: Partial<typeof NO_FILTERS>): string[] {
  return keepRows(rows, { ...NO_FILTERS, ...filters }).map(({ entry }) => entry.id);
}

describe('the review table', () => {
  it('shows everything without filters', () => {
    expect(ids({})).toEqual(['a', 'b', 'c']);
  });

  it('finds a person as actor and as recipient', () => {
    expect(ids({ actor: 'p1' })).toEqual(['a', 'b']);
  });

  it('finds entries with a code, and those without one', () => {
    expect(ids({ structure: 'directing' })).toEqual(['a']);
    expect(ids({ structure: WITHOUT })).toEqual(['b', 'c']);
    expect(ids({ flag: 'resists' })).toEqual(['a']);
  });

  it('counts marks as to be coded, words not', () => {
    expect(ids({ to_code: true })).toEqual(['b']);
  });

  it('finds words whatever their case', () => {
    expect(ids({ text: 'vent lidt' })).toEqual(['a']);
    expect(ids({ text: 'KØK' })).toEqual(['c']);
  });
});

describe('a long table', () => {
  it('draws what is in sight and ten rows on either side', () => {
    expect(inSight(3600, 360, 36, 1000)).toEqual({ from: 90, to: 120 });
  });

  it('draws nothing beyond its ends', () => {
    expect(inSight(0, 360, 36, 5)).toEqual({ from: 0, to: 5 });
    expect(inSight(9999, 360, 36, 5)).toEqual({ from: 5, to: 5 });
  });
});
