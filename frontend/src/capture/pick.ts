/** What has been touched for the next entry, and what a further touch makes of it. Pure: the clock is handed in. */
import type { EntryFields, FieldMode } from '../store/subjects';

/** A first touch that nothing follows stops being the time of the next entry after this long. */
export const LONE_TOUCH_MS = 20_000;

export type { FieldMode };

export interface Pick {
  actor_id: string | null;
  recipient_id: string | null;
  /** The arrow was touched: the next actor is the recipient. */
  aiming: boolean;
  action: string | null;
  /** Unix milliseconds of the first touch, null while the next entry has not begun. */
  touched_at: number | null;
  touches: number;
}

export type Touch =
  | { on: 'actor'; id: string }
  | { on: 'arrow' }
  /** `runs`: the action is a state, which starts on its tap. */
  | { on: 'action'; key: string; runs?: boolean }
  | { on: 'structure'; key: string }
  | { on: 'mark' }
  | { on: 'words' };

/** An entry as it was picked; `started_ms` is the first touch of it. */
export interface Commit {
  actor_id: string | null;
  recipient_id: string | null;
  action: string | null;
  structure: string | null;
  started_ms: number;
  with_words: boolean;
  /** The structure was taken over from the entry before, not seen anew. */
  carried?: boolean;
  /** The observer's own feeling or thought. */
  reflects?: boolean;
}

export interface Outcome {
  pick: Pick;
  commit: Commit | null;
}

export function emptyPick(actor_id: string | null = null): Pick {
  return { actor_id, recipient_id: null, aiming: false, action: null, touched_at: null, touches: 0 };
}

/** The next state of the pick, and the entry that this touch commits, if it does. */
export function touch(before: Pick, touched: Touch, now: number, mode: FieldMode): Outcome {
  const pick = begun(before, now);
  switch (touched.on) {
    case 'actor':
      return { pick: withActor(pick, touched.id, now), commit: null };
    case 'arrow':
      return { pick: withArrow(pick), commit: null };
    case 'action':
      return withAction(pick, touched.key, mode !== 'structures' || touched.runs === true);
    case 'structure':
      return committed(pick, { structure: touched.key });
    case 'mark':
      return committed(pick, {});
    case 'words':
      return committed(pick, { with_words: true });
  }
}

/** *Same again*: the entry before, once more, now. Its words and flags are its own. */
export function sameAgain(fields: Partial<EntryFields>, now: number): Commit {
  const { actor_id = null, recipient_id = null, action = null, structure = null } = fields;
  return { actor_id, recipient_id, action, structure, started_ms: now, with_words: false, carried: true };
}

/** A reflection is about nobody: whose feeling it is goes without saying. */
export function reflection(now: number): Commit {
  const nothing = { actor_id: null, recipient_id: null, action: null, structure: null };
  return { ...nothing, started_ms: now, with_words: true, reflects: true };
}

/** Whether the pick holds something that a lone MARK would save beyond the sticky actor. */
export function hasBegun(pick: Pick, now: number): boolean {
  return pick.touched_at !== null && !isStale(pick, now);
}

function isStale(pick: Pick, now: number): boolean {
  return pick.touches === 1 && pick.touched_at !== null && now - pick.touched_at > LONE_TOUCH_MS;
}

function begun(pick: Pick, now: number): Pick {
  if (pick.touched_at === null || isStale(pick, now)) return { ...pick, touched_at: now, touches: 1 };
  return { ...pick, touches: pick.touches + 1 };
}

function withActor(pick: Pick, id: string, now: number): Pick {
  if (pick.aiming) return { ...pick, recipient_id: id, aiming: false };
  // With nothing else picked, another actor is the beginning of another entry.
  const anew = pick.action === null && pick.recipient_id === null;
  return anew ? { ...pick, actor_id: id, touched_at: now, touches: 1 } : { ...pick, actor_id: id };
}

function withArrow(pick: Pick): Pick {
  if (pick.recipient_id !== null) return { ...pick, recipient_id: null, aiming: false };
  return { ...pick, aiming: !pick.aiming };
}

function withAction(pick: Pick, key: string, commits: boolean): Outcome {
  if (commits) return committed({ ...pick, action: key }, {});
  return { pick: { ...pick, action: pick.action === key ? null : key }, commit: null };
}

function committed(pick: Pick, more: { structure?: string; with_words?: boolean }): Outcome {
  const commit: Commit = {
    actor_id: pick.actor_id,
    recipient_id: pick.recipient_id,
    action: pick.action,
    structure: more.structure ?? null,
    started_ms: pick.touched_at ?? 0,
    with_words: more.with_words ?? false,
  };
  return { pick: emptyPick(pick.actor_id), commit };
}
