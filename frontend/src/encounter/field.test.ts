import { describe, expect, it } from 'vitest';
import type { EncounterSubject, EntryFields, EntrySubject } from '../store/subjects';
import { hoursOf, placeOn, spanOf } from './dayScale';
import { shownTo } from './shownTo';

function entry(fields: Partial<EntryFields>, more: Partial<EntrySubject> = {}): EntrySubject {
  const full = { encounter_id: 'e', kind: 'point', started_at: '2026-03-02T09:10:00.000+01:00', ...fields };
  return { type: 'entry', id: String(Math.random()), fields: full, retracted: false, author: 'ane', ...more } as unknown as EntrySubject;
}

describe('what is held out to a person', () => {
  it('is what they did or were addressed in, and nobody else’s words, no reflections, nothing taken back', () => {
    const acts = entry({ actor_id: 'c1' });
    const addressed = entry({ actor_id: 'p1', recipient_id: 'c1' });
    const kept = [
      entry({ actor_id: 'p1' }),
      entry({ actor_id: 'c1', kind: 'reflection' }),
      entry({ actor_id: 'c1' }, { retracted: true }),
      entry({ actor_id: 'c1' }, { author: 'bo' }),
      entry({ actor_id: 'c1', merged_into: 'x' }),
      entry({ kind: 'note', jotting: 'alle taler' }),
    ];
    expect(shownTo([acts, ...kept, addressed], (id) => id === 'c1', 'ane')).toEqual([acts, addressed]);
  });
});

describe('a day to scale', () => {
  const visit = (started_at: string, ended_at: string | null): EncounterSubject =>
    ({ fields: { kind: 'visit', started_at, ended_at } }) as unknown as EncounterSubject;

  it('goes from whole hour to whole hour, past midnight too', () => {
    const late = spanOf(visit('2026-03-02T23:30:00.000+01:00', '2026-03-03T00:20:00.000+01:00'), []);
    const hours = hoursOf([spanOf(visit('2026-03-02T21:15:00.000+01:00', '2026-03-02T21:45:00.000+01:00'), []), late]);
    expect(hours).toEqual({ from: 21, to: 25 });
    expect(placeOn({ from: 21, to: 25 }, late)).toEqual({ top: 62.5, height: expect.closeTo(20.83, 1) });
  });

  it('of nothing is nothing; an encounter without an end lasts to its last entry', () => {
    expect(hoursOf([])).toBeNull();
    const open = spanOf(visit('2026-03-02T09:00:00.000+01:00', null), [entry({})]);
    expect(open.to - open.from).toBe(600_000);
  });
});
