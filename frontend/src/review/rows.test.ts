import { describe, expect, it } from 'vitest';
import type { EntryFields, EntrySubject, FieldMode } from '../store/subjects';
import { entryOf } from './forTests';
import { inSight, isFiltering, keepRows, NO_FILTERS, WITHOUT, type Place, type Row } from './rows';

const MORNING: Place = { encounter_id: 'e1', visit: 'v', name: 'Visit 1', observer: 'ida', day: '2026-03-02' };
const PAIRED: Place = { ...MORNING, encounter_id: 'e2', observer: 'bo' };
const NEXT_DAY: Place = { ...MORNING, encounter_id: 'e3', visit: 'e3', day: '2026-03-03' };

function row(id: string, place: Place, fields: Partial<EntryFields>, more: Partial<EntrySubject> = {}): Row {
  return { place, entry: entryOf(id, fields, more) };
}

const rows = [
  row('a', MORNING, { actor_id: 'p1', structure: 'directing', flags: ['resists'], jotting: 'Vent LIDT' }),
  row('b', PAIRED, { actor_id: 'c1', recipient_id: 'p1', action: 'asks' }),
  row('c', NEXT_DAY, { kind: 'note', jotting: 'køkken' }),
  row('d', NEXT_DAY, {}, { retracted: true }),
];
const NAMES: Record<string, string> = { p1: 'P1', c1: 'Citizen one' };
const PEOPLE = { who: (id: string | null | undefined) => NAMES[id ?? ''] ?? '?', personOf: (id: string) => id };

function ids(filters: Partial<typeof NO_FILTERS>, mode: FieldMode = 'structures'): string {
  return keepRows(rows, { ...NO_FILTERS, ...filters }, mode, PEOPLE).map(({ entry }) => entry.id).join('');
}

describe('the review table', () => {
  it('shows everything without filters, and knows when one is set', () => {
    expect(ids({})).toBe('abcd');
    expect([isFiltering(NO_FILTERS), isFiltering({ ...NO_FILTERS, to_code: true })]).toEqual([false, true]);
  });

  it('keeps days, both included', () => {
    expect(ids({ from: '2026-03-03' })).toBe('cd');
    expect(ids({ to: '2026-03-02' })).toBe('ab');
    expect(ids({ from: '2026-03-02', to: '2026-03-03' })).toBe('abcd');
  });

  it('finds both observers of a visit, and each of them', () => {
    expect(ids({ visit: 'v' })).toBe('ab');
    expect(ids({ visit: 'v', observer: 'bo' })).toBe('b');
  });

  it('finds a person as actor and as recipient', () => {
    expect(ids({ actor: 'p1' })).toBe('ab');
  });

  it('finds entries with a code, and those without one', () => {
    expect(ids({ structure: 'directing' })).toBe('a');
    expect(ids({ structure: WITHOUT })).toBe('bcd');
    expect(ids({ action: 'asks' })).toBe('b');
    expect(ids({ flag: 'resists' })).toBe('a');
  });

  it('counts as to be coded what lacks what the study codes: neither words nor what was taken back', () => {
    expect(ids({ to_code: true })).toBe('b');
    expect(ids({ to_code: true }, 'actions')).toBe('');
  });

  it('finds words and pseudonyms whatever their case', () => {
    expect(ids({ text: 'vent lidt' })).toBe('a');
    expect(ids({ text: ' KØK ' })).toBe('c');
    expect(ids({ text: 'CITIZEN' })).toBe('b');
  });

  it.each(['kokken', 'koekken', 'KØKKEN', 'Kök'])('folds letters as a search does: %s', (text) => {
    expect(ids({ text })).toBe('c');
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
