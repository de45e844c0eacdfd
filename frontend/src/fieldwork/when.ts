/** Times as the reader's clock shows them: the local hour that was written down, never shifted to the reader's zone. */
import { dates } from '../i18n/dates';

/** `2026-03-02` of an ISO 8601 time with offset, as it stands there. */
export function dayOf(stamp: string): string {
  return stamp.slice(0, 10);
}

/** A day in words: `Monday 2 March`. Nothing where none is known: what a script or a file brings may have no time. */
export function dayName(day: string, locale: string): string {
  if (!day) return '';
  const noon = new Date(`${day}T12:00:00`);
  const shown = dates(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(noon);
  return shown.charAt(0).toLocaleUpperCase(locale) + shown.slice(1);
}

/** Whole minutes between two moments in Unix milliseconds, never negative. */
export function minutesBetween(from_ms: number, to_ms: number): number {
  return Math.max(0, Math.floor((to_ms - from_ms) / 60_000));
}

/** The `datetime-local` value (to the second) of a time, and the offset that it loses. */
export function splitStamp(stamp: string): { local: string; offset: string } {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(stamp);
  return { local: found?.[1] ?? '', offset: found?.[2] ?? 'Z' };
}

/** A `datetime-local` value back into a time, with the offset that stood there before. */
export function joinStamp(local: string, offset: string): string {
  const seconds = local.length === 16 ? `${local}:00` : local.slice(0, 19);
  return `${seconds}.000${offset}`;
}

const HALF_DAY_MS = 12 * 3_600_000;

/** Unix milliseconds of a clock time (`HH:MM`), on the day that puts it nearest to a moment: a visit crosses midnight. */
export function clockOn(stamp: string, clock: string): number {
  const { local, offset } = splitStamp(stamp);
  const moment = Date.parse(stamp);
  const same = Date.parse(joinStamp(`${local.slice(0, 10)}T${clock}`, offset));
  if (same - moment > HALF_DAY_MS) return same - 2 * HALF_DAY_MS;
  return moment - same > HALF_DAY_MS ? same + 2 * HALF_DAY_MS : same;
}
