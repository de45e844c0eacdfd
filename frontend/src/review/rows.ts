/** The rows of the review table and its filters. Pure. */
import { foldWord } from '../fieldwork/foldWord';
import { isToCode } from '../fieldwork/toCode';
import type { EntrySubject, FieldMode } from '../store/subjects';
import type { Drawing } from './drawRows';

/** What the rows of one encounter share. */
export interface Place {
  readonly encounter_id: string;
  /** The same for two observers of one visit. */
  readonly visit: string;
  readonly name: string;
  readonly observer: string;
  readonly day: string;
}

export interface Row {
  readonly entry: EntrySubject;
  readonly place: Place;
}

export interface ReviewFilters {
  /** Days, both included. */
  from: string;
  to: string;
  visit: string;
  observer: string;
  actor: string;
  action: string;
  structure: string;
  flag: string;
  to_code: boolean;
  text: string;
}

/** In a filter: entries that carry no code of the dimension. */
export const WITHOUT = '-';

export const NO_FILTERS: Readonly<ReviewFilters> = {
  from: '', to: '', visit: '', observer: '', actor: '', action: '', structure: '', flag: '', to_code: false, text: '',
};

export function isFiltering(filters: ReviewFilters): boolean {
  return Object.values(filters).some(Boolean);
}

type Keeps = (row: Row) => boolean;
/** Who is who: pseudonyms, and the id of who somebody turned out to be. */
type People = Pick<Drawing, 'who' | 'personOf'>;

/** Rows that every filter keeps. An empty filter keeps all; text is found in jottings and names, folded as in a search. */
export function keepRows(rows: Row[], filters: ReviewFilters, mode: FieldMode, { who, personOf }: People): Row[] {
  const keeps = [...placeFilters(filters), ...personFilter(filters.actor, personOf), ...entryFilters(filters, mode), ...textFilter(filters.text, who)];
  // A hundred thousand rows: what is not asked costs nothing.
  return keeps.length === 0 ? rows : rows.filter((row) => keeps.every((keep) => keep(row)));
}

function placeFilters({ from, to, visit, observer }: ReviewFilters): Keeps[] {
  const keeps: Keeps[] = [];
  if (from) keeps.push(({ place }) => place.day >= from);
  if (to) keeps.push(({ place }) => place.day <= to);
  if (visit) keeps.push(({ place }) => place.visit === visit);
  if (observer) keeps.push(({ place }) => place.observer === observer);
  return keeps;
}

/** Also under the ids of those who turned out to be this person. */
function personFilter(actor: string, personOf: People['personOf']): Keeps[] {
  if (!actor) return [];
  const sought = personOf(actor);
  return [({ entry: { fields } }) => [fields.actor_id, fields.recipient_id].some((id) => id && personOf(id) === sought)];
}

function entryFilters({ action, structure, flag, to_code }: ReviewFilters, mode: FieldMode): Keeps[] {
  const keeps: Keeps[] = [];
  if (action) keeps.push(({ entry }) => isGiven(action, entry.fields.action));
  if (structure) keeps.push(({ entry }) => isGiven(structure, entry.fields.structure));
  if (flag) keeps.push(({ entry }) => (entry.fields.flags ?? []).includes(flag));
  if (to_code) keeps.push(({ entry }) => isStanding(entry) && isToCode(entry.fields, mode));
  return keeps;
}

function isGiven(filter: string, value: string | null | undefined): boolean {
  return filter === WITHOUT ? !value : value === filter;
}

function textFilter(text: string, nameOf: (id: string) => string): Keeps[] {
  const sought = foldWord(text.trim());
  if (!sought) return [];
  const named = new Map<string, boolean>();
  const isNamed = (id: string | null | undefined): boolean => {
    if (!id) return false;
    const known = named.get(id) ?? foldWord(nameOf(id)).includes(sought);
    named.set(id, known);
    return known;
  };
  return [({ entry, entry: { fields } }) => foldedWords(entry).includes(sought) || isNamed(fields.actor_id) || isNamed(fields.recipient_id)];
}

/** An entry never changes, another takes its place: its words are folded once, and not at every letter that is typed. */
const folded = new WeakMap<EntrySubject, string>();

function foldedWords(entry: EntrySubject): string {
  const known = folded.get(entry) ?? foldWord(entry.fields.jotting ?? '');
  folded.set(entry, known);
  return known;
}

/** Neither taken back nor gone up in another. */
export function isStanding({ retracted, fields }: EntrySubject): boolean {
  return !retracted && !fields.merged_into;
}

/** Which rows of a long table are drawn: those in sight, and some on either side. */
export function inSight(scroll_px: number, height_px: number, row_px: number, n: number): { from: number; to: number } {
  const margin = 10;
  const from = Math.max(0, Math.floor(scroll_px / row_px) - margin);
  return { from: Math.min(from, n), to: Math.min(n, Math.ceil((scroll_px + height_px) / row_px) + margin) };
}
