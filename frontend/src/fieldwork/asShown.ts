/** Saving from a form that was filled a while ago. Pure. */
import type { ChangeKind, Draft } from '../store/changes';

/** A thing as a form showed it when it was filled. */
export interface Shown {
  id: string;
  heads: Readonly<Record<string, readonly string[]>>;
  /** The strikes that had taken words out of it by then. */
  struck_by?: readonly string[];
}

/**
 * A change that replaces what the form showed, and nothing that has arrived since: what somebody else wrote meanwhile
 * in the same field then stands beside it for a person to choose, and words struck meanwhile are struck here too.
 */
export function replaceShown(shown: Shown, kind: ChangeKind, payload: object): Draft {
  const seen = Object.keys(payload).flatMap((field) => shown.heads[field] ?? []);
  return { kind, subject_id: shown.id, payload, parents: [...new Set([...seen, ...(shown.struck_by ?? [])])] };
}
