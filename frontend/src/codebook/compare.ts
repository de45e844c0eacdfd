/** What changed between two versions of a codebook, and how a draft is carried over to a newer one. Pure. */
import type { Code } from '../store/subjects';
import { DIMENSIONS, isSame, type CodebookDraft } from './draft';

export const COMPARED = [
  'label', 'definition', 'starts', 'ends', 'example', 'counter_example', 'timing', 'scope', 'exclusive_set', 'control',
  'care', 'color', 'shortcut', 'replaced_by',
] as const satisfies readonly (keyof Code)[];

export type ComparedField = (typeof COMPARED)[number];
export type What = 'added' | 'gone' | 'retired' | 'merged' | 'restored' | 'changed' | 'moved';

export interface CodeChange {
  readonly code: Code;
  readonly what: What;
  readonly fields: readonly { field: ComparedField; before: unknown; after: unknown }[];
}

/** Every code that differs, row by row, in the order of the newer version. */
export function compareCodes(before: readonly Code[], after: readonly Code[]): CodeChange[] {
  const found = after.flatMap((code): CodeChange[] => {
    const old = before.find((one) => isSame(one, code));
    if (!old) return [{ code, what: 'added', fields: [] }];
    const fields = changedFields(old, code);
    const what = whatHappened(old, code) ?? (fields.length > 0 ? 'changed' : undefined);
    if (what) return [{ code, what, fields: fields.filter(({ field }) => what !== 'merged' || field !== 'replaced_by') }];
    return hasMoved(before, after, code) ? [{ code, what: 'moved', fields: [] }] : [];
  });
  const gone = before.filter((code) => !after.some((one) => isSame(one, code)));
  const all = [...found, ...gone.map((code): CodeChange => ({ code, what: 'gone', fields: [] }))];
  return DIMENSIONS.flatMap((dimension) => all.filter(({ code }) => code.dimension === dimension));
}

function whatHappened(old: Code, code: Code): What | undefined {
  const [was, is] = [old.status === 'retired', code.status === 'retired'];
  if (is && code.replaced_by && (!was || old.replaced_by !== code.replaced_by)) return 'merged';
  if (was !== is) return is ? 'retired' : 'restored';
  return undefined;
}

function changedFields(old: Code, code: Code): { field: ComparedField; before: unknown; after: unknown }[] {
  return COMPARED.filter((field) => !isEqual(valueOf(old, field), valueOf(code, field))).map((field) => ({
    field,
    before: valueOf(old, field),
    after: valueOf(code, field),
  }));
}

/** What a code says in a field, also where it leaves it to the default. */
function valueOf(code: Code, field: ComparedField): unknown {
  return code[field] ?? { timing: 'point', scope: 'act' }[field as string] ?? null;
}

/** Whether another of the codes that both versions have stands before it now. Whoever was pushed along did not move. */
function hasMoved(before: readonly Code[], after: readonly Code[], code: Code): boolean {
  const row = (codes: readonly Code[], others: readonly Code[]) =>
    [...codes]
      .filter((one) => one.dimension === code.dimension && others.some((other) => isSame(one, other)))
      .sort((one, other) => (one.order ?? 0) - (other.order ?? 0))
      .map(({ key }) => key);
  const [old, now] = [row(before, after), row(after, before)];
  const stay = longestCommon(old, now);
  return !stay.has(code.key);
}

/** The keys of a longest sequence that stands in both lists in the same order. */
function longestCommon(one: readonly string[], other: readonly string[]): Set<string> {
  const lengths = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] as number[];
      row[j] = one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found = new Set<string>();
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) {
      found.add(one[i] as string);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return found;
}

/** Nothing, an empty text and an empty place say the same. */
function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

function plain(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, word]) => word).sort(([one], [other]) => (one < other ? -1 : 1)));
}

export interface CarriedOver {
  draft: CodebookDraft;
  /** Where both the draft and the newer version changed the same field: the draft's stands, and a person looks. */
  both: { code: Code; field: string; theirs: unknown }[];
}

/** The draft's changes, made again on a newer version: what only one of the two changed comes from that one. */
export function carryOver(draft: CodebookDraft, base: readonly Code[], newer: { version: number; codes: readonly Code[] }, id: string): CarriedOver {
  const both: CarriedOver['both'] = [];
  const carried = newer.codes.map((theirs) => {
    const ours = draft.codes.find((code) => isSame(code, theirs));
    const old = base.find((code) => isSame(code, theirs));
    if (!ours) return theirs;
    const next: Record<string, unknown> = { ...theirs };
    for (const field of ['status', 'order', ...COMPARED] as const) {
      if (isEqual(ours[field], old?.[field])) continue;
      if (!isEqual(theirs[field], old?.[field]) && !isEqual(theirs[field], ours[field]) && field !== 'order') {
        both.push({ code: ours, field, theirs: theirs[field] });
      }
      next[field] = ours[field];
    }
    return next as unknown as Code;
  });
  const own = draft.codes.filter((code) => !newer.codes.some((one) => isSame(one, code)));
  const codes = [...carried, ...own].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const sorted = DIMENSIONS.flatMap((dimension) => codes.filter((code) => code.dimension === dimension));
  return { draft: { ...draft, id, follows: newer.version, codes: sorted.map((code, at) => ({ ...code, order: at + 1 })) }, both };
}
