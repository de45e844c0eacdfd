import { describe, expect, it } from 'vitest';
import type { StoredChange } from '../store/changes';
import { findJump, findTeller, isToldSince } from './clockJumps';

function at(seconds: number, clock: string, more: object = {}): StoredChange {
  const made_at = `2026-03-02T${clock}.000+01:00`;
  const own = { change_id: String(seconds), device_id: 'd', session_id: 's', device_seq: seconds, monotonic_ms: seconds * 1000 };
  return { ...own, made_at, payload: { started_at: made_at }, ...more } as unknown as StoredChange;
}

describe('a clock that was wrong', () => {
  it('is told where it went back while the app ran', () => {
    expect(findJump([at(0, '09:00:00'), at(60, '09:01:00'), at(120, '08:57:00')])).toEqual({
      by_ms: 300_000, told_by: 'back', first: at(120, '08:57:00'),
    });
  });

  it('is none any more where a person set the times since', () => {
    const mended = { payload: { started_at: '2026-03-02T09:02:00.000+01:00' } };
    expect(findJump([at(0, '09:00:00'), at(60, '09:01:00'), at(120, '08:57:00', mended)])).toBeUndefined();
  });

  it('holds for what its device wrote since', () => {
    const first = at(120, '08:57:00');
    const told = [first, at(130, '08:57:10'), at(60, '09:01:00'), at(140, '09:03:00', { device_id: 'other' }), undefined];
    expect(told.map((one) => isToldSince(one, first))).toEqual([true, true, false, false, false]);
  });

  it('is told by the change that said a time first', () => {
    const again = at(200, '20:00:00', { payload: { started_at: at(100, '09:00:00').made_at } });
    expect(findTeller([again, at(150, '09:00:00'), at(110, '09:01:00')], 'started_at', at(0, '09:00:00').made_at)?.change_id).toBe('150');
    expect(findTeller([again], 'ended_at', again.made_at)).toBeUndefined();
  });

  it('is told where the server has measured it', () => {
    expect(findJump([at(0, '09:12:00', { corrected_at: '2026-03-02T08:00:00.000Z' })])).toEqual({ by_ms: -720_000, told_by: 'server' });
  });

  it('is none where the phone slept, was started again, or is a little off', () => {
    expect(findJump([at(0, '09:00:00'), at(60, '10:30:00')])).toBeUndefined();
    expect(findJump([at(100, '09:00:00'), at(0, '08:00:00', { session_id: 'other', device_seq: 101 })])).toBeUndefined();
    expect(findJump([at(0, '09:00:00'), at(70, '09:00:40')])).toBeUndefined();
    expect(findJump([])).toBeUndefined();
  });
});
