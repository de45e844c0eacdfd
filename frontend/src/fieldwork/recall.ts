/** An entry added from memory: what is known of it, and how vague its time is. Pure. */
import type { Draft } from '../store/changes';
import type { EntryFields } from '../store/subjects';

/** Between these two moments, in Unix milliseconds, in either order. */
export interface Span {
  from_ms: number;
  to_ms: number;
}

export type Seen = Partial<Pick<EntryFields, 'actor_id' | 'recipient_id' | 'action' | 'structure' | 'jotting' | 'codebook_version'>>;

/** A remembered time is told in minutes, so it is never surer than half of one. */
const SUREST_S = 30;

export function recall(id: string, encounter_id: string, span: Span, seen: Seen, stamp: (ms: number) => string): Draft {
  const isCoded = Boolean(seen.action || seen.structure);
  const payload: EntryFields = {
    encounter_id,
    kind: seen.jotting && !isCoded ? 'note' : 'point',
    ...seen,
    structure_origin: seen.structure ? 'later' : 'none',
    started_at: stamp(Math.round((span.from_ms + span.to_ms) / 2)),
    taken: 'recalled',
    precision_s: Math.max(SUREST_S, Math.round(Math.abs(span.to_ms - span.from_ms) / 2000)),
  };
  return { kind: 'entry.logged', subject_id: id, payload };
}
