/** One day to scale: whole hours of the place, and where in them something lies. Pure. */
import { splitStamp } from '../fieldwork/when';
import type { EncounterSubject, EntrySubject } from '../store/subjects';

const HOUR_MS = 3_600_000;

/** In Unix milliseconds; `midnight` is where the encounter's local day began. */
export interface DaySpan {
  from: number;
  to: number;
  midnight: number;
  count: number;
}

export interface Hours {
  from: number;
  to: number;
}

/** When an encounter was watched; one that still runs or whose end nobody gave lasts to its last entry. */
export function spanOf({ fields }: EncounterSubject, entries: readonly EntrySubject[]): DaySpan {
  const from = Date.parse(fields.started_at);
  const standing = entries.filter((entry) => !entry.retracted);
  const seen = standing.map((entry) => Date.parse(entry.fields.ended_at ?? entry.fields.started_at));
  const to = fields.ended_at ? Date.parse(fields.ended_at) : Math.max(from, ...seen);
  const { local, offset } = splitStamp(fields.started_at);
  const midnight = Date.parse(`${local.slice(0, 10)}T00:00:00${offset}`);
  return { from, to, midnight, count: standing.length };
}

/** The whole hours, counted from midnight, that hold a day; null for an empty one. After midnight they go on past 24. */
export function hoursOf(day: readonly DaySpan[]): Hours | null {
  if (day.length === 0) return null;
  const from = Math.floor(Math.min(...day.map((span) => (span.from - span.midnight) / HOUR_MS)));
  const to = Math.ceil(Math.max(...day.map((span) => (span.to - span.midnight) / HOUR_MS)));
  return { from, to: Math.max(to, from + 1) };
}

/** Where a stretch lies in these hours, in per cent. */
export function placeOn(hours: Hours, span: Pick<DaySpan, 'from' | 'to' | 'midnight'>): { top: number; height: number } {
  const whole = (hours.to - hours.from) * HOUR_MS;
  const top = ((span.from - span.midnight - hours.from * HOUR_MS) / whole) * 100;
  return { top, height: Math.max(0.1, ((span.to - span.from) / whole) * 100) };
}
