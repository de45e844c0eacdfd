import type { PersonRequest } from '../sync/papersServer';

const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** Days from one date to another, both as YYYY-MM-DD. */
export function daysTo(day: string, today: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / DAY_MS);
}

/** Open requests that are late or due within two weeks, the soonest first. */
export function dueSoon(requests: readonly PersonRequest[], today: string): PersonRequest[] {
  return requests
    .filter(({ answered_on, due_on }) => answered_on === null && daysTo(due_on, today) <= SOON_DAYS)
    .sort((one, other) => one.due_on.localeCompare(other.due_on));
}
