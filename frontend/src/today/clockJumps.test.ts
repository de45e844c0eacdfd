import { describe, expect, it } from 'vitest';
import type { StoredChange } from '../store/changes';
import { findJump } from './clockJumps';

function at(seconds: number, clock: string, more: object = {}): StoredChange {
  const made_at = `2026-03-02T${clock}.000+01:00`;
  return { device_id: 'd', session_id: 's', device_seq: seconds, monotonic_ms: seconds * 1000, made_at, ...more } as unknown as StoredChange;
}

describe('a clock that was wrong', () => {
  it('is told where it went back while the app ran', () => {
    expect(findJump([at(0, '09:00:00'), at(60, '09:01:00'), at(120, '08:57:00')])).toEqual({ by_ms: 300_000, told_by: 'back' });
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
