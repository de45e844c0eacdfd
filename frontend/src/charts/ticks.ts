/** Where a time axis has its marks. */

const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 240];
const MOST = 8;

/** Whole minutes to mark on an encounter of `duration_s`, as far apart as all encounters of the page can bear. */
export function minuteTicks(duration_s: number, longest_s: number): number[] {
  const step = STEPS_MIN.find((minutes) => longest_s / 60 / minutes <= MOST) ?? Math.ceil(longest_s / 60 / MOST);
  const n = Math.floor(Math.max(0, duration_s) / 60 / step);
  return Array.from({ length: n + 1 }, (_, index) => index * step);
}

/** A number at an axis in the reader's way of writing: the page says its language. */
export function sayTick(tick: number): string {
  const language = document.documentElement.lang;
  return new Intl.NumberFormat(language === 'en' || language === '' ? 'en-GB' : language, { maximumFractionDigits: 3 }).format(tick);
}
