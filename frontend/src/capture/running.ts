/** Running states: which are open, which a touch stops, and which a new entry closes. Pure. */
import { findCode, type Code, type Codebook } from '../fieldwork/codes';

export interface EntryLike {
  id: string;
  retracted?: boolean;
  fields: {
    kind?: string;
    actor_id?: string | null;
    action?: string | null;
    structure?: string | null;
    ended_at?: string | null;
  };
}

/** What a new entry brings into the lanes. */
export interface Onset {
  actor_id: string | null;
  action: string | null;
  structure: string | null;
}

/** What an entry brought into the lanes. */
export function onsetOf({ fields }: EntryLike): Onset {
  return { actor_id: fields.actor_id ?? null, action: fields.action ?? null, structure: fields.structure ?? null };
}

export function openStates<E extends EntryLike>(entries: readonly E[]): E[] {
  return entries.filter((entry) => entry.fields.kind === 'state' && !entry.fields.ended_at && !entry.retracted);
}

/** Whether an entry with these codes starts as a state: a code of timing `state` does it, `either` does not. */
export function startsAsState(codebook: Codebook | null, onset: Onset): boolean {
  return codesOf(codebook, onset).some((code) => code.timing === 'state');
}

/** Whether the recent line may offer "still going". */
export function maySpan(codebook: Codebook | null, onset: Onset): boolean {
  return codesOf(codebook, onset).some((code) => code.timing !== 'point' && code.timing !== undefined);
}

/** The open state that a second tap on this code stops: the same code in the same lane. */
export function stoppedBy<E extends EntryLike>(
  open: readonly E[],
  codebook: Codebook | null,
  dimension: 'action' | 'structure',
  key: string,
  actor_id: string | null,
): E | undefined {
  const code = findCode(codebook, dimension, key);
  if (!code) return undefined;
  return open.find(
    (entry) => spanningCodes(codebook, entry).includes(code) && sharesLane(code, entry.fields.actor_id ?? null, actor_id),
  );
}

/** The open states that an onset closes: another code of the same exclusive set in the same lane. */
export function closedBy<E extends EntryLike>(open: readonly E[], codebook: Codebook | null, onset: Onset): E[] {
  const arriving = codesOf(codebook, onset).filter((code) => code.exclusive_set);
  return open.filter((entry) =>
    spanningCodes(codebook, entry).some((code) =>
      arriving.some(
        (other) =>
          other.exclusive_set === code.exclusive_set &&
          sharesLane(code, entry.fields.actor_id ?? null, onset.actor_id),
      ),
    ),
  );
}

function codesOf(codebook: Codebook | null, onset: Onset): Code[] {
  const found = [findCode(codebook, 'action', onset.action), findCode(codebook, 'structure', onset.structure)];
  return found.filter((code): code is Code => code !== undefined);
}

/** The codes that make an open entry last: those of timing `state`, else those that may. */
function spanningCodes(codebook: Codebook | null, entry: EntryLike): Code[] {
  const { action = null, structure = null, actor_id = null } = entry.fields;
  const codes = codesOf(codebook, { action, structure, actor_id });
  const states = codes.filter((code) => code.timing === 'state');
  return states.length > 0 ? states : codes.filter((code) => code.timing === 'either');
}

function sharesLane(code: Code, one: string | null, other: string | null): boolean {
  return code.scope === 'interaction' || one === other;
}
