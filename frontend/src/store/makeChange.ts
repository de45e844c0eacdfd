import { SCHEMA, type Change, type Draft, type Payload } from './changes';
import { cleanDeep } from './cleanText';
import { currentTimeZone, offsetMinutesAt, toStamp } from './clock';
import { newId } from './identity';

/** Who writes: told once when the notebook is opened. */
export interface Writer {
  readonly device_id: string;
  /** One start of the app: `monotonic_ms` counts within it. */
  readonly session_id: string;
  readonly app_version: string;
}

/** How changes are written down: by whom, which of them have been sent already, and who hears what is about to be. */
export interface Commit {
  readonly observer: string;
  readonly told: ReadonlyMap<string, Change>;
  /** What strikes need, where there are any: it can only be fetched before the transaction begins. */
  readonly strikes?: typeof import('./strikes');
  placed(changes: readonly Change[]): void;
}

/** A change whose place (number and parents) is only known inside the transaction. */
export type Unplaced = Omit<Change, 'device_seq' | 'parents'> & { parents?: string[] };

/** Everything that must be fixed at the moment of the touch. All changes of one touch have one time. */
export function makeChanges(drafts: readonly Draft[], writer: Writer): Unplaced[] {
  const now = new Date();
  const made = {
    made_at: toStamp(now),
    utc_offset_minutes: offsetMinutesAt(now),
    time_zone: currentTimeZone(),
    ...writer,
    monotonic_ms: Math.round(performance.now()),
    schema: SCHEMA,
  };
  return drafts.map((draft) => ({
    change_id: newId(),
    kind: draft.kind,
    subject_id: draft.subject_id,
    ...(draft.parents && { parents: [...draft.parents] }),
    payload: cleanDeep(draft.payload) as Payload,
    ...made,
    ...(draft.group_id && { group_id: draft.group_id }),
  }));
}
