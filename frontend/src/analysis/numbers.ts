/** How numbers are said: never more exactly than they are known. */
import { m } from '../i18n/paraglide/messages.js';

/** Below this a percentage would sound more certain than it is; counts stand alone. */
export const LEAST_FOR_PERCENT = 20;

function numeral(locale: string, how: Intl.NumberFormatOptions): Intl.NumberFormat {
  return new Intl.NumberFormat(locale === 'en' ? 'en-GB' : locale, how);
}

/** A rate, a mean or a coefficient with at most two significant digits; `–` where it is undefined. */
export function sayRate(value: number | null | undefined, locale: string): string {
  if (value === null || value === undefined) return '–';
  return numeral(locale, { maximumSignificantDigits: 2, useGrouping: true }).format(value);
}

/** `23 %` of at least 20; null below that, where the count has to do. */
export function sayShare(part: number, of: number, locale: string): string | null {
  if (of < LEAST_FOR_PERCENT) return null;
  return numeral(locale, { style: 'percent', maximumFractionDigits: 0 }).format(part / of);
}

/** Any number as it is, in the reader's way of writing. */
export function sayNumber(value: number, locale: string): string {
  return numeral(locale, { maximumFractionDigits: 2 }).format(value);
}

/** `45 s`, `26 min`, `1 h 12 min`. */
export function sayDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 60) return m.duration_seconds({ n: Math.round(seconds) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return m.duration_minutes({ n: minutes });
  return m.duration_hours({ hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
