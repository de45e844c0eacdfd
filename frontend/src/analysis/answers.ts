/** The answers of the server's analyses, as far as every screen of them needs them. */
import { m } from '../i18n/paraglide/messages.js';

export interface AnalysisOffer {
  name: string;
  question: Record<string, string>;
  params: Record<string, unknown>;
}

export interface Basis {
  n_entries: number;
  n_encounters: number;
  n_visits: number;
  n_left_out: number;
  observed_seconds: number;
  times_corrected: number;
  codebook_versions: number[];
}

export interface Warned {
  code: string;
  n: number | null;
  names: string[];
}

/** What to write about an analysis, and what has to stand on its figures. */
export interface Methods {
  text: Record<string, string>;
  first_day: string | null;
  last_day: string | null;
  is_heuristic: boolean;
}

/** An entry as the lists of the server tell it: a JSON Lines object. */
export interface ListedEntry {
  id: string;
  encounter_id: string;
  started_at: string;
  actor_id?: string | null;
  recipient_id?: string | null;
  action?: string | null;
  structure?: string | null;
  jotting?: string | null;
  verbatim?: boolean;
}

/** Opens exactly the entries behind a cell, beside the figure. */
export type OpenCell = (cell: string, title: string) => void;

/** What every view of an analysis is given. `R` is the result that the server tells under the analysis's name. */
export interface ViewProps<R = unknown> {
  result: R;
  basis: Basis;
  /** Parameters and filters in force, as the server read them. */
  params: Record<string, unknown>;
  /** What has to stand on every file: n, dates, codebook version, what is heuristic. */
  footing: string[];
  /** Of files, without suffix. */
  file: string;
  onopen: OpenCell;
}

export function sayWarning({ code, n }: Pick<Warned, 'code' | 'n'>): string {
  const sentences: Record<string, () => string> = {
    'entries.none': m.warning_entries_none,
    'entries.held': () => m.warning_held({ n: n ?? 0 }),
    'entries.encounter_unknown': () => m.warning_encounter_unknown({ n: n ?? 0 }),
    'encounters.end_unknown': () => m.warning_end_unknown({ n: n ?? 0 }),
    'encounters.clock_set_back': () => m.warning_set_back({ n: n ?? 0 }),
    'times.corrected': () => m.warning_times_corrected({ n: n ?? 0 }),
    'tags.other_origin_left_out': () => m.warning_other_origin({ n: n ?? 0 }),
    'flags.several_on_one_entry': m.warning_several_flags,
    'structures.are_moments': m.warning_moments,
    'actions.are_moments': m.warning_actions_moments,
    'flags.are_moments': m.warning_actions_moments,
    'cells.expected_under_five': () => m.warning_expected_small({ n: n ?? 0 }),
    'encounters.first_compared': () => m.warning_first_compared({ n: n ?? 0 }),
    'p.codes_cannot_repeat': m.warning_no_p,
    'parameters.without_effect': m.warning_without_effect,
    'positions.not_set': m.warning_positions,
    'visits.none_seen_twice': m.warning_seen_twice,
    'order.ties_left_out': () => m.warning_ties({ n: n ?? 0 }),
    'repeats.left_out': () => m.warning_repeats({ n: n ?? 0 }),
  };
  return sentences[code]?.() ?? m.warning_other({ code, n: n ?? '–' });
}

/** `7 of 31 (3 visits)`: a count never stands without what it is a part of. */
export function sayCount(n: number, of: number, n_visits: number): string {
  return n_visits === 1 ? m.count_one_visit({ n, of }) : m.count_visits({ n, of, visits: n_visits });
}

/** What the row of entries is called that carry nothing of what is counted. */
export function withoutCode(dimension: string): string {
  if (dimension === 'actor') return m.count_no_actor();
  return dimension === 'flag' ? m.count_no_flag() : m.entry_uncoded();
}
