import { describe, expect, it } from 'vitest';
import { clockTime, offsetMinutesAt, toStamp, toUnixMs } from './clock';

function awayFromUtc(moment: Date, minutesAhead: number): Date {
  moment.getTimezoneOffset = () => -minutesAhead;
  return moment;
}

describe('stamps', () => {
  it('keeps the local hour and the offset, east and west', () => {
    const moment = () => new Date('2026-03-02T08:00:00.250Z');
    expect(toStamp(awayFromUtc(moment(), 60))).toBe('2026-03-02T09:00:00.250+01:00');
    expect(toStamp(awayFromUtc(moment(), -210))).toBe('2026-03-02T04:30:00.250-03:30');
    expect(toStamp(awayFromUtc(moment(), 0))).toBe('2026-03-02T08:00:00.250+00:00');
  });

  it('never writes a negative zero', () => {
    expect(Object.is(offsetMinutesAt(awayFromUtc(new Date(), -0)), 0)).toBe(true);
  });

  it('reads what it writes, and what others write', () => {
    const instant = Date.UTC(2026, 2, 2, 8, 0, 0, 250);
    expect(toUnixMs('2026-03-02T09:00:00.250+01:00')).toBe(instant);
    expect(toUnixMs('2026-03-02T08:00:00.250999Z')).toBe(instant);
    expect(toUnixMs('2026-03-02T04:30:00.25-03:30')).toBe(instant);
    expect(toUnixMs('yesterday')).toBeNaN();
  });

  it('shows the hour that was on the wall', () => {
    expect(clockTime('2026-03-02T09:05:00.250+01:00')).toBe('09:05');
  });
});
