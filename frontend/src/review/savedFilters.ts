/** Filters that a person keeps under a name: on this device, in this study, for nobody else. Pure. */
import { NO_FILTERS, type ReviewFilters } from './rows';

export interface SavedFilter {
  readonly name: string;
  readonly filters: ReviewFilters;
}

export const DRAFT_KEY = 'review-filters';
const MOST = 30;

/** What was kept, also by an older app: fields that are not there are empty, what cannot be read is none. */
export function readSaved(text: string | undefined): SavedFilter[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? apart(kept.flatMap(readOne)) : [];
  } catch {
    return [];
  }
}

/** After words were struck two may bear one name: each is found by its own. */
function apart(saved: readonly SavedFilter[]): SavedFilter[] {
  const taken = new Set<string>();
  return saved.map((one) => {
    let { name } = one;
    for (let n = 2; taken.has(name); n++) name = `${one.name} ${n}`;
    taken.add(name);
    return { ...one, name };
  });
}

function readOne(one: unknown): SavedFilter[] {
  const { name, filters } = (one ?? {}) as { name?: unknown; filters?: Record<string, unknown> };
  if (typeof name !== 'string' || !filters) return [];
  const known = Object.entries(NO_FILTERS).map(([field, empty]) => [field, typeof filters[field] === typeof empty ? filters[field] : empty]);
  return [{ name, filters: Object.fromEntries(known) as ReviewFilters }];
}

/** The same name again takes the place of the first. */
export function keepFilter(saved: readonly SavedFilter[], name: string, filters: ReviewFilters): SavedFilter[] {
  const others = saved.filter((one) => one.name !== name);
  return [...others, { name, filters: { ...filters } }].slice(-MOST);
}

export function isSame(one: ReviewFilters, other: ReviewFilters): boolean {
  return (Object.keys(NO_FILTERS) as (keyof ReviewFilters)[]).every((field) => one[field] === other[field]);
}
