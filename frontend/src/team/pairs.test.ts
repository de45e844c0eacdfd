import { describe, expect, it } from 'vitest';
import { visitId } from '../store/identity';
import type { EncounterFields, EncounterSubject } from '../store/subjects';
import { pairable, pairUp, sharedVisits, takeOut, type Pair } from './pairs';

const STUDY = '0192a000-0000-7000-8000-000000000001';
const visit = (id: string, observer: string, from: string, to: string | null, more: Partial<EncounterFields> = {}): EncounterSubject => {
  const at = (time: string) => `2026-03-02T${time}:00.000+01:00`;
  const fields = { kind: 'visit', observer, started_at: at(from), ended_at: to && at(to), ...more };
  return { id, retracted: false, fields } as unknown as EncounterSubject;
};
const ids = (pairs: readonly Pair[]) => pairs.map(({ one, other }) => [one.id, other.id]);

describe('two encounters of one visit', () => {
  it('are found where different observers watched at the same time, the longest first', () => {
    const all = [
      visit('a', 'ida', '09:00', '09:30'),
      visit('b', 'bo', '09:25', '10:00'),
      visit('c', 'bo', '09:02', '09:20'),
      visit('d', 'ida', '09:30', '09:40'),
      visit('e', 'åse', '09:30', null),
      visit('f', 'åse', '09:00', '10:00', { kind: 'between' }),
    ];
    expect(ids(pairable(all))).toEqual([['a', 'c'], ['b', 'd'], ['a', 'b']]);
  });

  it('are no longer offered once they are one visit, and are listed as such', () => {
    const code = { visit_code: 'KXWQPT', visit_id: 'v' };
    const all = [visit('b', 'bo', '09:01', '09:30', code), visit('a', 'ida', '09:00', '09:30', code), visit('c', 'ida', '11:00', '12:00', { visit_id: 'w' })];
    expect(pairable(all)).toEqual([]);
    expect(sharedVisits(all).map((own) => own.map(({ id }) => id))).toEqual([['a', 'b']]);
  });

  it('get the code that one of them has, or a fresh one, and only what changes is reported', () => {
    const [one, other] = [visit('a', 'ida', '09:00', '09:30'), visit('b', 'bo', '09:01', '09:30')];
    const fresh = pairUp(STUDY, { one, other, together_ms: 1 }, 'ABCDEF', 'g');
    const payload = { visit_code: 'ABCDEF', visit_id: visitId(STUDY, 'ABCDEF') };
    expect(fresh).toEqual(['a', 'b'].map((subject_id) => ({ kind: 'encounter.amended', subject_id, payload, group_id: 'g' })));
    const joined = visit('c', 'bo', '09:01', '09:30', { visit_code: 'KXWQPT', visit_id: visitId(STUDY, 'KXWQPT') });
    expect(pairUp(STUDY, { one, other: joined, together_ms: 1 }, 'ABCDEF', 'g').map(({ subject_id, payload: said }) => [subject_id, said])).toEqual([
      ['a', { visit_code: 'KXWQPT', visit_id: visitId(STUDY, 'KXWQPT') }],
    ]);
    expect(takeOut(joined).payload).toEqual({ visit_code: null, visit_id: null });
  });
});
