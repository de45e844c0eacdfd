/** The rows of the review table and its filters. Pure: names are handed in. */
import type { EntrySubject } from '../store/subjects';

export interface Row {
  entry: EntrySubject;
  encounter_id: string;
  when: string;
  day: string;
  encounter: string;
  observer: string;
  who: string;
  whom: string;
  action: string;
  structure: string;
  flags: string[];
  jotting: string;
}

export interface ReviewFilters {
  encounter: string;
  actor: string;
  action: string;
  structure: string;
  flag: string;
  to_code: boolean;
  text: string;
}

/** In a filter: entries that carry no code of the dimension. */
export const WITHOUT = '-';

export const NO_FILTERS: ReviewFilters = {
  encounter: '',
  actor: '',
  action: '',
  structure: '',
  flag: '',
  to_code: false,
  text: '',
};

/** Rows that every filter keeps. An empty filter keeps all; text is found in jottings and names, letter case aside. */
export function keepRows(rows: readonly Row[], filters: ReviewFilters): Row[] {
  const text = filters.text.trim().toLocaleLowerCase();
  return rows.filter(
    (row) =>
      (!filters.encounter || row.encounter_id === filters.encounter) &&
      keepsCodes(row, filters) &&
      (!text || `${row.jotting} ${row.who} ${row.whom}`.toLocaleLowerCase().includes(text)),
  );
}

function keepsCodes({ entry }: Row, filters: ReviewFilters): boolean {
  const { actor_id, recipient_id, action, structure, flags = [], kind } = entry.fields;
  const acts = !filters.actor || actor_id === filters.actor || recipient_id === filters.actor;
  const codes = isGiven(filters.action, action) && isGiven(filters.structure, structure);
  const flagged = !filters.flag || flags.includes(filters.flag);
  const waits = !filters.to_code || (!structure && !entry.retracted && (kind === 'point' || kind === 'state'));
  return acts && codes && flagged && waits;
}

function isGiven(filter: string, value: string | null | undefined): boolean {
  return filter === '' || (filter === WITHOUT ? !value : value === filter);
}

/** Which rows of a long table are drawn: those in sight, and some on either side. */
export function inSight(scroll_px: number, height_px: number, row_px: number, n: number): { from: number; to: number } {
  const margin = 10;
  const from = Math.max(0, Math.floor(scroll_px / row_px) - margin);
  return { from: Math.min(from, n), to: Math.min(n, Math.ceil((scroll_px + height_px) / row_px) + margin) };
}
