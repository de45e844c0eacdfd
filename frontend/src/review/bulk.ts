/** One thing done to many entries: counted first, then reported as one group that can be taken back. Pure. */
import { replaceShown } from '../fieldwork/asShown';
import type { Draft } from '../store/changes';
import type { EntryFields, EntrySubject } from '../store/subjects';

type Recode = { readonly what: 'structure' | 'action'; readonly to: string | null };
type Flagging = { readonly what: 'add_flag' | 'remove_flag'; readonly to: string };
type Taking = { readonly what: 'retract' | 'restore' };
export type Bulk = Recode | Flagging | Taking;

export interface Move {
  /** The code that entries have now; null = none. Of flags and of taking back it is not asked. */
  readonly from: string | null;
  readonly entries: readonly EntrySubject[];
  readonly n_encounters: number;
}

export interface BulkPreview {
  readonly moves: readonly Move[];
  readonly n: number;
  /** Are so already. */
  readonly n_same: number;
  /** Taken back, merged away, or a reflection: no code is given to them here. */
  readonly n_left: number;
}

/** What would happen to whom. */
export function previewBulk(bulk: Bulk, entries: readonly EntrySubject[]): BulkPreview {
  const byCode = new Map<string | null, EntrySubject[]>();
  let [n_same, n_left] = [0, 0];
  for (const entry of entries) {
    if (!mayTouch(bulk, entry)) n_left += 1;
    else if (isSo(bulk, entry)) n_same += 1;
    else {
      const from = 'to' in bulk ? codeNow(bulk.what, entry.fields) : null;
      const found = byCode.get(from) ?? [];
      found.push(entry);
      byCode.set(from, found);
    }
  }
  const moves = Array.from(byCode, ([from, found]) => ({
    from,
    entries: found,
    n_encounters: new Set(found.map(({ fields }) => fields.encounter_id)).size,
  }));
  moves.sort((one, other) => other.entries.length - one.entries.length);
  return { moves, n: moves.reduce((sum, move) => sum + move.entries.length, 0), n_same, n_left };
}

function mayTouch({ what }: Bulk, { retracted, fields }: EntrySubject): boolean {
  if (fields.merged_into) return false;
  return what === 'retract' || what === 'restore' || (!retracted && fields.kind !== 'reflection');
}

function isSo(bulk: Bulk, { retracted, fields }: EntrySubject): boolean {
  if (isTaking(bulk)) return retracted === (bulk.what === 'retract');
  if (isFlagging(bulk)) return (fields.flags ?? []).includes(bulk.to) === (bulk.what === 'add_flag');
  return (fields[bulk.what] ?? null) === bulk.to;
}

function isTaking(bulk: Bulk): bulk is Taking {
  return bulk.what === 'retract' || bulk.what === 'restore';
}

function isFlagging(bulk: Bulk): bulk is Flagging {
  return bulk.what === 'add_flag' || bulk.what === 'remove_flag';
}

function codeNow(what: Bulk['what'], fields: EntryFields): string | null {
  return what === 'structure' || what === 'action' ? (fields[what] ?? null) : null;
}

/** One change for each entry, replacing what was shown; what somebody else reports meanwhile stands beside it. */
export function bulkDrafts(bulk: Bulk, { moves }: BulkPreview, version: number | null): Draft[] {
  return moves.flatMap(({ entries }) => entries.map((entry) => bulkDraft(bulk, entry, version)));
}

function bulkDraft(bulk: Bulk, entry: EntrySubject, version: number | null): Draft {
  if (isTaking(bulk)) {
    const kind = bulk.what === 'retract' ? 'entry.retracted' : 'entry.restored';
    return { kind, subject_id: entry.id, payload: {}, parents: [...(entry.heads.retracted ?? [])] };
  }
  return replaceShown(entry, 'entry.amended', { ...coded(bulk, entry.fields), codebook_version: version });
}

function coded(bulk: Recode | Flagging, { flags = [] }: EntryFields): Partial<EntryFields> {
  if (isFlagging(bulk)) return { flags: bulk.what === 'add_flag' ? [...flags, bulk.to] : flags.filter((flag) => flag !== bulk.to) };
  if (bulk.what === 'action') return { action: bulk.to };
  // Given at the desk, and therefore later than the moment.
  return { structure: bulk.to, structure_origin: bulk.to === null ? 'none' : 'later' };
}
