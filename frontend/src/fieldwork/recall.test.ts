import { describe, expect, it } from 'vitest';
import { recall } from './recall';
import { clockOn } from './when';

const stamp = (ms: number): string => new Date(ms).toISOString();
const AT = Date.parse('2026-03-02T14:10:00.000Z');

describe('an entry from memory', () => {
  it('is marked as recalled, in the middle of what is known, half as vague', () => {
    const draft = recall('a', 'e', { from_ms: AT, to_ms: AT + 900_000 }, { action: 'asks', structure: 'unclear' }, stamp);
    expect(draft).toMatchObject({
      kind: 'entry.logged',
      payload: { kind: 'point', taken: 'recalled', precision_s: 450, started_at: '2026-03-02T14:17:30.000Z', structure_origin: 'later' },
    });
  });

  it('is a note when it is words alone, and never surer than half a minute', () => {
    const draft = recall('a', 'e', { from_ms: AT, to_ms: AT }, { jotting: 'hun lo' }, stamp);
    expect(draft.payload).toMatchObject({ kind: 'note', precision_s: 30, structure_origin: 'none' });
  });
});

describe('a clock time near a moment', () => {
  it('is on the day that puts it nearest: a visit crosses midnight', () => {
    const late = '2026-03-02T23:50:00.000+01:00';
    expect(clockOn(late, '00:10')).toBe(Date.parse('2026-03-03T00:10:00+01:00'));
    expect(clockOn('2026-03-03T00:10:00.000+01:00', '23:50')).toBe(Date.parse(late));
    expect(clockOn(late, '22:00')).toBe(Date.parse('2026-03-02T22:00:00+01:00'));
  });
});
