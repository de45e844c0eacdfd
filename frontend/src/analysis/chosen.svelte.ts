/**
 * What this reader has chosen: filters for all analyses together, parameters for each, and what was opened. Kept while
 * the app is open, so that the way back from an entry leads to the same figure.
 */
import type { Filters } from '../sync/server';

export interface Opened {
  cell: string;
  title: string;
}

type Choices = Record<string, string>;

const NOTHING: Choices = {};
const filters: Record<string, Choices> = $state({});
const own: Record<string, Choices> = $state({});
const opened: Record<string, Opened | null> = $state({});

/** The choices of one place in one study; another study begins without any. */
export class Chosen {
  readonly #study_id: string;
  readonly #place: string;

  constructor(study_id: string, place: string) {
    this.#study_id = study_id;
    this.#place = `${study_id}/${place}`;
  }

  get filters(): Choices {
    return filters[this.#study_id] ?? NOTHING;
  }

  set filters(chosen: Choices) {
    filters[this.#study_id] = chosen;
  }

  get own(): Choices {
    return own[this.#place] ?? NOTHING;
  }

  set own(chosen: Choices) {
    own[this.#place] = chosen;
  }

  get opened(): Opened | null {
    return opened[this.#place] ?? null;
  }

  set opened(cell: Opened | null) {
    opened[this.#place] = cell;
  }
}

/** What is asked of the server: everything that was chosen, nothing that was left as it is. */
export function asQuery(chosen: Chosen): Filters {
  const given = Object.entries({ ...chosen.filters, ...chosen.own }).filter(([, value]) => value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, value.includes('\n') ? value.split('\n') : value]));
}
