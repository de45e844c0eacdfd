import { describe, expect, it } from 'vitest';
import type { EncounterSubject, EntrySubject } from '../store/subjects';
import type { Gap } from './gaps';
import { moveStamp, shiftEncounter, timeKey } from './shift';

describe('a clock time moved', () => {
  it('keeps its offset and crosses midnight', () => {
    expect(moveStamp('2026-03-02T23:50:00.000+01:00', 20 * 60_000)).toBe('2026-03-03T00:10:00.000+01:00');
    expect(moveStamp('2026-03-02T00:05:00.000-03:30', -600_000)).toBe('2026-03-01T23:55:00.000-03:30');
    expect(moveStamp('2026-03-02T09:00:00Z', 1_000)).toBe('2026-03-02T09:00:01.000Z');
  });
});

describe('an encounter shifted', () => {
  const at = (clock: string): string => `2026-03-02T${clock}:00.000+01:00`;
  const encounter = {
    id: 'e', fields: { kind: 'visit', started_at: at('09:00'), ended_at: at('09:30'), presence: [{ actor_id: 'p', from: at('09:00'), to: null }] },
  } as unknown as EncounterSubject;
  const entries = [
    { id: 'a', fields: { started_at: at('09:05'), ended_at: null } },
    { id: 'b', fields: { started_at: at('09:06'), ended_at: at('09:10') } },
  ] as unknown as EntrySubject[];
  const gaps = [{ id: 'g', fields: { from: at('09:11'), to: at('09:12') } }] as unknown as Gap[];

  it('moves every time in it, as one group', () => {
    expect(shiftEncounter({ encounter, entries, gaps }, 7 * 60_000, 'group')).toEqual([
      {
        kind: 'encounter.amended', subject_id: 'e', group_id: 'group',
        payload: { started_at: at('09:07'), ended_at: at('09:37'), presence: [{ actor_id: 'p', from: at('09:07'), to: null }] },
      },
      { kind: 'entry.amended', subject_id: 'a', group_id: 'group', payload: { started_at: at('09:12') } },
      { kind: 'entry.amended', subject_id: 'b', group_id: 'group', payload: { started_at: at('09:13'), ended_at: at('09:17') } },
      { kind: 'gap.amended', subject_id: 'g', group_id: 'group', payload: { from: at('09:18'), to: at('09:19') } },
    ]);
  });

  it('moves only what was written since the clock went back, field by field', () => {
    const since = new Set([timeKey('e', 'ended_at'), timeKey('b', 'ended_at'), timeKey('g', 'from'), timeKey('g', 'to')]);
    expect(shiftEncounter({ encounter, entries, gaps }, 7 * 60_000, 'group', (key) => since.has(key))).toEqual([
      { kind: 'encounter.amended', subject_id: 'e', group_id: 'group', payload: { ended_at: at('09:37') } },
      { kind: 'entry.amended', subject_id: 'b', group_id: 'group', payload: { ended_at: at('09:17') } },
      { kind: 'gap.amended', subject_id: 'g', group_id: 'group', payload: { from: at('09:18'), to: at('09:19') } },
    ]);
  });
});
