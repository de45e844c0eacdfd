/** The answer of the analysis `timeline`. */

export interface Interval {
  entry_id: string;
  kind: string;
  start_s: number;
  end_s: number | null;
  is_inferred: boolean;
  is_truncated: boolean;
  observed_seconds: number;
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

export interface Strand {
  encounter_id: string;
  kind: string;
  visit: string;
  observer: string | null;
  agency: string | null;
  started_at: string;
  /** How long after the first encounter of its visit it began. */
  visit_offset_s: number;
  duration_s: number;
  is_end_known: boolean;
  clock_set_back_s: number | null;
  observed_seconds: number;
  gaps: { kind: string; start_s: number; end_s: number }[];
  lanes: Lane[];
}

export interface TimelineResult {
  encounters: Strand[];
}
