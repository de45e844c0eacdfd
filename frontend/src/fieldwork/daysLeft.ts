const REMIND_DAYS = 30;
const DAY_MS = 86_400_000;

/** Days until the last day on which the study is kept, from thirty days before; undefined while it is far away. */
export function daysLeft(until: string | null | undefined, today: string): number | undefined {
  if (!until) return undefined;
  const n = Math.round((Date.parse(until) - Date.parse(today)) / DAY_MS);
  return n <= REMIND_DAYS ? n : undefined;
}
