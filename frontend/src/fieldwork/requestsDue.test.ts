import { describe, expect, it } from 'vitest';
import type { PersonRequest } from '../sync/papersServer';
import { daysTo, dueSoon } from './requestsDue';

const asked = (due_on: string, answered_on: string | null = null): PersonRequest =>
  ({ request_id: due_on, kind: 'access', actor_id: null, received_on: '2026-01-01', due_on, is_extended: false, answered_on, outcome: null, written_by: 'Ida' });

describe('what is said of requests that wait', () => {
  it('counts days over the change of the clocks', () => {
    expect(daysTo('2026-03-30', '2026-03-28')).toBe(2);
    expect(daysTo('2026-10-24', '2026-10-26')).toBe(-2);
  });

  it('names late ones first, then those of the next two weeks, and no others', () => {
    const all = [asked('2026-12-10'), asked('2026-12-09'), asked('2026-11-20'), asked('2026-11-26'), asked('2026-11-01', '2026-10-30')];
    expect(dueSoon(all, '2026-11-25').map(({ due_on }) => due_on)).toEqual(['2026-11-20', '2026-11-26', '2026-12-09']);
  });
});
