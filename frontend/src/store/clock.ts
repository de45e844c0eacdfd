/** Times as they are written: ISO 8601 in the local hour, with the offset, because the local hour must survive. */

export function currentTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Minutes that local time is ahead of UTC at a moment. */
export function offsetMinutesAt(moment: Date): number {
  // getTimezoneOffset counts the other way round, and its zero may be negative, which JSON would keep as -0.
  return -moment.getTimezoneOffset() || 0;
}

export function currentOffsetMinutes(): number {
  return offsetMinutesAt(new Date());
}

/** `2026-03-02T09:00:00.000+01:00` */
export function toStamp(moment: Date): string {
  const offset = offsetMinutesAt(moment);
  const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const sign = offset < 0 ? '-' : '+';
  return `${local}${sign}${twoDigits(Math.floor(Math.abs(offset) / 60))}:${twoDigits(Math.abs(offset) % 60)}`;
}

export function stampNow(): string {
  return toStamp(new Date());
}

const STAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Whole milliseconds since 1970 of a time text; parts of a millisecond fall away. NaN when it is none. */
export function toUnixMs(stamp: string): number {
  const found = STAMP.exec(stamp);
  if (!found) return NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as Six;
  const fraction = Number((found[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const offset = (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0)) * (found[8] === '-' ? -1 : 1);
  return Date.UTC(year, month - 1, day, hour, minute, second, fraction) - offset * 60_000;
}

/** The clock time of a stamp in its own local hour, `14:07`. */
export function clockTime(stamp: string): string {
  return stamp.slice(11, 16);
}

type Six = [number, number, number, number, number, number];

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
