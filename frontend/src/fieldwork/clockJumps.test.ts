import { describe, expect, it } from 'vitest';
import type { StoredChange } from '../store/changes';
import { findJump, findTeller, isToldSince, type Start } from './clockJumps';

const stamp = (clock: string): string => `2026-03-02T${clock}.000+01:00`;

function change(seconds: number, clock: string, more: object = {}): StoredChange {
  const made_at = stamp(clock);
  const own = { change_id: String(seconds), device_id: 'd', session_id: 's', device_seq: seconds, monotonic_ms: seconds * 1000 };
  return { ...own, made_at, payload: { started_at: made_at }, ...more } as unknown as StoredChange;
}

/** Something that began at that second of the count, at that time by the clock, and has had its time since. */
function at(seconds: number, clock: string, more: object = {}): Start {
  const began = change(seconds, clock, more);
  return { began, standing: began };
}

/** The same after its time was set to another, at eight in the evening. */
function mended({ began }: Start, clock: string, more: object = {}): Start {
  return { began, standing: change(9000, '20:00:00', { payload: { started_at: stamp(clock) }, ...more }) };
}

const [ONE, TWO, THREE] = [at(0, '09:00:00'), at(60, '09:01:00'), at(120, '08:57:00')];

describe('a clock that was wrong', () => {
  it('is told where it went back while the app ran', () => {
    expect(findJump([THREE, ONE, TWO])).toEqual({ by_ms: 300_000, told_by: 'back', first: THREE.began });
  });

  it('is none any more where a person set the times since', () => {
    expect(findJump([ONE, TWO, mended(THREE, '09:02:00')])).toBeUndefined();
    expect(findJump([ONE, mended(TWO, '09:30:00'), THREE])?.by_ms).toBe(300_000);
  });

  it('is as wrong as before where both halves were moved together, and right where one was', () => {
    const group = { group_id: 'g' };
    const both = [mended(ONE, '09:05:00', group), mended(TWO, '09:06:00', group), mended(THREE, '09:02:00', group)];
    expect(findJump(both)?.by_ms).toBe(300_000);
    expect(findJump([ONE, TWO, mended(THREE, '09:02:00', group)])).toBeUndefined();
    expect(findJump([ONE, TWO, mended(THREE, '08:57:00', group)])?.by_ms).toBe(300_000);
  });

  it('is told where the server has measured it', () => {
    expect(findJump([at(0, '09:12:00', { corrected_at: '2026-03-02T08:00:00.000Z' })])).toEqual({ by_ms: -720_000, told_by: 'server' });
  });

  it('is what was measured, where that explains what the count tells; else the count tells which half is wrong', () => {
    const corrected = at(120, '08:57:00', { corrected_at: '2026-03-02T08:02:00.000Z' });
    expect(findJump([ONE, TWO, corrected])).toEqual({ by_ms: 300_000, told_by: 'server' });
    const other = at(0, '09:12:00', { corrected_at: '2026-03-02T08:00:00.000Z', session_id: 'other' });
    expect(findJump([other, ONE, TWO, THREE])?.told_by).toBe('back');
  });

  it('is none where the phone slept, was started again, or is a little off', () => {
    expect(findJump([at(0, '09:00:00'), at(60, '10:30:00')])).toBeUndefined();
    expect(findJump([at(100, '09:00:00'), at(0, '08:00:00', { session_id: 'other', device_seq: 101 })])).toBeUndefined();
    expect(findJump([at(0, '09:00:00'), at(180, '09:01:00')])).toBeUndefined();
    expect(findJump([])).toBeUndefined();
  });
});

describe('a time after the clock was set back', () => {
  it('is one that its device told since, at the moment itself', () => {
    const first = THREE.began;
    const told = [first, change(130, '08:57:10'), change(60, '09:01:00'), change(140, '09:03:00', { device_id: 'other' }), undefined];
    expect(told.map((one) => isToldSince(one, one?.made_at, first))).toEqual([true, true, false, false, false]);
    expect(isToldSince(change(9000, '20:00:00'), stamp('09:01:00'), first)).toBe(false);
  });

  it('is told by the change that said it first', () => {
    const again = change(200, '20:00:00', { payload: { started_at: stamp('09:00:00') } });
    expect(findTeller([again, change(150, '09:00:00'), change(110, '09:01:00')], 'started_at', stamp('09:00:00'))?.change_id).toBe('150');
    expect(findTeller([again], 'ended_at', again.made_at)).toBeUndefined();
  });
});
