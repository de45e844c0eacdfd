/** Plans that give old entries other codes: previewed in numbers, reported as one group, so that it can be undone. Pure. */
import type { Draft } from '../store/changes';
import type { Code, Dimension, EntryFields, EntrySubject } from '../store/subjects';

export interface RecodeRule {
  /** All that is said has to fit; what is null is not asked. */
  readonly actor_id: string | null;
  readonly action: string | null;
  readonly words: string;
  /** The code that entries get which fit. */
  readonly to: string;
}

export interface RecodePlan {
  readonly dimension: Dimension;
  readonly from: string;
  /** The first rule that fits counts. */
  readonly rules: readonly RecodeRule[];
  /** What the others get; null = they stay as they are. */
  readonly rest: string | null;
}

export interface RecodePreview {
  /** By the code that they get. */
  readonly to: readonly { key: string; entries: EntrySubject[]; n_encounters: number }[];
  readonly staying: readonly EntrySubject[];
}

export const anyEntry = (to: string): RecodeRule => ({ actor_id: null, action: null, words: '', to });

/** Entries that carry a code now. Retracted ones stay as they were. */
export function carrying(entries: readonly EntrySubject[], dimension: Dimension, key: string): EntrySubject[] {
  return entries.filter((entry) => !entry.retracted && keysOf(entry.fields, dimension).includes(key));
}

function keysOf(fields: EntryFields, dimension: Dimension): string[] {
  if (dimension === 'flag') return fields.flags ?? [];
  const key = dimension === 'structure' ? fields.structure : fields.action;
  return key ? [key] : [];
}

/** What a plan would do. `personOf`: the id of who somebody turned out to be. */
export function previewRecode(plan: RecodePlan, entries: readonly EntrySubject[], personOf: (id: string) => string): RecodePreview {
  const byCode = new Map<string, EntrySubject[]>();
  const staying: EntrySubject[] = [];
  for (const entry of carrying(entries, plan.dimension, plan.from)) {
    // A rule that leads nowhere yet is none.
    const to = plan.rules.find((rule) => rule.to !== '' && fits(rule, entry.fields, personOf))?.to ?? plan.rest;
    if (to === null || to === plan.from) staying.push(entry);
    else byCode.set(to, [...(byCode.get(to) ?? []), entry]);
  }
  const to = Array.from(byCode, ([key, found]) => ({
    key,
    entries: found,
    n_encounters: new Set(found.map(({ fields }) => fields.encounter_id)).size,
  }));
  return { to, staying };
}

function fits({ actor_id, action, words }: RecodeRule, fields: EntryFields, personOf: (id: string) => string): boolean {
  if (actor_id !== null && !(fields.actor_id && personOf(fields.actor_id) === personOf(actor_id))) return false;
  if (action !== null && fields.action !== action) return false;
  return (fields.jotting ?? '').toLocaleLowerCase().includes(words.trim().toLocaleLowerCase());
}

/**
 * The changes of a plan. How a structure was given stays as it was where the code only goes up in another; where a
 * person sorts entries into several, it was given later than the moment.
 */
export function recodeDrafts(plan: RecodePlan, preview: RecodePreview, version: number, group_id: string): Draft[] {
  const isSorted = plan.rules.some((rule) => rule.actor_id !== null || rule.action !== null || rule.words.trim() !== '');
  return preview.to.flatMap(({ key, entries }) =>
    entries.map((entry): Draft => ({
      kind: 'entry.amended',
      subject_id: entry.id,
      payload: { ...recoded(plan, entry.fields, key, isSorted), codebook_version: version },
      group_id,
    })),
  );
}

function recoded({ dimension, from }: RecodePlan, fields: EntryFields, to: string, isSorted: boolean): Partial<EntryFields> {
  if (dimension === 'action') return { action: to };
  if (dimension === 'structure') return { structure: to, ...(isSorted && { structure_origin: 'later' as const }) };
  return { flags: [...new Set((fields.flags ?? []).map((flag) => (flag === from ? to : flag)))] };
}

export interface Pending {
  readonly code: Code;
  readonly entries: readonly EntrySubject[];
}

/** Retired codes that entries still carry: with `replaced_by` a merge waits, without it they may be sorted or stay. */
export function pendingRecodes(codes: readonly Code[], entries: readonly EntrySubject[]): Pending[] {
  return codes
    .filter((code) => code.status === 'retired')
    .map((code) => ({ code, entries: carrying(entries, code.dimension, code.key) }))
    .filter(({ entries: found }) => found.length > 0);
}
