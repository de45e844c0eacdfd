/** The answers of the server's analyses, as far as the screens show them. */
import { m } from '../i18n/paraglide/messages.js';

export interface AnalysisOffer {
  name: string;
  question: Record<string, string>;
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
}

export interface FrequencyRow {
  key: string | null;
  labels: Record<string, string>;
  n: number;
  n_visits: number;
  cell: string;
  columns: { key: string | null; label: string | null; n: number; n_visits: number; cell: string }[];
}

export interface Interval {
  entry_id: string;
  start_s: number;
  end_s: number | null;
  is_inferred: boolean;
  pieces: { start_s: number; end_s: number }[];
  action: string | null;
  structure: string | null;
}

export interface Lane {
  key: string | null;
  labels: Record<string, string>;
  n: number;
  cell: string;
  intervals: Interval[];
}

export interface TimelineEncounter {
  encounter_id: string;
  kind: string;
  visit: string;
  observer: string | null;
  agency: string | null;
  started_at: string;
  duration_s: number;
  is_end_known: boolean;
  observed_seconds: number;
  gaps: { kind: string; start_s: number; end_s: number }[];
  lanes: Lane[];
}

/** An entry as the lists of the server tell it: a JSON Lines object. */
export interface ListedEntry {
  id: string;
  encounter_id: string;
  started_at: string;
  jotting?: string | null;
  verbatim?: boolean;
}

export function sayWarning({ code, n }: Warned): string {
  const sentences: Record<string, () => string> = {
    'entries.none': m.warning_entries_none,
    'entries.encounter_unknown': () => m.warning_encounter_unknown({ n: n ?? 0 }),
    'encounters.end_unknown': () => m.warning_end_unknown({ n: n ?? 0 }),
    'times.corrected': () => m.warning_times_corrected({ n: n ?? 0 }),
    'tags.other_origin_left_out': () => m.warning_other_origin({ n: n ?? 0 }),
    'flags.several_on_one_entry': m.warning_several_flags,
    'structures.are_moments': m.warning_moments,
  };
  return sentences[code]?.() ?? code;
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
